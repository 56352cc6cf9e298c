// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Which thread of execution runs: the hart, in or out of a kernel trap.

use core::sync::atomic::{AtomicBool, Ordering};
use kernel::platform::chip::ThreadIdProvider;

/// Whether the trap handler has interrupted kernel code.
///
/// Only the trap handler writes it, and traps do not nest, so relaxed loads
/// and stores are enough.
static IN_KERNEL_TRAP: AtomicBool = AtomicBool::new(false);

/// Marks the beginning and the end of a trap out of kernel code.
#[cfg_attr(
    not(all(target_arch = "riscv32", target_os = "none")),
    allow(dead_code)
)]
pub(crate) fn set_in_kernel_trap(inside: bool) {
    IN_KERNEL_TRAP.store(inside, Ordering::Relaxed);
}

/// Tells the kernel's main thread from the trap handler that interrupts it.
pub enum RiscvThreadIdProvider {}

// SAFETY: Two contexts that can interrupt each other get different numbers:
// harts differ in `mhartid`, and on one hart the only context that interrupts
// the main thread is the trap handler, which sets the low bit for as long as
// it runs.
unsafe impl ThreadIdProvider for RiscvThreadIdProvider {
    fn running_thread_id() -> usize {
        #[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
        let hart = {
            use kernel::utilities::registers::interfaces::Readable;
            crate::csr::CSR.mhartid.get()
        };
        #[cfg(not(any(target_arch = "riscv32", target_arch = "riscv64")))]
        let hart = 0usize;
        (hart << 1) | usize::from(IN_KERNEL_TRAP.load(Ordering::Relaxed))
    }
}
