// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The record layer: AES-128-CCM, one key and one counter per direction.
//!
//! A [`Sealer`] and an [`Opener`] carry their direction in the type, own their
//! key and their counter, cannot be cloned, and come only from [`RecordKeys`],
//! which is used up by giving them. So no nonce is used twice under a key.
//!
//! ```text
//! frame  0x28 | length u16 | sequence u32 | ciphertext | tag (16)
//! nonce  direction u8 | 8 zero bytes | sequence u32      associated data: the first three bytes
//! ```

use core::marker::PhantomData;

use aes::Aes128;
use ccm::aead::{AeadInOut, KeyInit};
use ccm::consts::{U13, U16};
use ccm::{Ccm, Nonce, Tag};
use hkdf::Hkdf;
use provisioning_wire::limits::{
    FRAME_HEADER_LEN, MAX_PAYLOAD_LEN, MAX_RECORD_LEN, SEQUENCE_LEN, TAG_LEN,
};
use provisioning_wire::{FrameType, frame_header};
use sha2::Sha256;

use crate::secret::Secret;
use crate::spake2plus::SharedKey;

pub(crate) type Aead = Ccm<Aes128, U16, U13>;

/// Where the plaintext starts in a frame.
pub const PLAINTEXT_AT: usize = FRAME_HEADER_LEN + SEQUENCE_LEN;
/// Octets that sealing adds to a plaintext, with the frame's header.
pub const OVERHEAD: usize = PLAINTEXT_AT + TAG_LEN;

const KEY_LEN: usize = 16;
const NONCE_LEN: usize = 13;

/// A direction: who seals. Sealed by a private supertrait.
pub trait Direction: private::Direction {}

/// Records from the daemon.
#[derive(Debug)]
pub enum FromDaemon {}

/// Records from the device.
#[derive(Debug)]
pub enum FromDevice {}

mod private {
    pub trait Direction {
        /// The first octet of the nonce.
        const NONCE: u8;
        /// What the key is derived with.
        const INFO: &'static [u8];
    }
}

impl private::Direction for FromDaemon {
    const NONCE: u8 = b'D';
    const INFO: &'static [u8] = b"tock-provisioning v2 seal daemon";
}

impl private::Direction for FromDevice {
    const NONCE: u8 = b'V';
    const INFO: &'static [u8] = b"tock-provisioning v2 seal device";
}

impl Direction for FromDaemon {}
impl Direction for FromDevice {}

/// A record was not sealed or not opened. There is no telling why: a gap, a
/// repeat, a wrong tag and a wrong length look the same from outside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BadRecord;

/// The keys of both directions.
pub struct RecordKeys {
    daemon: Lane<FromDaemon>,
    device: Lane<FromDevice>,
}

impl RecordKeys {
    /// Derives both keys.
    pub fn derive(shared: &SharedKey) -> Self {
        Self {
            daemon: Lane::derive(shared),
            device: Lane::derive(shared),
        }
    }

    /// What the device seals and opens with.
    pub fn into_device(self) -> (Sealer<FromDevice>, Opener<FromDaemon>) {
        (Sealer(self.device), Opener(self.daemon))
    }

    /// What the daemon seals and opens with.
    pub fn into_daemon(self) -> (Sealer<FromDaemon>, Opener<FromDevice>) {
        (Sealer(self.daemon), Opener(self.device))
    }

    /// The daemon's and the device's key.
    #[cfg(any(test, feature = "key-log"))]
    pub fn expose_secrets(&self) -> (&[u8; KEY_LEN], &[u8; KEY_LEN]) {
        (
            self.daemon.key.expose_secret(),
            self.device.key.expose_secret(),
        )
    }
}

/// A key and the next sequence number; none is left after the last.
struct Lane<D> {
    key: Secret<KEY_LEN>,
    next: Option<u32>,
    direction: PhantomData<fn() -> D>,
}

impl<D: Direction> Lane<D> {
    fn derive(shared: &SharedKey) -> Self {
        let mut key = Secret::zeroed();
        Hkdf::<Sha256>::new(None, shared.expose_secret())
            .expand(D::INFO, key.expose_secret_mut())
            .expect("16 octets are within RFC 5869's limit");
        Self {
            key,
            next: Some(0),
            direction: PhantomData,
        }
    }

    fn cipher(&self) -> Aead {
        Aead::new(self.key.expose_secret().into())
    }

    fn nonce(sequence: u32) -> Nonce<U13> {
        let mut nonce = [0; NONCE_LEN];
        nonce[0] = D::NONCE;
        nonce[NONCE_LEN - SEQUENCE_LEN..].copy_from_slice(&sequence.to_be_bytes());
        nonce.into()
    }
}

/// Seals records in one direction.
pub struct Sealer<D>(Lane<D>);

impl<D: Direction> Sealer<D> {
    /// Seals the `plaintext_len` octets that stand from [`PLAINTEXT_AT`] on in
    /// `frame`, in place, and writes everything around them. Gives the frame's
    /// length.
    ///
    /// # Errors
    /// A plaintext that is too long for a frame or for `frame`; no sequence
    /// number left. `frame` then still holds the plaintext.
    pub fn seal(&mut self, frame: &mut [u8], plaintext_len: usize) -> Result<usize, BadRecord> {
        if plaintext_len > MAX_RECORD_LEN {
            return Err(BadRecord);
        }
        let sequence = self.0.next.ok_or(BadRecord)?;
        let frame = frame.get_mut(..plaintext_len + OVERHEAD).ok_or(BadRecord)?;
        let header = frame_header(FrameType::Sealed, frame.len() - FRAME_HEADER_LEN);
        let (start, rest) = frame.split_at_mut(PLAINTEXT_AT);
        let (text, tag) = rest.split_at_mut(plaintext_len);
        self.0.next = sequence.checked_add(1);
        let sealed = self
            .0
            .cipher()
            .encrypt_inout_detached(&Lane::<D>::nonce(sequence), &header, text.into())
            .map_err(|_| BadRecord)?;
        start[..FRAME_HEADER_LEN].copy_from_slice(&header);
        start[FRAME_HEADER_LEN..].copy_from_slice(&sequence.to_be_bytes());
        tag.copy_from_slice(&sealed);
        Ok(frame.len())
    }
}

/// Opens records of one direction.
pub struct Opener<D>(Lane<D>);

impl<D: Direction> Opener<D> {
    /// Opens a frame's payload in place and gives the plaintext, once the
    /// sequence number and the tag are right. Otherwise no plaintext is left
    /// in `payload`, and the same record may be tried again.
    ///
    /// # Errors
    /// See [`BadRecord`].
    pub fn open<'a>(&mut self, payload: &'a mut [u8]) -> Result<&'a mut [u8], BadRecord> {
        if payload.len() > MAX_PAYLOAD_LEN {
            return Err(BadRecord);
        }
        let header = frame_header(FrameType::Sealed, payload.len());
        let (sequence, rest) = payload
            .split_first_chunk_mut::<SEQUENCE_LEN>()
            .ok_or(BadRecord)?;
        let (text, tag) = rest.split_last_chunk_mut::<TAG_LEN>().ok_or(BadRecord)?;
        let expected = self.0.next.ok_or(BadRecord)?;
        if u32::from_be_bytes(*sequence) != expected {
            return Err(BadRecord);
        }
        let tag: Tag<U16> = (*tag).into();
        // On a wrong tag the cipher clears what it decrypted.
        self.0
            .cipher()
            .decrypt_inout_detached(
                &Lane::<D>::nonce(expected),
                &header,
                (&mut *text).into(),
                &tag,
            )
            .map_err(|_| BadRecord)?;
        self.0.next = expected.checked_add(1);
        Ok(text)
    }
}

#[cfg(test)]
mod tests;
