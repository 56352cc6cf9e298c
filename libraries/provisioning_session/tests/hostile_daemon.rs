// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A daemon that knows the setup code and breaks the rules all the same.

mod support;

use provisioning_session::conversation::Failure;
use provisioning_session::device::{DeviceSession, Progress};
use provisioning_session::engine::Signing;
use provisioning_session::identity::IdentityKey;
use provisioning_session::sealed::{FromDaemon, OVERHEAD, PLAINTEXT_AT, RecordKeys, Sealer};
use provisioning_session::secret::Secret;
use provisioning_session::spake2plus::{Identities, Prover};
use provisioning_session::transcript::{Opening, Signer, Transcript};
use provisioning_wire::{AlertCode, Frame, FrameType, Proof, ReceiptAck, ShareV, emit_frame};
use support::vectors::Vectors;
use support::{Daemon, Device, conversation};

/// A device that has confirmed, and what its daemon holds.
struct Confirmed {
    vectors: Vectors,
    device: Box<DeviceSession>,
    sealer: Sealer<FromDaemon>,
    transcript: Transcript,
}

fn frame(kind: FrameType, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; payload.len() + 3];
    emit_frame(kind, payload, &mut bytes).unwrap();
    bytes
}

/// Answers everything of the device until it waits, sends or ends.
fn settle(device: &mut DeviceSession) -> Progress {
    loop {
        match device.advance() {
            Progress::Working(_) => {}
            Progress::CountAttempt => device.attempt_counted(),
            Progress::ClearAttempts => device.attempts_cleared(),
            other => return other,
        }
    }
}

fn confirmed() -> Confirmed {
    let vectors = conversation();
    let mut device = Device::new(&vectors).session(&vectors);
    let opening = Opening::hello(device.outgoing()).reply(&[vectors.get("hello_reply")]);
    device.sent();
    let prover = Prover::start(
        Daemon::new(&vectors).prover_secret(),
        &Secret::copied(&[0x42; 48]),
        &Identities {
            context: &opening.context(),
            prover: vectors.get("daemon_id"),
            verifier: vectors.get("device_id"),
        },
    )
    .unwrap();
    let x = *prover.share_p();
    for bytes in [vectors.get("hello_reply"), &frame(FrameType::ShareP, &x)] {
        device.receive(&Frame::parse(bytes).unwrap()).unwrap();
    }
    assert_eq!(settle(&mut device), Progress::Send);
    let share = ShareV::parse(&device.outgoing()[3..]).unwrap();
    device.sent();
    let (confirm_p, shared) = prover
        .receive(&share.y)
        .unwrap()
        .finish(&share.confirm)
        .unwrap();
    let confirm = frame(FrameType::ConfirmP, &confirm_p);
    device.receive(&Frame::parse(&confirm).unwrap()).unwrap();
    assert_eq!(settle(&mut device), Progress::Idle);
    let (sealer, _) = RecordKeys::derive(&shared).into_daemon();
    Confirmed {
        transcript: opening.transcript(&x, &share.y, &share.confirm, &confirm_p),
        vectors,
        device,
        sealer,
    }
}

impl Confirmed {
    /// Seals a record and hands it to the device.
    fn send(&mut self, record: &[u8]) -> Result<(), AlertCode> {
        let mut bytes = vec![0; record.len() + OVERHEAD];
        bytes[PLAINTEXT_AT..][..record.len()].copy_from_slice(record);
        let length = self.sealer.seal(&mut bytes, record.len()).unwrap();
        self.device
            .receive(&Frame::parse(&bytes[..length]).unwrap())
    }

    fn prove(&mut self, signer: Signer) -> Progress {
        let secret = Secret::copied(&self.vectors.array("daemon_secret"));
        let key = IdentityKey::from_secret(&secret).unwrap();
        let secret = provisioning_session::engine::SecretScalar::from_bytes(
            key.secret_bytes().expose_secret(),
        )
        .unwrap();
        let digest = self.transcript.proof_digest(signer);
        let signature = Signing::run(&secret, &digest, &[]).unwrap();
        let mut record = [0; Proof::LEN];
        Proof { signature }.emit(&mut record).unwrap();
        self.send(&record).unwrap();
        settle(&mut self.device)
    }

    fn expect_end(&mut self, code: AlertCode) {
        assert_eq!(self.device.advance(), Progress::Send);
        assert_eq!(self.device.outgoing(), [0x2f, 0, 1, code.to_wire()]);
        self.device.sent();
        assert_eq!(self.device.advance(), Progress::Failed(Failure::Ours(code)));
    }
}

#[test]
fn a_configuration_before_the_proof_is_out_of_order() {
    let mut confirmed = confirmed();
    let config = confirmed.vectors.get("config").to_vec();
    assert_eq!(confirmed.send(&config), Err(AlertCode::Protocol));
    confirmed.expect_end(AlertCode::Protocol);
}

#[test]
fn records_that_are_none_are_malformed() {
    for record in [&b""[..], b"\xa1\x00\x09", b"\xff", &[0; 1004]] {
        let mut confirmed = confirmed();
        assert_eq!(confirmed.send(record), Err(AlertCode::Malformed));
        confirmed.expect_end(AlertCode::Malformed);
    }
}

#[test]
fn the_devices_own_kind_of_proof_does_not_pass_for_the_daemons() {
    let mut confirmed = confirmed();
    assert_eq!(confirmed.prove(Signer::Device), Progress::Send);
    confirmed.expect_end(AlertCode::BadProof);
}

#[test]
fn an_acknowledgement_instead_of_a_configuration_is_out_of_order() {
    let mut confirmed = confirmed();
    assert_eq!(confirmed.prove(Signer::Daemon), Progress::Send);
    confirmed.device.sent();
    assert_eq!(settle(&mut confirmed.device), Progress::Idle);
    let mut record = [0; ReceiptAck::LEN];
    ReceiptAck.emit(&mut record).unwrap();
    assert_eq!(confirmed.send(&record), Err(AlertCode::Protocol));
    confirmed.expect_end(AlertCode::Protocol);
}

#[test]
fn a_second_configuration_is_not_taken() {
    let mut confirmed = confirmed();
    assert_eq!(confirmed.prove(Signer::Daemon), Progress::Send);
    confirmed.device.sent();
    let config = confirmed.vectors.get("config").to_vec();
    confirmed.send(&config).unwrap();
    assert_eq!(settle(&mut confirmed.device), Progress::Store);
    // Not while the first is being committed.
    assert!(!confirmed.device.wants_frame());
    assert_eq!(confirmed.send(&config), Err(AlertCode::Protocol));
    assert!(confirmed.device.stored_config().is_none());
    confirmed.expect_end(AlertCode::Protocol);
}

#[test]
fn no_key_agreement_frame_is_taken_after_the_proofs() {
    let mut confirmed = confirmed();
    assert_eq!(confirmed.prove(Signer::Daemon), Progress::Send);
    confirmed.device.sent();
    let again = confirmed.vectors.get("share_p").to_vec();
    let outcome = confirmed.device.receive(&Frame::parse(&again).unwrap());
    assert_eq!(outcome, Err(AlertCode::Protocol));
    confirmed.expect_end(AlertCode::Protocol);
}

#[test]
fn a_session_begins_again_after_its_end_and_in_the_middle() {
    for end_first in [true, false] {
        let mut confirmed = confirmed();
        if end_first {
            assert!(confirmed.send(b"").is_err());
        }
        let Confirmed {
            vectors, device, ..
        } = &mut confirmed;
        Device::new(vectors).begin(vectors, device).unwrap();
        assert_eq!(device.advance(), Progress::Send);
        assert_eq!(device.outgoing(), vectors.get("hello"));
        device.sent();
        let reply = Frame::parse(vectors.get("hello_reply")).unwrap();
        assert_eq!(device.receive(&reply), Ok(()));
    }
}
