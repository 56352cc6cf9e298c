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
use provisioning_session::config_seal::{ConfigSeal, NONCE_LEN, TAG_LEN};
use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_session::spake2plus::{RECORD_LEN, VerifierRecord};
use provisioning_storage::factory::{FactoryData, FactoryPage, KdfParameters};
use provisioning_storage::slot::{self, SlotHeader};
use provisioning_wire::StoredConfig;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Longest plain configuration, in bytes.
pub const MAX_CONFIGURATION_LEN: usize = StoredConfig::MAX_LEN;

const _: () = assert!(MAX_CONFIGURATION_LEN + TAG_LEN <= slot::MAX_SEALED_LEN);
const _: () = assert!(TAG_LEN == slot::TAG_LEN && NONCE_LEN == slot::NONCE_LEN);

/// A configuration as it is stored, not sealed. Zeroized when it goes.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Plain {
    bytes: [u8; MAX_CONFIGURATION_LEN],
    len: usize,
}

impl Plain {
    fn copied(from: &[u8]) -> Option<Self> {
        let mut plain = Plain {
            bytes: [0; MAX_CONFIGURATION_LEN],
            len: from.len(),
        };
        plain.bytes.get_mut(..from.len())?.copy_from_slice(from);
        Some(plain)
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
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
#[derive(Default)]
pub struct KeyStore {
    factory: MapCell<FactoryData>,
    /// The configuration in force.
    configuration: MapCell<Plain>,
    /// A configuration on its way to flash.
    staged: MapCell<Plain>,
    device_id: Cell<Option<[u8; 16]>>,
}

impl KeyStore {
    /// A store that holds nothing yet.
    pub const fn new() -> Self {
        Self {
            factory: MapCell::empty(),
            configuration: MapCell::empty(),
            staged: MapCell::empty(),
            device_id: Cell::new(None),
        }
    }

    /// Takes in the factory page and says what it was.
    pub(crate) fn learn_factory(&self, page: &[u8]) -> FactoryState {
        match FactoryData::parse(page) {
            FactoryPage::Valid(data) => {
                self.device_id.set(Some(data.device_id));
                self.factory.put(data);
                FactoryState::Minted
            }
            FactoryPage::Erased => FactoryState::Erased,
            FactoryPage::Corrupt => FactoryState::Corrupt,
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

    fn seal(&self) -> Option<ConfigSeal> {
        self.factory
            .map(|data| ConfigSeal::derive(&data.root_secret, &data.device_id))
    }

    /// Keeps a configuration that is to be stored.
    pub(crate) fn stage(&self, stored: &StoredConfig<'_>) -> Result<(), ErrorCode> {
        let mut plain = Plain {
            bytes: [0; MAX_CONFIGURATION_LEN],
            len: 0,
        };
        plain.len = stored.emit(&mut plain.bytes).map_err(|_| ErrorCode::SIZE)?;
        self.staged.put(plain);
        Ok(())
    }

    /// Drops what was staged.
    pub(crate) fn unstage(&self) {
        drop(self.staged.take());
    }

    /// Length of the staged configuration once it is sealed, in bytes.
    pub(crate) fn staged_sealed_len(&self) -> Option<u16> {
        self.staged
            .map(|plain| u16::try_from(plain.len + TAG_LEN).ok())
            .flatten()
    }

    /// Seals the staged configuration behind the header in `page`.
    pub(crate) fn seal_staged(
        &self,
        header: &SlotHeader,
        page: &mut [u8],
    ) -> Result<(), ErrorCode> {
        let seal = self.seal().ok_or(ErrorCode::RESERVE)?;
        let (head, sealed) = slot::split(page, header).ok_or(ErrorCode::SIZE)?;
        self.staged
            .map(|plain| {
                let (text, tag) = sealed
                    .split_at_mut_checked(plain.len)
                    .filter(|(_, tag)| tag.len() == TAG_LEN)
                    .ok_or(ErrorCode::SIZE)?;
                text.copy_from_slice(plain.as_slice());
                let made = seal
                    .seal(&header.nonce, head, text)
                    .map_err(|_| ErrorCode::FAIL)?;
                tag.copy_from_slice(&made);
                Ok(())
            })
            .unwrap_or(Err(ErrorCode::RESERVE))
    }

    /// Opens the sealed content behind the header in `page`; if it is whole
    /// and valid, it becomes the configuration in force.
    pub(crate) fn open(&self, header: &SlotHeader, page: &mut [u8]) -> Result<(), ErrorCode> {
        let seal = self.seal().ok_or(ErrorCode::RESERVE)?;
        let (head, sealed) = slot::split(page, header).ok_or(ErrorCode::SIZE)?;
        let (text, tag) = sealed
            .split_last_chunk_mut::<TAG_LEN>()
            .ok_or(ErrorCode::SIZE)?;
        let opened = seal
            .open(&header.nonce, head, text, tag)
            .map_err(|_| ErrorCode::FAIL)
            .and_then(|()| {
                StoredConfig::parse(text).map_err(|_| ErrorCode::INVAL)?;
                Plain::copied(text).ok_or(ErrorCode::SIZE)
            });
        text.zeroize();
        self.configuration.put(opened?);
        Ok(())
    }

    /// Forgets the configuration, in memory.
    pub(crate) fn forget_configuration(&self) {
        drop(self.configuration.take());
        self.unstage();
    }

    /// Calls `use_it` with the configuration in force.
    pub(crate) fn with_configuration<R>(
        &self,
        use_it: impl FnOnce(&StoredConfig<'_>) -> R,
    ) -> Option<R> {
        self.configuration
            .map(|plain| {
                StoredConfig::parse(plain.as_slice())
                    .ok()
                    .map(|stored| use_it(&stored))
            })
            .flatten()
    }
}

/// What the factory page turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FactoryState {
    /// Never minted.
    Erased,
    /// Bytes are there, but not what was minted.
    Corrupt,
    /// The key store has the data.
    Minted,
}
