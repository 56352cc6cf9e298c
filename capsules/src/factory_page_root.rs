// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A device root for boards without a key engine, in software.
//!
//! ```text
//!         config_store
//!              | DeviceRoot, DeviceRootClient
//!    +-------------------+
//!    |  FactoryPageRoot  |   <- this file
//!    +-------------------+
//!              |
//!          key_store (the root secret of the factory page)
//! ```
//! The secret lies in the factory page: whoever reads the flash chip can open
//! what is stored on it. The board says so on its console. Keys are derived
//! with HKDF-SHA-256 (RFC 5869).

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::debug;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::utilities::cells::OptionalCell;
use provisioning_session::config_seal::derive_key;

use crate::device_root::{Context, DerivedKey, DeviceRoot, DeviceRootClient};
use crate::key_store::KeyStore;

/// The root secret of the factory page.
pub struct FactoryPageRoot<'a> {
    key_store: &'a KeyStore,
    /// What is to be derived; ends with the deferred call.
    asked: Cell<Option<(Context, &'static mut DerivedKey)>>,
    deferred_call: DeferredCall,
    client: OptionalCell<&'a dyn DeviceRootClient>,
}

impl<'a> FactoryPageRoot<'a> {
    /// Takes the store that the factory page is read into.
    pub fn new(key_store: &'a KeyStore) -> Self {
        Self {
            key_store,
            asked: Cell::new(None),
            deferred_call: DeferredCall::new(),
            client: OptionalCell::empty(),
        }
    }

    fn fill(&self, context: Context, key: &mut DerivedKey) -> Result<(), ErrorCode> {
        let derived = self.key_store.with_root_secret(|root| {
            derive_key(root, context.label, &context.device_id, key);
        });
        match derived {
            Some(()) => {
                debug!("provisioning: the root secret is in the factory page, not in hardware");
                Ok(())
            }
            None => {
                debug!(
                    "provisioning: no root secret in the factory page; mint without --hardware-root"
                );
                Err(ErrorCode::NOSUPPORT)
            }
        }
    }
}

impl<'a> DeviceRoot<'a> for FactoryPageRoot<'a> {
    fn set_client(&self, client: &'a dyn DeviceRootClient) {
        self.client.set(client);
    }

    fn derive(
        &self,
        context: Context,
        key: &'static mut DerivedKey,
    ) -> Result<(), (ErrorCode, &'static mut DerivedKey)> {
        if let Some(under_way) = self.asked.take() {
            self.asked.set(Some(under_way));
            return Err((ErrorCode::BUSY, key));
        }
        self.asked.set(Some((context, key)));
        self.deferred_call.set();
        Ok(())
    }
}

impl<'a> DeferredCallClient for FactoryPageRoot<'a> {
    fn handle_deferred_call(&self) {
        if let Some((context, key)) = self.asked.take() {
            let result = self.fill(context, key);
            self.client.map(|client| client.derived(key, result));
        }
    }

    fn register(&'static self) {
        self.deferred_call.register(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::{factory_page, leak, run_deferred_calls};
    use provisioning_session::config_seal::ConfigSeal;
    use provisioning_storage::factory::{FactoryData, FactoryPage};

    #[derive(Default)]
    struct Told(Cell<Option<(&'static mut DerivedKey, Result<(), ErrorCode>)>>);

    impl DeviceRootClient for Told {
        fn derived(&self, key: &'static mut DerivedKey, result: Result<(), ErrorCode>) {
            assert!(self.0.replace(Some((key, result))).is_none());
        }
    }

    fn root(page: Option<&[u8]>) -> (&'static FactoryPageRoot<'static>, &'static Told) {
        let store: &'static KeyStore = leak(KeyStore::new());
        if let Some(page) = page {
            store.learn_factory(page).unwrap();
        }
        let root: &'static FactoryPageRoot<'static> = leak(FactoryPageRoot::new(store));
        let told: &'static Told = leak(Told::default());
        root.register();
        root.set_client(told);
        (root, told)
    }

    fn factory() -> FactoryData {
        match FactoryData::parse(&factory_page()) {
            FactoryPage::Valid(data) => data,
            FactoryPage::Erased | FactoryPage::Corrupt => panic!("the tests' page is damaged"),
        }
    }

    #[test]
    fn the_key_is_the_one_that_tools_derive_and_comes_later() {
        let (root, told) = root(Some(&factory_page()));
        let data = factory();
        let asked = root.derive(Context::storage(data.device_id), leak(DerivedKey::zeroed()));
        assert!(asked.is_ok());
        let refused = root.derive(Context::storage([0; 16]), leak(DerivedKey::zeroed()));
        assert!(matches!(refused, Err((ErrorCode::BUSY, _))));
        assert!(told.0.take().is_none());
        run_deferred_calls();
        let (key, result) = told.0.take().unwrap();
        assert_eq!(result, Ok(()));

        let theirs = ConfigSeal::derive(&data.root_secret.unwrap(), &data.device_id);
        let mut text = *b"what is stored";
        let tag = theirs.seal(&[1; 13], b"header", &mut text).unwrap();
        let ours = ConfigSeal::new(key.clone());
        assert_eq!(ours.open(&[1; 13], b"header", &mut text, &tag), Ok(()));
    }

    #[test]
    fn no_key_comes_of_a_page_without_root_secret_or_of_no_page() {
        let mut page = [0xff; 2_048];
        FactoryData {
            root_secret: None,
            ..factory()
        }
        .emit(&mut page)
        .unwrap();
        for page in [Some(&page[..]), None] {
            let (root, told) = root(page);
            assert!(
                root.derive(Context::storage([1; 16]), leak(DerivedKey::zeroed()))
                    .is_ok()
            );
            run_deferred_calls();
            let (key, result) = told.0.take().unwrap();
            assert_eq!(result, Err(ErrorCode::NOSUPPORT));
            assert_eq!(key.expose_secret(), &[0; 16]);
        }
    }
}
