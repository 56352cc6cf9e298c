// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From reset to `main`: stack, `.bss`, `.data`.

/// Entry of the kernel image.
///
/// The hart arrives in machine mode with interrupts off and nothing else
/// defined. There is no stack yet, hence no Rust: this sets up the registers
/// that compiled code takes for granted, clears `.bss`, copies `.data` from
/// the image to RAM, and jumps to the board's `main`. The linker script aligns
/// all the bounds to words.
///
/// The other harts of a multi-hart machine would race for the same stack, so
/// all but hart 0 sleep for ever.
// SAFETY: The body keeps to what a naked function may do: it never returns, takes
// no arguments and sets up the stack before it calls anything. Only the linker
// script, which places this section where the hart starts, names the symbol.
#[unsafe(naked)]
#[unsafe(no_mangle)]
#[unsafe(link_section = ".riscv.start")]
pub extern "C" fn initialize_ram_jump_to_main() -> ! {
    core::arch::naked_asm!(
        "
        csrw    mie, zero
        csrci   mstatus, 8
        csrr    t0, mhartid
        beqz    t0, 2f
    1:
        wfi
        j       1b
    2:
        .option push
        .option norelax
        la      gp, __global_pointer$
        .option pop
        la      sp, _estack
        mv      tp, zero
        mv      s0, zero

        la      t0, _szero
        la      t1, _ezero
    3:
        bgeu    t0, t1, 4f
        sw      zero, 0(t0)
        addi    t0, t0, 4
        j       3b
    4:
        la      t0, _srelocate
        la      t1, _erelocate
        la      t2, _etext
    5:
        bgeu    t0, t1, 6f
        lw      t3, 0(t2)
        sw      t3, 0(t0)
        addi    t0, t0, 4
        addi    t2, t2, 4
        j       5b
    6:
        tail    main
        "
    )
}
