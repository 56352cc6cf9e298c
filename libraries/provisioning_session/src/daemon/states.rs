// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The daemon's states. Each transition consumes the state that it leaves.

use provisioning_wire::limits::{
    ID_LEN, MAX_DISPLAY_NAME_LEN, MAX_FRAME_LEN, POINT_LEN, PROTOCOL_VERSION,
    SUITE_P256_SHA256_AES128CCM,
};
use provisioning_wire::{
    AlertCode, Config, ConfirmP, Frame, FrameType, Hello, HelloReply, Proof, Receipt, ReceiptAck,
    RecordKind, ShareP, ShareV, Text,
};
use sha2::{Digest, Sha256};

use crate::conversation::{HEDGE_LEN, Outgoing, Randomness, wrong_record};
use crate::engine::{Signing, Verification, decode_point};
use crate::identity::IdentityKey;
use crate::sealed::{FromDaemon, FromDevice, Opener, RecordKeys, Sealer};
use crate::secret::Secret;
use crate::spake2plus::{Identities, Prover, ProverSecret};
use crate::transcript::{Opening, OpeningDigest, Signer, Transcript};

#[cfg(feature = "key-log")]
use super::key_log::SessionSecrets;

/// Two frames go out together.
pub(super) type Buffer = Outgoing<{ 2 * MAX_FRAME_LEN }>;

/// What a conversation needs of the daemon.
#[derive(Debug)]
pub struct DaemonSetup<'a> {
    /// The daemon's identity key.
    pub identity: IdentityKey,
    /// The daemon's id; `idProver` of the key agreement.
    pub daemon_id: [u8; ID_LEN],
    /// The daemon's name, for a person.
    pub display_name: Text<'a, MAX_DISPLAY_NAME_LEN>,
    /// Fresh randomness for this conversation.
    pub randomness: Randomness,
}

/// The longest HELLO REPLY frame.
const REPLY_LEN: usize = MAX_FRAME_LEN;

/// Waiting for a device. HELLO ends this.
pub(super) struct AwaitHello {
    identity: IdentityKey,
    daemon_id: [u8; ID_LEN],
    randomness: Randomness,
    /// The HELLO REPLY frame, which does not depend on HELLO.
    reply: Outgoing<REPLY_LEN>,
}

impl AwaitHello {
    pub(super) fn start(setup: DaemonSetup<'_>) -> Result<Self, AlertCode> {
        let mut reply = Outgoing::new();
        let message = HelloReply {
            version: PROTOCOL_VERSION,
            suite: SUITE_P256_SHA256_AES128CCM,
            daemon_id: setup.daemon_id,
            identity_key: *setup.identity.public(),
            display_name: setup.display_name,
        };
        reply.frame(FrameType::HelloReply, |room| message.emit(room))?;
        Ok(Self {
            identity: setup.identity,
            daemon_id: setup.daemon_id,
            randomness: setup.randomness,
            reply,
        })
    }

    pub(super) fn hello(self, frame: &Frame<'_>) -> Result<NeedSecret, AlertCode> {
        let hello = Hello::parse(frame.payload())?;
        if !hello.versions.contains(&PROTOCOL_VERSION)
            || !hello.suites.contains(&SUITE_P256_SHA256_AES128CCM)
        {
            return Err(AlertCode::NoCommonVersion);
        }
        hello
            .kdf
            .check_bounds()
            .map_err(|_| AlertCode::ParametersOutOfBounds)?;
        decode_point(&hello.identity_key)?;
        if hello.attempts_left == 0 {
            return Err(AlertCode::Locked);
        }
        Ok(NeedSecret {
            opening: Opening::hello(frame.as_bytes()),
            device_id: hello.device_id,
            device_key: hello.identity_key,
            local: self,
        })
    }
}

/// The device is known by id. Its w0 and w1 end this.
pub(super) struct NeedSecret {
    local: AwaitHello,
    opening: Opening,
    device_id: [u8; ID_LEN],
    device_key: [u8; POINT_LEN],
}

impl NeedSecret {
    pub(super) fn provide(
        self,
        secret: ProverSecret,
        out: &mut Buffer,
    ) -> Result<AwaitShare, AlertCode> {
        let AwaitHello {
            identity,
            daemon_id,
            randomness: Randomness { scalar, hedge },
            reply,
        } = self.local;
        let opening = self.opening.reply(&[reply.bytes()]);
        let prover = Prover::start(
            secret,
            &scalar,
            &Identities {
                context: &opening.context(),
                prover: &daemon_id,
                verifier: &self.device_id,
            },
        )?;
        out.append(reply.bytes())?;
        let share = ShareP {
            x: *prover.share_p(),
        };
        out.frame(FrameType::ShareP, |room| share.emit(room))?;
        Ok(AwaitShare {
            prover,
            identity,
            hedge,
            opening,
            device_key: self.device_key,
        })
    }
}

/// SHARE P is on its way. SHARE V ends this.
pub(super) struct AwaitShare {
    prover: Prover,
    identity: IdentityKey,
    hedge: Secret<HEDGE_LEN>,
    opening: OpeningDigest,
    device_key: [u8; POINT_LEN],
}

impl AwaitShare {
    pub(super) fn share(self, payload: &[u8], out: &mut Buffer) -> Result<AwaitProof, AlertCode> {
        let share = ShareV::parse(payload)?;
        let share_p = *self.prover.share_p();
        let (confirm_p, shared) = self.prover.receive(&share.y)?.finish(&share.confirm)?;
        let transcript = self
            .opening
            .transcript(&share_p, &share.y, &share.confirm, &confirm_p);
        let keys = RecordKeys::derive(&shared);
        #[cfg(feature = "key-log")]
        let secrets = SessionSecrets::new(&self.opening, &shared, &keys, &transcript);
        let mut channel = Channel::new(keys);
        let confirm = ConfirmP { confirm: confirm_p };
        out.frame(FrameType::ConfirmP, |room| confirm.emit(room))?;
        let proof = Proof {
            signature: Signing::run(
                self.identity.secret(),
                &transcript.proof_digest(Signer::Daemon),
                self.hedge.expose_secret(),
            )?,
        };
        out.sealed(&mut channel.sealer, |room| proof.emit(room))?;
        Ok(AwaitProof {
            channel,
            transcript,
            device_key: self.device_key,
            #[cfg(feature = "key-log")]
            secrets,
        })
    }
}

/// Both directions of the record layer, as the daemon has them.
struct Channel {
    sealer: Sealer<FromDaemon>,
    opener: Opener<FromDevice>,
}

impl Channel {
    fn new(keys: RecordKeys) -> Self {
        let (sealer, opener) = keys.into_daemon();
        Self { sealer, opener }
    }

    /// Opens a sealed frame's payload in the buffer.
    fn open<'a>(
        &mut self,
        payload: &[u8],
        buffer: &'a mut Buffer,
    ) -> Result<&'a mut [u8], AlertCode> {
        let room = buffer
            .scratch()
            .get_mut(..payload.len())
            .ok_or(AlertCode::Malformed)?;
        room.copy_from_slice(payload);
        Ok(self.opener.open(room)?)
    }
}

/// The daemon's proof is on its way. The device's ends this.
pub(super) struct AwaitProof {
    channel: Channel,
    transcript: Transcript,
    device_key: [u8; POINT_LEN],
    #[cfg(feature = "key-log")]
    pub(super) secrets: SessionSecrets,
}

impl AwaitProof {
    pub(super) fn proof(
        mut self,
        payload: &[u8],
        buffer: &mut Buffer,
    ) -> Result<NeedConfig, AlertCode> {
        let record = self.channel.open(payload, buffer)?;
        let proof = Proof::parse(record).map_err(|_| wrong_record(record, RecordKind::Proof))?;
        Verification::run(
            &self.device_key,
            &self.transcript.proof_digest(Signer::Device),
            &proof.signature,
        )?;
        Ok(NeedConfig {
            channel: self.channel,
        })
    }
}

/// Both have proved who they are. A configuration ends this.
pub(super) struct NeedConfig {
    channel: Channel,
}

impl NeedConfig {
    pub(super) fn send(
        mut self,
        config: &Config<'_>,
        out: &mut Buffer,
    ) -> Result<AwaitReceipt, AlertCode> {
        let mut digest = [0; 32];
        out.sealed(&mut self.channel.sealer, |room| {
            let length = config.emit(room)?;
            digest = Sha256::digest(&room[..length]).into();
            Ok(length)
        })?;
        Ok(AwaitReceipt {
            channel: self.channel,
            digest,
        })
    }
}

/// The configuration is on its way. RECEIPT ends this.
pub(super) struct AwaitReceipt {
    channel: Channel,
    digest: [u8; 32],
}

impl AwaitReceipt {
    pub(super) fn receipt(
        mut self,
        payload: &[u8],
        buffer: &mut Buffer,
    ) -> Result<Receipt, AlertCode> {
        let record = self.channel.open(payload, buffer)?;
        let receipt =
            Receipt::parse(record).map_err(|_| wrong_record(record, RecordKind::Receipt))?;
        buffer.clear();
        if let Receipt::Stored { digest } = &receipt {
            // A device that stored something else has not stored this.
            if *digest != self.digest {
                return Err(AlertCode::Malformed);
            }
            buffer.sealed(&mut self.channel.sealer, |room| ReceiptAck.emit(room))?;
        }
        Ok(receipt)
    }
}
