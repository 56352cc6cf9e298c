// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The structure that describes one process.

use core::cell::Cell;

use super::debug::ProcessStandardDebug;
use super::grants::GrantPointerEntry;
use crate::collections::ring_buffer::RingBuffer;
use crate::kernel::Kernel;
use crate::platform::chip::Chip;
use crate::platform::mpu::{MPU, Region};
use crate::process::{ProcessFaultPolicy, ProcessId, ShortId, State, Task};
use crate::process_checker::AcceptedCredential;
use crate::storage_permissions::StoragePermissions;
use crate::syscall::UserspaceKernelBoundary;
use crate::utilities::cells::{MapCell, OptionalCell};
use tock_tbf::types::TbfHeader;

/// Slots in the task queue; one of them is always empty.
pub(super) const TASK_SLOTS: usize = 10;

/// Regions beyond flash and RAM that a process may be given.
pub(super) const EXTRA_MPU_REGIONS: usize = 4;

/// A process with its flash, its RAM and its registers.
pub struct ProcessStandard<'a, C: 'static + Chip, D: 'static + ProcessStandardDebug + Default> {
    pub(super) kernel: &'static Kernel,
    pub(super) chip: &'static C,

    /// Changes with each start.
    pub(super) process_id: Cell<ProcessId>,
    pub(super) app_id: ShortId,
    pub(super) credential: Option<AcceptedCredential>,
    pub(super) header: TbfHeader<'static>,
    /// The whole TBF, from its header to its end.
    pub(super) flash: &'static [u8],

    /// Start of the process's RAM. All pointers into it are derived from this
    /// one, which may touch all of `memory_len` bytes.
    pub(super) memory_start: *mut u8,
    pub(super) memory_len: usize,
    /// Address after the RAM that the process can reach.
    pub(super) app_break: Cell<usize>,
    /// Lowest address that the kernel uses.
    pub(super) kernel_break: Cell<usize>,
    /// What `kernel_break` starts at: the address of this structure.
    pub(super) initial_kernel_break: usize,
    /// Highest end of any RAM that the process ever shared: buffers reach up to
    /// here, so the app break must not go below.
    pub(super) allow_high_water_mark: Cell<usize>,

    pub(super) grants: &'static [GrantPointerEntry],
    pub(super) tasks: MapCell<RingBuffer<'a, Task>>,
    pub(super) state: Cell<State>,
    pub(super) restart_count: Cell<usize>,
    pub(super) completion_code: OptionalCell<Option<u32>>,
    pub(super) fault_policy: &'a dyn ProcessFaultPolicy,
    pub(super) storage_permissions: Cell<StoragePermissions>,

    pub(super) stored_state:
        MapCell<<<C as Chip>::UserspaceKernelBoundary as UserspaceKernelBoundary>::StoredState>,
    pub(super) mpu_config: MapCell<<<C as Chip>::MPU as MPU>::MpuConfig>,
    pub(super) extra_regions: [Cell<Option<Region>>; EXTRA_MPU_REGIONS],
    pub(super) debug: D,
}

impl<C: 'static + Chip, D: 'static + ProcessStandardDebug> ProcessStandard<'_, C, D> {
    /// The storage permissions that the TBF header asks for: whether it may
    /// write, then count and identifiers of what it may read and modify.
    // The type is upstream's.
    #[allow(clippy::type_complexity)]
    pub fn get_tbf_storage_permissions(&self) -> Option<(bool, usize, [u32; 8], usize, [u32; 8])> {
        let (read_count, read_ids) = self.header.get_storage_read_ids()?;
        let (modify_count, modify_ids) = self.header.get_storage_modify_ids()?;
        let write = self.header.get_storage_write_id().is_some();
        Some((write, read_count, read_ids, modify_count, modify_ids))
    }
}
