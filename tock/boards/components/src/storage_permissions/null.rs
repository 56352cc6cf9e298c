// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the storage policy that gives nobody access.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use capsules_system::storage_permissions::null::NullStoragePermissions;
use kernel::component::Component;
use kernel::platform::chip::Chip;
use kernel::process::ProcessStandardDebug;

#[macro_export]
macro_rules! storage_permissions_null_component_static {
    ($C:ty, $D:ty $(,)?) => {
        kernel::static_buf!(capsules_system::storage_permissions::null::NullStoragePermissions)
    };
}

/// Nobody has access.
pub struct StoragePermissionsNullComponent<C: 'static + Chip, D: 'static + ProcessStandardDebug> {
    _types: PhantomData<(C, D)>,
}

impl<C: 'static + Chip, D: 'static + ProcessStandardDebug> StoragePermissionsNullComponent<C, D> {
    pub fn new() -> Self {
        Self {
            _types: PhantomData,
        }
    }
}

impl<C: 'static + Chip, D: 'static + ProcessStandardDebug> Default
    for StoragePermissionsNullComponent<C, D>
{
    fn default() -> Self {
        Self::new()
    }
}

impl<C: 'static + Chip, D: 'static + ProcessStandardDebug> Component
    for StoragePermissionsNullComponent<C, D>
{
    type StaticInput = &'static mut MaybeUninit<NullStoragePermissions>;
    type Output = &'static dyn kernel::process::ProcessStandardStoragePermissionsPolicy<C, D>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        static_memory.write(NullStoragePermissions {})
    }
}
