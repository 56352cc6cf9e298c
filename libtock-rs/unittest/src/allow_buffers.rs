// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Buffers that a process has shared with a fake driver.

use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// A buffer that the driver may read.
///
/// A driver gets it in `allow_readonly` and keeps it until the next call for the
/// same number, which it answers with this one. The fake kernel insists on it:
/// the process may do as it likes with a buffer that it got back.
#[derive(Debug)]
pub struct RoAllowBuffer {
    address: *const u8,
    len: usize,
}

/// A buffer that the driver may read and write. See [`RoAllowBuffer`].
#[derive(Debug)]
pub struct RwAllowBuffer {
    address: *mut u8,
    len: usize,
}

impl RoAllowBuffer {
    /// # Safety
    ///
    /// The buffer must stay valid for reads, and unwritten, until the driver has
    /// given this value back.
    pub(crate) unsafe fn new(address: *const u8, len: usize) -> Self {
        RoAllowBuffer { address, len }
    }

    pub(crate) fn raw_parts(&self) -> (*const u8, usize) {
        (self.address, self.len)
    }
}

impl RwAllowBuffer {
    /// # Safety
    ///
    /// The buffer must stay valid for reads and writes, and untouched by anyone
    /// else, until the driver has given this value back.
    pub(crate) unsafe fn new(address: *mut u8, len: usize) -> Self {
        RwAllowBuffer { address, len }
    }

    pub(crate) fn raw_parts(&self) -> (*mut u8, usize) {
        (self.address, self.len)
    }
}

/// What a driver holds before the process has shared anything.
impl Default for RoAllowBuffer {
    fn default() -> Self {
        RoAllowBuffer {
            address: std::ptr::null(),
            len: 0,
        }
    }
}

/// What a driver holds before the process has shared anything.
impl Default for RwAllowBuffer {
    fn default() -> Self {
        RwAllowBuffer {
            address: std::ptr::null_mut(),
            len: 0,
        }
    }
}

impl Deref for RoAllowBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // The address of an empty buffer may be anything, null included.
        let address = match self.len {
            0 => NonNull::dangling().as_ptr(),
            _ => self.address,
        };
        // SAFETY: `new` demands that the buffer is valid and unwritten.
        unsafe { std::slice::from_raw_parts(address, self.len) }
    }
}

impl Deref for RwAllowBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        let address = match self.len {
            0 => NonNull::dangling().as_ptr(),
            _ => self.address,
        };
        // SAFETY: `new` demands that the buffer is valid and untouched by others.
        unsafe { std::slice::from_raw_parts(address, self.len) }
    }
}

impl DerefMut for RwAllowBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        let address = match self.len {
            0 => NonNull::dangling().as_ptr(),
            _ => self.address,
        };
        // SAFETY: `new` demands that the buffer is valid and untouched by
        // others, and the value cannot be cloned.
        unsafe { std::slice::from_raw_parts_mut(address, self.len) }
    }
}
