// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System calls with the registers as they are.

use core::arch::asm;

/// The classes, from a4.
pub mod class {
    pub const YIELD: usize = 0;
    pub const SUBSCRIBE: usize = 1;
    pub const COMMAND: usize = 2;
    pub const ALLOW_READ_WRITE: usize = 3;
    pub const ALLOW_READ_ONLY: usize = 4;
    pub const MEMOP: usize = 5;
    pub const EXIT: usize = 6;
    pub const ALLOW_USER_READABLE: usize = 7;
}

/// Makes a call of class `CLASS` and returns a0 to a3.
///
/// # Safety
/// What is shared with the kernel must stay valid until it is taken back, and
/// an upcall that a yield may run must be a function for it.
pub unsafe fn syscall<const CLASS: usize>(arguments: [usize; 4]) -> [usize; 4] {
    let [mut a0, mut a1, mut a2, mut a3] = arguments;
    // SAFETY: The caller answers for the arguments. The kernel keeps all other
    // registers, but an upcall, which runs as a C function, does not.
    unsafe {
        asm!(
            "ecall",
            inlateout("a0") a0,
            inlateout("a1") a1,
            inlateout("a2") a2,
            inlateout("a3") a3,
            in("a4") CLASS,
            clobber_abi("C"),
        );
    }
    [a0, a1, a2, a3]
}
