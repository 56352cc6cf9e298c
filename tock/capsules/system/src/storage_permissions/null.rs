// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Storage policy: no process has access.

use kernel::platform::chip::Chip;
use kernel::process::{
    ProcessStandard, ProcessStandardDebug, ProcessStandardStoragePermissionsPolicy,
};
use kernel::storage_permissions::StoragePermissions;

/// Gives nobody access.
pub struct NullStoragePermissions {}

impl<C: Chip, D: ProcessStandardDebug> ProcessStandardStoragePermissionsPolicy<C, D>
    for NullStoragePermissions
{
    fn get_permissions(&self, _process: &ProcessStandard<C, D>) -> StoragePermissions {
        StoragePermissions::new_null()
    }
}
