// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Whose stored data a process may read and modify.

use crate::capabilities::{ApplicationStorageCapability, KerneluserStorageCapability};
use core::num::NonZeroU32;

/// The identifier under which the kernel itself stores.
const KERNEL_STORAGE_ID: u32 = 0;

const MAX_LISTED: usize = 8;

/// The storage rights of one process, or of the kernel.
#[derive(Clone, Copy)]
pub struct StoragePermissions(Permissions);

#[derive(Clone, Copy)]
enum Permissions {
    /// May store under its own identifier and use only that data.
    SelfOnly(NonZeroU32),
    /// Lists held in the value itself.
    FixedSize(FixedSize),
    /// Lists held elsewhere.
    Listed(Listed),
    /// May use the kernel's data.
    Kernel,
    /// May do nothing.
    Null,
}

#[derive(Clone, Copy)]
struct FixedSize {
    app_id: NonZeroU32,
    write_permission: bool,
    read_modify_self: bool,
    read_count: usize,
    read_permissions: [u32; MAX_LISTED],
    modify_count: usize,
    modify_permissions: [u32; MAX_LISTED],
}

#[derive(Clone, Copy)]
struct Listed {
    app_id: NonZeroU32,
    write_permission: bool,
    read_modify_self: bool,
    read_permissions: &'static [u32],
    modify_permissions: &'static [u32],
}

impl StoragePermissions {
    /// Permits to store, read and modify under `app_id` and nothing else.
    pub fn new_self_only(app_id: NonZeroU32, _cap: &dyn ApplicationStorageCapability) -> Self {
        Self(Permissions::SelfOnly(app_id))
    }

    /// Permits what the lists say; of each, the first `read_count` or
    /// `modify_count` identifiers count, at most 8.
    #[allow(clippy::too_many_arguments)]
    pub fn new_fixed_size(
        app_id: NonZeroU32,
        write_permission: bool,
        read_modify_self: bool,
        read_count: usize,
        read_permissions: [u32; 8],
        modify_count: usize,
        modify_permissions: [u32; 8],
        _cap: &dyn ApplicationStorageCapability,
    ) -> Self {
        Self(Permissions::FixedSize(FixedSize {
            app_id,
            write_permission,
            read_modify_self,
            read_count: read_count.min(MAX_LISTED),
            read_permissions,
            modify_count: modify_count.min(MAX_LISTED),
            modify_permissions,
        }))
    }

    /// Permits what the lists say.
    pub fn new_listed(
        app_id: NonZeroU32,
        write_permission: bool,
        read_modify_self: bool,
        read_permissions: &'static [u32],
        modify_permissions: &'static [u32],
        _cap: &dyn ApplicationStorageCapability,
    ) -> Self {
        Self(Permissions::Listed(Listed {
            app_id,
            write_permission,
            read_modify_self,
            read_permissions,
            modify_permissions,
        }))
    }

    /// Permits to store, read and modify as the kernel.
    pub fn new_kernel(_cap: &dyn KerneluserStorageCapability) -> Self {
        Self(Permissions::Kernel)
    }

    /// Permits nothing.
    pub fn new_null() -> Self {
        Self(Permissions::Null)
    }

    /// Whether data stored under `stored_id` may be read.
    pub fn check_read_permission(&self, stored_id: u32) -> bool {
        match &self.0 {
            Permissions::SelfOnly(id) => stored_id == id.get(),
            Permissions::FixedSize(p) => {
                (p.read_modify_self && stored_id == p.app_id.get())
                    || p.read_permissions[..p.read_count].contains(&stored_id)
            }
            Permissions::Listed(p) => {
                (p.read_modify_self && stored_id == p.app_id.get())
                    || p.read_permissions.contains(&stored_id)
            }
            Permissions::Kernel => stored_id == KERNEL_STORAGE_ID,
            Permissions::Null => false,
        }
    }

    /// Whether data stored under `stored_id` may be modified.
    pub fn check_modify_permission(&self, stored_id: u32) -> bool {
        match &self.0 {
            Permissions::SelfOnly(id) => stored_id == id.get(),
            Permissions::FixedSize(p) => {
                (p.read_modify_self && stored_id == p.app_id.get())
                    || p.modify_permissions[..p.modify_count].contains(&stored_id)
            }
            Permissions::Listed(p) => {
                (p.read_modify_self && stored_id == p.app_id.get())
                    || p.modify_permissions.contains(&stored_id)
            }
            Permissions::Kernel => stored_id == KERNEL_STORAGE_ID,
            Permissions::Null => false,
        }
    }

    /// The identifier to store new data under; `None` forbids storing.
    pub fn get_write_id(&self) -> Option<u32> {
        match &self.0 {
            Permissions::SelfOnly(id) => Some(id.get()),
            Permissions::FixedSize(p) => p.write_permission.then(|| p.app_id.get()),
            Permissions::Listed(p) => p.write_permission.then(|| p.app_id.get()),
            Permissions::Kernel => Some(KERNEL_STORAGE_ID),
            Permissions::Null => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: NonZeroU32 = NonZeroU32::new(0x11).unwrap();

    #[test]
    fn self_only_reaches_its_own_data_and_nothing_else() {
        let cap = crate::create_capability!(ApplicationStorageCapability);
        let permissions = StoragePermissions::new_self_only(ID, &cap);
        assert_eq!(permissions.get_write_id(), Some(0x11));
        for (id, allowed) in [(0x11, true), (0x12, false), (0, false)] {
            assert_eq!(permissions.check_read_permission(id), allowed);
            assert_eq!(permissions.check_modify_permission(id), allowed);
        }
    }

    #[test]
    fn fixed_size_counts_limit_the_lists() {
        let cap = crate::create_capability!(ApplicationStorageCapability);
        let ids = [1, 2, 3, 4, 5, 6, 7, 8];
        let some =
            StoragePermissions::new_fixed_size(ID, false, false, 2, ids, usize::MAX, ids, &cap);
        assert_eq!(some.get_write_id(), None);
        assert!(some.check_read_permission(2) && !some.check_read_permission(3));
        assert!(some.check_modify_permission(8) && !some.check_modify_permission(9));
        assert!(!some.check_read_permission(0x11), "own data is not listed");
    }

    #[test]
    fn listed_adds_its_own_data_on_request() {
        let cap = crate::create_capability!(ApplicationStorageCapability);
        let with_self = StoragePermissions::new_listed(ID, true, true, &[5], &[], &cap);
        assert_eq!(with_self.get_write_id(), Some(0x11));
        assert!(with_self.check_read_permission(5) && with_self.check_read_permission(0x11));
        assert!(!with_self.check_modify_permission(5) && with_self.check_modify_permission(0x11));
    }

    #[test]
    fn kernel_and_null_do_not_reach_applications() {
        let cap = crate::create_capability!(KerneluserStorageCapability);
        let kernel = StoragePermissions::new_kernel(&cap);
        let null = StoragePermissions::new_null();
        assert!(kernel.check_read_permission(0) && !kernel.check_modify_permission(1));
        assert_eq!(kernel.get_write_id(), Some(0));
        assert!(!null.check_read_permission(0) && !null.check_modify_permission(0));
        assert_eq!(null.get_write_id(), None);
    }
}
