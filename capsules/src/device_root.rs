// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The device's root secret, which never leaves where it is kept.
//!
//! ```text
//!             config_store
//!                  | DeviceRoot, DeviceRootClient   <- this file
//!    +-------------------------------------+
//!    | factory_page_root, or a key engine  |
//!    +-------------------------------------+
//! ```
//! What is stored is sealed under a key that is derived from a secret of the
//! device. Chips with a key engine (a fused key and a derivation in hardware)
//! implement [`DeviceRoot`] in the engine's driver, and the secret is out of
//! reach even of who reads the whole flash. Boards without one take
//! [`crate::factory_page_root::FactoryPageRoot`].
//!
//! Only derived keys come out, as many as there are contexts: who learns one
//! learns nothing of the root or of the key of another context.

use kernel::ErrorCode;
use provisioning_session::config_seal;
use provisioning_session::secret::Secret;

/// Octets of a derived key.
pub const KEY_LEN: usize = config_seal::KEY_LEN;

/// A key that was derived. Overwritten when it is dropped.
pub type DerivedKey = Secret<KEY_LEN>;

/// What a key is for. Contexts that differ give keys that tell nothing of each
/// other; the same context gives the same key at every boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// The use, as in RFC 5869 section 3.2. Not secret.
    pub label: &'static [u8],
    /// The device's identifier. Not secret: it makes the key the device's own,
    /// where the same root was put into more devices than one.
    pub device_id: [u8; 16],
}

impl Context {
    /// The context of the key under which configurations are stored.
    pub const fn storage(device_id: [u8; 16]) -> Self {
        Self {
            label: config_seal::LABEL,
            device_id,
        }
    }
}

/// Derives keys from the device's root secret.
pub trait DeviceRoot<'a> {
    /// Sets who is told.
    fn set_client(&self, client: &'a dyn DeviceRootClient);

    /// Begins to derive the key of `context` into `key`.
    ///
    /// `Ok` means that [`DeviceRootClient::derived`] will be called, never from
    /// within this call, and brings `key` back. `Err` brings it back at once:
    /// `BUSY` when a derivation is under way, `OFF` when the engine is, `FAIL`.
    fn derive(
        &self,
        context: Context,
        key: &'static mut DerivedKey,
    ) -> Result<(), (ErrorCode, &'static mut DerivedKey)>;
}

/// Is told that a derivation is over.
pub trait DeviceRootClient {
    /// `key` holds the key when the result is `Ok`, and nothing that may be
    /// used when it is not. The client overwrites it after use.
    ///
    /// `NOSUPPORT`: the board has no root secret where it should be. Others
    /// are the engine's, such as `FAIL`.
    fn derived(&self, key: &'static mut DerivedKey, result: Result<(), ErrorCode>);
}
