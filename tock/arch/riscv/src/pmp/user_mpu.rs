// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The kernel's `MPU` interface over top-of-range PMP regions.
//!
//! ```text
//!   kernel::process   (one PMPUserMPUConfig per process)
//!         |  platform::mpu::MPU
//!   +------------+
//!   | PMPUserMPU |  this file: layout of regions
//!   +------------+
//!         |  TORUserPMP
//!   pmp::simple::SimplePMP   pmpcfg and pmpaddr registers
//! ```

use super::config::{PMPUserMPUConfig, TORUserPMP, TORUserPMPCFG, UNUSED, UserRegion};
use core::cell::Cell;
use core::num::NonZeroUsize;
use kernel::platform::mpu::{self, MPU};
use kernel::utilities::cells::OptionalCell;

/// Bytes that a top-of-range entry can tell apart.
const GRANULE: usize = 4;

/// A memory protection unit with `MAX_REGIONS` regions for processes.
pub struct PMPUserMPU<const MAX_REGIONS: usize, PMP: TORUserPMP<MAX_REGIONS>> {
    pmp: PMP,
    /// Id for the next configuration.
    next_id: Cell<NonZeroUsize>,
    /// The configuration that the hardware holds.
    configured: OptionalCell<NonZeroUsize>,
}

impl<const MAX_REGIONS: usize, PMP: TORUserPMP<MAX_REGIONS>> PMPUserMPU<MAX_REGIONS, PMP> {
    /// Makes a protection unit from entries that nobody else uses.
    pub fn new(pmp: PMP) -> Self {
        // Naming the constant makes the compiler evaluate it.
        let () = PMP::CONST_ASSERT_CHECK;
        PMPUserMPU {
            pmp,
            next_id: Cell::new(NonZeroUsize::MIN),
            configured: OptionalCell::empty(),
        }
    }

    /// The entries below, for tests.
    #[cfg(test)]
    pub(super) fn pmp(&self) -> &PMP {
        &self.pmp
    }
}

/// Rounds up to a granule; `None` past the end of the address space.
fn align_up(address: usize) -> Option<usize> {
    address.checked_next_multiple_of(GRANULE)
}

/// Whether [start, end) and `region` share a byte.
fn overlaps(region: &UserRegion, start: usize, end: usize) -> bool {
    let (config, region_start, region_end) = *region;
    config != TORUserPMPCFG::OFF && start < region_end.addr() && end > region_start.addr()
}

// SAFETY: `configure_mpu` writes exactly the regions of the configuration, and
// the constructor of the PMP leaves no other entry that matches in user mode,
// so that a process reaches nothing that was not allocated to it. Regions are
// never extended past the limits that the kernel gives.
unsafe impl<const MAX_REGIONS: usize, PMP: TORUserPMP<MAX_REGIONS>> MPU
    for PMPUserMPU<MAX_REGIONS, PMP>
{
    type MpuConfig = PMPUserMPUConfig<MAX_REGIONS>;

    fn enable_app_mpu(&self) {
        // With no rights on the table there is no way to run the process.
        if self.pmp.enable_user_pmp().is_err() {
            panic!("the PMP refuses to protect the process");
        }
    }

    unsafe fn disable_app_mpu(&self) {
        self.pmp.disable_user_pmp();
    }

    fn number_total_regions(&self) -> usize {
        self.pmp.available_regions()
    }

    fn new_config(&self) -> Option<Self::MpuConfig> {
        let id = self.next_id.get();
        self.next_id.set(id.checked_add(1)?);
        Some(PMPUserMPUConfig {
            id,
            is_dirty: Cell::new(true),
            regions: [UNUSED; MAX_REGIONS],
            app_memory_region: None,
        })
    }

    fn reset_config(&self, config: &mut Self::MpuConfig) {
        config.regions = [UNUSED; MAX_REGIONS];
        config.app_memory_region = None;
        config.is_dirty.set(true);
    }

    fn allocate_region(
        &self,
        unallocated_memory_start: *const u8,
        unallocated_memory_size: usize,
        min_region_size: usize,
        permissions: mpu::Permissions,
        config: &mut Self::MpuConfig,
    ) -> Option<mpu::Region> {
        let index = config
            .regions
            .iter()
            .take(self.pmp.available_regions())
            .position(|region| region.0 == TORUserPMPCFG::OFF)?;

        let at = |address| unallocated_memory_start.with_addr(address);
        let limit = unallocated_memory_start
            .addr()
            .checked_add(unallocated_memory_size)?;
        let start = align_up(unallocated_memory_start.addr())?;
        let end = align_up(start.checked_add(min_region_size)?)?;
        if end > limit || min_region_size == 0 {
            return None;
        }
        if config.regions.iter().any(|r| overlaps(r, start, end)) {
            return None;
        }

        config.regions[index] = (permissions.into(), at(start), at(end));
        config.is_dirty.set(true);
        Some(mpu::Region::new(at(start), end - start))
    }

    fn remove_memory_region(
        &self,
        region: mpu::Region,
        config: &mut Self::MpuConfig,
    ) -> Result<(), ()> {
        let start = region.start_address();
        let end = start.addr().checked_add(region.size()).ok_or(())?;
        let index = config
            .regions
            .iter()
            .position(|r| r.0 != TORUserPMPCFG::OFF && r.1 == start && r.2.addr() == end)
            .ok_or(())?;
        // The process's RAM is not a region that the kernel was handed.
        if config.app_memory_region == Some(index) {
            return Err(());
        }
        config.regions[index] = UNUSED;
        config.is_dirty.set(true);
        Ok(())
    }

    fn allocate_app_memory_region(
        &self,
        unallocated_memory_start: *const u8,
        unallocated_memory_size: usize,
        min_memory_size: usize,
        initial_app_memory_size: usize,
        initial_kernel_memory_size: usize,
        permissions: mpu::Permissions,
        config: &mut Self::MpuConfig,
    ) -> Option<(*const u8, usize)> {
        if config.app_memory_region.is_some() {
            return None;
        }
        let index = config
            .regions
            .iter()
            .take(self.pmp.available_regions())
            .position(|region| region.0 == TORUserPMPCFG::OFF)?;

        let at = |address| unallocated_memory_start.with_addr(address);
        let limit = unallocated_memory_start
            .addr()
            .checked_add(unallocated_memory_size)?;
        let start = align_up(unallocated_memory_start.addr())?;
        // The app's part ends on a granule, so that no byte of the kernel's
        // part shares one with it.
        let app_size = align_up(initial_app_memory_size)?;
        let both = app_size.checked_add(initial_kernel_memory_size)?;
        let size = align_up(core::cmp::max(min_memory_size, both))?;
        if start.checked_add(size)? > limit {
            return None;
        }
        let app_end = start + app_size;
        if config
            .regions
            .iter()
            .any(|r| overlaps(r, start, start + size))
        {
            return None;
        }

        config.regions[index] = (permissions.into(), at(start), at(app_end));
        config.app_memory_region = Some(index);
        config.is_dirty.set(true);
        Some((at(start), size))
    }

    fn update_app_memory_region(
        &self,
        app_memory_break: *const u8,
        kernel_memory_break: *const u8,
        permissions: mpu::Permissions,
        config: &mut Self::MpuConfig,
    ) -> Result<(), ()> {
        let index = config.app_memory_region.ok_or(())?;
        let start = config.regions[index].1;
        let end = align_up(app_memory_break.addr()).ok_or(())?;
        if app_memory_break < start || end > kernel_memory_break.addr() {
            return Err(());
        }
        config.regions[index] = (permissions.into(), start, app_memory_break.with_addr(end));
        config.is_dirty.set(true);
        Ok(())
    }

    unsafe fn configure_mpu(&self, config: &Self::MpuConfig) {
        if self.configured.contains(&config.id) && !config.is_dirty.get() {
            return;
        }
        // A process must not run with the regions of another.
        if self.pmp.configure_pmp(&config.regions).is_err() {
            panic!("the PMP refuses the regions of a process");
        }
        self.configured.set(config.id);
        config.is_dirty.set(false);
    }
}
