// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The device's states. Each transition consumes the state that it leaves.

use provisioning_wire::limits::{
    CONFIRM_LEN, ID_LEN, MAX_BOARD_LEN, MAX_FIRMWARE_LEN, MAX_FRAME_LEN, MAX_SERIAL,
    PROTOCOL_VERSION, SALT_LEN, SEQUENCE_LEN, SUITE_P256_SHA256_AES128CCM,
};
use provisioning_wire::{
    AlertCode, Config, ConfirmP, DaemonPin, Field, Frame, FrameType, Hello, HelloFlags, HelloReply,
    KdfParameters, Proof, Reason, Receipt, ReceiptAck, RecordKind, Refusal, ShareP, ShareV, Text,
};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use crate::conversation::{HEDGE_LEN, Outgoing, Randomness, wrong_record};
use crate::engine::{PointMultiplication, Signing, Verification, decode_point};
use crate::identity::IdentityKey;
use crate::sealed::{FromDaemon, FromDevice, Opener, RecordKeys, Sealer};
use crate::secret::Secret;
use crate::spake2plus::{Agreement, Confirming, Identities, Verifier, VerifierRecord};
use crate::transcript::{Opening, OpeningDigest, Signer, Transcript};

/// The device's one buffer: a frame to be sent, or the record received.
pub(super) type Buffer = Outgoing<MAX_FRAME_LEN>;

/// What the device tells about itself in HELLO.
#[derive(Clone, Debug)]
pub struct HelloFacts<'a> {
    /// The device's id; `idVerifier` of the key agreement.
    pub device_id: [u8; ID_LEN],
    /// The salt that the verifier record was minted with.
    pub salt: [u8; SALT_LEN],
    /// The parameters that it was minted with.
    pub kdf: KdfParameters,
    /// The board's name.
    pub board: Text<'a, MAX_BOARD_LEN>,
    /// The firmware's name and version.
    pub firmware: Text<'a, MAX_FIRMWARE_LEN>,
    /// Whether the device is fresh, and whether a person pressed the button
    /// for this; the button lets another daemon take over.
    pub flags: HelloFlags,
    /// Failed attempts until the device locks, 0 when it is locked, 255 when
    /// it never does.
    pub attempts_left: u8,
}

/// What a conversation needs besides [`HelloFacts`].
#[derive(Debug)]
pub struct DeviceSetup {
    /// The device's identity key.
    pub identity: IdentityKey,
    /// What the device was minted with instead of its setup code.
    pub record: VerifierRecord,
    /// The daemon that the device belongs to, if any.
    pub pinned: Option<DaemonPin>,
    /// The lowest serial that is not older than what is or was stored.
    pub least_serial: u32,
    /// Fresh randomness for this conversation.
    pub randomness: Randomness,
}

/// What the device judges the daemon and the configuration by.
pub(super) struct Rules {
    device_id: [u8; ID_LEN],
    pinned: Option<DaemonPin>,
    button: bool,
    locked: bool,
    least_serial: u32,
}

impl Rules {
    /// Rules that nobody meets, for a session that was not begun.
    pub(super) const fn none() -> Self {
        Self {
            device_id: [0; ID_LEN],
            pinned: None,
            button: false,
            locked: true,
            least_serial: u32::MAX,
        }
    }
}

/// What the device's own proof is signed with. It stays in one place for the
/// whole conversation.
pub(super) struct Prover {
    identity: IdentityKey,
    hedge: Secret<HEDGE_LEN>,
}

impl Prover {
    /// Nothing to sign with.
    pub(super) const fn none() -> Self {
        Self {
            identity: IdentityKey::none(),
            hedge: Secret::zeroed(),
        }
    }
}

impl Zeroize for Prover {
    fn zeroize(&mut self) {
        self.identity.zeroize();
        self.hedge.zeroize();
    }
}

/// Writes HELLO. The first state.
pub(super) fn start(
    setup: DeviceSetup,
    facts: &HelloFacts<'_>,
    out: &mut Buffer,
) -> Result<(Rules, Prover, AwaitReply), AlertCode> {
    let DeviceSetup {
        identity,
        record,
        pinned,
        least_serial,
        randomness: Randomness { scalar, hedge },
    } = setup;
    let hello = Hello {
        versions: [PROTOCOL_VERSION].into_iter().collect(),
        suites: [SUITE_P256_SHA256_AES128CCM].into_iter().collect(),
        device_id: facts.device_id,
        salt: facts.salt,
        kdf: facts.kdf,
        identity_key: *identity.public(),
        board: facts.board,
        firmware: facts.firmware,
        flags: facts.flags,
        attempts_left: facts.attempts_left,
    };
    out.frame(FrameType::Hello, |room| hello.emit(room))?;
    let rules = Rules {
        device_id: facts.device_id,
        pinned,
        button: facts.flags.is_button(),
        locked: facts.attempts_left == 0,
        least_serial,
    };
    let state = AwaitReply {
        verifier: Verifier::new(record, &scalar)?,
        opening: Opening::hello(out.bytes()),
    };
    Ok((rules, Prover { identity, hedge }, state))
}

/// HELLO is on its way. HELLO REPLY ends this.
pub(super) struct AwaitReply {
    verifier: Verifier,
    opening: Opening,
}

impl AwaitReply {
    pub(super) fn reply(self, frame: &Frame<'_>, rules: &Rules) -> Result<AwaitShare, AlertCode> {
        let reply = HelloReply::parse(frame.payload())?;
        if (reply.version, reply.suite) != (PROTOCOL_VERSION, SUITE_P256_SHA256_AES128CCM) {
            return Err(AlertCode::NoCommonVersion);
        }
        decode_point(&reply.identity_key)?;
        if rules.locked {
            return Err(AlertCode::Locked);
        }
        let pin_fits = rules
            .pinned
            .is_none_or(|pin| pin.identity_key == reply.identity_key);
        if !pin_fits && !rules.button {
            return Err(AlertCode::OtherDaemonPinned);
        }
        Ok(AwaitShare {
            verifier: self.verifier,
            opening: self.opening.reply(&[frame.as_bytes()]),
            daemon: DaemonPin {
                daemon_id: reply.daemon_id,
                identity_key: reply.identity_key,
            },
        })
    }
}

/// The daemon is known by name. SHARE P ends this.
pub(super) struct AwaitShare {
    verifier: Verifier,
    opening: OpeningDigest,
    daemon: DaemonPin,
}

impl AwaitShare {
    pub(super) fn share(self, payload: &[u8], rules: &Rules) -> Result<CountAttempt, AlertCode> {
        let share = ShareP::parse(payload)?;
        let agreement = self.verifier.receive(
            &share.x,
            &Identities {
                context: &self.opening.context(),
                prover: &self.daemon.daemon_id,
                verifier: &rules.device_id,
            },
        )?;
        Ok(CountAttempt(Agree {
            agreement,
            opening: self.opening,
            daemon: self.daemon,
        }))
    }
}

/// The daemon may be guessing: nothing secret is computed with before the raised
/// count is durable. Comes once in a conversation, so that a failure is
/// counted once.
pub(super) struct CountAttempt(Agree);

impl CountAttempt {
    pub(super) fn counted(self) -> Agree {
        self.0
    }
}

/// Computing the shared secret. The last slice ends this.
pub(super) struct Agree {
    agreement: Agreement,
    opening: OpeningDigest,
    daemon: DaemonPin,
}

impl Agree {
    /// True when [`Agree::finish`] is due.
    pub(super) fn advance<M: PointMultiplication>(&mut self, multiplier: &mut M) -> bool {
        self.agreement.advance(multiplier)
    }

    pub(super) fn finish(self, out: &mut Buffer) -> Result<AwaitConfirm, AlertCode> {
        let confirming = self.agreement.finish()?;
        let share = ShareV {
            y: *confirming.share_v(),
            confirm: *confirming.confirm_v(),
        };
        out.frame(FrameType::ShareV, |room| share.emit(room))?;
        Ok(AwaitConfirm {
            confirming,
            opening: self.opening,
            daemon: self.daemon,
        })
    }
}

/// SHARE V is on its way. CONFIRM P ends this.
pub(super) struct AwaitConfirm {
    confirming: Confirming,
    opening: OpeningDigest,
    daemon: DaemonPin,
}

impl AwaitConfirm {
    pub(super) fn confirm(self, payload: &[u8]) -> Result<ClearAttempts, AlertCode> {
        let ConfirmP { confirm } = ConfirmP::parse(payload)?;
        let transcript = self.transcript(&confirm);
        let shared = self.confirming.finish(&confirm)?;
        Ok(ClearAttempts(AwaitProof {
            channel: Channel::new(RecordKeys::derive(&shared)),
            transcript,
            daemon: self.daemon,
        }))
    }

    fn transcript(&self, confirm_p: &[u8; CONFIRM_LEN]) -> Transcript {
        self.opening.transcript(
            self.confirming.share_p(),
            self.confirming.share_v(),
            self.confirming.confirm_v(),
            confirm_p,
        )
    }
}

/// The daemon knows the setup code. The count's reset ends this.
pub(super) struct ClearAttempts(AwaitProof);

impl ClearAttempts {
    pub(super) fn cleared(self) -> AwaitProof {
        self.0
    }
}

/// Both directions of the record layer, as the device has them.
struct Channel {
    sealer: Sealer<FromDevice>,
    opener: Opener<FromDaemon>,
}

impl Channel {
    fn new(keys: RecordKeys) -> Self {
        let (sealer, opener) = keys.into_device();
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

/// Waiting for the daemon's proof, which ends this.
pub(super) struct AwaitProof {
    channel: Channel,
    transcript: Transcript,
    daemon: DaemonPin,
}

impl AwaitProof {
    pub(super) fn proof(
        mut self,
        payload: &[u8],
        buffer: &mut Buffer,
    ) -> Result<Verify, AlertCode> {
        let record = self.channel.open(payload, buffer)?;
        let proof = Proof::parse(record).map_err(|_| wrong_record(record, RecordKind::Proof))?;
        Ok(Verify {
            verification: Verification::start(
                &self.daemon.identity_key,
                &self.transcript.proof_digest(Signer::Daemon),
                &proof.signature,
            )?,
            channel: self.channel,
            transcript: self.transcript,
            daemon: self.daemon,
        })
    }
}

/// Verifying the daemon's proof. The last slice ends this.
pub(super) struct Verify {
    verification: Verification,
    channel: Channel,
    transcript: Transcript,
    daemon: DaemonPin,
}

impl Verify {
    /// The answer, when the last slice has run.
    pub(super) fn advance<M: PointMultiplication>(
        &mut self,
        multiplier: &mut M,
    ) -> Option<Result<(), AlertCode>> {
        let outcome = self.verification.advance(multiplier)?;
        Some(outcome.map_err(AlertCode::from))
    }

    pub(super) fn verified<M: PointMultiplication>(
        self,
        multiplier: &mut M,
        prover: &Prover,
    ) -> Result<Sign, AlertCode> {
        Ok(Sign {
            signing: Signing::start(
                multiplier,
                prover.identity.secret(),
                &self.transcript.proof_digest(Signer::Device),
                prover.hedge.expose_secret(),
            )?,
            channel: self.channel,
            daemon: self.daemon,
        })
    }
}

/// Signing the device's proof. The last slice ends this.
pub(super) struct Sign {
    signing: Signing,
    channel: Channel,
    daemon: DaemonPin,
}

impl Sign {
    /// The proof, when the last slice has run.
    pub(super) fn advance<M: PointMultiplication>(
        &mut self,
        multiplier: &mut M,
    ) -> Option<Result<Proof, AlertCode>> {
        let outcome = self.signing.advance(multiplier)?;
        Some(
            outcome
                .map(|signature| Proof { signature })
                .map_err(AlertCode::from),
        )
    }

    pub(super) fn signed(
        mut self,
        proof: &Proof,
        out: &mut Buffer,
    ) -> Result<AwaitConfig, AlertCode> {
        out.sealed(&mut self.channel.sealer, |room| proof.emit(room))?;
        Ok(AwaitConfig {
            channel: self.channel,
            daemon: self.daemon,
        })
    }
}

/// Both have proved who they are. CONFIG ends this.
pub(super) struct AwaitConfig {
    channel: Channel,
    daemon: DaemonPin,
}

/// What became of a configuration.
pub(super) enum Judged {
    /// It may be stored; it stays in the buffer.
    Valid(Store),
    /// The receipt that refuses it is in the buffer.
    Refused(Refusal),
}

impl AwaitConfig {
    pub(super) fn config(
        mut self,
        payload: &[u8],
        rules: &Rules,
        buffer: &mut Buffer,
    ) -> Result<Judged, AlertCode> {
        let record = self.channel.open(payload, buffer)?;
        let config = Config::parse(record).map_err(|_| wrong_record(record, RecordKind::Config))?;
        let verdict = if config.serial < rules.least_serial {
            Err(serial(Reason::Older))
        } else if config.serial > MAX_SERIAL {
            // A wipe raises the floor above what it forgets, which nothing is
            // above this one.
            Err(serial(Reason::NotValid))
        } else {
            config.validate().map(|_| ())
        };
        let digest = Sha256::digest(&*record).into();
        let record_len = record.len();
        match verdict {
            Ok(()) => Ok(Judged::Valid(Store {
                channel: self.channel,
                daemon: self.daemon,
                record_len,
                digest,
            })),
            Err(refusal) => {
                let least_serial = (refusal.reason == Reason::Older).then_some(rules.least_serial);
                refuse(&mut self.channel, refusal, least_serial, buffer)?;
                Ok(Judged::Refused(refusal))
            }
        }
    }
}

/// A valid configuration is in the buffer. Its commit ends this.
pub(super) struct Store {
    channel: Channel,
    daemon: DaemonPin,
    record_len: usize,
    digest: [u8; 32],
}

impl Store {
    pub(super) const fn daemon(&self) -> &DaemonPin {
        &self.daemon
    }

    /// The CONFIG record, which was opened behind its sequence number.
    pub(super) fn record<'a>(&self, buffer: &'a Buffer) -> &'a [u8] {
        &buffer.scratched()[SEQUENCE_LEN..][..self.record_len]
    }

    pub(super) fn stored(mut self, buffer: &mut Buffer) -> Result<AwaitAck, AlertCode> {
        let receipt = Receipt::Stored {
            digest: self.digest,
        };
        buffer.clear();
        buffer.sealed(&mut self.channel.sealer, |room| receipt.emit(room))?;
        Ok(AwaitAck {
            channel: self.channel,
        })
    }

    pub(super) fn not_stored(mut self, buffer: &mut Buffer) -> Result<Refusal, AlertCode> {
        let refusal = Refusal {
            field: Field::Storage,
            reason: Reason::NotStored,
        };
        refuse(&mut self.channel, refusal, None, buffer)?;
        Ok(refusal)
    }
}

const fn serial(reason: Reason) -> Refusal {
    Refusal {
        field: Field::Serial,
        reason,
    }
}

/// Puts the receipt that refuses into the buffer.
fn refuse(
    channel: &mut Channel,
    refusal: Refusal,
    least_serial: Option<u32>,
    buffer: &mut Buffer,
) -> Result<(), AlertCode> {
    buffer.clear();
    let receipt = Receipt::Refused {
        refusal,
        least_serial,
    };
    buffer.sealed(&mut channel.sealer, |room| receipt.emit(room))
}

/// The configuration is committed. RECEIPT ACK ends this.
pub(super) struct AwaitAck {
    channel: Channel,
}

impl AwaitAck {
    pub(super) fn acknowledged(
        mut self,
        payload: &[u8],
        buffer: &mut Buffer,
    ) -> Result<(), AlertCode> {
        let record = self.channel.open(payload, buffer)?;
        ReceiptAck::parse(record)
            .map(|ReceiptAck| ())
            .map_err(|_| wrong_record(record, RecordKind::ReceiptAck))
    }
}
