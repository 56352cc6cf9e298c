// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Memory protection: what a process may reach.

use core::fmt::Display;

/// What a process may do with a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permissions {
    /// Read, write, execute.
    ReadWriteExecute,
    /// Read and write.
    ReadWriteOnly,
    /// Read and execute.
    ReadExecuteOnly,
    /// Read.
    ReadOnly,
    /// Execute.
    ExecuteOnly,
}

/// A contiguous piece of the address space that is protected as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    start_address: *const u8,
    size: usize,
}

impl Region {
    /// A region of `size` bytes.
    pub fn new(start_address: *const u8, size: usize) -> Region {
        Region {
            start_address,
            size,
        }
    }

    /// Its first byte.
    pub fn start_address(&self) -> *const u8 {
        self.start_address
    }

    /// Its length in bytes.
    pub fn size(&self) -> usize {
        self.size
    }
}

/// A memory protection unit.
///
/// A configuration belongs to one process. Its methods only compute; the
/// hardware changes in [`configure_mpu`](Self::configure_mpu).
///
/// # Safety
///
/// While a configuration is enforced, a process must not reach any memory that
/// no region of the configuration covers, nor in ways that it does not permit.
pub unsafe trait MPU {
    /// The regions of one process.
    type MpuConfig: Display;

    /// Enforces the regions that were configured last.
    fn enable_app_mpu(&self);

    /// Ceases to enforce, for the kernel to reach all memory.
    ///
    /// # Safety
    ///
    /// No process may run until it is enabled again.
    unsafe fn disable_app_mpu(&self);

    /// How many regions the hardware has in total.
    fn number_total_regions(&self) -> usize;

    /// A configuration without regions; `None` if there can be no more of them.
    fn new_config(&self) -> Option<Self::MpuConfig>;

    /// Removes all regions from `config`.
    fn reset_config(&self, config: &mut Self::MpuConfig);

    /// Adds a region of at least `min_region_size` bytes that lies within the
    /// given memory; `None` if the hardware cannot.
    fn allocate_region(
        &self,
        unallocated_memory_start: *const u8,
        unallocated_memory_size: usize,
        min_region_size: usize,
        permissions: Permissions,
        config: &mut Self::MpuConfig,
    ) -> Option<Region>;

    /// Removes a region.
    ///
    /// # Errors
    ///
    /// `config` has no such region.
    fn remove_memory_region(&self, region: Region, config: &mut Self::MpuConfig) -> Result<(), ()>;

    /// Chooses memory for a process within what is given, and adds the region for
    /// the process's part of it. Returns start and size of the memory, which holds
    /// the process's part from the start and the kernel's from the end; `None` if
    /// it does not fit.
    #[allow(clippy::too_many_arguments)]
    fn allocate_app_memory_region(
        &self,
        unallocated_memory_start: *const u8,
        unallocated_memory_size: usize,
        min_memory_size: usize,
        initial_app_memory_size: usize,
        initial_kernel_memory_size: usize,
        permissions: Permissions,
        config: &mut Self::MpuConfig,
    ) -> Option<(*const u8, usize)>;

    /// Moves the end of the process's part of its memory to `app_memory_break`.
    ///
    /// # Errors
    ///
    /// The region cannot end there without reaching beyond
    /// `kernel_memory_break`, where the kernel's part begins.
    fn update_app_memory_region(
        &self,
        app_memory_break: *const u8,
        kernel_memory_break: *const u8,
        permissions: Permissions,
        config: &mut Self::MpuConfig,
    ) -> Result<(), ()>;

    /// Writes `config` to the hardware.
    ///
    /// # Safety
    ///
    /// The configuration must be that of the process that runs next.
    unsafe fn configure_mpu(&self, config: &Self::MpuConfig);
}
