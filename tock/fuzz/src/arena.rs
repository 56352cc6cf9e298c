// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Memory that is for ever as far as the kernel can tell, and is freed later.

use std::any::Any;

/// Keeps what a kernel refers to. Must outlive the kernel and all that it made.
#[derive(Default)]
pub(crate) struct Arena {
    kept: Vec<*mut dyn Any>,
}

impl Arena {
    /// # Safety
    ///
    /// Neither the reference nor one made from it is used after the arena is gone.
    pub(crate) unsafe fn hold<T: 'static>(&mut self, value: T) -> &'static mut T {
        let kept = Box::into_raw(Box::new(value));
        self.kept.push(kept);
        // SAFETY: the box was just leaked, and is freed by `drop` only, after
        // which the caller does not use it.
        unsafe { &mut *kept }
    }

    /// Bytes that begin at a multiple of 64.
    ///
    /// # Safety
    ///
    /// As for `hold`.
    pub(crate) unsafe fn bytes(&mut self, bytes: &[u8]) -> &'static mut [u8] {
        #[repr(align(64))]
        #[derive(Clone)]
        struct Line(#[allow(dead_code)] [u8; 64]);

        let lines = vec![Line([0; 64]); bytes.len().div_ceil(64)];
        // SAFETY: the promise of this function is that of `hold`.
        let lines = unsafe { self.hold(lines) };
        let start = lines.as_mut_ptr().cast::<u8>();
        // SAFETY: the lines consist of bytes, at least as many as these, and the
        // only reference to them was just given up.
        let memory = unsafe { std::slice::from_raw_parts_mut(start, bytes.len()) };
        memory.copy_from_slice(bytes);
        memory
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        for kept in self.kept.drain(..).rev() {
            // SAFETY: `hold` made the pointer from a box, once.
            drop(unsafe { Box::from_raw(kept) });
        }
    }
}
