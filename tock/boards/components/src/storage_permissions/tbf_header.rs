// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the storage policy that the binary lists in its header.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use capsules_system::storage_permissions::tbf_header::TbfHeaderStoragePermissions;
use kernel::capabilities::ApplicationStorageCapability;
use kernel::component::Component;
use kernel::platform::chip::Chip;
use kernel::process::{ProcessStandardDebug, ProcessStandardStoragePermissionsPolicy};

#[macro_export]
macro_rules! storage_permissions_tbf_header_component_static {
    ($C:ty, $D:ty, $CAP:ty $(,)?) => {
        kernel::static_buf!(
            capsules_system::storage_permissions::tbf_header::TbfHeaderStoragePermissions<$CAP>
        )
    };
}

/// The policy; it holds the capability to give permissions.
pub struct StoragePermissionsTbfHeaderComponent<
    C: 'static + Chip,
    D: 'static + ProcessStandardDebug,
    CAP: 'static + ApplicationStorageCapability,
> {
    cap: CAP,
    _types: PhantomData<(C, D)>,
}

impl<
    C: 'static + Chip,
    D: 'static + ProcessStandardDebug,
    CAP: 'static + ApplicationStorageCapability,
> StoragePermissionsTbfHeaderComponent<C, D, CAP>
{
    pub fn new(cap: CAP) -> Self {
        Self {
            cap,
            _types: PhantomData,
        }
    }
}

impl<
    C: 'static + Chip,
    D: 'static + ProcessStandardDebug,
    CAP: 'static + ApplicationStorageCapability,
> Component for StoragePermissionsTbfHeaderComponent<C, D, CAP>
{
    type StaticInput = &'static mut MaybeUninit<TbfHeaderStoragePermissions<CAP>>;
    type Output = &'static dyn ProcessStandardStoragePermissionsPolicy<C, D>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        static_memory.write(TbfHeaderStoragePermissions::new(self.cap))
    }
}
