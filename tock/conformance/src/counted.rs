// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Loops of system calls that count their instructions, for `costs`.
//!
//! They need a kernel with the board's feature `measure`, which opens the
//! counter to processes and has the driver used here. Counts are modulo 2^32.

use crate::raw::{class, syscall};
use crate::say;
use core::arch::asm;

/// The driver of the feature `measure`.
pub const DRIVER: usize = 0x8000_0101;

/// Repetitions of each loop, once these and once twice as many.
pub const REPETITIONS: u32 = 1_000;

const QUEUE_LATER: usize = 1;
const QUEUED_AT: usize = 2;
const WAKE_OTHERS: usize = 3;
const YIELD_WAIT: usize = 1;

/// Times that a process is interrupted until its log is full. Of those of
/// both processes, 18 in a row are looked at.
const LOG: usize = 11;

/// A count that no stretch of this process's own work reaches.
const GAP: u32 = 200;

/// Does nothing: what the kernel and the calling convention take is left.
extern "C" fn woken(_: usize, _: usize, _: usize, _: usize) {}

/// Takes upcalls of the driver from now on.
pub fn subscribe() {
    // SAFETY: The upcall is a function for it, and there for ever.
    unsafe { syscall::<{ class::SUBSCRIBE }>([DRIVER, 0, woken as *const () as usize, 0]) };
}

/// Waits for an upcall.
pub fn wait() {
    // SAFETY: The only upcall that comes is `woken`.
    unsafe { syscall::<{ class::YIELD }>([YIELD_WAIT, 0, 0, 0]) };
}

/// Wakes every other process that waits.
pub fn wake_others() {
    command(WAKE_OTHERS);
}

fn command(number: usize) -> u32 {
    // SAFETY: Nothing is shared.
    let [_, value, ..] = unsafe { syscall::<{ class::COMMAND }>([DRIVER, number, 0, 0]) };
    value as u32
}

/// Instructions of a command of the driver whose number is in s5. `call` is "ecall", or
/// "" for the same without what is measured.
macro_rules! command {
    ($number:literal, $call:literal) => {
        concat!(
            "mv a0, s5\n li a1, ",
            $number,
            "\n li a2, 0\n li a3, 0\n li a4, 2\n",
            $call
        )
    };
}

/// Instructions of a wait for an upcall, likewise.
macro_rules! wait {
    ($call:literal) => {
        concat!("li a0, 1\n li a4, 0\n", $call)
    };
}

/// Counts a loop over the instructions given, all of it.
macro_rules! count_loop {
    ($repetitions:expr, $number:expr, $($instructions:expr),*) => {{
        let (start, end): (u32, u32);
        // SAFETY: The instructions are commands that share nothing and yields
        // for the upcall `woken`, a C function, which keeps the registers s2 to s5.
        unsafe {
            asm!(
                "csrr s2, instret",
                "2:",
                $($instructions,)*
                "addi s4, s4, -1",
                "bnez s4, 2b",
                "csrr s3, instret",
                out("s2") start,
                out("s3") end,
                inout("s4") $repetitions => _,
                in("s5") $number,
                clobber_abi("C"),
            );
        }
        end.wrapping_sub(start)
    }};
}

/// Prints a figure: its name, repetitions, instructions of the loop, and of the same
/// loop without what is measured.
fn print(name: &str, repetitions: u32, instructions: u32, bare: u32) {
    say!("cost {name} {repetitions} {instructions} {bare}");
}

/// Calls command 0 of `driver`, and prints what that took.
pub fn null_commands(name: &str, repetitions: u32, driver: usize) {
    let counted = count_loop!(repetitions, driver, command!("0", "ecall"));
    let bare = count_loop!(repetitions, driver, command!("0", ""));
    print(name, repetitions, counted, bare);
}

/// Waits for upcalls that the kernel queues while this process waits. From the
/// kernel's look at the counter before it queues to that behind the wait.
pub fn upcalls(repetitions: u32) {
    let mut sum = 0u32;
    for _ in 0..repetitions {
        command(QUEUE_LATER);
        let end: u32;
        // SAFETY: The only upcall that comes is `woken`, a C function.
        unsafe {
            asm!(
                "ecall",
                "csrr s2, instret",
                out("s2") end,
                in("a0") YIELD_WAIT,
                in("a4") class::YIELD,
                clobber_abi("C"),
            );
        }
        sum = sum.wrapping_add(end.wrapping_sub(command(QUEUED_AT)));
    }
    // One of the two looks at the counter is within the stretch.
    print("upcall", repetitions, sum, repetitions);
}

/// Wakes the other process and waits for it to do the same. The other's own
/// instructions are as many as those here.
pub fn hand_over(repetitions: u32) {
    let counted = count_loop!(repetitions, DRIVER, command!("3", "ecall"), wait!("ecall"));
    let bare = count_loop!(repetitions, DRIVER, command!("3", ""), wait!(""));
    print("hand-over", 2 * repetitions, counted, bare.wrapping_mul(2));
}

/// The other side of [`hand_over`].
pub fn hand_back(repetitions: u32) {
    let _: u32 = count_loop!(repetitions, DRIVER, wait!("ecall"), command!("3", "ecall"));
}

/// Looks at the counter until it has jumped: what it was before and after. Each
/// round takes as many instructions as the loop has, 5, of which those before
/// and those behind the interruption are one round.
fn spin() -> (u32, u32) {
    let (before, after): (u32, u32);
    // SAFETY: Reads the counter and changes the registers named, nothing else.
    unsafe {
        asm!(
            "csrr {before}, instret",
            "2:",
            "csrr {after}, instret",
            "sub {took}, {after}, {before}",
            "bgeu {took}, {gap}, 3f",
            "mv {before}, {after}",
            "j 2b",
            "3:",
            before = out(reg) before,
            after = out(reg) after,
            took = out(reg) _,
            gap = in(reg) GAP,
            options(nomem, nostack),
        );
    }
    (before, after)
}

/// Shares the processor with another process that does the same, and prints when
/// this one was stopped and when it went on.
pub fn share(name: &str) {
    let mut log = [(0, 0); LOG];
    log.fill_with(spin);
    for (before, after) in log {
        say!("gap {name} {before} {after}");
    }
    say!("gap {name} end");
}
