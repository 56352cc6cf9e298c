// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What both ends bind into the key agreement, and what they sign.

use provisioning_wire::limits::{CONFIRM_LEN, POINT_LEN};
use sha2::{Digest, Sha256};

const CONTEXT: &[u8; 20] = b"tock-provisioning v2";
const TRANSCRIPT: &[u8] = b"tock-provisioning v2 transcript";

/// The opening while it is being exchanged: the HELLO frame has been hashed.
#[derive(Clone)]
pub struct Opening(Sha256);

impl Opening {
    /// Takes the HELLO frame, with its header.
    pub fn hello(frame: &[u8]) -> Self {
        Self(Sha256::new_with_prefix(frame))
    }

    /// Takes the HELLO REPLY frame, in pieces that follow each other.
    pub fn reply(mut self, pieces: &[&[u8]]) -> OpeningDigest {
        for piece in pieces {
            self.0.update(piece);
        }
        OpeningDigest(self.0.finalize().into())
    }
}

/// SHA-256 of the HELLO frame and the HELLO REPLY frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OpeningDigest([u8; 32]);

impl OpeningDigest {
    /// The context of the key agreement.
    pub fn context(&self) -> [u8; CONTEXT.len() + 32] {
        let mut context = [0; CONTEXT.len() + 32];
        context[..CONTEXT.len()].copy_from_slice(CONTEXT);
        context[CONTEXT.len()..].copy_from_slice(&self.0);
        context
    }

    /// The transcript of the whole key agreement.
    pub fn transcript(
        &self,
        share_p: &[u8; POINT_LEN],
        share_v: &[u8; POINT_LEN],
        confirm_v: &[u8; CONFIRM_LEN],
        confirm_p: &[u8; CONFIRM_LEN],
    ) -> Transcript {
        Transcript(
            Sha256::new()
                .chain_update(TRANSCRIPT)
                .chain_update(self.0)
                .chain_update(share_p)
                .chain_update(share_v)
                .chain_update(confirm_v)
                .chain_update(confirm_p)
                .finalize()
                .into(),
        )
    }
}

/// Who signs a proof.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Signer {
    /// The daemon, first.
    Daemon,
    /// The device, after the daemon's proof was right.
    Device,
}

/// What the proofs sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Transcript([u8; 32]);

impl Transcript {
    /// The transcript's octets.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// SHA-256 of the message that `signer` signs.
    pub fn proof_digest(&self, signer: Signer) -> [u8; 32] {
        let label: &[u8] = match signer {
            Signer::Daemon => b"tock-provisioning v2 proof daemon",
            Signer::Device => b"tock-provisioning v2 proof device",
        };
        Sha256::new()
            .chain_update(label)
            .chain_update(self.0)
            .finalize()
            .into()
    }
}
