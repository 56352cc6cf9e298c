// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Pointers from and to user space.

use core::fmt;
use core::ptr;

/// A pointer of user space along with the authority to use it, on architectures
/// where pointers carry authority; elsewhere just a pointer.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct CapabilityPtr {
    ptr: *const (),
}

/// What a [`CapabilityPtr`] permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapabilityPtrPermissions {
    /// Nothing.
    None,
    /// To read.
    Read,
    /// To write.
    Write,
    /// To read and write.
    ReadWrite,
    /// To execute.
    Execute,
}

impl CapabilityPtr {
    /// The address alone.
    pub fn addr(&self) -> usize {
        self.ptr.addr()
    }

    /// The pointer; using it takes more than having it.
    pub fn as_ptr<T>(&self) -> *const T {
        self.ptr.cast()
    }

    /// A pointer with authority over `length` bytes from `base` on.
    ///
    /// # Safety
    ///
    /// The process that gets it must be entitled to what it permits.
    pub unsafe fn new_with_authority(
        ptr: *const (),
        _base: usize,
        _length: usize,
        _perms: CapabilityPtrPermissions,
    ) -> Self {
        Self { ptr }
    }

    /// Runs `f` on the pointer unless it is null, else answers `default`.
    pub fn map_or<U, F>(&self, default: U, f: F) -> U
    where
        F: FnOnce(&Self) -> U,
    {
        if self.ptr.is_null() { default } else { f(self) }
    }

    /// Runs `f` on the pointer unless it is null, else `default`.
    pub fn map_or_else<U, D, F>(&self, default: D, f: F) -> U
    where
        D: FnOnce() -> U,
        F: FnOnce(&Self) -> U,
    {
        if self.ptr.is_null() {
            default()
        } else {
            f(self)
        }
    }
}

impl Default for CapabilityPtr {
    fn default() -> Self {
        Self { ptr: ptr::null() }
    }
}

/// A pointer that has an address and no authority.
impl From<usize> for CapabilityPtr {
    fn from(from: usize) -> Self {
        Self {
            ptr: ptr::without_provenance(from),
        }
    }
}

impl From<CapabilityPtr> for usize {
    fn from(from: CapabilityPtr) -> usize {
        from.addr()
    }
}

impl fmt::Debug for CapabilityPtr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.ptr, f)
    }
}

impl fmt::UpperHex for CapabilityPtr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::UpperHex::fmt(&self.addr(), f)
    }
}

impl fmt::LowerHex for CapabilityPtr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.addr(), f)
    }
}
