// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The configuration at rest: AES-128-CCM under a key of the device.
//!
//! Every write takes a fresh random nonce of 13 octets; a device writes its
//! configuration some thousand times at most, far from a collision.

use ccm::aead::{AeadInOut, KeyInit};
use hkdf::Hkdf;
use provisioning_wire::limits::ID_LEN;
use sha2::Sha256;

use crate::sealed::Aead;
use crate::secret::Secret;

/// Octets of the key.
pub const KEY_LEN: usize = 16;
/// Octets of the nonce.
pub const NONCE_LEN: usize = 13;
/// Octets of the tag.
pub const TAG_LEN: usize = 16;

/// What the key is derived for. A device root in hardware derives it for the
/// same label and the device's id, in its own way.
pub const LABEL: &[u8] = b"tock-provisioning v2 storage";

/// Derives a key for `label` and the device's id from a root secret (32 octets
/// as minted; any length is taken). The id comes last and is of a fixed length,
/// so that no two labels share a key.
pub fn derive_key(root: &[u8], label: &[u8], device_id: &[u8; ID_LEN], key: &mut Secret<KEY_LEN>) {
    Hkdf::<Sha256>::new(None, root)
        .expand_multi_info(&[label, device_id], key.expose_secret_mut())
        .expect("16 octets are within RFC 5869's limit");
}

/// The stored octets were changed, or were sealed by another device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SealBroken;

/// Seals and opens what is stored.
pub struct ConfigSeal {
    key: Secret<KEY_LEN>,
}

impl ConfigSeal {
    /// Takes a key that was derived for [`LABEL`] and the device's id.
    pub const fn new(key: Secret<KEY_LEN>) -> Self {
        Self { key }
    }

    /// Derives the key from a root secret in software, see [`derive_key`].
    pub fn derive(root: &[u8], device_id: &[u8; ID_LEN]) -> Self {
        let mut key = Secret::zeroed();
        derive_key(root, LABEL, device_id, &mut key);
        Self { key }
    }

    /// Seals `text` in place and gives the tag. `nonce` is fresh randomness;
    /// `associated` is authenticated as well (the slot's header).
    ///
    /// # Errors
    /// A text of more than 65,535 octets.
    pub fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        associated: &[u8],
        text: &mut [u8],
    ) -> Result<[u8; TAG_LEN], SealBroken> {
        Aead::new(self.key.expose_secret().into())
            .encrypt_inout_detached(nonce.into(), associated, text.into())
            .map(Into::into)
            .map_err(|_| SealBroken)
    }

    /// Opens `text` in place.
    ///
    /// # Errors
    /// [`SealBroken`]; `text` is then zeros.
    pub fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        associated: &[u8],
        text: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), SealBroken> {
        Aead::new(self.key.expose_secret().into())
            .decrypt_inout_detached(nonce.into(), associated, text.into(), tag.into())
            .map_err(|_| SealBroken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: [u8; 40] = [0x61; 40];

    fn sealed() -> (ConfigSeal, [u8; 40], [u8; TAG_LEN]) {
        let seal = ConfigSeal::derive(&[1; 32], &[2; ID_LEN]);
        let mut text = TEXT;
        let tag = seal.seal(&[3; NONCE_LEN], b"slot", &mut text).unwrap();
        (seal, text, tag)
    }

    #[test]
    fn what_was_sealed_opens() {
        let (seal, mut text, tag) = sealed();
        assert_ne!(text, TEXT);
        assert_eq!(seal.open(&[3; NONCE_LEN], b"slot", &mut text, &tag), Ok(()));
        assert_eq!(text, TEXT);
    }

    #[test]
    fn any_change_breaks_the_seal_and_leaves_zeros() {
        let (seal, text, tag) = sealed();
        let broken = |nonce: &[u8; NONCE_LEN], slot: &[u8], mut text: [u8; 40], tag: &[u8; 16]| {
            assert_eq!(seal.open(nonce, slot, &mut text, tag), Err(SealBroken));
            assert_eq!(text, [0; 40]);
        };
        broken(&[4; NONCE_LEN], b"slot", text, &tag);
        broken(&[3; NONCE_LEN], b"slop", text, &tag);
        for position in 0..text.len() {
            let mut bad = text;
            bad[position] ^= 1;
            broken(&[3; NONCE_LEN], b"slot", bad, &tag);
        }
        for position in 0..TAG_LEN {
            let mut bad = tag;
            bad[position] ^= 0x80;
            broken(&[3; NONCE_LEN], b"slot", text, &bad);
        }
    }

    #[test]
    fn the_key_depends_on_root_label_and_device() {
        let key = |root: &[u8], label: &[u8], id: u8| {
            let mut key = Secret::zeroed();
            derive_key(root, label, &[id; ID_LEN], &mut key);
            *key.expose_secret()
        };
        let (seal, mut text, tag) = sealed();
        drop(seal);
        let again = ConfigSeal::new(Secret::copied(&key(&[1; 32], LABEL, 2)));
        assert_eq!(
            again.open(&[3; NONCE_LEN], b"slot", &mut text, &tag),
            Ok(())
        );
        let keys = [
            key(&[1; 32], LABEL, 2),
            key(&[1; 32], b"tock-provisioning v2 other", 2),
            key(&[1; 32], LABEL, 3),
            key(&[9; 32], LABEL, 2),
        ];
        for (index, one) in keys.iter().enumerate() {
            assert!(!keys[index + 1..].contains(one), "{index}");
        }
    }

    #[test]
    fn another_device_or_another_root_does_not_open() {
        let (_, text, tag) = sealed();
        for seal in [
            ConfigSeal::derive(&[1; 32], &[9; ID_LEN]),
            ConfigSeal::derive(&[9; 32], &[2; ID_LEN]),
        ] {
            let mut text = text;
            assert!(
                seal.open(&[3; NONCE_LEN], b"slot", &mut text, &tag)
                    .is_err()
            );
        }
    }
}
