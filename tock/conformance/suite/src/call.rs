// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System calls with their registers, and the numbers of drivers and errors.

use conformance::raw::{class, syscall};

pub const ALARM: usize = 0x0;
pub const CONSOLE: usize = 0x1;
pub const LED: usize = 0x2;
pub const BUTTON: usize = 0x3;
pub const LOW_LEVEL_DEBUG: usize = 0x8;
pub const PROCESS_INFO: usize = 0x1_0002;
pub const ETHERNET: usize = 0x3_0007;
pub const RNG: usize = 0x4_0001;
/// The driver of the board that does what the suite asks for.
pub const TEST: usize = 0x8000_0100;
/// A number that no driver has.
pub const NOBODY: usize = 0x7fff_0000;
/// A command, subscription or buffer that no driver has.
pub const NONE_SUCH: usize = 99;

/// What is at fixed addresses of the machine.
pub const KERNEL_FLASH: usize = 0x8000_0000;
pub const KERNEL_RAM: usize = 0x8020_0000;
pub const UART: usize = 0x1000_0000;
pub const CLINT: usize = 0x0200_0000;
pub const PLIC: usize = 0x0c00_0000;

/// Bytes from the place of a process to that of the next.
pub const STRIDE: usize = 0x1_0000;
/// Bytes of flash in front of a process's own.
pub const PROTECTED: usize = 0x80;

/// Ticks of the alarm in a millisecond.
pub const MILLISECOND: usize = 10_000;

pub mod error {
    pub const FAIL: usize = 1;
    pub const BUSY: usize = 2;
    pub const ALREADY: usize = 3;
    pub const INVAL: usize = 6;
    pub const SIZE: usize = 7;
    pub const CANCEL: usize = 8;
    pub const NOMEM: usize = 9;
    pub const NOSUPPORT: usize = 10;
    pub const NODEVICE: usize = 11;
}

pub mod variant {
    pub const FAILURE: usize = 0;
    pub const FAILURE_U32: usize = 1;
    pub const FAILURE_U32_U32: usize = 2;
    pub const SUCCESS: usize = 128;
    pub const SUCCESS_U32: usize = 129;
    pub const SUCCESS_U32_U32: usize = 130;
}

/// Commands of the test driver.
pub mod test {
    pub const RETURN: usize = 1;
    pub const QUEUE: usize = 2;
    pub const LATER: usize = 3;
    pub const SUM: usize = 4;
    pub const FILL: usize = 5;
    pub const STORE: usize = 6;
    pub const REMEMBER: usize = 7;
    pub const SHARED: usize = 8;
    pub const CALLS: usize = 9;
    pub const ALLOCATE: usize = 10;
    pub const LAST_FAULT: usize = 11;
    pub const CATCH: usize = 12;
    pub const IDENTITY: usize = 13;
    pub const SHORT_ID: usize = 14;
    pub const PRESS: usize = 15;
    pub const CREDENTIAL: usize = 16;
    pub const COMPLETION: usize = 17;
    pub const TASKS: usize = 18;
}

pub fn command(driver: usize, number: usize, r2: usize, r3: usize) -> [usize; 4] {
    // SAFETY: A command shares nothing by itself.
    unsafe { syscall::<{ class::COMMAND }>([driver, number, r2, r3]) }
}

/// The second register of a command of the test driver, which gives a number.
pub fn ask(number: usize, r2: usize, r3: usize) -> usize {
    command(TEST, number, r2, r3)[1]
}

pub fn subscribe(driver: usize, number: usize, function: usize, data: usize) -> [usize; 4] {
    // SAFETY: Cases that yield leave only functions of `upcalls` subscribed.
    unsafe { syscall::<{ class::SUBSCRIBE }>([driver, number, function, data]) }
}

pub fn allow_rw(driver: usize, number: usize, start: usize, len: usize) -> [usize; 4] {
    // SAFETY: Buffers that are written to are statics of cells, or are taken
    // back before they are used otherwise.
    unsafe { syscall::<{ class::ALLOW_READ_WRITE }>([driver, number, start, len]) }
}

pub fn allow_ro(driver: usize, number: usize, start: usize, len: usize) -> [usize; 4] {
    // SAFETY: The kernel only reads.
    unsafe { syscall::<{ class::ALLOW_READ_ONLY }>([driver, number, start, len]) }
}

pub fn allow_readable(driver: usize, number: usize, start: usize, len: usize) -> [usize; 4] {
    // SAFETY: As for `allow_rw`.
    unsafe { syscall::<{ class::ALLOW_USER_READABLE }>([driver, number, start, len]) }
}

pub fn memop(operation: usize, argument: usize) -> [usize; 4] {
    // SAFETY: The break is never moved into memory that is in use.
    unsafe { syscall::<{ class::MEMOP }>([operation, argument, 0, 0]) }
}

pub fn yield_(number: usize, a: usize, b: usize, c: usize) -> [usize; 4] {
    // SAFETY: As for `subscribe`; the byte of a yield-no-wait is live.
    unsafe { syscall::<{ class::YIELD }>([number, a, b, c]) }
}

/// Yields without waiting; whether an upcall ran.
pub fn yield_no_wait() -> usize {
    let mut flag = 2u8;
    yield_(0, &raw mut flag as usize, 0, 0);
    // SAFETY: A live variable, which the kernel has written to.
    usize::from(unsafe { (&raw const flag).read_volatile() })
}

pub fn yield_wait() {
    yield_(1, 0, 0, 0);
}

pub fn yield_wait_for(driver: usize, number: usize) -> [usize; 4] {
    yield_(2, driver, number, 0x77)
}

pub fn exit(which: usize, code: usize) -> [usize; 4] {
    // SAFETY: Nothing is shared; a call that returns has done nothing.
    unsafe { syscall::<{ class::EXIT }>([which, code, 0, 0]) }
}

/// The first two registers.
pub fn two([r0, r1, ..]: [usize; 4]) -> [usize; 2] {
    [r0, r1]
}

/// The first three registers.
pub fn three([r0, r1, r2, _]: [usize; 4]) -> [usize; 3] {
    [r0, r1, r2]
}

pub fn ram_start() -> usize {
    memop(2, 0)[1]
}

pub fn ram_end() -> usize {
    memop(3, 0)[1]
}

pub fn flash_start() -> usize {
    memop(4, 0)[1]
}

pub fn flash_end() -> usize {
    memop(5, 0)[1]
}

pub fn lowest_grant() -> usize {
    memop(6, 0)[1]
}

/// The end of the memory that the process may use.
pub fn app_break() -> usize {
    memop(1, 0)[1]
}

/// Waits without running upcalls: alarm upcalls without a function wake only
/// who waits for them.
pub fn sleep(ticks: usize) {
    command(ALARM, 5, ticks, 0);
    yield_wait_for(ALARM, 0);
}
