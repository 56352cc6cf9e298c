// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Owns every secret of the board: factory data and the configuration.
//!
//! ```text
//!    config_store      session     tenant_config_driver
//!         \               |              /
//!        +---------------------------------+
//!        |             KeyStore            |   <- this file
//!        +---------------------------------+
//! ```
//! Secrets come in from flash and go out only into operations: sealing and
//! opening the stored configuration, and beginning a session. The public
//! fields of the configuration can be read while it is held.

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::utilities::cells::MapCell;
use provisioning_session::config_seal::{ConfigSeal, KEY_LEN, NONCE_LEN, TAG_LEN};
use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_session::spake2plus::{RECORD_LEN, VerifierRecord};
use provisioning_storage::factory::{FactoryData, FactoryPage, KdfParameters};
use provisioning_storage::slot::{self, SlotHeader};
use provisioning_wire::StoredConfig;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::interfaces::Unusable;

/// Longest plain configuration, in bytes.
pub const MAX_CONFIGURATION_LEN: usize = StoredConfig::MAX_LEN;

const _: () = assert!(MAX_CONFIGURATION_LEN + TAG_LEN <= slot::MAX_SEALED_LEN);
const _: () = assert!(TAG_LEN == slot::TAG_LEN && NONCE_LEN == slot::NONCE_LEN);

/// A configuration as it is stored, not sealed. It is written, read and
/// overwritten in its place: a copy that is moved away stays where it was.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Plain {
    bytes: [u8; MAX_CONFIGURATION_LEN],
    /// 0 when there is none.
    len: usize,
}

impl Plain {
    const NONE: Self = Self {
        bytes: [0; MAX_CONFIGURATION_LEN],
        len: 0,
    };

    fn get(&self) -> Option<&[u8]> {
        self.bytes.get(..self.len).filter(|bytes| !bytes.is_empty())
    }

    /// Takes the `len` bytes that `write` makes. What is longer than the place
    /// leaves what is in it.
    fn fill(&mut self, len: usize, write: impl FnOnce(&mut [u8]) -> Option<()>) -> Option<()> {
        if len > self.bytes.len() {
            return None;
        }
        self.zeroize();
        write(self.bytes.get_mut(..len)?)?;
        self.len = len;
        Some(())
    }
}

/// What a session needs of the factory data.
pub struct SessionSecrets {
    /// Device identifier.
    pub device_id: [u8; 16],
    /// Salt of the setup code's hash.
    pub salt: [u8; 16],
    /// Parameters of the setup code's hash.
    pub kdf: KdfParameters,
    /// The device's identity key.
    pub identity: IdentityKey,
    /// What the device holds instead of the setup code.
    pub record: VerifierRecord,
}

/// Where the secrets are.
pub struct KeyStore {
    factory: MapCell<FactoryData>,
    /// Under the key that the device root derived.
    seal: MapCell<ConfigSeal>,
    /// The configuration in force.
    configuration: MapCell<Plain>,
    /// A configuration on its way to flash.
    staged: MapCell<Plain>,
    device_id: Cell<Option<[u8; 16]>>,
}

impl Default for KeyStore {
    fn default() -> Self {
        Self::new()
    }
}

impl KeyStore {
    /// A store that holds nothing yet.
    pub const fn new() -> Self {
        Self {
            factory: MapCell::empty(),
            seal: MapCell::empty(),
            configuration: MapCell::new(Plain::NONE),
            staged: MapCell::new(Plain::NONE),
            device_id: Cell::new(None),
        }
    }

    /// Takes in the factory page and says what it was. A key from before is
    /// forgotten.
    pub(crate) fn learn_factory(&self, page: &[u8]) -> Result<(), Unusable> {
        self.seal.take();
        match FactoryData::parse(page) {
            FactoryPage::Valid(data) => {
                self.device_id.set(Some(data.device_id));
                self.factory.put(data);
                Ok(())
            }
            FactoryPage::Erased => Err(Unusable::NotMinted),
            FactoryPage::Corrupt => Err(Unusable::FactoryDamaged),
        }
    }

    /// The device's identifier, when it was minted.
    pub fn device_id(&self) -> Option<[u8; 16]> {
        self.device_id.get()
    }

    /// What a session needs. `None` when the device was never minted, or its
    /// factory data are of no use.
    pub(crate) fn session_secrets(&self) -> Option<SessionSecrets> {
        self.factory
            .map(|data| {
                let secret = Secret::copied(&data.identity_key);
                let mut record = Secret::<RECORD_LEN>::zeroed();
                let parts: [&[u8]; 4] = [&data.w0, &data.w0_m, &data.w0_n, &data.l];
                let mut rest = record.expose_secret_mut().as_mut_slice();
                for part in parts {
                    let (head, tail) = rest.split_at_mut_checked(part.len())?;
                    head.copy_from_slice(part);
                    rest = tail;
                }
                Some(SessionSecrets {
                    device_id: data.device_id,
                    salt: data.salt,
                    kdf: data.kdf,
                    identity: IdentityKey::from_parts(&secret, &data.identity_public).ok()?,
                    record: VerifierRecord::from_bytes(record.expose_secret()).ok()?,
                })
            })
            .flatten()
    }

    /// Calls `use_it` with the root secret of the factory page, if that holds
    /// one and it was not forgotten.
    pub(crate) fn with_root_secret<R>(&self, use_it: impl FnOnce(&[u8; 32]) -> R) -> Option<R> {
        self.factory
            .map(|data| data.root_secret.as_ref().map(use_it))
            .flatten()
    }

    /// Overwrites the root secret of the factory page: nobody needs it once the
    /// key is derived.
    pub(crate) fn forget_root_secret(&self) {
        self.factory.map(|data| data.root_secret.zeroize());
    }

    /// Seals and opens with this key from now on; leaves zeros in its place.
    pub(crate) fn take_key(&self, key: &mut Secret<KEY_LEN>) {
        self.seal
            .put(ConfigSeal::new(Secret::take(key.expose_secret_mut())));
    }

    /// Keeps a configuration that is to be stored.
    pub(crate) fn stage(&self, stored: &StoredConfig<'_>) -> Result<(), ErrorCode> {
        self.staged
            .map(|plain| {
                plain.fill(stored.buffer_len(), |bytes| {
                    stored.emit(bytes).ok().map(|_| ())
                })
            })
            .flatten()
            .ok_or(ErrorCode::SIZE)
    }

    /// Overwrites what was staged.
    pub(crate) fn unstage(&self) {
        self.staged.map(Plain::zeroize);
    }

    /// Length of the staged configuration once it is sealed, in bytes.
    pub(crate) fn staged_sealed_len(&self) -> Option<u16> {
        self.staged
            .map(|plain| u16::try_from(plain.get()?.len() + TAG_LEN).ok())
            .flatten()
    }

    /// Seals the staged configuration behind the header in `page`.
    pub(crate) fn seal_staged(
        &self,
        header: &SlotHeader,
        page: &mut [u8],
    ) -> Result<(), ErrorCode> {
        let (head, sealed) = slot::split(page, header).ok_or(ErrorCode::SIZE)?;
        self.staged
            .map(|plain| {
                let plain = plain.get().ok_or(ErrorCode::RESERVE)?;
                let (text, tag) = sealed
                    .split_at_mut_checked(plain.len())
                    .filter(|(_, tag)| tag.len() == TAG_LEN)
                    .ok_or(ErrorCode::SIZE)?;
                text.copy_from_slice(plain);
                let made = self
                    .seal
                    .map(|seal| seal.seal(&header.nonce, head, text))
                    .ok_or(ErrorCode::RESERVE)
                    .and_then(|made| made.map_err(|_| ErrorCode::FAIL));
                match made {
                    Ok(made) => tag.copy_from_slice(&made),
                    // What is not sealed goes nowhere.
                    Err(_) => text.zeroize(),
                }
                made.map(|_| ())
            })
            .unwrap_or(Err(ErrorCode::RESERVE))
    }

    /// Opens the sealed content behind the header in `page`; if it is whole
    /// and valid, it becomes the configuration in force.
    pub(crate) fn open(&self, header: &SlotHeader, page: &mut [u8]) -> Result<(), ErrorCode> {
        let (head, sealed) = slot::split(page, header).ok_or(ErrorCode::SIZE)?;
        let (text, tag) = sealed
            .split_last_chunk_mut::<TAG_LEN>()
            .ok_or(ErrorCode::SIZE)?;
        let opened = self
            .seal
            .map(|seal| seal.open(&header.nonce, head, text, tag))
            .ok_or(ErrorCode::RESERVE)
            .and_then(|opened| opened.map_err(|_| ErrorCode::FAIL))
            .and_then(|()| {
                StoredConfig::parse(text).map_err(|_| ErrorCode::INVAL)?;
                self.configuration
                    .map(|plain| {
                        plain.fill(text.len(), |bytes| {
                            bytes.copy_from_slice(text);
                            Some(())
                        })
                    })
                    .flatten()
                    .ok_or(ErrorCode::SIZE)
            });
        text.zeroize();
        opened
    }

    /// Forgets the configuration, in memory.
    pub(crate) fn forget_configuration(&self) {
        self.configuration.map(Plain::zeroize);
        self.unstage();
    }

    /// Calls `use_it` with the configuration in force.
    pub(crate) fn with_configuration<R>(
        &self,
        use_it: impl FnOnce(&StoredConfig<'_>) -> R,
    ) -> Option<R> {
        self.configuration
            .map(|plain| {
                let stored = StoredConfig::parse(plain.get()?).ok()?;
                Some(use_it(&stored))
            })
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::{config, factory_page};
    use provisioning_storage::layout::PAGE_LEN;
    use provisioning_wire::DaemonPin;
    use std::vec::Vec;

    fn minted() -> KeyStore {
        let store = KeyStore::new();
        assert_eq!(store.learn_factory(&factory_page()), Ok(()));
        store.take_key(&mut Secret::copied(&[1; KEY_LEN]));
        store
    }

    fn stage(store: &KeyStore) -> SlotHeader {
        let stored = StoredConfig {
            config: config(1, "endpoint").validate().unwrap(),
            daemon: DaemonPin {
                daemon_id: [1; 16],
                identity_key: [4; 65],
            },
        };
        store.stage(&stored).unwrap();
        SlotHeader {
            sequence: 1,
            serial: 1,
            nonce: [7; NONCE_LEN],
            sealed_len: store.staged_sealed_len().unwrap(),
        }
    }

    fn sealed(store: &KeyStore) -> (SlotHeader, [u8; PAGE_LEN]) {
        let header = stage(store);
        let mut page = [0xff; PAGE_LEN];
        header.emit(&mut page).unwrap();
        store.seal_staged(&header, &mut page).unwrap();
        (header, page)
    }

    #[test]
    fn what_was_sealed_opens_and_is_in_force() {
        let store = minted();
        let (header, mut page) = sealed(&store);
        assert_eq!(store.with_configuration(|_| ()), None);
        store.open(&header, &mut page).unwrap();
        let serial = store.with_configuration(|stored| stored.config.config().serial);
        assert_eq!(serial, Some(1));
    }

    #[test]
    fn no_changed_byte_opens_and_none_takes_the_place_of_what_is_in_force() {
        let store = minted();
        let (header, page) = sealed(&store);
        let used = slot::HEADER_LEN + usize::from(header.sealed_len);
        store.open(&header, &mut page.clone()).unwrap();
        for index in 0..used {
            let mut page = page;
            page[index] ^= 0x10;
            assert!(store.open(&header, &mut page).is_err(), "byte {index}");
            assert!(store.with_configuration(|_| ()).is_some());
        }
    }

    #[test]
    fn what_a_later_firmware_made_too_long_leaves_what_is_in_force() {
        let store = minted();
        let (header, mut page) = sealed(&store);
        store.open(&header, &mut page).unwrap();
        // The same configuration behind a key that this firmware skips.
        let mut text = store
            .configuration
            .map(|plain| Vec::from(plain.get().unwrap()))
            .unwrap();
        text[0] += 1;
        let value = MAX_CONFIGURATION_LEN + 1 - text.len() - 5;
        text.extend([0x18, 0x80, 0x59]);
        text.extend((value as u16).to_be_bytes());
        text.resize(MAX_CONFIGURATION_LEN + 1, 7);
        assert!(StoredConfig::parse(&text).is_ok());
        let header = SlotHeader {
            sealed_len: (text.len() + TAG_LEN) as u16,
            nonce: [8; NONCE_LEN],
            ..header
        };
        let mut page = [0xff; PAGE_LEN];
        header.emit(&mut page).unwrap();
        let (head, place) = slot::split(&mut page, &header).unwrap();
        let tag = store
            .seal
            .map(|seal| seal.seal(&header.nonce, head, &mut text).unwrap())
            .unwrap();
        place[..text.len()].copy_from_slice(&text);
        place[text.len()..].copy_from_slice(&tag);
        assert_eq!(store.open(&header, &mut page), Err(ErrorCode::SIZE));
        let serial = store.with_configuration(|stored| stored.config.config().serial);
        assert_eq!(serial, Some(1));
    }

    #[test]
    fn another_device_cannot_open_it() {
        let (header, mut page) = sealed(&minted());
        let other = KeyStore::new();
        assert_eq!(other.learn_factory(&factory_page()), Ok(()));
        other.take_key(&mut Secret::copied(&[2; KEY_LEN]));
        assert_eq!(other.open(&header, &mut page), Err(ErrorCode::FAIL));
    }

    #[test]
    fn what_is_forgotten_is_overwritten() {
        let store = minted();
        let (header, mut page) = sealed(&store);
        store.open(&header, &mut page).unwrap();
        store.forget_configuration();
        assert_eq!(store.with_configuration(|_| ()), None);
        assert_eq!(store.staged_sealed_len(), None);
        for place in [&store.staged, &store.configuration] {
            let bytes = place.map(|plain| Vec::from(plain.bytes)).unwrap();
            assert!(bytes.iter().all(|byte| *byte == 0));
        }
        // Nor does the buffer of the flash keep it in clear.
        assert!(!page.windows(14).any(|bytes| bytes == b"pre-shared key"));
    }

    #[test]
    fn without_a_key_nothing_is_sealed_or_opened() {
        let (header, sealed) = sealed(&minted());
        let store = KeyStore::new();
        assert!(store.session_secrets().is_none());
        for _ in 0..2 {
            stage(&store);
            let mut page = [0xff; PAGE_LEN];
            assert_eq!(
                store.seal_staged(&header, &mut page),
                Err(ErrorCode::RESERVE)
            );
            assert!(!page.windows(14).any(|bytes| bytes == b"pre-shared key"));
            assert_eq!(
                store.open(&header, &mut sealed.clone()),
                Err(ErrorCode::RESERVE)
            );
            // A minted board whose root derived no key is no better off, and
            // one that reads its factory page again forgets the key.
            store.take_key(&mut Secret::copied(&[1; KEY_LEN]));
            store.learn_factory(&factory_page()).unwrap();
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_key_that_was_taken_and_a_root_that_was_forgotten_are_overwritten() {
        use crate::test::{ROOT_SECRET, holds};

        let store = minted();
        let mut key = Secret::copied(&[5; KEY_LEN]);
        store.take_key(&mut key);
        assert_eq!(key.expose_secret(), &[0; KEY_LEN]);
        assert_eq!(store.with_root_secret(|root| *root), Some(*ROOT_SECRET));
        assert!(holds(&store, ROOT_SECRET));
        store.forget_root_secret();
        assert_eq!(store.with_root_secret(|root| *root), None);
        for piece in ROOT_SECRET.chunks_exact(16) {
            assert!(!holds(&store, piece), "{piece:?}");
        }
    }
}
