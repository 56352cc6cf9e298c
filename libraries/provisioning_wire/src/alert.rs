// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! ALERT: the last frame of a connection that did not end well.

use core::fmt;

use crate::error::{BufferTooSmall, Malformed};
use crate::limits::MAX_ALERT_TEXT_LEN;
use crate::text::Text;

/// Why a connection ends.
///
/// Codes are never reused. A code that this version does not know is kept as
/// [`AlertCode::Other`], because an alert ends the connection whatever it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertCode {
    /// A frame out of order.
    Protocol,
    /// Bytes that are no frame, message or record.
    Malformed,
    /// No version or suite in common.
    NoCommonVersion,
    /// A point off the curve, of another form, or the identity.
    BadPoint,
    /// The confirmation does not fit: another setup code.
    ConfirmationFailed,
    /// A sealed record with a gap, a repeat or a bad tag.
    BadSealedRecord,
    /// Too many failures; the button unlocks.
    Locked,
    /// KDF parameters outside of their bounds.
    ParametersOutOfBounds,
    /// The sender failed for a reason of its own.
    Internal,
    /// A generation-1 peer, and generation 1 is off.
    LegacyRefused,
    /// The signature over the transcript does not verify.
    BadProof,
    /// The daemon has no setup code for this device.
    UnknownDevice,
    /// The peer was silent for too long.
    Timeout,
    /// Try again later.
    Busy,
    /// The sender is shutting down.
    Closing,
    /// The device belongs to another daemon.
    OtherDaemonPinned,
    /// A code of a later version.
    Other(u8),
}

impl AlertCode {
    /// The code on the wire.
    pub const fn to_wire(self) -> u8 {
        match self {
            Self::Protocol => 1,
            Self::Malformed => 2,
            Self::NoCommonVersion => 3,
            Self::BadPoint => 4,
            Self::ConfirmationFailed => 5,
            Self::BadSealedRecord => 6,
            Self::Locked => 7,
            Self::ParametersOutOfBounds => 8,
            Self::Internal => 9,
            Self::LegacyRefused => 10,
            Self::BadProof => 11,
            Self::UnknownDevice => 12,
            Self::Timeout => 13,
            Self::Busy => 14,
            Self::Closing => 15,
            Self::OtherDaemonPinned => 16,
            Self::Other(code) => code,
        }
    }

    /// The meaning of a code on the wire.
    pub const fn from_wire(code: u8) -> Self {
        match code {
            1 => Self::Protocol,
            2 => Self::Malformed,
            3 => Self::NoCommonVersion,
            4 => Self::BadPoint,
            5 => Self::ConfirmationFailed,
            6 => Self::BadSealedRecord,
            7 => Self::Locked,
            8 => Self::ParametersOutOfBounds,
            9 => Self::Internal,
            10 => Self::LegacyRefused,
            11 => Self::BadProof,
            12 => Self::UnknownDevice,
            13 => Self::Timeout,
            14 => Self::Busy,
            15 => Self::Closing,
            16 => Self::OtherDaemonPinned,
            other => Self::Other(other),
        }
    }
}

impl From<Malformed> for AlertCode {
    fn from(Malformed: Malformed) -> Self {
        AlertCode::Malformed
    }
}

impl fmt::Display for AlertCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Protocol => "frame out of order",
            Self::Malformed => "malformed bytes",
            Self::NoCommonVersion => "no common version or suite",
            Self::BadPoint => "bad point",
            Self::ConfirmationFailed => "confirmation failed (wrong setup code)",
            Self::BadSealedRecord => "bad sealed record",
            Self::Locked => "locked (too many failures; hold the button)",
            Self::ParametersOutOfBounds => "parameters out of bounds",
            Self::Internal => "internal error",
            Self::LegacyRefused => "legacy refused",
            Self::BadProof => "bad proof",
            Self::UnknownDevice => "no setup code known for this device",
            Self::Timeout => "timeout",
            Self::Busy => "busy, try later",
            Self::Closing => "closing",
            Self::OtherDaemonPinned => "another daemon is pinned",
            Self::Other(code) => return write!(f, "alert {code}"),
        })
    }
}

/// Payload of an ALERT frame: `code u8`, then text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert<'a> {
    /// Why the connection ends.
    pub code: AlertCode,
    /// Words for a person; may be empty. It comes from an unauthenticated peer.
    pub text: Text<'a, MAX_ALERT_TEXT_LEN>,
}

impl<'a> Alert<'a> {
    /// Longest payload.
    pub const MAX_LEN: usize = 1 + MAX_ALERT_TEXT_LEN;

    /// Checks a payload.
    pub fn parse(payload: &'a [u8]) -> Result<Self, Malformed> {
        let (&code, text) = payload.split_first().ok_or(Malformed)?;
        // No code, and no way to look like an end that was good.
        if code == 0 {
            return Err(Malformed);
        }
        let text = core::str::from_utf8(text).map_err(|_| Malformed)?;
        Ok(Alert {
            code: AlertCode::from_wire(code),
            text: Text::new(text).map_err(|_| Malformed)?,
        })
    }

    /// Length of the payload.
    pub fn buffer_len(&self) -> usize {
        1 + self.text.as_str().len()
    }

    /// Writes the payload; returns its length.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        let out = buffer.get_mut(..self.buffer_len()).ok_or(BufferTooSmall)?;
        out[0] = self.code.to_wire();
        out[1..].copy_from_slice(self.text.as_str().as_bytes());
        Ok(out.len())
    }
}
