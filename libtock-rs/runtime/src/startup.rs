// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From the kernel's first jump to the application's `main`.
//!
//! The header and the order of the steps are part of the ABI between the linker
//! layout, the tools that look into an application image and this code:
//!
//! | Offset | Word |
//! |---|---|
//! | 0 | address of `start` |
//! | 4 | the first break: the end of `.bss` |
//! | 8 | top of the stack |
//! | 12, 16, 20 | `.data`: size, where it is stored, where it belongs |
//! | 24, 28 | `.bss`: size, where it belongs |

use core::arch::global_asm;

// Registers across the code below: s0 is the address of the header; a system
// call changes a0 to a3 only.
global_asm!(
    r#"
    .section .start, "ax"
    .balign 4
    .globl rt_header
rt_header:
    .word start
    .word rt_initial_break
    .word rt_stack_top
    .word rt_data_size
    .word rt_data_source
    .word rt_data_start
    .word rt_bss_size
    .word rt_bss_start

    .globl start
start:
    // The header says where this code was linked to run. If it runs somewhere
    // else, no absolute address in it is right, and there is no going on.
    auipc   s1, 0
    mv      s0, a0
    lw      s2, 0(s0)
    bne     s1, s2, 50f

    // Memory first: until the break has moved there is none.
    li      a0, 0
    lw      a1, 4(s0)
    li      a4, 5
    ecall
    li      s3, 128
    bne     a0, s3, 60f

    lw      sp, 8(s0)

    // Copy .data, a word at a time.
    lw      t0, 12(s0)
    lw      t1, 16(s0)
    lw      t2, 20(s0)
    add     t0, t0, t2
10: beq     t2, t0, 20f
    lw      t3, 0(t1)
    sw      t3, 0(t2)
    addi    t1, t1, 4
    addi    t2, t2, 4
    j       10b

    // Zero .bss.
20: lw      t0, 24(s0)
    lw      t1, 28(s0)
    add     t0, t0, t1
30: beq     t1, t0, 40f
    sw      zero, 0(t1)
    addi    t1, t1, 4
    j       30b

40: j       {rust_start}

    // Low-level debug, print alert code, "wrong location".
50: li      a0, 8
    li      a1, 1
    li      a2, 2
    li      a3, 0
    li      a4, 2
    ecall

    // Terminate with completion code 1.
60: li      a0, 0
    li      a1, 1
    li      a4, 6
    ecall
    j       60b
    "#,
    rust_start = sym rust_start,
);

extern "Rust" {
    /// Defined by [`set_main`](crate::set_main).
    fn libtock_unsafe_main() -> !;
}

extern "C" {
    // Defined by the linker layout; only their addresses mean anything.
    #[cfg(not(feature = "no_debug_memop"))]
    static rt_stack_top: u8;
    static _heap_start: u8;
}

/// The rest of the way, with memory and stack in place.
extern "C" fn rust_start() -> ! {
    #[cfg(not(feature = "no_debug_memop"))]
    {
        use crate::TockSyscalls;
        use libtock_platform::Syscalls;

        // The kernel may refuse; then its debug output shows less.
        let _ = TockSyscalls::memop_debug_stack_start(&raw const rt_stack_top);
        let _ = TockSyscalls::memop_debug_heap_start(&raw const _heap_start);
    }

    // SAFETY: `set_main!` defines the function with this signature, and this is
    // the only call of it.
    unsafe { libtock_unsafe_main() }
}

/// Where the memory after `.bss` starts, which nothing uses unless the
/// application makes a heap of it.
pub fn get_heap_start() -> *mut () {
    (&raw const _heap_start).cast_mut().cast()
}
