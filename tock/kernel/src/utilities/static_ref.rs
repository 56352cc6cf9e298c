// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! References to memory-mapped registers.

use core::ops::Deref;
use core::ptr::NonNull;

/// A reference that is made from an address in a constant.
#[derive(Debug)]
pub struct StaticRef<T> {
    ptr: NonNull<T>,
}

impl<T> StaticRef<T> {
    /// A reference to the `T` at `ptr`.
    ///
    /// # Safety
    ///
    /// `ptr` must not be null, must be aligned, and must point to a valid `T` for
    /// the whole time that the reference or a copy of it is used.
    pub const unsafe fn new(ptr: *const T) -> StaticRef<T> {
        StaticRef {
            // SAFETY: the caller vouches that the pointer is not null.
            ptr: unsafe { NonNull::new_unchecked(ptr.cast_mut()) },
        }
    }
}

impl<T> Clone for StaticRef<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for StaticRef<T> {}

impl<T> Deref for StaticRef<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the caller of `new` vouches that the pointer is valid while the
        // reference is used.
        unsafe { self.ptr.as_ref() }
    }
}
