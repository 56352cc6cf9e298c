// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Storage policy: what the header of the binary lists.
//!
//! A process without a fixed ShortId, or whose header lists nothing, has no
//! access. Its own ShortId must be listed too.

use kernel::capabilities::ApplicationStorageCapability;
use kernel::platform::chip::Chip;
use kernel::process::{
    Process, ProcessStandard, ProcessStandardDebug, ProcessStandardStoragePermissionsPolicy,
    ShortId,
};
use kernel::storage_permissions::StoragePermissions;

/// Gives each process the access that its header lists.
pub struct TbfHeaderStoragePermissions<CAP: ApplicationStorageCapability> {
    cap: CAP,
}

impl<CAP: ApplicationStorageCapability> TbfHeaderStoragePermissions<CAP> {
    /// Makes the policy.
    pub fn new(cap: CAP) -> Self {
        Self { cap }
    }
}

impl<C: Chip, D: ProcessStandardDebug, CAP: ApplicationStorageCapability>
    ProcessStandardStoragePermissionsPolicy<C, D> for TbfHeaderStoragePermissions<CAP>
{
    fn get_permissions(&self, process: &ProcessStandard<C, D>) -> StoragePermissions {
        match (
            process.short_app_id(),
            process.get_tbf_storage_permissions(),
        ) {
            (ShortId::Fixed(id), Some((write, read_count, read, modify_count, modify))) => {
                StoragePermissions::new_fixed_size(
                    id,
                    write,
                    false,
                    read_count,
                    read,
                    modify_count,
                    modify,
                    &self.cap,
                )
            }
            _ => StoragePermissions::new_null(),
        }
    }
}
