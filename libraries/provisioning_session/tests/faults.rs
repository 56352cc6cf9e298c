// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Every frame dropped, repeated, swapped and changed in every octet.

mod support;

use provisioning_session::conversation::Failure;
use provisioning_session::daemon;
use provisioning_session::device;
use provisioning_wire::{AlertCode, Frame};
use support::{Daemon, Device, Event, From, Outcome, conversation, run, untouched};

/// Numbers of the frames in an undisturbed conversation.
const SHARE_P: usize = 2;
const CONFIG: usize = 7;
const RECEIPT: usize = 8;
const RECEIPT_ACK: usize = 9;

fn with(tap: impl FnMut(From, usize, Vec<u8>) -> Vec<Vec<u8>>) -> Outcome {
    let vectors = conversation();
    run(&Device::new(&vectors), &Daemon::new(&vectors), tap)
}

/// What must hold whatever was done to frame `number`: no count twice, no
/// count cleared without confirmation, nothing stored but what was sent.
fn check_events(outcome: &Outcome, number: usize) {
    let order = outcome.events.as_slice();
    let psk: Vec<u8> = (0..32).collect();
    let whole = [Event::Counted, Event::Cleared, Event::Stored(psk)];
    assert!(whole.starts_with(order), "frame {number}: {order:?}");
}

#[test]
fn a_dropped_frame_stops_both_ends_short() {
    for number in 0..=RECEIPT_ACK {
        let outcome = with(|_, current, frame| {
            if current == number {
                vec![]
            } else {
                vec![frame]
            }
        });
        check_events(&outcome, number);
        assert_ne!(
            outcome.device,
            Some(device::Progress::Acknowledged),
            "frame {number}"
        );
        let stored = matches!(outcome.daemon, Some(daemon::Progress::Stored { .. }));
        assert_eq!(stored, number == RECEIPT_ACK, "frame {number}");
        if number <= CONFIG {
            assert!(
                !outcome
                    .events
                    .iter()
                    .any(|event| matches!(event, Event::Stored(_)))
            );
        }
    }
}

#[test]
fn a_repeated_frame_ends_the_conversation() {
    for number in 0..=RECEIPT_ACK {
        let outcome = with(|_, current, frame| {
            if current == number {
                vec![frame.clone(), frame]
            } else {
                vec![frame]
            }
        });
        check_events(&outcome, number);
        // After the last frame of an end, that end no longer listens.
        if number == RECEIPT || number == RECEIPT_ACK {
            assert!(outcome.succeeded(), "frame {number}");
            continue;
        }
        assert!(!outcome.succeeded(), "frame {number}");
        let failure = outcome
            .device_failure()
            .or(outcome.daemon_failure())
            .expect("one end noticed");
        let code = failure.code();
        assert!(
            code == AlertCode::Protocol || code == AlertCode::BadSealedRecord,
            "frame {number}: {code:?}"
        );
    }
}

#[test]
fn a_frame_replayed_later_ends_the_conversation() {
    for number in 0..CONFIG {
        let mut kept = None;
        let mut sent = false;
        let mut origin = None;
        let outcome = with(|from, current, frame| {
            if current == number {
                kept = Some(frame.clone());
                origin = Some(from);
                return vec![frame];
            }
            // In place of the next frame of the same end.
            if !sent && origin == Some(from) {
                sent = true;
                return vec![kept.clone().unwrap()];
            }
            vec![frame]
        });
        check_events(&outcome, number);
        assert!(!outcome.succeeded(), "frame {number}");
        let failure = outcome.device_failure().or(outcome.daemon_failure());
        assert!(
            matches!(
                failure.map(Failure::code),
                Some(AlertCode::Protocol | AlertCode::BadSealedRecord)
            ),
            "frame {number}: {failure:?}"
        );
    }
}

#[test]
fn swapped_frames_end_the_conversation() {
    for first in [1, 4] {
        let mut held = None;
        let outcome = with(|_, current, frame| {
            if current == first {
                held = Some(frame);
                return vec![];
            }
            let mut frames = vec![frame];
            frames.extend(held.take());
            frames
        });
        assert_eq!(
            outcome.device_failure(),
            Some(Failure::Ours(AlertCode::Protocol))
        );
    }
}

/// Changes one octet of frame `number` after the other.
fn change_every_octet(number: usize, flip: u8, check: impl Fn(&Outcome, usize)) {
    let length = with(untouched).frames[number].1.len();
    for position in 0..length {
        let outcome = with(|_, current, mut frame| {
            if current == number {
                frame[position] ^= flip;
            }
            vec![frame]
        });
        check_events(&outcome, number);
        check(&outcome, position);
    }
}

#[test]
fn every_octet_of_hello_is_bound() {
    for flip in [0x01, 0x20] {
        change_every_octet(0, flip, |outcome, position| {
            assert!(
                !outcome.events.contains(&Event::Cleared),
                "octet {position}"
            );
            assert!(!outcome.succeeded());
        });
    }
}

#[test]
fn every_octet_of_hello_reply_is_bound() {
    for flip in [0x01, 0x20] {
        change_every_octet(1, flip, |outcome, position| {
            assert!(
                !outcome.events.contains(&Event::Cleared),
                "octet {position}"
            );
            assert!(!outcome.succeeded());
        });
    }
}

#[test]
fn what_only_the_transcript_sees_fails_the_confirmation() {
    // The last letters of the names: both frames still parse.
    for (number, offset) in [(0, 6), (1, 1)] {
        let length = with(untouched).frames[number].1.len();
        let outcome = with(|_, current, mut frame| {
            if current == number {
                frame[length - offset] ^= 0x01;
            }
            vec![frame]
        });
        assert_eq!(
            outcome.daemon_failure(),
            Some(Failure::Ours(AlertCode::ConfirmationFailed))
        );
        assert_eq!(outcome.events, [Event::Counted]);
    }
}

#[test]
fn another_version_or_suite_is_not_spoken() {
    // The octets behind {1: [ and 2: [ of HELLO, {1: and 2: of HELLO REPLY.
    for (number, position) in [(0, 6), (0, 9), (1, 5), (1, 7)] {
        let outcome = with(|_, current, mut frame| {
            if current == number {
                frame[position] ^= 0x04;
            }
            vec![frame]
        });
        let failure = if number == 0 {
            outcome.daemon_failure()
        } else {
            outcome.device_failure()
        };
        let code = AlertCode::NoCommonVersion;
        assert_eq!(failure, Some(Failure::Ours(code)), "{number}: {position}");
        assert_eq!(outcome.events, []);
    }
}

#[test]
fn every_octet_of_the_key_agreement_counts() {
    for number in [2, 3, 4] {
        change_every_octet(number, 0x04, |outcome, position| {
            assert!(
                !outcome.events.contains(&Event::Cleared),
                "{number}: {position}"
            );
            assert!(!outcome.succeeded());
            if number == SHARE_P && position >= 3 {
                // A bad point is refused before anything is counted.
                assert_eq!(outcome.events, []);
                let code = AlertCode::BadPoint;
                assert_eq!(outcome.device_failure(), Some(Failure::Ours(code)));
            }
        });
    }
}

#[test]
fn every_octet_of_a_sealed_record_counts() {
    for number in 5..=RECEIPT_ACK {
        change_every_octet(number, 0x40, |outcome, position| {
            assert!(!outcome.succeeded(), "{number}: {position}");
            if position >= 3 {
                let failure = match outcome.frames[number].0 {
                    From::Daemon => outcome.device_failure(),
                    From::Device => outcome.daemon_failure(),
                };
                let code = AlertCode::BadSealedRecord;
                assert_eq!(failure, Some(Failure::Ours(code)), "{number}: {position}");
            }
            if number <= CONFIG {
                assert!(
                    !outcome
                        .events
                        .iter()
                        .any(|event| matches!(event, Event::Stored(_)))
                );
            }
        });
    }
}

#[test]
fn link_frames_are_ignored_at_any_time() {
    let outcome =
        with(|_, _, frame| vec![vec![0x01, 0, 0], vec![0x03, 0, 0], frame, vec![0x02, 0, 0]]);
    assert!(outcome.succeeded(), "{outcome:?}");
}

#[test]
fn an_alert_ends_the_conversation_at_any_time() {
    for number in 0..RECEIPT {
        let outcome = with(|_, current, frame| {
            if current == number {
                vec![vec![0x2f, 0, 1, 14]]
            } else {
                vec![frame]
            }
        });
        let failure = match outcome.frames[number].0 {
            From::Daemon => outcome.device_failure(),
            From::Device => outcome.daemon_failure(),
        };
        assert_eq!(
            failure,
            Some(Failure::Theirs(AlertCode::Busy)),
            "frame {number}"
        );
    }
}

#[test]
fn a_frame_before_the_count_is_durable_is_out_of_order() {
    let vectors = conversation();
    let mut device = Device::new(&vectors).session(&vectors);
    device.sent();
    for label in ["hello_reply", "share_p"] {
        let frame = Frame::parse(vectors.get(label)).unwrap();
        device.receive(&frame).unwrap();
    }
    assert_eq!(device.advance(), device::Progress::CountAttempt);
    // Nothing is computed meanwhile.
    assert_eq!(device.advance(), device::Progress::CountAttempt);
    assert!(!device.wants_frame());
    let frame = Frame::parse(vectors.get("confirm_p")).unwrap();
    assert_eq!(device.receive(&frame), Err(AlertCode::Protocol));
}

#[test]
fn an_answer_to_what_was_not_sent_is_out_of_order() {
    let vectors = conversation();
    let mut device = Device::new(&vectors).session(&vectors);
    assert_eq!(device.advance(), device::Progress::Send);
    let frame = Frame::parse(vectors.get("hello_reply")).unwrap();
    assert_eq!(device.receive(&frame), Err(AlertCode::Protocol));

    let parts = Daemon::new(&vectors);
    let mut daemon = parts.session(&vectors);
    let frame = Frame::parse(vectors.get("hello")).unwrap();
    daemon.receive(&frame).unwrap();
    daemon.provide(parts.prover_secret()).unwrap();
    let frame = Frame::parse(vectors.get("share_v")).unwrap();
    assert_eq!(daemon.receive(&frame), Err(AlertCode::Protocol));
}
