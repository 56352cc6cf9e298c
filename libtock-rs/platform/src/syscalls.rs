// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The system calls of Tock 2 with checked arguments and results.

use crate::{
    allow_ro, allow_rw, share, subscribe, AllowRo, AllowRw, CommandReturn, ErrorCode, RawSyscalls,
    Subscribe, Upcall, YieldNoWaitReturn,
};

/// Every system call, for whatever makes raw system calls.
///
/// Drivers and applications take an `S: Syscalls`; there is nothing to
/// implement beyond [`RawSyscalls`].
pub trait Syscalls: RawSyscalls + Sized {
    // ---------------------------------------------------------------- Yield

    /// Runs one pending upcall if there is one, and returns at once.
    fn yield_no_wait() -> YieldNoWaitReturn;

    /// Waits until an upcall has run.
    fn yield_wait();

    // ------------------------------------------------------------ Subscribe

    /// Has the kernel call `upcall` on the events of this subscription, until
    /// the share list that `subscribe` stands for is dropped.
    fn subscribe<
        'share,
        IDS: subscribe::SupportsId<DRIVER_NUM, SUBSCRIBE_NUM>,
        U: Upcall<IDS>,
        CONFIG: subscribe::Config,
        const DRIVER_NUM: u32,
        const SUBSCRIBE_NUM: u32,
    >(
        subscribe: share::Handle<Subscribe<'share, Self, DRIVER_NUM, SUBSCRIBE_NUM>>,
        upcall: &'share U,
    ) -> Result<(), ErrorCode>;

    /// Replaces the subscription by the null upcall. Does nothing if the driver
    /// is absent.
    fn unsubscribe(driver_num: u32, subscribe_num: u32);

    // -------------------------------------------------------------- Command

    /// Asks a driver to do something.
    fn command(driver_id: u32, command_id: u32, argument0: u32, argument1: u32) -> CommandReturn;

    // ----------------------------------------------------- Read-Write Allow

    /// Lets a driver read and write `buffer`, until the share list that
    /// `allow_rw` stands for is dropped.
    fn allow_rw<'share, CONFIG: allow_rw::Config, const DRIVER_NUM: u32, const BUFFER_NUM: u32>(
        allow_rw: share::Handle<AllowRw<'share, Self, DRIVER_NUM, BUFFER_NUM>>,
        buffer: &'share mut [u8],
    ) -> Result<(), ErrorCode>;

    /// Takes the buffer back. Does nothing if the driver is absent.
    fn unallow_rw(driver_num: u32, buffer_num: u32);

    // ------------------------------------------------------ Read-Only Allow

    /// Lets a driver read `buffer`, until the share list that `allow_ro` stands
    /// for is dropped.
    fn allow_ro<'share, CONFIG: allow_ro::Config, const DRIVER_NUM: u32, const BUFFER_NUM: u32>(
        allow_ro: share::Handle<AllowRo<'share, Self, DRIVER_NUM, BUFFER_NUM>>,
        buffer: &'share [u8],
    ) -> Result<(), ErrorCode>;

    /// Takes the buffer back. Does nothing if the driver is absent.
    fn unallow_ro(driver_num: u32, buffer_num: u32);

    // ---------------------------------------------------------------- Memop

    /// Moves the end of the memory that the process may use to `addr`.
    ///
    /// # Safety
    ///
    /// Nothing between `addr` and the present end may be in use.
    unsafe fn memop_brk(addr: *const u8) -> Result<(), ErrorCode>;

    /// Moves the end of the memory that the process may use by `incr` bytes and
    /// returns where it was before.
    ///
    /// # Safety
    ///
    /// If `incr` is negative, nothing in the memory given up may be in use.
    unsafe fn memop_sbrk(incr: i32) -> Result<*const u8, ErrorCode>;

    /// Adds `incr` bytes to the memory that the process may use and returns
    /// where they start. At most `i32::MAX` bytes, else [`ErrorCode::Invalid`].
    fn memop_increment_brk(incr: u32) -> Result<*const u8, ErrorCode>;

    /// Where the memory of the process starts.
    fn memop_app_ram_start() -> Result<*const u8, ErrorCode>;

    /// Tells the kernel, for its debug output only, where the stack starts.
    fn memop_debug_stack_start(stack_top: *const u8) -> Result<(), ErrorCode>;

    /// Tells the kernel, for its debug output only, where the heap starts.
    fn memop_debug_heap_start(heap_bottom: *const u8) -> Result<(), ErrorCode>;

    // ----------------------------------------------------------------- Exit

    /// Ends the process for good.
    fn exit_terminate(exit_code: u32) -> !;

    /// Ends the process and has the kernel start it anew.
    fn exit_restart(exit_code: u32) -> !;
}
