// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Single instructions and the interrupt lock.

/// Does nothing for one instruction.
#[inline]
pub fn nop() {
    #[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
    // SAFETY: `nop` changes nothing but the program counter.
    unsafe {
        core::arch::asm!("nop", options(nomem, nostack, preserves_flags));
    }
}

/// Sleeps until an interrupt that `mie` lets through is pending. This does not
/// depend on `mstatus.mie`, so a caller with interrupts off loses no wake-up.
#[inline]
pub fn wfi() {
    #[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
    // SAFETY: `wfi` only delays the hart; the specification lets it return at
    // any time, and callers loop.
    unsafe {
        core::arch::asm!("wfi", options(nostack));
    }
}

/// Runs `f` with interrupts off and returns what it returns; then interrupts
/// are as they were before.
pub fn with_interrupts_disabled<F, R>(f: F) -> R
where
    F: FnOnce() -> R,
{
    #[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
    {
        use crate::csr::{CSR, mstatus::mstatus};
        let were_on = CSR.mstatus.read_and_clear_field(mstatus::mie) != 0;
        let result = f();
        if were_on {
            CSR.mstatus.read_and_set_field(mstatus::mie);
        }
        result
    }
    #[cfg(not(any(target_arch = "riscv32", target_arch = "riscv64")))]
    f()
}
