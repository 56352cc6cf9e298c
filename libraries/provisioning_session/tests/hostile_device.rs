// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A device that holds its verifier record and breaks the rules all the same.

mod support;

use provisioning_session::conversation::Failure;
use provisioning_session::daemon::{DaemonSession, Progress};
use provisioning_session::engine::{SecretScalar, Signing, SlicedMultiplication};
use provisioning_session::sealed::{FromDevice, OVERHEAD, PLAINTEXT_AT, RecordKeys, Sealer};
use provisioning_session::secret::Secret;
use provisioning_session::spake2plus::{Identities, Verifier, VerifierRecord};
use provisioning_session::transcript::{Opening, Signer};
use provisioning_wire::{AlertCode, Frame, FrameType, Proof, Receipt, ShareP, ShareV, emit_frame};
use support::{Daemon, config, conversation, frames};

/// A daemon that waits for the device's proof, and what the device holds.
struct Agreed {
    daemon: DaemonSession,
    sealer: Sealer<FromDevice>,
    proof: Vec<u8>,
}

fn frame(kind: FrameType, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; payload.len() + 3];
    emit_frame(kind, payload, &mut bytes).unwrap();
    bytes
}

fn agreed() -> Agreed {
    let vectors = conversation();
    let parts = Daemon::new(&vectors);
    let mut daemon = parts.session(&vectors);
    let hello = vectors.get("hello");
    daemon.receive(&Frame::parse(hello).unwrap()).unwrap();
    assert_eq!(daemon.advance(), Progress::NeedSecret);
    daemon.provide(parts.prover_secret()).unwrap();
    let sent = frames(daemon.outgoing());
    daemon.sent();
    let opening = Opening::hello(hello).reply(&[&sent[0]]);
    let x = ShareP::parse(&sent[1][3..]).unwrap().x;
    let record = VerifierRecord::from_bytes(&vectors.array("record")).unwrap();
    let mut multiplier = SlicedMultiplication::new();
    let mut agreement = Verifier::new(record, &Secret::copied(&[0x24; 48]))
        .unwrap()
        .receive(
            &x,
            &Identities {
                context: &opening.context(),
                prover: vectors.get("daemon_id"),
                verifier: vectors.get("device_id"),
            },
        )
        .unwrap();
    while !agreement.advance(&mut multiplier) {}
    let confirming = agreement.finish().unwrap();
    let (y, confirm) = (*confirming.share_v(), *confirming.confirm_v());
    let mut share = [0; ShareV::LEN];
    ShareV { y, confirm }.emit(&mut share).unwrap();
    let share = frame(FrameType::ShareV, &share);
    daemon.receive(&Frame::parse(&share).unwrap()).unwrap();
    let confirm_p = frames(daemon.outgoing())[0][3..].try_into().unwrap();
    daemon.sent();
    let shared = confirming.finish(&confirm_p).unwrap();
    let (sealer, _) = RecordKeys::derive(&shared).into_device();
    let transcript = opening.transcript(&x, &y, &confirm, &confirm_p);
    let key = SecretScalar::from_bytes(&vectors.array("device_secret")).unwrap();
    let signature = Signing::run(&key, &transcript.proof_digest(Signer::Device), &[]).unwrap();
    let mut proof = vec![0; Proof::LEN];
    Proof { signature }.emit(&mut proof).unwrap();
    Agreed {
        daemon,
        sealer,
        proof,
    }
}

impl Agreed {
    /// Seals a record and hands it to the daemon.
    fn send(&mut self, record: &[u8]) -> Result<(), AlertCode> {
        let mut bytes = vec![0; record.len() + OVERHEAD];
        bytes[PLAINTEXT_AT..][..record.len()].copy_from_slice(record);
        let length = self.sealer.seal(&mut bytes, record.len()).unwrap();
        self.daemon
            .receive(&Frame::parse(&bytes[..length]).unwrap())
    }

    /// Sends the proof and takes the configuration.
    fn take_config(&mut self) {
        let proof = self.proof.clone();
        self.send(&proof).unwrap();
        assert_eq!(self.daemon.advance(), Progress::NeedConfig);
        self.daemon.send_config(&config()).unwrap();
        self.daemon.sent();
        assert_eq!(self.daemon.advance(), Progress::Idle);
    }

    fn expect_end(&mut self, code: AlertCode) {
        assert_eq!(self.daemon.advance(), Progress::Send);
        assert_eq!(self.daemon.outgoing(), [0x2f, 0, 1, code.to_wire()]);
        self.daemon.sent();
        assert_eq!(self.daemon.advance(), Progress::Failed(Failure::Ours(code)));
    }
}

fn receipt(receipt: Receipt) -> Vec<u8> {
    let mut record = vec![0; Receipt::MAX_LEN];
    let length = receipt.emit(&mut record).unwrap();
    record.truncate(length);
    record
}

#[test]
fn a_receipt_for_something_else_is_no_receipt() {
    let mut agreed = agreed();
    agreed.take_config();
    let other = receipt(Receipt::Stored { digest: [0; 32] });
    assert_eq!(agreed.send(&other), Err(AlertCode::Malformed));
    agreed.expect_end(AlertCode::Malformed);
}

#[test]
fn a_receipt_before_the_proof_is_out_of_order() {
    let mut agreed = agreed();
    let early = receipt(Receipt::Stored { digest: [0; 32] });
    assert_eq!(agreed.send(&early), Err(AlertCode::Protocol));
    agreed.expect_end(AlertCode::Protocol);
}

#[test]
fn a_second_proof_is_out_of_order() {
    let mut agreed = agreed();
    agreed.take_config();
    let again = agreed.proof.clone();
    assert_eq!(agreed.send(&again), Err(AlertCode::Protocol));
    agreed.expect_end(AlertCode::Protocol);
}

#[test]
fn a_frame_while_the_configuration_is_chosen_is_out_of_order() {
    let mut agreed = agreed();
    let proof = agreed.proof.clone();
    agreed.send(&proof).unwrap();
    assert_eq!(agreed.daemon.advance(), Progress::NeedConfig);
    assert_eq!(agreed.send(&proof), Err(AlertCode::Protocol));
    agreed.expect_end(AlertCode::Protocol);
}
