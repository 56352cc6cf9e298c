// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Decisions about processes that the kernel leaves to the board.

use crate::platform::chip::Chip;
use crate::process::{FaultAction, Process};
use crate::process_standard::{ProcessStandard, ProcessStandardDebug};
use crate::storage_permissions::StoragePermissions;

/// Decides what happens to a process that faulted.
pub trait ProcessFaultPolicy {
    /// What to do with `process`, which just faulted.
    fn action(&self, process: &dyn Process) -> FaultAction;
}

/// Decides what a new process may do with shared storage.
pub trait ProcessStandardStoragePermissionsPolicy<C: Chip, D: ProcessStandardDebug> {
    /// The permissions of `process`, asked once when it is loaded.
    fn get_permissions(&self, process: &ProcessStandard<C, D>) -> StoragePermissions;
}

/// No process has access to shared storage.
impl<C: Chip, D: ProcessStandardDebug> ProcessStandardStoragePermissionsPolicy<C, D> for () {
    fn get_permissions(&self, _process: &ProcessStandard<C, D>) -> StoragePermissions {
        StoragePermissions::new_null()
    }
}
