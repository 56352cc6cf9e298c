// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Messages of fixed shape: shares, confirmations, sealed records.

use crate::error::{BufferTooSmall, Malformed};
use crate::limits::{
    CONFIRM_LEN, MAX_PAYLOAD_LEN, POINT_LEN, SEAL_OVERHEAD, SEQUENCE_LEN, TAG_LEN,
};

/// Payload of SHARE P: the daemon's share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareP {
    /// X, uncompressed. Not yet known to be on the curve.
    pub x: [u8; POINT_LEN],
}

impl ShareP {
    /// Length of the payload.
    pub const LEN: usize = POINT_LEN;

    /// Checks the length of a payload.
    pub fn parse(payload: &[u8]) -> Result<Self, Malformed> {
        let x = payload.try_into().map_err(|_| Malformed)?;
        Ok(ShareP { x })
    }

    /// Writes the payload; returns its length.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        put(&self.x, buffer).map(|_| Self::LEN)
    }
}

/// Payload of SHARE V: the device's share and its confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareV {
    /// Y, uncompressed. Not yet known to be on the curve.
    pub y: [u8; POINT_LEN],
    /// confirmV, to be compared in constant time.
    pub confirm: [u8; CONFIRM_LEN],
}

impl ShareV {
    /// Length of the payload.
    pub const LEN: usize = POINT_LEN + CONFIRM_LEN;

    /// Checks the length of a payload.
    pub fn parse(payload: &[u8]) -> Result<Self, Malformed> {
        let (y, confirm) = payload.split_first_chunk().ok_or(Malformed)?;
        Ok(ShareV {
            y: *y,
            confirm: confirm.try_into().map_err(|_| Malformed)?,
        })
    }

    /// Writes the payload; returns its length.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        let rest = put(&self.y, buffer)?;
        put(&self.confirm, rest).map(|_| Self::LEN)
    }
}

/// Payload of CONFIRM P: the daemon's confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfirmP {
    /// confirmP, to be compared in constant time.
    pub confirm: [u8; CONFIRM_LEN],
}

impl ConfirmP {
    /// Length of the payload.
    pub const LEN: usize = CONFIRM_LEN;

    /// Checks the length of a payload.
    pub fn parse(payload: &[u8]) -> Result<Self, Malformed> {
        let confirm = payload.try_into().map_err(|_| Malformed)?;
        Ok(ConfirmP { confirm })
    }

    /// Writes the payload; returns its length.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        put(&self.confirm, buffer).map(|_| Self::LEN)
    }
}

/// Payload of SEALED: `sequence u32 | ciphertext | tag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed<'a> {
    /// Counts from 0 in each direction.
    pub sequence: u32,
    /// As long as the record.
    pub ciphertext: &'a [u8],
    /// AES-CCM tag.
    pub tag: [u8; TAG_LEN],
}

impl<'a> Sealed<'a> {
    /// Cuts a payload into its parts.
    pub fn parse(payload: &'a [u8]) -> Result<Self, Malformed> {
        if payload.len() > MAX_PAYLOAD_LEN {
            return Err(Malformed);
        }
        let (sequence, rest) = payload
            .split_first_chunk::<SEQUENCE_LEN>()
            .ok_or(Malformed)?;
        let (ciphertext, tag) = rest.split_last_chunk().ok_or(Malformed)?;
        Ok(Sealed {
            sequence: u32::from_be_bytes(*sequence),
            ciphertext,
            tag: *tag,
        })
    }

    /// Length of the payload.
    pub const fn buffer_len(&self) -> usize {
        SEAL_OVERHEAD + self.ciphertext.len()
    }

    /// Writes the payload; returns its length.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        if self.buffer_len() > MAX_PAYLOAD_LEN {
            return Err(BufferTooSmall);
        }
        let rest = put(&self.sequence.to_be_bytes(), buffer)?;
        let rest = put(self.ciphertext, rest)?;
        put(&self.tag, rest).map(|_| self.buffer_len())
    }
}

/// Copies `bytes` to the front of `buffer`; returns the rest.
fn put<'b>(bytes: &[u8], buffer: &'b mut [u8]) -> Result<&'b mut [u8], BufferTooSmall> {
    let (front, rest) = buffer
        .split_at_mut_checked(bytes.len())
        .ok_or(BufferTooSmall)?;
    front.copy_from_slice(bytes);
    Ok(rest)
}
