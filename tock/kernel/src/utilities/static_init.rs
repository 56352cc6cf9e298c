// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the macros for static memory expand to; not for direct use.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicBool, Ordering};

/// Static memory that is handed out once.
pub struct StaticBuf<T> {
    used: AtomicBool,
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: the value is reachable only through the one exclusive reference that
// `take` returns; `take` leaves it to its caller that `T` stays in one thread.
unsafe impl<T> Sync for StaticBuf<T> {}

impl<T> StaticBuf<T> {
    /// Memory that was not handed out yet.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        StaticBuf {
            used: AtomicBool::new(false),
            value: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }

    /// Hands the memory out.
    ///
    /// # Panics
    ///
    /// If it was handed out before.
    ///
    /// # Safety
    ///
    /// Unless `T` is `Send`, the memory must stay in the thread that takes it.
    // A reference comes out of each memory once, which the assertion sees to.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn take(&'static self) -> &'static mut MaybeUninit<T> {
        assert!(
            !self.used.swap(true, Ordering::Relaxed),
            "static memory was handed out before: static_init! or static_buf! ran twice"
        );
        // SAFETY: the swap lets exactly one caller come here, so that this is the
        // only reference to the value, and `self` lives for ever.
        unsafe { &mut *self.value.get() }
    }
}

/// The memory of the kernel's stack, used by the entry code.
#[repr(C, align(16))]
pub struct StackMemory<const SIZE: usize>(UnsafeCell<[u8; SIZE]>);

// SAFETY: nothing but the stack pointer ever refers to the content.
unsafe impl<const SIZE: usize> Sync for StackMemory<SIZE> {}

impl<const SIZE: usize> StackMemory<SIZE> {
    /// Zeroed memory.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        StackMemory(UnsafeCell::new([0; SIZE]))
    }
}
