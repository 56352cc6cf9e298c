// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the configuration region.

use core::mem::MaybeUninit;

use capsules_provisioning::config_store::ConfigStore;
use capsules_provisioning::device_root::{DerivedKey, DeviceRoot};
use capsules_provisioning::key_store::KeyStore;
use kernel::component::Component;
use kernel::deferred_call::DeferredCallClient;
use kernel::hil::flash::{Flash, HasClient};

#[macro_export]
macro_rules! config_store_component_static {
    ($F:ty $(,)?) => {
        (
            kernel::static_buf!(<$F as kernel::hil::flash::Flash>::Page),
            kernel::static_buf!(capsules_provisioning::device_root::DerivedKey),
            kernel::static_buf!(capsules_provisioning::config_store::ConfigStore<'static, $F>),
        )
    };
}

/// The configuration store over a flash.
pub struct ConfigStoreComponent<F: 'static + Flash + HasClient<'static, ConfigStore<'static, F>>> {
    flash: &'static F,
    first_page: usize,
    key_store: &'static KeyStore,
    root: &'static dyn DeviceRoot<'static>,
}

impl<F: 'static + Flash + HasClient<'static, ConfigStore<'static, F>>> ConfigStoreComponent<F> {
    /// Takes the flash, whose page `first_page` is the first of the five pages
    /// of the region, and the board's device root: the driver of its key
    /// engine, or [`crate::factory_page_root`].
    pub fn new(
        flash: &'static F,
        first_page: usize,
        key_store: &'static KeyStore,
        root: &'static dyn DeviceRoot<'static>,
    ) -> Self {
        Self {
            flash,
            first_page,
            key_store,
            root,
        }
    }
}

impl<F: 'static + Flash + HasClient<'static, ConfigStore<'static, F>>> Component
    for ConfigStoreComponent<F>
{
    type StaticInput = (
        &'static mut MaybeUninit<F::Page>,
        &'static mut MaybeUninit<DerivedKey>,
        &'static mut MaybeUninit<ConfigStore<'static, F>>,
    );
    type Output = &'static ConfigStore<'static, F>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let page = static_memory.0.write(F::Page::default());
        let key = static_memory.1.write(DerivedKey::zeroed());
        let store = static_memory.2.write(ConfigStore::new(
            self.flash,
            self.first_page,
            self.key_store,
            self.root,
            page,
            key,
        ));
        let store: &'static ConfigStore<'static, F> = store;
        self.flash.set_client(store);
        self.root.set_client(store);
        store.register();
        store
    }
}
