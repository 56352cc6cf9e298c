// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the owner of all secrets.

use core::mem::MaybeUninit;

use capsules_provisioning::key_store::KeyStore;
use kernel::component::Component;

#[macro_export]
macro_rules! key_store_component_static {
    () => {
        kernel::static_buf!(capsules_provisioning::key_store::KeyStore)
    };
}

/// The key store, empty.
#[derive(Default)]
pub struct KeyStoreComponent;

impl KeyStoreComponent {
    pub fn new() -> Self {
        Self
    }
}

impl Component for KeyStoreComponent {
    type StaticInput = &'static mut MaybeUninit<KeyStore>;
    type Output = &'static KeyStore;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        static_memory.write(KeyStore::new())
    }
}
