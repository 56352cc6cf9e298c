// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What both ends of the conversation share: outgoing frames and failures.

use provisioning_wire::limits::{MAX_FRAME_LEN, MAX_RECORD_LEN};
use provisioning_wire::{
    Alert, AlertCode, BufferTooSmall, Frame, FrameType, RecordKind, Text, emit_frame_with,
};
use zeroize::Zeroize;

use crate::engine::{BadPoint, BadScalar, BadSignature, SigningFault, WIDE_SCALAR_LEN};
use crate::sealed::{BadRecord, Direction, PLAINTEXT_AT, Sealer};
use crate::secret::Secret;
use crate::spake2plus;

/// Octets that hedge the nonce of a signature.
pub(crate) const HEDGE_LEN: usize = 32;

/// Fresh randomness for one conversation: the ephemeral scalar of the key
/// agreement and the hedge of the signature.
#[derive(Debug)]
pub struct Randomness {
    pub(crate) scalar: Secret<WIDE_SCALAR_LEN>,
    pub(crate) hedge: Secret<HEDGE_LEN>,
}

impl Randomness {
    /// Octets that one conversation takes.
    pub const LEN: usize = WIDE_SCALAR_LEN + HEDGE_LEN;

    /// Takes the octets of a cryptographic random source and leaves zeros
    /// there. The same octets must never serve two conversations.
    pub fn take(octets: &mut [u8; Self::LEN]) -> Self {
        let mut randomness = Self {
            scalar: Secret::zeroed(),
            hedge: Secret::zeroed(),
        };
        let (scalar, hedge) = octets.split_at_mut(WIDE_SCALAR_LEN);
        randomness
            .scalar
            .expose_secret_mut()
            .copy_from_slice(scalar);
        randomness.hedge.expose_secret_mut().copy_from_slice(hedge);
        octets.zeroize();
        randomness
    }
}

/// Who ended the conversation, and why.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// This end; the other was told with an ALERT frame.
    Ours(AlertCode),
    /// The other end sent ALERT.
    Theirs(AlertCode),
}

impl Failure {
    /// The alert's code, whoever sent it.
    pub const fn code(self) -> AlertCode {
        match self {
            Self::Ours(code) | Self::Theirs(code) => code,
        }
    }
}

/// A frame that is to be sent, in a buffer that lends itself to other uses
/// while nothing is.
pub(crate) struct Outgoing<const LEN: usize> {
    buffer: Secret<LEN>,
    /// Octets to be sent; 0 when there is nothing.
    filled: usize,
}

impl<const LEN: usize> Outgoing<LEN> {
    pub(crate) const fn new() -> Self {
        Self {
            buffer: Secret::zeroed(),
            filled: 0,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer.expose_secret()[..self.filled]
    }

    pub(crate) const fn is_pending(&self) -> bool {
        self.filled > 0
    }

    /// Empties and zeroizes the buffer.
    pub(crate) fn clear(&mut self) {
        self.filled = 0;
        self.buffer.zeroize();
    }

    /// The buffer, for a record that was received. Nothing may be pending.
    pub(crate) fn scratch(&mut self) -> &mut [u8; LEN] {
        self.buffer.expose_secret_mut()
    }

    /// What [`Outgoing::scratch`] left in the buffer.
    pub(crate) const fn scratched(&self) -> &[u8; LEN] {
        self.buffer.expose_secret()
    }

    /// Appends a whole frame.
    pub(crate) fn append(&mut self, frame: &[u8]) -> Result<(), AlertCode> {
        let room = &mut self.buffer.expose_secret_mut()[self.filled..];
        room.get_mut(..frame.len())
            .ok_or(AlertCode::Internal)?
            .copy_from_slice(frame);
        self.filled += frame.len();
        Ok(())
    }

    /// Appends a frame whose payload `emit` writes.
    pub(crate) fn frame(
        &mut self,
        kind: FrameType,
        emit: impl FnOnce(&mut [u8]) -> Result<usize, BufferTooSmall>,
    ) -> Result<(), AlertCode> {
        let room = &mut self.buffer.expose_secret_mut()[self.filled..];
        self.filled += emit_frame_with(kind, room, emit).map_err(|_| AlertCode::Internal)?;
        Ok(())
    }

    /// Appends a sealed frame whose record `emit` writes.
    pub(crate) fn sealed<D: Direction>(
        &mut self,
        sealer: &mut Sealer<D>,
        emit: impl FnOnce(&mut [u8]) -> Result<usize, BufferTooSmall>,
    ) -> Result<(), AlertCode> {
        let room = &mut self.buffer.expose_secret_mut()[self.filled..];
        let text = room.get_mut(PLAINTEXT_AT..).ok_or(AlertCode::Internal)?;
        let text_len = text.len().min(MAX_RECORD_LEN);
        let length = emit(&mut text[..text_len]).map_err(|_| AlertCode::Internal)?;
        self.filled += sealer.seal(room, length).map_err(|_| AlertCode::Internal)?;
        Ok(())
    }

    /// Replaces what is there with ALERT. The code says it all: the text
    /// stays empty, and a wrong code shows nothing more than its number.
    pub(crate) fn alert(&mut self, code: AlertCode) {
        const {
            assert!(LEN >= MAX_FRAME_LEN, "an alert always fits");
        }
        self.clear();
        let alert = Alert {
            code,
            text: Text::truncated(""),
        };
        if self
            .frame(FrameType::Alert, |room| alert.emit(room))
            .is_err()
        {
            // Unreachable by the assertion; the connection closes unexplained.
            self.clear();
        }
    }
}

/// What an ALERT frame says. An unreadable one still ends the conversation.
pub(crate) fn alert_code(frame: &Frame<'_>) -> AlertCode {
    Alert::parse(frame.payload()).map_or(AlertCode::Malformed, |alert| alert.code)
}

/// The alert for a record that does not parse as the one that is due: a
/// record of another kind came out of order.
pub(crate) fn wrong_record(record: &[u8], due: RecordKind) -> AlertCode {
    match RecordKind::peek(record) {
        Ok(kind) if kind != due => AlertCode::Protocol,
        _ => AlertCode::Malformed,
    }
}

impl From<spake2plus::Error> for AlertCode {
    fn from(error: spake2plus::Error) -> Self {
        match error {
            spake2plus::Error::BadPoint => Self::BadPoint,
            spake2plus::Error::ConfirmationFailed => Self::ConfirmationFailed,
            spake2plus::Error::BadScalar | spake2plus::Error::Unfinished => Self::Internal,
        }
    }
}

impl From<BadPoint> for AlertCode {
    fn from(BadPoint: BadPoint) -> Self {
        Self::BadPoint
    }
}

impl From<BadScalar> for AlertCode {
    fn from(BadScalar: BadScalar) -> Self {
        Self::Internal
    }
}

impl From<BadSignature> for AlertCode {
    fn from(BadSignature: BadSignature) -> Self {
        Self::BadProof
    }
}

impl From<SigningFault> for AlertCode {
    fn from(SigningFault: SigningFault) -> Self {
        Self::Internal
    }
}

impl From<BadRecord> for AlertCode {
    fn from(BadRecord: BadRecord) -> Self {
        Self::BadSealedRecord
    }
}
