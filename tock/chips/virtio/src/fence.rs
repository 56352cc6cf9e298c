// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Order between memory shared with a device and the device's registers.

/// Orders all memory and device accesses before this against all after it.
///
/// The rings lie in ordinary memory and are accessed through volatile cells, so
/// the compiler neither drops nor reorders those accesses among themselves; the
/// contents of buffers are ordinary, and the hart may reorder either. A fence
/// between "buffer written", "descriptor published", "index published" and
/// "device notified" makes the device see them in that order (sections 2.6.13
/// and 2.6.14). The register that notifies is device memory, which a mere
/// memory fence does not order: hence `iorw` on both sides.
#[inline]
pub(crate) fn device_fence() {
    #[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
    // SAFETY: A fence only orders. It is not marked `nomem`, so that the
    // compiler keeps accesses to buffers on their side of it as well.
    unsafe {
        core::arch::asm!("fence iorw, iorw", options(nostack, preserves_flags));
    }
    #[cfg(not(any(target_arch = "riscv32", target_arch = "riscv64")))]
    core::sync::atomic::fence(core::sync::atomic::Ordering::SeqCst);
}
