// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Loads all processes at once, before the kernel runs.

use super::{ProcessLoadError, tell_loaded, tell_skipped};
use crate::capabilities::ProcessManagementCapability;
use crate::kernel::Kernel;
use crate::platform::chip::Chip;
use crate::process::{ProcessFaultPolicy, ProcessStandard, ProcessStandardDebugFull, ShortId};
use crate::process_binary::{Discovered, discover};
use crate::process_standard::Surroundings;

/// Makes a process of every binary in `app_flash` that may run, as far as
/// `app_memory` and the process array go.
///
/// The processes have no identity and no access to shared storage, and no
/// credentials are checked. A binary that cannot be loaded is passed over with
/// a line of debug output; the ones after it are loaded nevertheless.
///
/// # Errors
///
/// `NoProcessSlot` when a binary found no place in the process array.
pub fn load_processes<C: Chip>(
    kernel: &'static Kernel,
    chip: &'static C,
    app_flash: &'static [u8],
    app_memory: &'static mut [u8],
    fault_policy: &'static dyn ProcessFaultPolicy,
    _capability: &dyn ProcessManagementCapability,
) -> Result<(), ProcessLoadError> {
    let surroundings = Surroundings::<C, ProcessStandardDebugFull> {
        kernel,
        chip,
        fault_policy,
        storage_policy: &(),
    };
    let mut flash = app_flash;
    let mut memory = app_memory;
    loop {
        let address = flash.as_ptr().addr();
        let binary = match discover(flash) {
            Discovered::Binary(binary, rest) => {
                flash = rest;
                binary
            }
            Discovered::Skipped(error, rest) => {
                tell_skipped(address, &error);
                flash = rest;
                continue;
            }
            Discovered::End => return Ok(()),
        };
        let Some((index, slot)) = kernel.free_slot() else {
            return Err(ProcessLoadError::NoProcessSlot);
        };
        let name = binary.name();
        match ProcessStandard::create(&surroundings, binary, ShortId::LocallyUnique, index, memory)
        {
            Ok((process, rest)) => {
                slot.set(process);
                memory = rest;
                tell_loaded(process);
            }
            Err((error, rest)) => {
                crate::debug!(
                    "[loader] app {} at {:#010x} skipped: {:?}",
                    name,
                    address,
                    error
                );
                memory = rest;
            }
        }
    }
}
