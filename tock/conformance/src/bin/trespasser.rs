// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Does one thing that a process may not, chosen by `TRESPASS` at build time.

#![no_std]
#![no_main]

use conformance::say;
use core::arch::asm;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x800}

const ATTEMPT: &str = match option_env!("TRESPASS") {
    Some(attempt) => attempt,
    None => "load kernel",
};

fn main() {
    say!("trespasser: {ATTEMPT}");
    let kernel_flash = 0x8000_0000usize;
    let kernel_ram = 0x8020_0000usize;
    let uart = 0x1000_0000usize;
    let own_code = main as *const () as usize;
    let stack_byte = 0u32;
    let own_ram = &raw const stack_byte as usize;
    // SAFETY: Each is a fault, at which the process ends, so that nothing after
    // it relies on anything; if it is none, the line below makes the test fail.
    unsafe {
        match ATTEMPT {
            "load kernel" => asm!("lw {0}, 0({0})", inout(reg) kernel_flash => _),
            "load kernel ram" => asm!("lw {0}, 0({0})", inout(reg) kernel_ram => _),
            "store kernel" => asm!("sw zero, 0({0})", in(reg) kernel_ram),
            "load device" => asm!("lb {0}, 5({0})", inout(reg) uart => _),
            "store own code" => asm!("sw zero, 0({0})", in(reg) own_code),
            "execute ram" => asm!("jalr {0}", in(reg) own_ram, clobber_abi("C")),
            "execute kernel" => asm!("jalr {0}", in(reg) kernel_flash, clobber_abi("C")),
            "read csr" => asm!("csrr {0}, mstatus", out(reg) _),
            "read counter" => asm!("rdcycle {0}", out(reg) _),
            "float" => asm!(".word 0xf0000053"), // fmv.w.x ft0, zero
            "wait" => asm!("mret"),
            "bad yield" => asm!("ecall", in("a0") 3, in("a4") 0, clobber_abi("C")),
            "bad class" => asm!("ecall", in("a4") 8, clobber_abi("C")),
            "grant" => {
                // The byte after the break, where the kernel's part begins later.
                let end: usize;
                asm!("ecall", inlateout("a0") 6usize => _, inlateout("a1") 0usize => end,
                     in("a4") 5, options(nostack));
                asm!("lw {0}, 0({0})", inout(reg) end => _);
            }
            _ => (),
        }
    }
    say!("trespasser: not stopped");
}
