// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Trap entry and exit.
//!
//! ```text
//!            mscratch == 0                        mscratch != 0
//!   kernel code trapped                     a process trapped
//!            |                                      |
//!   save caller-saved registers             save all registers, pc, mcause and
//!            |                              mtval in the block at mscratch
//!   interrupt: off, from now on                     |
//!   exception: panic                        back on the kernel's stack, return
//!            |                              from `switch_to_process`
//!          mret
//! ```
//!
//! No work is done in a trap. The first interrupt of kernel code turns
//! interrupts off for the kernel, which loses nothing: the kernel loop looks at
//! `mip` between any two pieces of work, `wfi` wakes up whether or not
//! interrupts are on, and in user mode they are always on. The sources stay let
//! through in `mie`, because a source that is masked until it is served would
//! stay masked if its cause goes away unserved, as that of a timer does when
//! the alarm is set again. An interrupt of a process just ends its turn.

use crate::csr::{CSR, mcause::Trap};
use core::fmt::Write;
use kernel::utilities::registers::interfaces::Readable;

#[cfg(all(target_arch = "riscv32", target_os = "none"))]
mod entry {
    use crate::csr::{CSR, mcause::Trap, mstatus::mstatus};
    use crate::thread_id::set_in_kernel_trap;
    use kernel::utilities::registers::interfaces::Readable;

    // SAFETY: Defined by the assembly below. Only its address is taken.
    unsafe extern "C" {
        /// Entry of all traps, for `mtvec` only: not callable.
        pub fn _start_trap();
    }

    // Offsets into the block at mscratch, see `syscall::RiscvimacStoredState`,
    // which asserts them: register xN at 4 * (N - 1), pc 124, mcause 128,
    // mtval 132, the kernel's stack pointer 136.
    core::arch::global_asm!(
        "
        .section .riscv.trap, \"ax\", @progbits
        .balign 4
        .globl _start_trap
    _start_trap:
        csrrw   sp, mscratch, sp
        bnez    sp, 1f

        // Out of kernel code. The swap back leaves mscratch at zero again.
        csrrw   sp, mscratch, sp
        addi    sp, sp, -64
        sw      ra, 0(sp)
        sw      t0, 4(sp)
        sw      t1, 8(sp)
        sw      t2, 12(sp)
        sw      t3, 16(sp)
        sw      t4, 20(sp)
        sw      t5, 24(sp)
        sw      t6, 28(sp)
        sw      a0, 32(sp)
        sw      a1, 36(sp)
        sw      a2, 40(sp)
        sw      a3, 44(sp)
        sw      a4, 48(sp)
        sw      a5, 52(sp)
        sw      a6, 56(sp)
        sw      a7, 60(sp)
        call    {from_kernel}
        lw      ra, 0(sp)
        lw      t0, 4(sp)
        lw      t1, 8(sp)
        lw      t2, 12(sp)
        lw      t3, 16(sp)
        lw      t4, 20(sp)
        lw      t5, 24(sp)
        lw      t6, 28(sp)
        lw      a0, 32(sp)
        lw      a1, 36(sp)
        lw      a2, 40(sp)
        lw      a3, 44(sp)
        lw      a4, 48(sp)
        lw      a5, 52(sp)
        lw      a6, 56(sp)
        lw      a7, 60(sp)
        addi    sp, sp, 64
        mret

    1:  // Out of a process: sp is its block, mscratch its sp.
        sw      x1, 0*4(sp)
        sw      x3, 2*4(sp)
        sw      x4, 3*4(sp)
        sw      x5, 4*4(sp)
        sw      x6, 5*4(sp)
        sw      x7, 6*4(sp)
        sw      x8, 7*4(sp)
        sw      x9, 8*4(sp)
        sw      x10, 9*4(sp)
        sw      x11, 10*4(sp)
        sw      x12, 11*4(sp)
        sw      x13, 12*4(sp)
        sw      x14, 13*4(sp)
        sw      x15, 14*4(sp)
        sw      x16, 15*4(sp)
        sw      x17, 16*4(sp)
        sw      x18, 17*4(sp)
        sw      x19, 18*4(sp)
        sw      x20, 19*4(sp)
        sw      x21, 20*4(sp)
        sw      x22, 21*4(sp)
        sw      x23, 22*4(sp)
        sw      x24, 23*4(sp)
        sw      x25, 24*4(sp)
        sw      x26, 25*4(sp)
        sw      x27, 26*4(sp)
        sw      x28, 27*4(sp)
        sw      x29, 28*4(sp)
        sw      x30, 29*4(sp)
        sw      x31, 30*4(sp)
        csrrw   t0, mscratch, zero
        sw      t0, 1*4(sp)
        csrr    t0, mepc
        sw      t0, 31*4(sp)
        csrr    t0, mcause
        sw      t0, 32*4(sp)
        csrr    t0, mtval
        sw      t0, 33*4(sp)

        // The frame that `_switch_to_process` has made.
        lw      sp, 34*4(sp)
        lw      ra, 0(sp)
        lw      gp, 4(sp)
        lw      tp, 8(sp)
        lw      s0, 12(sp)
        lw      s1, 16(sp)
        lw      s2, 20(sp)
        lw      s3, 24(sp)
        lw      s4, 28(sp)
        lw      s5, 32(sp)
        lw      s6, 36(sp)
        lw      s7, 40(sp)
        lw      s8, 44(sp)
        lw      s9, 48(sp)
        lw      s10, 52(sp)
        lw      s11, 56(sp)
        addi    sp, sp, 64
        ret

        .globl _switch_to_process
    _switch_to_process:
        // From here to mret an interrupt would take this for a process.
        csrci   mstatus, 8

        addi    sp, sp, -64
        sw      ra, 0(sp)
        sw      gp, 4(sp)
        sw      tp, 8(sp)
        sw      s0, 12(sp)
        sw      s1, 16(sp)
        sw      s2, 20(sp)
        sw      s3, 24(sp)
        sw      s4, 28(sp)
        sw      s5, 32(sp)
        sw      s6, 36(sp)
        sw      s7, 40(sp)
        sw      s8, 44(sp)
        sw      s9, 48(sp)
        sw      s10, 52(sp)
        sw      s11, 56(sp)

        // The store-conditional drops a reservation that another process may
        // have left; whether it stores or not, the word is the stack pointer.
        addi    t0, a0, 34*4
        sw      sp, 0(t0)
        .option push
        .option arch, +a
        sc.w    t1, sp, (t0)
        .option pop
        csrw    mscratch, a0

        // mret: to user mode (MPP = 0) with interrupts on (MPIE = 1).
        li      t0, 0x1800
        csrc    mstatus, t0
        li      t0, 0x80
        csrs    mstatus, t0
        lw      t0, 31*4(a0)
        csrw    mepc, t0

        lw      x1, 0*4(a0)
        lw      x2, 1*4(a0)
        lw      x3, 2*4(a0)
        lw      x4, 3*4(a0)
        lw      x5, 4*4(a0)
        lw      x6, 5*4(a0)
        lw      x7, 6*4(a0)
        lw      x8, 7*4(a0)
        lw      x9, 8*4(a0)
        lw      x11, 10*4(a0)
        lw      x12, 11*4(a0)
        lw      x13, 12*4(a0)
        lw      x14, 13*4(a0)
        lw      x15, 14*4(a0)
        lw      x16, 15*4(a0)
        lw      x17, 16*4(a0)
        lw      x18, 17*4(a0)
        lw      x19, 18*4(a0)
        lw      x20, 19*4(a0)
        lw      x21, 20*4(a0)
        lw      x22, 21*4(a0)
        lw      x23, 22*4(a0)
        lw      x24, 23*4(a0)
        lw      x25, 24*4(a0)
        lw      x26, 25*4(a0)
        lw      x27, 26*4(a0)
        lw      x28, 27*4(a0)
        lw      x29, 28*4(a0)
        lw      x30, 29*4(a0)
        lw      x31, 30*4(a0)
        lw      x10, 9*4(a0)
        mret
        ",
        from_kernel = sym trap_from_kernel,
    );

    /// A trap out of kernel code, on the kernel's stack with interrupts off.
    extern "C" fn trap_from_kernel() {
        set_in_kernel_trap(true);
        match Trap::from(CSR.mcause.get()) {
            Trap::Interrupt(_) => {
                // What `mret` copies to `mie`: the kernel goes on with
                // interrupts off.
                CSR.mstatus.read_and_clear_field(mstatus::mpie);
            }
            Trap::Exception(_) => {
                // The panic handler prints and never returns; what it uses
                // belongs to the main thread, which it has replaced.
                set_in_kernel_trap(false);
                panic!(
                    "kernel {} at {:#010x}, mtval {:#010x}",
                    Trap::from(CSR.mcause.get()).description(),
                    CSR.mepc.get(),
                    CSR.mtval.get()
                );
            }
        }
        set_in_kernel_trap(false);
    }
}

#[cfg(all(target_arch = "riscv32", target_os = "none"))]
pub use entry::_start_trap;

/// Brings the hart's trap registers to the state that the kernel relies on.
///
/// All traps go to machine mode and enter one handler; user mode may read no
/// counter and execute no floating point or vector instruction, whose
/// registers the kernel does not save. Interrupts stay as they are.
pub fn configure_trap_handler() {
    #[cfg(all(target_arch = "riscv32", target_os = "none"))]
    {
        use crate::csr::{mstatus::mstatus, mtvec::mtvec};
        use kernel::utilities::registers::interfaces::{ReadWriteable, Writeable};

        /// Bit of `misa` for supervisor mode, without which the delegation
        /// registers do not exist.
        const MISA_S: usize = 1 << 18;

        CSR.mscratch.set(0);
        CSR.mtvec.write(
            mtvec::trap_addr.val(_start_trap as *const () as usize >> 2) + mtvec::mode::DIRECT,
        );
        if CSR.misa.get() & MISA_S != 0 {
            CSR.medeleg.set(0);
            CSR.mideleg.set(0);
        }
        CSR.mcounteren.set(0);
        CSR.mstatus
            .modify(mstatus::fs.val(0) + mstatus::vs.val(0) + mstatus::mprv::CLEAR);
    }
}

/// Prints what the value of an `mcause` register says.
///
/// # Errors
/// Those of the writer.
pub fn print_mcause(mcause: usize, writer: &mut dyn Write) -> core::fmt::Result {
    write!(writer, "{}", Trap::from(mcause).description())
}

/// Prints the trap registers of the hart.
///
/// # Safety
/// The registers describe the last trap only until the next one; a caller in
/// a panic keeps interrupts off. On other machines than RISC-V this panics.
pub unsafe fn print_riscv_state(writer: &mut dyn Write) {
    let mcause = CSR.mcause.get();
    let mtval = CSR.mtval.get();
    let mepc = CSR.mepc.get();
    let mstatus = CSR.mstatus.get();
    let mie = CSR.mie.get();
    let mip = CSR.mip.get();
    // A writer in a panic has nobody to report an error to.
    let _ = write!(
        writer,
        "\r\n---| RISC-V Machine State |---\r\n\
         Last cause (mcause): {} ({:#010x})\r\n\
         Last value (mtval):  {:#010x}\r\n\
         Exception pc (mepc): {:#010x}\r\n\
         mstatus: {:#010x}  mie: {:#010x}  mip: {:#010x}\r\n",
        Trap::from(mcause).description(),
        mcause,
        mtval,
        mepc,
        mstatus,
        mie,
        mip,
    );
}
