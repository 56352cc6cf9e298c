// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Storage policy: each process has access to what is its own.
//!
//! What is stored belongs to a fixed ShortId. A process without one has no
//! access.

use kernel::capabilities::ApplicationStorageCapability;
use kernel::platform::chip::Chip;
use kernel::process::{
    Process, ProcessStandard, ProcessStandardDebug, ProcessStandardStoragePermissionsPolicy,
    ShortId,
};
use kernel::storage_permissions::StoragePermissions;

/// Gives each process access to its own.
pub struct IndividualStoragePermissions<CAP: ApplicationStorageCapability> {
    cap: CAP,
}

impl<CAP: ApplicationStorageCapability> IndividualStoragePermissions<CAP> {
    /// Makes the policy.
    pub fn new(cap: CAP) -> Self {
        Self { cap }
    }
}

impl<C: Chip, D: ProcessStandardDebug, CAP: ApplicationStorageCapability>
    ProcessStandardStoragePermissionsPolicy<C, D> for IndividualStoragePermissions<CAP>
{
    fn get_permissions(&self, process: &ProcessStandard<C, D>) -> StoragePermissions {
        match process.short_app_id() {
            ShortId::Fixed(id) => StoragePermissions::new_self_only(id, &self.cap),
            ShortId::LocallyUnique => StoragePermissions::new_null(),
        }
    }
}
