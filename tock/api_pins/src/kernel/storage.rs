// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Storage permissions, inter-process communication and introspection.

use core::num::NonZeroU32;

use crate::implements;
use kernel::Kernel;
use kernel::ProcessId;
use kernel::capabilities::{
    ApplicationStorageCapability, KerneluserStorageCapability, MemoryAllocationCapability,
    ProcessManagementCapability,
};
use kernel::introspection::KernelInfo;
use kernel::ipc::{IPC, IPCUpcallType};
use kernel::storage_permissions::StoragePermissions;

implements!(StoragePermissions: Copy);
const _: fn(NonZeroU32, &dyn ApplicationStorageCapability) -> StoragePermissions =
    StoragePermissions::new_self_only;
const _: fn(
    NonZeroU32,
    bool,
    bool,
    usize,
    [u32; 8],
    usize,
    [u32; 8],
    &dyn ApplicationStorageCapability,
) -> StoragePermissions = StoragePermissions::new_fixed_size;
const _: fn(
    NonZeroU32,
    bool,
    bool,
    &'static [u32],
    &'static [u32],
    &dyn ApplicationStorageCapability,
) -> StoragePermissions = StoragePermissions::new_listed;
const _: fn(&dyn KerneluserStorageCapability) -> StoragePermissions =
    StoragePermissions::new_kernel;
const _: fn() -> StoragePermissions = StoragePermissions::new_null;
const _: fn(&StoragePermissions, u32) -> bool = StoragePermissions::check_read_permission;
const _: fn(&StoragePermissions, u32) -> bool = StoragePermissions::check_modify_permission;
const _: fn(&StoragePermissions) -> Option<u32> = StoragePermissions::get_write_id;

const _: () = assert!(kernel::ipc::DRIVER_NUM == 0x10000usize);
const _: fn(&'static Kernel, usize, &dyn MemoryAllocationCapability) -> IPC<4> = IPC::<4>::new;

pub fn ipc_upcalls(upcall: IPCUpcallType) {
    match upcall {
        IPCUpcallType::Service | IPCUpcallType::Client => {}
    }
}

const _: fn(&'static Kernel) -> KernelInfo = KernelInfo::new;
const _: [fn(&KernelInfo, &dyn ProcessManagementCapability) -> usize; 3] = [
    KernelInfo::number_loaded_processes,
    KernelInfo::number_active_processes,
    KernelInfo::number_inactive_processes,
];
const _: fn(&KernelInfo, ProcessId, &dyn ProcessManagementCapability) -> &'static str =
    KernelInfo::process_name;
