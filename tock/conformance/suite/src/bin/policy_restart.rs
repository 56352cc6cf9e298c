// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Faults in every way there is, one in each run; the kernel restarts it.

#![no_std]
#![no_main]

use conformance_suite::fault::cause;
use conformance_suite::*;
use core::arch::asm;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

/// Recurses until the stack has left the process's memory.
#[allow(unconditional_recursion)]
#[inline(never)]
fn overflow(depth: usize) -> usize {
    let frame = core::hint::black_box([depth; 64]);
    overflow(depth + 1) + core::hint::black_box(frame)[3]
}

/// The fault of a run, from 1 on.
fn misbehave(run: usize) {
    let own_flash = flash_start() + PROTECTED;
    // SAFETY: Each is a fault, at which the run ends.
    unsafe {
        match run {
            1 => asm!("lw a0, 0(zero)", out("a0") _),
            2 => asm!("sw zero, 0(zero)"),
            3 => asm!("jr zero"),
            4 => asm!(".word 0xffffffff"),
            5 => asm!("lw a0, 0({0})", in(reg) KERNEL_RAM, out("a0") _),
            6 => asm!("lw a0, 0({0})", in(reg) ram_start() + STRIDE, out("a0") _),
            7 => asm!("sw zero, 0({0})", in(reg) own_flash),
            8 => drop(core::hint::black_box(overflow(0))),
            9 => asm!("sb zero, 0({0})", in(reg) UART),
            _ => (),
        }
    }
}

/// Cause and value of the fault of the run before.
fn last() -> [usize; 2] {
    let [_, _, cause, value] = command(TEST, test::LAST_FAULT, 0, 0);
    [cause, value]
}

fn main() {
    let mut report = Report::new("policy_restart");
    let run = ask(test::REMEMBER, 0, 1);
    match run {
        2 => {
            case!(report, "bad_load", "Load from address 0: restarted", last() => [cause::LOAD, 0])
        }
        3 => {
            case!(report, "bad_store", "Store to address 0: restarted", last() => [cause::STORE, 0])
        }
        4 => case!(report, "bad_jump", "Jump to address 0: restarted", last() => [cause::FETCH, 0]),
        5 => {
            case!(report, "illegal_instruction", "Illegal instruction: restarted", last()[0] => cause::ILLEGAL)
        }
        6 => {
            case!(report, "kernel_address", "Load from the kernel: restarted", last() => [cause::LOAD, KERNEL_RAM])
        }
        7 => {
            case!(report, "another_process", "Load from another process's RAM: restarted", last() => [cause::LOAD, ram_start() + STRIDE])
        }
        8 => {
            case!(report, "own_flash", "Store to its own flash: restarted", last() => [cause::STORE, flash_start() + PROTECTED])
        }
        9 => case!(
            report,
            "stack_overflow",
            "Stack overflow, just below RAM: restarted",
            last()[0] == cause::STORE && ram_start() - last()[1] <= 1024
        ),
        10 => {
            case!(report, "device", "Store to a device: restarted", last() => [cause::STORE, UART]);
            case!(report, "restarts", "The kernel counts the restarts", command(TEST, test::IDENTITY, 0, 0)[2] => 9);
            report.end();
            return;
        }
        _ => (),
    }
    report.print();
    misbehave(run);
}
