// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the device root of boards without a key engine.

use core::mem::MaybeUninit;

use capsules_provisioning::factory_page_root::FactoryPageRoot;
use capsules_provisioning::key_store::KeyStore;
use kernel::component::Component;
use kernel::deferred_call::DeferredCallClient;

#[macro_export]
macro_rules! factory_page_root_component_static {
    () => {
        kernel::static_buf!(capsules_provisioning::factory_page_root::FactoryPageRoot<'static>)
    };
}

/// The root secret of the factory page.
pub struct FactoryPageRootComponent {
    key_store: &'static KeyStore,
}

impl FactoryPageRootComponent {
    /// Takes the store that the factory page is read into.
    pub fn new(key_store: &'static KeyStore) -> Self {
        Self { key_store }
    }
}

impl Component for FactoryPageRootComponent {
    type StaticInput = &'static mut MaybeUninit<FactoryPageRoot<'static>>;
    type Output = &'static FactoryPageRoot<'static>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let root = static_memory.write(FactoryPageRoot::new(self.key_store));
        let root: &'static FactoryPageRoot<'static> = root;
        root.register();
        root
    }
}
