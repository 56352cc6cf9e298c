// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! User regions in unlocked PMP entries; machine mode is not restricted.
//!
//! Two entries make a region: an even one that is off and holds the start, and
//! the odd one after it that matches from there to its own address. An entry
//! that is not locked does not apply to machine mode, neither in a classic PMP
//! nor in one with the ePMP extension whose `mseccfg` is left at zero, so this
//! works the same on both.

use super::config::{TORUserPMP, TORUserPMPCFG, UserRegion};
use crate::csr::pmp::{ENTRIES_PER_CONFIG, MAX_ENTRIES, pmpaddr_set, pmpconfig_get, pmpconfig_set};

/// Lock bits of the four configuration bytes in a `pmpcfg` register.
const LOCKED: usize = 0x8080_8080;

/// The first `AVAILABLE_ENTRIES` entries of the PMP.
pub struct SimplePMP<const AVAILABLE_ENTRIES: usize> {
    /// Whether the hart can translate addresses. Then it may cache what the
    /// PMP allows along with translations, and is to be told of changes
    /// (privileged specification, section 3.7.2).
    caches_permissions: bool,
}

impl<const AVAILABLE_ENTRIES: usize> SimplePMP<AVAILABLE_ENTRIES> {
    /// Takes over the PMP and switches all its entries off.
    ///
    /// # Safety
    /// Nothing else may use the PMP, and the hart has at least
    /// `AVAILABLE_ENTRIES` entries.
    ///
    /// # Errors
    /// `Err(())` if an entry is locked: firmware before the kernel has set up
    /// protection that this would have to fit into.
    #[allow(clippy::result_unit_err)]
    pub unsafe fn new() -> Result<Self, ()> {
        use crate::csr::CSR;
        use kernel::utilities::registers::interfaces::Readable;

        /// Bit of `misa` for supervisor mode.
        const MISA_S: usize = 1 << 18;

        for register in 0..AVAILABLE_ENTRIES.div_ceil(ENTRIES_PER_CONFIG) {
            if pmpconfig_get(register) & LOCKED != 0 {
                return Err(());
            }
            pmpconfig_set(register, 0);
        }
        let pmp = SimplePMP {
            caches_permissions: CSR.misa.get() & MISA_S != 0,
        };
        pmp.synchronize();
        Ok(pmp)
    }

    /// Makes changes of the entries visible to the accesses that follow.
    fn synchronize(&self) {
        if self.caches_permissions {
            #[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
            // SAFETY: Orders and flushes, but changes no memory. The hart
            // has supervisor mode, so the instruction exists.
            unsafe {
                core::arch::asm!("sfence.vma zero, zero", options(nostack));
            }
        }
    }
}

/// The words for `pmpaddr` and `pmpcfg` that make `regions`.
pub(super) fn encode(regions: &[UserRegion]) -> ([usize; MAX_ENTRIES], [u32; MAX_ENTRIES / 4]) {
    let mut addresses = [0; MAX_ENTRIES];
    let mut configs = [0; MAX_ENTRIES / ENTRIES_PER_CONFIG];
    for (number, &(config, start, end)) in regions.iter().enumerate().take(MAX_ENTRIES / 2) {
        let top = 2 * number + 1;
        addresses[top - 1] = start.addr() >> 2;
        addresses[top] = end.addr() >> 2;
        let shift = 8 * (top % ENTRIES_PER_CONFIG);
        configs[top / ENTRIES_PER_CONFIG] |= u32::from(config.get()) << shift;
    }
    (addresses, configs)
}

impl<const AVAILABLE_ENTRIES: usize, const MAX_REGIONS: usize> TORUserPMP<MAX_REGIONS>
    for SimplePMP<AVAILABLE_ENTRIES>
{
    const CONST_ASSERT_CHECK: () = {
        assert!(AVAILABLE_ENTRIES <= MAX_ENTRIES);
        assert!(MAX_REGIONS <= AVAILABLE_ENTRIES / 2);
    };

    fn available_regions(&self) -> usize {
        MAX_REGIONS
    }

    fn configure_pmp(
        &self,
        regions: &[(TORUserPMPCFG, *const u8, *const u8); MAX_REGIONS],
    ) -> Result<(), ()> {
        let (addresses, configs) = encode(regions);
        // All addresses first and then all configurations: QEMU 7.2 notices
        // new addresses only with the next write of a configuration. In
        // between, only machine mode runs, to which the entries do not apply.
        for (entry, &address) in addresses.iter().enumerate().take(2 * MAX_REGIONS) {
            pmpaddr_set(entry, address);
        }
        for (register, &config) in configs
            .iter()
            .enumerate()
            .take((2 * MAX_REGIONS).div_ceil(ENTRIES_PER_CONFIG))
        {
            pmpconfig_set(register, config as usize);
        }
        self.synchronize();
        Ok(())
    }

    fn enable_user_pmp(&self) -> Result<(), ()> {
        // The regions apply to user mode from when they are configured.
        Ok(())
    }

    fn disable_user_pmp(&self) {
        // Unlocked entries do not apply to machine mode.
    }
}
