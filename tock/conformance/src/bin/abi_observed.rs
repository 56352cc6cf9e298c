// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Prints what the kernel returns in its registers, call by call.
//!
//! The order and the form of the lines are those of `abi-observed.txt`, which
//! holds what an upstream kernel returns. The lines are kept in memory and
//! printed in the end, since printing is done by system calls as well.

#![no_std]
#![no_main]

use conformance::raw::{class, syscall};
use core::fmt::{self, Write};
use core::sync::atomic::{AtomicUsize, Ordering};
use libtock::console::Console;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x1800}

const ALARM: usize = 0x0;
const CONSOLE: usize = 0x1;
const LED: usize = 0x2;
const BUTTON: usize = 0x3;
const RNG: usize = 0x40001;
/// A number that no driver has.
const NOBODY: usize = 0x7fff_0000;
/// A command, subscription or buffer that no driver has.
const NONE_SUCH: usize = 99;

const KERNEL_FLASH: usize = 0x8000_0000;
const KERNEL_RAM: usize = 0x8020_0000;
/// First byte of the process's own flash after the header.
const OWN_FLASH: usize = 0x8010_0080;

/// Ticks until an alarm, 5 ms at 10 MHz.
const SOON: usize = 50_000;

static HITS: AtomicUsize = AtomicUsize::new(0);
static USER_DATA: AtomicUsize = AtomicUsize::new(0);

extern "C" fn upcall(_: usize, _: usize, _: usize, user_data: usize) {
    HITS.fetch_add(1, Ordering::Relaxed);
    USER_DATA.store(user_data, Ordering::Relaxed);
}

/// The lines so far.
struct Log {
    text: [u8; 4096],
    len: usize,
}

impl Write for Log {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.text
            .get_mut(self.len..end)
            .ok_or(fmt::Error)?
            .copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

impl Log {
    /// A line of `label` and numbers; one too many for the log ends it early,
    /// which the comparison notices.
    fn line(&mut self, label: &str, numbers: &[usize]) {
        let _ = write!(self, "{label}:");
        for number in numbers {
            let _ = write!(self, " {number:x}");
        }
        let _ = self.write_str("\n");
    }

    fn print(&mut self) {
        let _ = Console::write(&self.text[..self.len]);
        self.len = 0;
    }
}

fn command(driver: usize, number: usize, argument: usize) -> [usize; 4] {
    // SAFETY: A command shares nothing.
    unsafe { syscall::<{ class::COMMAND }>([driver, number, argument, 0]) }
}

fn subscribe(driver: usize, number: usize, function: usize, data: usize) -> [usize; 4] {
    // SAFETY: `upcall` is the only function that stays subscribed across a
    // yield.
    unsafe { syscall::<{ class::SUBSCRIBE }>([driver, number, function, data]) }
}

fn allow_rw(driver: usize, number: usize, start: usize, len: usize) -> [usize; 4] {
    // SAFETY: Every buffer is taken back before anything is read or printed,
    // and no driver is told to use one.
    unsafe { syscall::<{ class::ALLOW_READ_WRITE }>([driver, number, start, len]) }
}

fn allow_ro(driver: usize, number: usize, start: usize, len: usize) -> [usize; 4] {
    // SAFETY: As for `allow_rw`.
    unsafe { syscall::<{ class::ALLOW_READ_ONLY }>([driver, number, start, len]) }
}

fn memop(operation: usize, argument: usize) -> [usize; 4] {
    // SAFETY: The break is never moved into memory that is in use.
    unsafe { syscall::<{ class::MEMOP }>([operation, argument, 0, 0]) }
}

fn yield_(number: usize, a: usize, b: usize) -> [usize; 4] {
    // SAFETY: Yields run `upcall` only; the byte of a yield-no-wait is live.
    unsafe { syscall::<{ class::YIELD }>([number, a, b, 0]) }
}

fn commands(log: &mut Log) {
    let mut two = |label, returned: [usize; 4]| log.line(label, &returned[..2]);
    two("cmd exists console", command(CONSOLE, 0, 0));
    two("cmd exists alarm", command(ALARM, 0, 0));
    two("cmd exists led", command(LED, 0, 0));
    two("cmd exists button", command(BUTTON, 0, 0));
    two("cmd exists rng", command(RNG, 0, 0));
    two("cmd exists nodriver", command(NOBODY, 0, 0));
    two("cmd console bad", command(CONSOLE, NONE_SUCH, 0));
    two("cmd led count", command(LED, 0, 0));
    two("cmd led on 7", command(LED, 1, 7));
    two("cmd led bad", command(LED, NONE_SUCH, 0));
    two("cmd alarm freq", command(ALARM, 1, 0));
    two("cmd alarm cancel idle", command(ALARM, 3, 0));
    two("cmd alarm bad", command(ALARM, NONE_SUCH, 0));
    two("cmd rng 0 bytes", command(RNG, 1, 0));
    // The device answers when it will. Left in the queue, its upcall, which has no
    // function, would have a later yield-no-wait sleep.
    yield_(2, RNG, 0);
}

fn subscriptions(log: &mut Log, up: usize, ram: usize) {
    let set = subscribe(CONSOLE, 1, up, 0xaa);
    log.line("sub console 1 set", &set);
    let [r0, r1, r2, r3] = subscribe(CONSOLE, 1, 0, 0);
    let swap = [r0, usize::from(r1 == up), r2, r3];
    log.line("sub console 1 swap==up", &swap);
    log.line("sub console 1 null again", &subscribe(CONSOLE, 1, 0, 5));
    log.line("sub console 1 clears", &subscribe(CONSOLE, 1, 0, 0));
    let bad = subscribe(CONSOLE, NONE_SUCH, 0, 0);
    log.line("sub console bad num", &bad);
    log.line("sub nodriver", &subscribe(NOBODY, 0, 0, 0x55));
    log.line("sub bad fnptr ram", &subscribe(CONSOLE, 1, ram, 3));
    let kernel = subscribe(CONSOLE, 1, KERNEL_FLASH, 3);
    log.line("sub kernel fnptr", &kernel);
    subscribe(CONSOLE, 1, 0, 0);
}

fn allows(log: &mut Log, ram: usize) {
    log.line("rw console 1 set", &allow_rw(CONSOLE, 1, ram, 0x10));
    let [r0, r1, r2, r3] = allow_rw(CONSOLE, 1, 0, 0);
    let swap = [r0, usize::from(r1 == ram), r2, r3];
    log.line("rw console 1 swap==buf", &swap);
    log.line("rw console 1 zero again", &allow_rw(CONSOLE, 1, 0, 0));
    allow_rw(CONSOLE, 1, 0x1234, 0);
    log.line("rw console 1 returns odd", &allow_rw(CONSOLE, 1, 0, 0));
    log.line("rw bad num", &allow_rw(CONSOLE, NONE_SUCH, 0, 0));
    log.line("rw nodriver", &allow_rw(NOBODY, 0, 0x77, 0));
    log.line("rw kernel mem", &allow_rw(CONSOLE, 1, KERNEL_RAM, 0x10));
    log.line("rw flash", &allow_rw(CONSOLE, 1, OWN_FLASH, 0x10));

    log.line("ro console 1 set ram", &allow_ro(CONSOLE, 1, ram, 0x10));
    let [r0, r1, r2, r3] = allow_ro(CONSOLE, 1, 0, 0);
    let swap = [r0, usize::from(r1 == ram), r2, r3];
    log.line("ro console 1 swap==buf", &swap);
    allow_ro(CONSOLE, 1, OWN_FLASH, 8);
    log.line("ro console 1 back", &allow_ro(CONSOLE, 1, 0, 0));
    log.line("ro reset", &allow_ro(CONSOLE, 1, 0, 0));
    let kernel = allow_ro(CONSOLE, 1, KERNEL_FLASH, 0x10);
    log.line("ro kernel flash", &kernel);
    log.line("ro bad num", &allow_ro(CONSOLE, NONE_SUCH, 0, 0));
    log.line("ro nodriver", &allow_ro(NOBODY, 0, 0, 0));

    // SAFETY: Empty buffers share nothing.
    let user_readable =
        |driver| unsafe { syscall::<{ class::ALLOW_USER_READABLE }>([driver, 0, 0, 0]) };
    log.line("udr console 0", &user_readable(CONSOLE)[..2]);
    log.line("udr nodriver", &user_readable(NOBODY)[..2]);
}

fn memory_operations(log: &mut Log) {
    for operation in 2..=11 {
        let label = [
            "memop 2", "memop 3", "memop 4", "memop 5", "memop 6", "memop 7", "memop 8", "memop 9",
            "memop 10", "memop 11",
        ][operation - 2];
        log.line(label, &memop(operation, 0)[..2]);
    }
    // The break itself depends on the size of this program.
    log.line("memop sbrk 0 variant", &[memop(1, 0)[0], 0]);
    log.line("memop sbrk huge", &memop(1, 0x100_0000)[..2]);
    log.line("memop brk bad", &memop(0, KERNEL_RAM)[..2]);
    log.line("memop 99", &memop(99, 0)[..2]);
}

fn yields(log: &mut Log, up: usize) {
    let hits = || HITS.load(Ordering::Relaxed);
    let mut flag: u8 = 2;
    yield_(0, &raw mut flag as usize, 0);
    log.line("yield-no-wait none", &[usize::from(flag), hits()]);

    // The expiration depends on the time.
    let variant = |returned: [usize; 4]| [returned[0], 0];
    log.line("sub alarm", &subscribe(ALARM, 0, up, 0xabc));
    log.line("cmd alarm set_rel", &variant(command(ALARM, 5, SOON)));
    yield_(1, 0, 0);
    let user_data = USER_DATA.load(Ordering::Relaxed);
    log.line("alarm upcall hits, userdata", &[hits(), user_data]);

    log.line("cmd alarm set_rel", &variant(command(ALARM, 5, SOON)));
    let [.., r3] = yield_(2, ALARM, 0);
    log.line(
        "yield-wait-for, upcall registered: total hits",
        &[hits(), r3],
    );

    let [r0, r1, r2, r3] = subscribe(ALARM, 0, 0, 0);
    log.line("unsub alarm", &[r0, usize::from(r1 == up), r2, r3]);
    log.line("cmd alarm set_rel", &variant(command(ALARM, 5, SOON)));
    // Without a function the yield returns all the same.
    yield_(2, ALARM, 0);
}

fn main() {
    let mut log = Log {
        text: [0; 4096],
        len: 0,
    };
    let mut buffer = [0u8; 16];
    let ram = &raw mut buffer as usize;
    let up = upcall as *const () as usize;

    commands(&mut log);
    log.print();
    subscriptions(&mut log, up, ram);
    allows(&mut log, ram);
    memory_operations(&mut log);
    yields(&mut log, up);
    // SAFETY: An unknown way of exiting returns.
    let exit = unsafe { syscall::<{ class::EXIT }>([99, 0, 0, 0]) };
    log.line("exit bad", &exit[..2]);
    log.print();
    let _ = Console::write(b"abi_observed: done\n");
}
