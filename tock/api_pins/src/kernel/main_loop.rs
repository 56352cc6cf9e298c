// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The kernel object: grants, capabilities to reach processes, the main loop.

use crate::kernel::platform::{PinBoard, PinChip};
use kernel::Kernel;
use kernel::ProcessId;
use kernel::capabilities::{
    ExternalProcessCapability, MainLoopCapability, MemoryAllocationCapability,
    ProcessManagementCapability,
};
use kernel::grant::{AllowRoSize, AllowRwSize, Grant, UpcallSize};
use kernel::ipc::IPC;
use kernel::process::{Process, ProcessSlot};

pub const KERNEL: Kernel = Kernel::new(&[]);
const _: fn(&'static [ProcessSlot]) -> Kernel = Kernel::new;

pub fn create_grant<T: Default, U: UpcallSize, RO: AllowRoSize, RW: AllowRwSize>() {
    let _: fn(&'static Kernel, usize, &dyn MemoryAllocationCapability) -> Grant<T, U, RO, RW> =
        Kernel::create_grant::<T, U, RO, RW>;
}

pub fn process_map_or_external<R, F: FnOnce(&dyn Process) -> R>() {
    let _: fn(&Kernel, R, ProcessId, F, &dyn ProcessManagementCapability) -> R =
        Kernel::process_map_or_external::<F, R>;
}

pub fn process_each_capability<F: FnMut(&dyn Process)>() {
    let _: fn(&'static Kernel, &dyn ProcessManagementCapability, F) =
        Kernel::process_each_capability::<F>;
}

pub fn process_iter_capability<'a>(
    kernel: &'a Kernel,
    capability: &'a dyn ProcessManagementCapability,
) -> impl Iterator<Item = &'a dyn Process> {
    kernel.process_iter_capability(capability)
}

pub fn hardfault_all_apps<C: ProcessManagementCapability>() {
    let _: fn(&Kernel, &C) = Kernel::hardfault_all_apps::<C>;
}

const _: fn(&Kernel, &dyn ExternalProcessCapability) -> usize =
    Kernel::get_grant_count_and_finalize_external;
const _: fn(&Kernel, &PinBoard, &PinChip, Option<&IPC<0>>, &dyn MainLoopCapability) -> ! =
    Kernel::kernel_loop::<PinBoard, PinChip, 0>;
const _: fn(&Kernel, &PinBoard, &PinChip, Option<&IPC<4>>, bool, &dyn MainLoopCapability) =
    Kernel::kernel_loop_operation::<PinBoard, PinChip, 4>;
