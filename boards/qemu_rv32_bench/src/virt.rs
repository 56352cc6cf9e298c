// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! QEMU's riscv32 `virt` machine: entry, counter, console, power switch.
//!
//! All the unsafe code of the image is here.

use core::arch::{asm, global_asm};
use core::fmt::{self, Write};
use core::panic::PanicInfo;
use core::ptr;

use qemu_rv32_bench::machine::Machine;

/// The 16550's transmit register, and its line status.
const UART: *mut u8 = 0x1000_0000 as *mut u8;
const LINE_STATUS: usize = 5;
const TRANSMIT_EMPTY: u8 = 1 << 5;

/// sifive_test: powers the machine off.
const POWER: *mut u32 = 0x0010_0000 as *mut u32;
const POWER_OFF: u32 = 0x5555;
/// Powers off with the upper half as QEMU's exit status.
const POWER_OFF_FAILED: u32 = 0x3333;

// Starts in machine mode with nothing set up. All counters run.
global_asm!(
    ".section .start, \"ax\"",
    ".globl _start",
    "_start:",
    "la sp, _stack_top",
    "la t0, 3f",
    "csrw mtvec, t0",
    "csrw mcountinhibit, zero",
    "la t0, _bss_start",
    "la t1, _bss_end",
    "1: bgeu t0, t1, 2f",
    "sw zero, 0(t0)",
    "addi t0, t0, 4",
    "j 1b",
    "2: call {main}",
    ".balign 4",
    "3: call {trap}",
    main = sym main,
    trap = sym trap,
);

struct Virt;

impl Machine for Virt {
    #[inline(always)]
    fn instructions(&self) -> u32 {
        let count;
        // SAFETY: Reading minstret in machine mode has no effect. It may not
        // be moved over memory accesses, which the missing `nomem` says.
        unsafe { asm!("csrr {}, minstret", out(reg) count, options(nostack)) };
        count
    }
}

impl Write for Virt {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            // SAFETY: Both registers of the 16550 are mapped at these
            // addresses in the `virt` machine, and nothing else owns them: the
            // image has one hart and no interrupts.
            unsafe {
                while ptr::read_volatile(UART.add(LINE_STATUS)) & TRANSMIT_EMPTY == 0 {}
                ptr::write_volatile(UART, byte);
            }
        }
        Ok(())
    }
}

fn power_off(passed: bool) -> ! {
    let value = if passed {
        POWER_OFF
    } else {
        1 << 16 | POWER_OFF_FAILED
    };
    // SAFETY: sifive_test is mapped at this address in the `virt` machine.
    unsafe { ptr::write_volatile(POWER, value) };
    loop {
        core::hint::spin_loop();
    }
}

extern "C" fn main() -> ! {
    power_off(qemu_rv32_bench::run(&mut Virt) == Ok(true))
}

extern "C" fn trap() -> ! {
    let (cause, address): (usize, usize);
    // SAFETY: Reading these registers in machine mode has no effect.
    unsafe {
        asm!("csrr {}, mcause", "csrr {}, mepc", out(reg) cause, out(reg) address, options(nomem, nostack));
    }
    fail(format_args!("trap {cause:#x} at {address:#x}"))
}

#[panic_handler]
fn panicked(info: &PanicInfo<'_>) -> ! {
    fail(format_args!("{info}"))
}

fn fail(why: fmt::Arguments<'_>) -> ! {
    // Each line of a report begins with a word that says what it is.
    match writeln!(Virt, "\nFAIL image {why}\nEND fail") {
        Ok(()) | Err(fmt::Error) => power_off(false),
    }
}
