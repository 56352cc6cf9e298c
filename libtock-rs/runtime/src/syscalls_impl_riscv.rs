// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Raw system calls on 32-bit RISC-V (TRD104, 3.1).
//!
//! The class goes into `a4`, arguments and results into `a0` to `a3`.

use core::arch::asm;

use libtock_platform::{RawSyscalls, Register};

/// The system calls of the kernel that this process runs on.
pub struct TockSyscalls;

// SAFETY: Each method passes exactly its arguments to `ecall` and returns the
// result registers untouched. Except for yields, the kernel changes no register
// but the results. An upcall that runs within a yield is an ordinary C function,
// which `clobber_abi` accounts for, including `ra`, in which the kernel puts
// the return address. No block claims to leave memory alone, so the compiler
// expects the kernel and upcalls to change it.
unsafe impl RawSyscalls for TockSyscalls {
    unsafe fn yield1([Register(r0)]: [Register; 1]) {
        // SAFETY: The caller passes a yield that reads only its number. The
        // stack is not declared unused, since an upcall runs on it.
        unsafe {
            asm!("ecall",
                 inlateout("a0") r0 => _,
                 in("a4") 0,
                 clobber_abi("C"));
        }
    }

    unsafe fn yield2([Register(r0), Register(r1)]: [Register; 2]) {
        // SAFETY: As above; the second argument is for the kernel to write
        // through.
        unsafe {
            asm!("ecall",
                 inlateout("a0") r0 => _,
                 inlateout("a1") r1 => _,
                 in("a4") 0,
                 clobber_abi("C"));
        }
    }

    unsafe fn syscall1<const CLASS: usize>([Register(mut r0)]: [Register; 1]) -> [Register; 2] {
        let r1;
        // SAFETY: The caller passes a memory operation without side effects.
        unsafe {
            asm!("ecall",
                 inlateout("a0") r0,
                 lateout("a1") r1,
                 lateout("a2") _,
                 lateout("a3") _,
                 in("a4") CLASS,
                 options(preserves_flags, nostack));
        }
        [Register(r0), Register(r1)]
    }

    unsafe fn syscall2<const CLASS: usize>(
        [Register(mut r0), Register(mut r1)]: [Register; 2],
    ) -> [Register; 2] {
        // SAFETY: The caller answers for what the memory operation or the exit
        // does to the process.
        unsafe {
            asm!("ecall",
                 inlateout("a0") r0,
                 inlateout("a1") r1,
                 lateout("a2") _,
                 lateout("a3") _,
                 in("a4") CLASS,
                 options(preserves_flags, nostack));
        }
        [Register(r0), Register(r1)]
    }

    unsafe fn syscall4<const CLASS: usize>(
        [Register(mut r0), Register(mut r1), Register(mut r2), Register(mut r3)]: [Register; 4],
    ) -> [Register; 4] {
        // SAFETY: The caller answers for the validity of what is shared.
        unsafe {
            asm!("ecall",
                 inlateout("a0") r0,
                 inlateout("a1") r1,
                 inlateout("a2") r2,
                 inlateout("a3") r3,
                 in("a4") CLASS,
                 options(preserves_flags, nostack));
        }
        [Register(r0), Register(r1), Register(r2), Register(r3)]
    }
}
