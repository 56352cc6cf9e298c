// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System calls with any registers, which the library does not make.

use core::fmt::{self, Write};
use core::ops::Range;
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use heapless::String;
use libtock::platform::{RawSyscalls, Register, Syscalls, syscall_class};
use libtock::runtime::TockSyscalls;

use crate::memory::Lent;

pub const PROVISIONING: usize = libtock_provisioning::DRIVER_NUM as usize;
pub const ALARM: usize = 0x0;
pub const CONSOLE: usize = 0x1;

/// Every driver of the board, and one that there is not.
pub const DRIVERS: [usize; 10] = [
    PROVISIONING,
    0x8000_0002,
    ALARM,
    CONSOLE,
    0x2,
    0x3,
    0x8,
    0x3_0007,
    0x4_0001,
    0x7fff_0000,
];
/// The last subscription of any driver.
const MOST_SUBSCRIPTIONS: usize = 2;

/// Shortest alarm, so that the process sleeps before it is there.
const LEAST_TICKS: u32 = 100;

/// First register of an answer without and with a number, and with three.
pub const SUCCESS: usize = 128;
pub const SUCCESS_U32: usize = 129;
pub const SUCCESS_U32_U32_U32: usize = 132;

const YIELD: usize = 0;
const WAIT_FOR: usize = 2;
pub const USER_READABLE_ALLOW: usize = 7;

/// Longest line on the console, in bytes: what the console's driver sends in one piece
/// (`DEFAULT_BUF_SIZE` of Tock's console), so that nothing of the kernel's comes between.
const LINE_LEN: usize = 64;
/// What a line takes at 115,200 bits per second, and some more.
const LINE_TICKS: u32 = 70_000;
/// Lent to the console only, and to be read only.
static LINE: [AtomicU8; LINE_LEN] = [const { AtomicU8::new(0) }; LINE_LEN];

/// Upcalls that ran.
static UPCALLS: AtomicUsize = AtomicUsize::new(0);

/// Counts.
extern "C" fn upcall(_: usize, _: usize, _: usize, _: usize) {
    UPCALLS.fetch_add(1, Ordering::Relaxed);
}

fn call<const CLASS: usize>(arguments: [usize; 4]) -> [usize; 4] {
    // SAFETY: What is lent is made of atomics, or none of the process's ([`Lent`]). What
    // is called back is an upcall, or faults ([`Function`]).
    unsafe { TockSyscalls::syscall4::<CLASS>(arguments.map(Register::from)) }.map(usize::from)
}

pub fn command(driver: usize, number: usize, r2: usize, r3: usize) -> [usize; 4] {
    call::<{ syscall_class::COMMAND }>([driver, number, r2, r3])
}

/// What may be subscribed.
#[derive(Clone, Copy)]
pub struct Function(usize);

impl Function {
    pub const NONE: Self = Self(0);

    /// An upcall that does no harm.
    pub fn harmless() -> Self {
        Self(upcall as *const () as usize)
    }

    /// Where no instruction is, in the process's own flash: the kernel takes no other.
    /// Zeros are none (RISC-V, base instruction-length encoding).
    pub fn no_code() -> Self {
        static NO_CODE: [u32; 2] = [0; 2];
        Self((&raw const NO_CODE) as usize)
    }

    /// Any address but those of applications' code.
    pub fn elsewhere(address: usize) -> Self {
        const APPLICATIONS: Range<usize> = 0x8010_0000..0x8020_0000;
        match APPLICATIONS.contains(&address) {
            true => Self::NONE,
            false => Self(address),
        }
    }
}

pub fn subscribe(driver: usize, number: usize, function: Function, data: usize) -> [usize; 4] {
    call::<{ syscall_class::SUBSCRIBE }>([driver, number, function.0, data])
}

pub fn allow_rw(driver: usize, number: usize, lent: Lent) -> [usize; 4] {
    let [start, len] = lent.registers();
    call::<{ syscall_class::ALLOW_RW }>([driver, number, start, len])
}

pub fn allow_ro(driver: usize, number: usize, lent: Lent) -> [usize; 4] {
    let [start, len] = lent.registers();
    call::<{ syscall_class::ALLOW_RO }>([driver, number, start, len])
}

pub fn allow_readable(driver: usize, number: usize, lent: Lent) -> [usize; 4] {
    let [start, len] = lent.registers();
    call::<USER_READABLE_ALLOW>([driver, number, start, len])
}

/// An operation on memory; those that move its break do so to no place of the process's.
pub fn memop(operation: usize, argument: usize) {
    /// As an address below all memory of processes, as a distance far below it.
    const BREAKS: [usize; 4] = [0x8000_0000, 0x8020_0000, 0x8200_0000, 0x9000_0000];
    const LAST_TO_MOVE: usize = 1;
    let argument = match operation {
        0..=LAST_TO_MOVE => BREAKS[argument % BREAKS.len()],
        _ => argument,
    };
    // SAFETY: The kernel takes no memory away, as it refuses the breaks.
    unsafe {
        TockSyscalls::syscall2::<{ syscall_class::MEMOP }>(
            [operation, argument].map(Register::from),
        );
    }
}

/// Sleeps until this upcall is there, which is not run; gives its arguments.
pub fn wait_for(driver: usize, number: usize) -> [usize; 3] {
    let [a, b, c, _] = call::<YIELD>([WAIT_FOR, driver, number, 0]);
    [a, b, c]
}

/// Has every upcall do no harm: one that faults would be a death like any other,
/// but the kernel grants few of them.
pub fn tame() {
    for driver in DRIVERS {
        for number in 0..=MOST_SUBSCRIPTIONS {
            subscribe(driver, number, Function::harmless(), 0);
        }
    }
}

/// Runs an upcall if there is one.
pub fn yield_no_wait() {
    TockSyscalls::yield_no_wait();
}

/// The alarm's clock.
pub fn ticks() -> u32 {
    command(ALARM, 2, 0, 0)[1] as u32
}

/// Sleeps for so many ticks, and a little longer.
///
/// Upcalls without a function are not waited for: they stay in the queue, which
/// takes no others once it is full of them.
pub fn pause(ticks: u32) {
    let end = self::ticks().wrapping_add(ticks);
    tame();
    loop {
        // Read once: a second reading can lie behind the end, and what is then left is
        // a round of the whole clock.
        let left = end.wrapping_sub(self::ticks());
        if left.cast_signed() <= 0
            || command(ALARM, 5, left.max(LEAST_TICKS) as usize, 0)[0] != SUCCESS_U32
        {
            return;
        }
        TockSyscalls::yield_wait();
    }
}

/// Writes a line of its own in one piece, whatever the console was lent before.
pub fn say(text: fmt::Arguments<'_>) {
    let mut line = String::<LINE_LEN>::new();
    // What is too long is cut.
    let _ = writeln!(line, "\nhostile: {text}");
    // A write takes the place of one that is under way, and nothing of that may come out
    // of this line's memory before.
    allow_ro(CONSOLE, 1, Lent::none(0));
    command(CONSOLE, 1, 0, 0);
    for (place, value) in LINE.iter().zip(line.as_bytes()) {
        place.store(*value, Ordering::Relaxed);
    }
    allow_ro(CONSOLE, 1, Lent::of(&LINE[..line.len()]));
    command(CONSOLE, 1, line.len(), 0);
    pause(LINE_TICKS);
}

/// Dies by reading what is the kernel's.
pub fn fault() -> ! {
    const KERNEL_RAM: usize = 0x8020_0000;
    loop {
        // SAFETY: The load faults, whereupon the kernel ends the process.
        unsafe { core::ptr::with_exposed_provenance::<u32>(KERNEL_RAM).read_volatile() };
    }
}
