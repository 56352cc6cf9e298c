// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Buffers that the kernel may read and write.

use core::cell::Cell;
use core::marker::PhantomData;

use crate::share::List;
use crate::Syscalls;

/// A place in a share list for one read-write allow.
///
/// While it exists, driver `DRIVER_NUM` may hold a buffer that lives for
/// `'share` under the number `BUFFER_NUM`; dropping it takes the buffer back.
pub struct AllowRw<'share, S: Syscalls, const DRIVER_NUM: u32, const BUFFER_NUM: u32> {
    _syscalls: PhantomData<S>,
    // Invariant: shortening the lifetime would let a shorter-lived buffer in.
    _share: PhantomData<Cell<&'share ()>>,
}

impl<S: Syscalls, const DRIVER_NUM: u32, const BUFFER_NUM: u32> Default
    for AllowRw<'_, S, DRIVER_NUM, BUFFER_NUM>
{
    fn default() -> Self {
        AllowRw {
            _syscalls: PhantomData,
            _share: PhantomData,
        }
    }
}

impl<S: Syscalls, const DRIVER_NUM: u32, const BUFFER_NUM: u32> Drop
    for AllowRw<'_, S, DRIVER_NUM, BUFFER_NUM>
{
    fn drop(&mut self) {
        S::unallow_rw(DRIVER_NUM, BUFFER_NUM);
    }
}

impl<S: Syscalls, const DRIVER_NUM: u32, const BUFFER_NUM: u32> List
    for AllowRw<'_, S, DRIVER_NUM, BUFFER_NUM>
{
}

/// What to do about surprises in an allow call.
pub trait Config {
    /// Called when the call replaced a buffer that was not empty.
    ///
    /// That is a defect in most programs: two users of one buffer number get
    /// into each other's way.
    fn returned_nonzero_buffer(_driver_num: u32, _buffer_num: u32) {}
}
