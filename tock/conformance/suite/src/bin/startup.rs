// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! How a process is started: registers, memory. Without the runtime of
//! libtock-rs, which would have changed both.

#![no_std]
#![no_main]

#[path = "../../../src/raw.rs"]
#[allow(dead_code)]
mod raw;

use core::arch::global_asm;
use core::panic::PanicInfo;
use raw::{class, syscall};

const STACK: usize = 0x1000;
const CONSOLE: usize = 1;

// SAFETY: The section only reserves room for the stack, as the linker script of
// processes has it; no code reads or writes the bytes by name.
#[unsafe(link_section = ".stack_buffer")]
#[used]
static STACK_MEMORY: [u8; STACK] = [0; STACK];

// What main gets: the OR of all registers that should be 0, a0 to a3, sp, the
// variant that brk returns, and the OR of all words of the memory then.
global_asm!(
    ".section .start, \"ax\"",
    ".globl rt_header",
    "rt_header:",
    ".word start, rt_initial_break, rt_stack_top, 0, 0, 0, 0, 0",
    ".globl start",
    "start:",
    "or ra, ra, gp",
    "or ra, ra, tp",
    "or ra, ra, t0",
    "or ra, ra, t1",
    "or ra, ra, t2",
    "or ra, ra, s0",
    "or ra, ra, s1",
    "or ra, ra, a4",
    "or ra, ra, a5",
    "or ra, ra, a6",
    "or ra, ra, a7",
    "or ra, ra, s2",
    "or ra, ra, s3",
    "or ra, ra, s4",
    "or ra, ra, s5",
    "or ra, ra, s6",
    "or ra, ra, s7",
    "or ra, ra, s8",
    "or ra, ra, s9",
    "or ra, ra, s10",
    "or ra, ra, s11",
    "or ra, ra, t3",
    "or ra, ra, t4",
    "or ra, ra, t5",
    "or ra, ra, t6",
    "mv s0, ra",
    "mv s1, a0",
    "mv s2, a1",
    "mv s3, a2",
    "mv s4, a3",
    "mv s5, sp",
    "li a0, 0",
    "la a1, rt_initial_break",
    "li a4, 5",
    "ecall",
    "mv s6, a0",
    "li s7, 0",
    "mv t0, s2",
    "la t1, rt_initial_break",
    "2: lw t2, 0(t0)",
    "or s7, s7, t2",
    "addi t0, t0, 4",
    "bltu t0, t1, 2b",
    "la sp, rt_stack_top",
    "addi sp, sp, -32",
    "sw s0, 0(sp)",
    "sw s1, 4(sp)",
    "sw s2, 8(sp)",
    "sw s3, 12(sp)",
    "sw s4, 16(sp)",
    "sw s5, 20(sp)",
    "sw s6, 24(sp)",
    "sw s7, 28(sp)",
    "mv a0, sp",
    "j {main}",
    main = sym main,
);

/// Writes the text and waits until it is out.
fn print(text: &[u8]) {
    // SAFETY: The buffer lives until the write is over, and no function is
    // subscribed.
    unsafe {
        syscall::<{ class::ALLOW_READ_ONLY }>([CONSOLE, 1, text.as_ptr() as usize, text.len()]);
        syscall::<{ class::COMMAND }>([CONSOLE, 1, text.len(), 0]);
        syscall::<{ class::YIELD }>([2, CONSOLE, 1, 0]);
        syscall::<{ class::ALLOW_READ_ONLY }>([CONSOLE, 1, 0, 0]);
    }
}

/// As the macro of the other processes, whose library brings the runtime along.
macro_rules! case {
    ($name:literal, $shows:literal, $holds:expr) => {
        print(if $holds {
            concat!("case startup.", $name, ": pass\n").as_bytes()
        } else {
            concat!("case startup.", $name, ": fail does not hold\n").as_bytes()
        })
    };
}

fn memop(operation: usize) -> usize {
    // SAFETY: Only asks.
    unsafe { syscall::<{ class::MEMOP }>([operation, 0, 0, 0])[1] }
}

extern "C" fn main(at_start: &[usize; 8]) -> ! {
    let [zero, a0, a1, a2, a3, sp, brk, memory] = *at_start;
    let (ram_start, ram_end, flash_start) = (memop(2), memop(3), memop(4));
    case!(
        "registers_are_zero",
        "All registers but a0 to a3 and sp are 0",
        zero == 0
    );
    case!(
        "a0_is_app_start",
        "a0 is the start of the process's own flash, after the protected region",
        a0 == flash_start + 0x80
    );
    case!("a1_is_ram_start", "a1 is the start of RAM", a1 == ram_start);
    case!(
        "a2_is_ram_length",
        "a2 is the length of RAM with the kernel's part",
        a2 == ram_end - ram_start
    );
    case!(
        "a3_is_break",
        "a3 is the break, which is the start of RAM",
        a3 == ram_start
    );
    case!("sp_is_ram_start", "sp is the start of RAM", sp == ram_start);
    case!(
        "ram_as_linked",
        "RAM starts where the process was linked for",
        ram_start == &raw const STACK_MEMORY as usize
    );
    case!("first_brk", "The first brk succeeds", brk == 128);
    case!(
        "memory_is_zero",
        "The memory that the first brk gives is all zeros",
        memory == 0
    );
    print(b"group startup: done\n");
    // SAFETY: Ends the process.
    unsafe { syscall::<{ class::EXIT }>([0, 0, 0, 0]) };
    loop {
        core::hint::spin_loop();
    }
}

#[panic_handler]
fn panicked(_: &PanicInfo) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
