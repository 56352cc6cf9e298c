// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The conversation, byte by byte, and how it may end.

mod support;

use provisioning_session::conversation::Failure;
use provisioning_session::daemon;
use provisioning_session::device::{self, DeviceSession, Phase};
use provisioning_wire::limits::MAX_SERIAL;
use provisioning_wire::{
    AlertCode, Config, DaemonPin, Field, Frame, HelloFlags, Network, Psk, Reason, Refusal, Server,
};
use support::{Daemon, Device, Event, From, config, conversation, emit, frames, run, untouched};

/// The frames of the vectors, in their order.
const FRAMES: [(From, &str); 10] = [
    (From::Device, "hello"),
    (From::Daemon, "hello_reply"),
    (From::Daemon, "share_p"),
    (From::Device, "share_v"),
    (From::Daemon, "confirm_p"),
    (From::Daemon, "proof_daemon"),
    (From::Device, "proof_device"),
    (From::Daemon, "sealed_config"),
    (From::Device, "receipt"),
    (From::Daemon, "receipt_ack"),
];

#[test]
fn two_ends_say_what_the_vectors_say() {
    let vectors = conversation();
    let outcome = run(&Device::new(&vectors), &Daemon::new(&vectors), untouched);
    assert!(outcome.succeeded(), "{outcome:?}");
    assert_eq!(outcome.frames.len(), FRAMES.len());
    for ((from, bytes), (expected_from, label)) in outcome.frames.iter().zip(FRAMES) {
        assert_eq!(*from, expected_from, "{label}");
        assert_eq!(bytes, vectors.get(label), "{label}");
    }
    let psk: Vec<u8> = (0..32).collect();
    assert_eq!(
        outcome.events,
        [Event::Counted, Event::Cleared, Event::Stored(psk)]
    );
}

#[test]
fn the_device_alone_answers_the_vectors() {
    let vectors = conversation();
    let mut device = Device::new(&vectors).session(&vectors);
    let mut script = FRAMES.into_iter().peekable();
    let mut phases = Vec::new();
    loop {
        match device.advance() {
            device::Progress::Working(phase) => {
                if phases.last() != Some(&phase) {
                    phases.push(phase);
                }
            }
            device::Progress::Send => {
                let (from, label) = script.next().expect("the script goes on");
                assert_eq!(from, From::Device);
                assert_eq!(device.outgoing(), vectors.get(label), "{label}");
                device.sent();
            }
            device::Progress::Idle => {
                let (from, label) = script.next().expect("the script goes on");
                assert_eq!(from, From::Daemon);
                let frame = Frame::parse(vectors.get(label)).unwrap();
                device.receive(&frame).unwrap();
            }
            device::Progress::CountAttempt => {
                assert_eq!(script.peek().map(|(_, label)| *label), Some("share_v"));
                device.attempt_counted();
            }
            device::Progress::ClearAttempts => {
                assert_eq!(script.peek().map(|(_, label)| *label), Some("proof_daemon"));
                device.attempts_cleared();
            }
            device::Progress::Store => {
                assert_eq!(script.peek().map(|(_, label)| *label), Some("receipt"));
                let stored = device.stored_config().unwrap();
                assert_eq!(emit(stored.config.config()), vectors.get("config"));
                assert_eq!(stored.daemon.daemon_id, vectors.get("daemon_id"));
                assert_eq!(stored.daemon.identity_key, vectors.get("daemon_key"));
                device.stored(Ok(()));
                assert!(device.stored_config().is_none());
            }
            end => {
                assert_eq!(end, device::Progress::Acknowledged);
                break;
            }
        }
    }
    assert!(script.next().is_none());
    assert_eq!(phases, [Phase::Agreeing, Phase::Verifying, Phase::Signing]);
}

#[test]
fn the_daemon_alone_answers_the_vectors() {
    let vectors = conversation();
    let parts = Daemon::new(&vectors);
    let mut daemon = parts.session(&vectors);
    let mut script = FRAMES.into_iter();
    loop {
        match daemon.advance() {
            daemon::Progress::Send => {
                for bytes in frames(daemon.outgoing()) {
                    let (from, label) = script.next().expect("the script goes on");
                    assert_eq!(from, From::Daemon);
                    assert_eq!(bytes, vectors.get(label), "{label}");
                }
                daemon.sent();
            }
            daemon::Progress::Idle => {
                let (from, label) = script.next().expect("the script goes on");
                assert_eq!(from, From::Device);
                let frame = Frame::parse(vectors.get(label)).unwrap();
                daemon.receive(&frame).unwrap();
            }
            daemon::Progress::NeedSecret => {
                let hello = daemon.hello().unwrap();
                assert_eq!(hello.device_id, vectors.get("device_id"));
                assert_eq!(hello.salt, vectors.get("salt"));
                assert_eq!(hello.board.as_str(), "vector board");
                daemon.provide(parts.prover_secret()).unwrap();
            }
            daemon::Progress::NeedConfig => {
                #[cfg(feature = "key-log")]
                {
                    let secrets = daemon.secrets().unwrap();
                    assert_eq!(secrets.context, vectors.get("context"));
                    assert_eq!(secrets.shared, vectors.get("shared"));
                    assert_eq!(secrets.seal_daemon, vectors.get("seal_daemon"));
                    assert_eq!(secrets.seal_device, vectors.get("seal_device"));
                    assert_eq!(secrets.transcript, vectors.get("transcript"));
                }
                daemon.send_config(&config()).unwrap();
            }
            end => {
                assert!(matches!(end, daemon::Progress::Stored { .. }), "{end:?}");
                break;
            }
        }
    }
    assert!(script.next().is_none());
}

#[test]
fn a_wrong_setup_code_fails_and_is_counted_once() {
    let vectors = conversation();
    for change_w1 in [false, true] {
        let mut daemon = Daemon::new(&vectors);
        let wrong = if change_w1 {
            &mut daemon.w1
        } else {
            &mut daemon.w0
        };
        wrong[31] ^= 1;
        let outcome = run(&Device::new(&vectors), &daemon, untouched);
        let code = AlertCode::ConfirmationFailed;
        assert_eq!(outcome.daemon_failure(), Some(Failure::Ours(code)));
        assert_eq!(outcome.device_failure(), Some(Failure::Theirs(code)));
        assert_eq!(outcome.events, [Event::Counted]);
    }
}

#[test]
fn a_guess_sent_as_confirmation_fails_and_is_counted_once() {
    let vectors = conversation();
    let outcome = run(
        &Device::new(&vectors),
        &Daemon::new(&vectors),
        |_, number, mut frame| {
            if number == 4 {
                frame[3..].fill(0x55);
            }
            vec![frame]
        },
    );
    let code = AlertCode::ConfirmationFailed;
    assert_eq!(outcome.device_failure(), Some(Failure::Ours(code)));
    assert_eq!(outcome.events, [Event::Counted]);
}

#[test]
fn silence_after_the_share_leaves_the_attempt_counted() {
    let vectors = conversation();
    let outcome = run(
        &Device::new(&vectors),
        &Daemon::new(&vectors),
        |from, number, frame| match (from, number) {
            (From::Daemon, 4..) => vec![],
            _ => vec![frame],
        },
    );
    assert_eq!(outcome.device, None);
    assert_eq!(outcome.events, [Event::Counted]);
}

#[test]
fn a_pinned_device_goes_to_its_own_daemon_only() {
    let vectors = conversation();
    let own = DaemonPin {
        daemon_id: vectors.array("daemon_id"),
        identity_key: vectors.array("daemon_key"),
    };
    let other = DaemonPin {
        identity_key: vectors.array("device_key"),
        ..own
    };
    let mut device = Device::new(&vectors);
    device.pinned = Some(own);
    assert!(run(&device, &Daemon::new(&vectors), untouched).succeeded());

    device.pinned = Some(other);
    let outcome = run(&device, &Daemon::new(&vectors), untouched);
    let code = AlertCode::OtherDaemonPinned;
    assert_eq!(outcome.device_failure(), Some(Failure::Ours(code)));
    assert_eq!(outcome.daemon_failure(), Some(Failure::Theirs(code)));
    assert_eq!(outcome.events, []);

    device.flags = HelloFlags::BUTTON;
    assert!(run(&device, &Daemon::new(&vectors), untouched).succeeded());
}

#[test]
fn a_locked_device_does_no_work() {
    let vectors = conversation();
    let mut device = Device::new(&vectors);
    device.attempts_left = 0;
    let outcome = run(&device, &Daemon::new(&vectors), untouched);
    let code = AlertCode::Locked;
    assert_eq!(outcome.daemon_failure(), Some(Failure::Ours(code)));
    assert_eq!(outcome.events, []);

    // A daemon that does not care gets no further.
    let mut session = device.session(&vectors);
    session.sent();
    let reply = Frame::parse(vectors.get("hello_reply")).unwrap();
    assert_eq!(session.receive(&reply), Err(code));
}

#[test]
fn who_signs_with_another_key_is_found() {
    let vectors = conversation();
    let mut daemon = Daemon::new(&vectors);
    daemon.secret = vectors.array("device_secret");
    let outcome = run(&Device::new(&vectors), &daemon, untouched);
    let code = AlertCode::BadProof;
    assert_eq!(outcome.device_failure(), Some(Failure::Ours(code)));
    assert_eq!(outcome.events, [Event::Counted, Event::Cleared]);

    let mut device = Device::new(&vectors);
    device.secret = vectors.array("daemon_secret");
    let outcome = run(&device, &Daemon::new(&vectors), untouched);
    assert_eq!(outcome.daemon_failure(), Some(Failure::Ours(code)));
    assert_eq!(outcome.device_failure(), Some(Failure::Theirs(code)));
}

#[test]
fn an_identity_key_off_the_curve_is_refused_at_once() {
    let vectors = conversation();
    let code = AlertCode::BadPoint;
    let mut device = Device::new(&vectors);
    device.public[1] ^= 1;
    let outcome = run(&device, &Daemon::new(&vectors), untouched);
    assert_eq!(outcome.daemon_failure(), Some(Failure::Ours(code)));
    assert_eq!(outcome.frames.len(), 2, "HELLO and ALERT");

    let mut daemon = Daemon::new(&vectors);
    daemon.public[1] ^= 1;
    let outcome = run(&Device::new(&vectors), &daemon, untouched);
    assert_eq!(outcome.device_failure(), Some(Failure::Ours(code)));
    assert_eq!(outcome.events, []);
}

#[test]
fn kdf_parameters_out_of_bounds_are_not_looked_up() {
    let vectors = conversation();
    let mut device = Device::new(&vectors);
    device.kdf.memory_kib = 65_537;
    let outcome = run(&device, &Daemon::new(&vectors), untouched);
    let code = AlertCode::ParametersOutOfBounds;
    assert_eq!(outcome.daemon_failure(), Some(Failure::Ours(code)));
    assert_eq!(outcome.device_failure(), Some(Failure::Theirs(code)));
}

#[test]
fn a_device_without_a_known_code_is_told() {
    let vectors = conversation();
    let mut daemon = Daemon::new(&vectors).session(&vectors);
    daemon
        .receive(&Frame::parse(vectors.get("hello")).unwrap())
        .unwrap();
    assert_eq!(daemon.advance(), daemon::Progress::NeedSecret);
    daemon.abort(AlertCode::UnknownDevice);
    assert_eq!(daemon.advance(), daemon::Progress::Send);
    assert_eq!(daemon.outgoing(), [0x2f, 0, 1, 12]);
    daemon.sent();
    assert_eq!(
        daemon.advance(),
        daemon::Progress::Failed(Failure::Ours(AlertCode::UnknownDevice))
    );
}

#[test]
fn refused_configurations_are_told_and_not_stored() {
    let vectors = conversation();
    let good = config();
    let long = "x".repeat(129);
    let cases = [
        (
            Config {
                server: Server {
                    psk: Psk::new(&[]),
                    ..good.server
                },
                ..good
            },
            (Field::Psk, Reason::Empty),
        ),
        (
            Config {
                server: Server {
                    identity: &long,
                    ..good.server
                },
                ..good
            },
            (Field::Identity, Reason::TooLong),
        ),
        (
            Config {
                server: Server {
                    security_mode: 2,
                    ..good.server
                },
                ..good
            },
            (Field::SecurityMode, Reason::NotValid),
        ),
        (
            Config {
                network: Network {
                    endpoint_name: "",
                    ..good.network
                },
                ..good
            },
            (Field::EndpointName, Reason::Empty),
        ),
        (Config { serial: 6, ..good }, (Field::Serial, Reason::Older)),
        (
            Config {
                serial: MAX_SERIAL + 1,
                ..good
            },
            (Field::Serial, Reason::NotValid),
        ),
    ];
    for (config, (field, reason)) in cases {
        let mut device = Device::new(&vectors);
        device.least_serial = 7;
        let mut daemon = Daemon::new(&vectors);
        daemon.config = emit(&config);
        let outcome = run(&device, &daemon, untouched);
        let refusal = Some(Refusal { field, reason });
        assert_eq!(outcome.refusals(), (refusal, refusal));
        assert_eq!(outcome.events, [Event::Counted, Event::Cleared]);
        // What the daemon may go on from.
        let told = match outcome.daemon {
            Some(daemon::Progress::Refused { least_serial, .. }) => least_serial,
            _ => None,
        };
        assert_eq!(told, (reason == Reason::Older).then_some(7));
    }
}

#[test]
fn a_failed_commit_is_told() {
    let vectors = conversation();
    let mut device = Device::new(&vectors);
    device.storage_fails = true;
    let outcome = run(&device, &Daemon::new(&vectors), untouched);
    let refusal = Some(Refusal {
        field: Field::Storage,
        reason: Reason::NotStored,
    });
    assert_eq!(outcome.refusals(), (refusal, refusal));
}

#[test]
fn the_longest_configuration_goes_through() {
    let vectors = conversation();
    let good = config();
    let (uri, route, name) = ("u".repeat(255), "r".repeat(100), "e".repeat(64));
    let identity = "i".repeat(128);
    let mut daemon = Daemon::new(&vectors);
    daemon.config = emit(&Config {
        serial: MAX_SERIAL,
        server: Server {
            security_mode: 0,
            psk: Psk::new(&[0xff; 64]),
            identity: &identity,
            bootstrap_uri: &uri,
        },
        network: Network {
            default_route: &route,
            dns_server: &route,
            endpoint_name: &name,
        },
        ..good
    });
    let outcome = run(&Device::new(&vectors), &daemon, untouched);
    assert!(outcome.succeeded());
    assert_eq!(outcome.events.last(), Some(&Event::Stored(vec![0xff; 64])));
}

#[test]
fn a_session_that_cannot_begin_says_nothing() {
    let vectors = conversation();
    let mut device = Device::new(&vectors);
    device.random = [0; _];
    let mut session = DeviceSession::new();
    let begun = device.begin(&vectors, &mut session);
    assert_eq!(begun, Err(AlertCode::Internal));
    assert!(session.outgoing().is_empty());
    let ended = device::Progress::Failed(Failure::Ours(AlertCode::Closing));
    assert_eq!(session.advance(), ended);
}

#[test]
fn an_alert_without_a_code_is_no_good_end() {
    let vectors = conversation();
    let mut session = Device::new(&vectors).session(&vectors);
    session.sent();
    let alert = Frame::parse(&[0x2f, 0, 1, 0]).unwrap();
    session.receive(&alert).unwrap();
    let ended = device::Progress::Failed(Failure::Theirs(AlertCode::Malformed));
    assert_eq!(session.advance(), ended);
}

#[test]
fn a_share_that_is_the_mask_is_counted_before_it_is_refused() {
    let vectors = conversation();
    let mut session = Device::new(&vectors).session(&vectors);
    session.sent();
    let record: [u8; 227] = vectors.array("record");
    let mut share = vec![0x22, 0, 65];
    share.extend(&record[32..97]);
    for frame in [vectors.get("hello_reply"), &share] {
        session.receive(&Frame::parse(frame).unwrap()).unwrap();
    }
    assert_eq!(session.advance(), device::Progress::CountAttempt);
    session.attempt_counted();
    while matches!(session.advance(), device::Progress::Working(_)) {}
    session.sent();
    let ended = device::Progress::Failed(Failure::Ours(AlertCode::BadPoint));
    assert_eq!(session.advance(), ended);
}

#[test]
fn answers_out_of_turn_do_nothing() {
    let vectors = conversation();
    let mut device = Device::new(&vectors).session(&vectors);
    device.attempt_counted();
    device.attempts_cleared();
    device.stored(Ok(()));
    assert_eq!(device.advance(), device::Progress::Send);
    assert_eq!(device.outgoing(), vectors.get("hello"));
    assert!(device.stored_config().is_none());

    let parts = Daemon::new(&vectors);
    let mut daemon = parts.session(&vectors);
    daemon.provide(parts.prover_secret()).unwrap();
    daemon.send_config(&config()).unwrap();
    assert_eq!(daemon.advance(), daemon::Progress::Idle);
    assert!(daemon.hello().is_none());
}

#[test]
fn an_aborted_session_says_why_once_and_stays_ended() {
    let vectors = conversation();
    let mut device = Device::new(&vectors).session(&vectors);
    device.sent();
    device.abort(AlertCode::Timeout);
    device.abort(AlertCode::Internal);
    assert_eq!(device.advance(), device::Progress::Send);
    assert_eq!(device.outgoing(), [0x2f, 0, 1, 13]);
    device.sent();
    for _ in 0..3 {
        assert_eq!(
            device.advance(),
            device::Progress::Failed(Failure::Ours(AlertCode::Timeout))
        );
    }
    assert!(!device.wants_frame());
    assert!(device.outgoing().is_empty());
}
