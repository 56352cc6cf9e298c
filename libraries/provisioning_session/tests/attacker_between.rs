// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Two real ends, and between them somebody who does not know the code.

mod support;

use std::collections::VecDeque;

use provisioning_session::conversation::Failure;
use provisioning_session::daemon::{self, DaemonSession};
use provisioning_session::device::{self, DeviceSession};
use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_session::spake2plus::ProverSecret;
use provisioning_wire::{
    AlertCode, Frame, FrameType, Hello, HelloReply, ShareP, ShareV, emit_frame, emit_frame_with,
};
use support::{Daemon, Device, Event, From, Outcome, conversation, frames, run, untouched};

const HELLO: usize = 0;
const HELLO_REPLY: usize = 1;
const SHARE_P: usize = 2;
const SHARE_V: usize = 3;
const PROOF_OF_DAEMON: usize = 5;
const PROOF_OF_DEVICE: usize = 6;
const CONFIG: usize = 7;
const RECEIPT: usize = 8;
const RECEIPT_ACK: usize = 9;

fn with(tap: impl FnMut(From, usize, Vec<u8>) -> Vec<Vec<u8>>) -> Outcome {
    let vectors = conversation();
    run(&Device::new(&vectors), &Daemon::new(&vectors), tap)
}

/// Puts what `change` makes of frame `number` in its place.
fn with_changed(number: usize, change: impl Fn(&[u8]) -> Vec<u8>) -> Outcome {
    with(|_, current, frame| {
        if current == number {
            vec![change(&frame)]
        } else {
            vec![frame]
        }
    })
}

fn frame(kind: FrameType, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; payload.len() + 3];
    emit_frame(kind, payload, &mut bytes).unwrap();
    bytes
}

/// Keys of the attacker's own.
fn attackers_key() -> IdentityKey {
    IdentityKey::from_secret(&Secret::copied(&[0x66; 32])).unwrap()
}

/// A code of the attacker's own.
fn attackers_code() -> ([u8; 32], [u8; 32]) {
    ([0x66; 32], [0x67; 32])
}

/// Nothing was stored, the one guess was counted and stays counted.
fn check_failed_guess(outcome: &Outcome) {
    assert!(!outcome.succeeded());
    assert_eq!(outcome.events, [Event::Counted], "{outcome:?}");
}

/// HELLO as the attacker would have it.
fn changed_hello(bytes: &[u8], change: impl Fn(&mut Hello<'_>)) -> Vec<u8> {
    let mut hello = Hello::parse(&bytes[3..]).unwrap();
    change(&mut hello);
    let mut buffer = vec![0; 1_027];
    let length = emit_frame_with(FrameType::Hello, &mut buffer, |room| hello.emit(room)).unwrap();
    buffer.truncate(length);
    buffer
}

fn changed_reply(bytes: &[u8], change: impl Fn(&mut HelloReply<'_>)) -> Vec<u8> {
    let mut reply = HelloReply::parse(&bytes[3..]).unwrap();
    change(&mut reply);
    let mut buffer = vec![0; 1_027];
    let length =
        emit_frame_with(FrameType::HelloReply, &mut buffer, |room| reply.emit(room)).unwrap();
    buffer.truncate(length);
    buffer
}

#[test]
fn a_man_in_the_middle_cannot_put_his_key_or_name_into_the_greeting() {
    let key = *attackers_key().public();
    let outcomes = [
        with_changed(HELLO, |bytes| {
            changed_hello(bytes, |hello| hello.identity_key = key)
        }),
        with_changed(HELLO, |bytes| {
            changed_hello(bytes, |hello| hello.attempts_left = 255)
        }),
        with_changed(HELLO_REPLY, |bytes| {
            changed_reply(bytes, |reply| reply.identity_key = key)
        }),
        with_changed(HELLO_REPLY, |bytes| {
            changed_reply(bytes, |reply| reply.daemon_id = [0x66; 16])
        }),
        with(|_, number, frame| match number {
            HELLO => vec![changed_hello(&frame, |hello| hello.identity_key = key)],
            HELLO_REPLY => vec![changed_reply(&frame, |reply| reply.identity_key = key)],
            _ => vec![frame],
        }),
    ];
    for outcome in &outcomes {
        check_failed_guess(outcome);
        let code = AlertCode::ConfirmationFailed;
        assert_eq!(outcome.daemon_failure(), Some(Failure::Ours(code)));
        assert_eq!(outcome.device_failure(), Some(Failure::Theirs(code)));
    }
}

#[test]
fn a_man_in_the_middle_cannot_put_his_shares_in_place_of_theirs() {
    let point = *attackers_key().public();
    let outcome = with_changed(SHARE_P, |_| frame(FrameType::ShareP, &point));
    check_failed_guess(&outcome);
    let outcome = with_changed(SHARE_V, |bytes| {
        let mut payload = bytes[3..].to_vec();
        payload[..65].copy_from_slice(&point);
        frame(FrameType::ShareV, &payload)
    });
    check_failed_guess(&outcome);
    // Nor one's own share, given back.
    let shares = with(untouched).frames;
    let x = ShareP::parse(&shares[SHARE_P].1[3..]).unwrap().x;
    let outcome = with_changed(SHARE_V, |bytes| {
        let confirm = ShareV::parse(&bytes[3..]).unwrap().confirm;
        frame(FrameType::ShareV, &[&x[..], &confirm].concat())
    });
    check_failed_guess(&outcome);
}

/// Takes a device and a daemon as far as they go with somebody else's frames.
/// Answers how the device ended, and what it asked for.
fn device_alone(
    session: &mut DeviceSession,
    mut answers: VecDeque<Vec<u8>>,
) -> (device::Progress, usize, Vec<Vec<u8>>) {
    let (mut counted, mut said) = (0, Vec::new());
    loop {
        match session.advance() {
            device::Progress::Working(_) => {}
            device::Progress::Send => {
                said.extend(frames(session.outgoing()));
                session.sent();
            }
            device::Progress::CountAttempt => {
                counted += 1;
                session.attempt_counted();
            }
            device::Progress::Idle => match answers.pop_front() {
                // What comes of it is in the next progress.
                Some(bytes) => drop(session.receive(&Frame::parse(&bytes).unwrap())),
                None => return (device::Progress::Idle, counted, said),
            },
            other => return (other, counted, said),
        }
    }
}

#[test]
fn a_man_in_the_middle_who_talks_to_both_convinces_neither() {
    let vectors = conversation();
    let (w0, w1) = attackers_code();
    // To the device he is a daemon, under the daemon's name.
    let mut to_device = Daemon::new(&vectors);
    to_device.secret = [0x66; 32];
    to_device.public = *attackers_key().public();
    (to_device.w0, to_device.w1) = (w0, w1);
    let outcome = run(&Device::new(&vectors), &to_device, untouched);
    check_failed_guess(&outcome);
    assert_eq!(
        outcome.daemon_failure(),
        Some(Failure::Ours(AlertCode::ConfirmationFailed))
    );

    // To the daemon he is a device, under the device's name.
    let mut to_daemon = Device::new(&vectors);
    to_daemon.secret = [0x66; 32];
    to_daemon.public = *attackers_key().public();
    to_daemon.record = record_of(&w0, &w1);
    let outcome = run(&to_daemon, &Daemon::new(&vectors), untouched);
    assert!(outcome.daemon_failure().is_some());
    assert_eq!(
        outcome.daemon_failure(),
        Some(Failure::Ours(AlertCode::ConfirmationFailed))
    );
    // No configuration was sealed, nor a proof given.
    assert!(
        outcome
            .frames
            .iter()
            .all(|(_, bytes)| bytes[0] != FrameType::Sealed.to_wire())
    );
}

fn record_of(w0: &[u8; 32], w1: &[u8; 32]) -> [u8; 227] {
    let secret = ProverSecret::from_scalars(&Secret::copied(w0), &Secret::copied(w1)).unwrap();
    let record = secret.verifier_record();
    *record.to_bytes().unwrap().expose_secret()
}

#[test]
fn a_device_with_anothers_record_is_found_out() {
    let vectors = conversation();
    // Its own id and key, and the record of a device with another code.
    let mut device = Device::new(&vectors);
    let (w0, w1) = attackers_code();
    device.record = record_of(&w0, &w1);
    let outcome = run(&device, &Daemon::new(&vectors), untouched);
    check_failed_guess(&outcome);
    assert_eq!(
        outcome.daemon_failure(),
        Some(Failure::Ours(AlertCode::ConfirmationFailed))
    );
}

#[test]
fn a_replayed_conversation_convinces_no_device() {
    let vectors = conversation();
    let recorded = with(untouched);
    assert!(recorded.succeeded());
    let of_daemon: VecDeque<_> = recorded
        .frames
        .iter()
        .filter(|(from, _)| *from == From::Daemon)
        .map(|(_, bytes)| bytes.clone())
        .collect();
    // The same device with fresh randomness, as it always has.
    let mut device = Device::new(&vectors);
    device.random = [0x5c; 112][..device.random.len()].try_into().unwrap();
    let mut session = device.session(&vectors);
    let (end, counted, _) = device_alone(&mut session, of_daemon);
    let code = AlertCode::ConfirmationFailed;
    assert_eq!(end, device::Progress::Failed(Failure::Ours(code)));
    assert_eq!(counted, 1);
}

/// Hands frames of a device to a daemon; answers how it ended.
fn daemon_alone(parts: &Daemon, session: &mut DaemonSession, said: &[Vec<u8>]) -> daemon::Progress {
    let mut said = said.iter();
    loop {
        match session.advance() {
            daemon::Progress::Send => session.sent(),
            daemon::Progress::NeedSecret => session.provide(parts.prover_secret()).unwrap(),
            daemon::Progress::Idle => match said.next() {
                // As above.
                Some(bytes) => drop(session.receive(&Frame::parse(bytes).unwrap())),
                None => return daemon::Progress::Idle,
            },
            other => return other,
        }
    }
}

#[test]
fn a_replayed_conversation_convinces_no_daemon() {
    let vectors = conversation();
    let recorded = with(untouched);
    let of_device: Vec<_> = recorded
        .frames
        .iter()
        .filter(|(from, _)| *from == From::Device)
        .map(|(_, bytes)| bytes.clone())
        .collect();
    let mut parts = Daemon::new(&vectors);
    parts.random = [0x5c; 112][..parts.random.len()].try_into().unwrap();
    let mut session = parts.session(&vectors);
    let end = daemon_alone(&parts, &mut session, &of_device);
    let code = AlertCode::ConfirmationFailed;
    assert_eq!(end, daemon::Progress::Failed(Failure::Ours(code)));
}

#[test]
fn a_reflected_conversation_convinces_nobody() {
    let vectors = conversation();
    // Each end is given back what it said, frame by frame.
    let mut session = Device::new(&vectors).session(&vectors);
    let hello = session.outgoing().to_vec();
    let (end, counted, _) = device_alone(&mut session, [hello].into());
    let code = AlertCode::Protocol;
    assert_eq!(end, device::Progress::Failed(Failure::Ours(code)));
    assert_eq!(counted, 0);

    let parts = Daemon::new(&vectors);
    let reply = with(untouched).frames[HELLO_REPLY].1.clone();
    let end = daemon_alone(&parts, &mut parts.session(&vectors), &[reply]);
    assert_eq!(end, daemon::Progress::Failed(Failure::Ours(code)));
}

#[test]
fn a_reflected_record_is_no_record_of_the_other_end() {
    // Records of one end at the same place of the sequence, for the other end.
    for (reflected, due) in [
        (PROOF_OF_DAEMON, PROOF_OF_DEVICE),
        (PROOF_OF_DEVICE, CONFIG),
        (CONFIG, RECEIPT),
        (RECEIPT, RECEIPT_ACK),
    ] {
        let mut kept = Vec::new();
        let outcome = with(|_, number, frame| {
            if number == reflected {
                kept = frame.clone();
            }
            vec![if number == due { kept.clone() } else { frame }]
        });
        assert!(!outcome.succeeded());
        let failure = match outcome.frames[due].0 {
            From::Daemon => outcome.device_failure(),
            From::Device => outcome.daemon_failure(),
        };
        let code = AlertCode::BadSealedRecord;
        assert_eq!(failure, Some(Failure::Ours(code)), "{reflected} for {due}");
        let stored = |event: &Event| matches!(event, Event::Stored(_));
        assert_eq!(outcome.events.iter().any(stored), due > CONFIG);
    }
}

#[test]
fn a_truncated_frame_is_not_taken() {
    let whole = with(untouched).frames;
    for (number, (from, bytes)) in whole.iter().enumerate() {
        let payload = &bytes[3..];
        // Each length near the ends, and some between.
        let lengths = (0..payload.len()).filter(|length| {
            *length < 24 || payload.len() - length <= 24 || length.is_multiple_of(16)
        });
        for length in lengths {
            // With a header that fits what is left: what does not fit its header
            // waits in the decoder for the rest.
            let outcome = with_changed(number, |bytes| {
                let kind = FrameType::from_wire(bytes[0]).unwrap();
                frame(kind, &bytes[3..3 + length])
            });
            assert!(!outcome.succeeded(), "{number}: {length}");
            let failure = match from {
                From::Daemon => outcome.device_failure(),
                From::Device => outcome.daemon_failure(),
            };
            let code = failure.map(Failure::code);
            let expected = match number {
                PROOF_OF_DAEMON.. => [AlertCode::BadSealedRecord, AlertCode::Malformed],
                _ => [AlertCode::Malformed, AlertCode::ConfirmationFailed],
            };
            assert!(
                code.is_some_and(|code| expected.contains(&code)),
                "{number}: {length}: {code:?}"
            );
            let stored = |event: &Event| matches!(event, Event::Stored(_));
            assert!(number > CONFIG || !outcome.events.iter().any(stored));
        }
    }
}

/// Runs a whole conversation with one bit of one frame flipped.
fn with_flipped(number: usize, position: usize, bit: usize) -> Outcome {
    with_changed(number, |bytes| {
        let mut bytes = bytes.to_vec();
        bytes[position] ^= 1 << bit;
        bytes
    })
}

/// Nobody calls it a success, and what was not to be stored yet is not.
fn check_nothing_accepted(outcome: &Outcome, number: usize) {
    assert!(!outcome.succeeded());
    let stored = |event: &Event| matches!(event, Event::Stored(_));
    assert_eq!(outcome.events.iter().any(stored), number > CONFIG);
}

#[test]
fn every_bit_of_every_sealed_record_counts() {
    let whole = with(untouched).frames;
    assert_eq!(whole.len(), RECEIPT_ACK + 1);
    for (number, (from, bytes)) in whole.iter().enumerate().skip(PROOF_OF_DAEMON) {
        for position in 3..bytes.len() {
            for bit in 0..8 {
                let outcome = with_flipped(number, position, bit);
                let failure = match from {
                    From::Daemon => outcome.device_failure(),
                    From::Device => outcome.daemon_failure(),
                };
                let code = AlertCode::BadSealedRecord;
                assert_eq!(
                    failure,
                    Some(Failure::Ours(code)),
                    "bit {bit} of octet {position} of frame {number}"
                );
                check_nothing_accepted(&outcome, number);
            }
        }
    }
}

#[test]
fn every_bit_of_every_sealed_frames_header_counts() {
    let whole = with(untouched).frames;
    for (number, (from, _)) in whole.iter().enumerate().skip(PROOF_OF_DAEMON) {
        for (position, bit) in (0..3).flat_map(|position| (0..8).map(move |bit| (position, bit))) {
            let outcome = with_flipped(number, position, bit);
            let failure = match from {
                From::Daemon => outcome.device_failure(),
                From::Device => outcome.daemon_failure(),
            };
            // A kind that is ignored leaves the end waiting for the record.
            let code = failure.map(Failure::code);
            let expected = [AlertCode::Malformed, AlertCode::Protocol];
            assert!(
                code.is_none_or(|code| expected.contains(&code)),
                "bit {bit} of octet {position} of frame {number}: {code:?}"
            );
            check_nothing_accepted(&outcome, number);
        }
    }
}

#[test]
fn a_record_of_one_conversation_is_none_in_another() {
    let vectors = conversation();
    let recorded = with(untouched).frames;
    for (number, (from, bytes)) in recorded.iter().enumerate().skip(PROOF_OF_DAEMON) {
        let mut device = Device::new(&vectors);
        device.random = [0x5c; 112][..device.random.len()].try_into().unwrap();
        let outcome = run(&device, &Daemon::new(&vectors), |_, current, frame| {
            vec![if current == number {
                bytes.clone()
            } else {
                frame
            }]
        });
        let failure = match from {
            From::Daemon => outcome.device_failure(),
            From::Device => outcome.daemon_failure(),
        };
        let code = AlertCode::BadSealedRecord;
        assert_eq!(failure, Some(Failure::Ours(code)), "frame {number}");
    }
}
