// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! No secret is left in a session's memory, however the session ended.
#![cfg(target_os = "linux")]

mod support;

use std::fs::File;
use std::os::unix::fs::FileExt;

use provisioning_session::device::{DeviceSession, Progress};
use provisioning_wire::{AlertCode, Frame};
use support::vectors::Vectors;
use support::{Device, conversation};

/// The octets where `value` lies, padding and all. The kernel reads them, so
/// that what the language says about padding does not matter.
fn memory<T>(value: &T) -> Vec<u8> {
    let mut octets = vec![0; size_of::<T>()];
    File::open("/proc/self/mem")
        .and_then(|file| file.read_exact_at(&mut octets, std::ptr::from_ref(value) as u64))
        .unwrap();
    octets
}

/// Secrets of the vectors' conversation by name.
fn secrets(vectors: &Vectors) -> Vec<(&'static str, Vec<u8>)> {
    let record = vectors.get("record");
    let mut secrets = vec![
        ("w0*M", record[33..65].to_vec()),
        ("L", record[163..195].to_vec()),
        ("psk", (0..32).collect()),
        ("bootstrap URI", b"coaps://bootstrap.example:5684".to_vec()),
        ("random scalar", vectors.get("device_random")[..48].to_vec()),
        ("hedge", vectors.get("device_random")[48..].to_vec()),
    ];
    for label in [
        "w0",
        "device_secret",
        "shared",
        "seal_daemon",
        "seal_device",
    ] {
        secrets.push((label, vectors.get(label).to_vec()));
    }
    secrets
}

/// The secrets of which 8 octets in a row are in memory, in either order
/// (numbers lie there with the least significant octet first).
fn found(session: &DeviceSession, vectors: &Vectors) -> Vec<&'static str> {
    let memory = memory(session);
    let holds = |needle: &[u8]| memory.windows(needle.len()).any(|window| window == needle);
    secrets(vectors)
        .into_iter()
        .filter(|(_, secret)| {
            secret.chunks_exact(8).any(|chunk| {
                let reversed: Vec<u8> = chunk.iter().rev().copied().collect();
                holds(chunk) || holds(&reversed)
            })
        })
        .map(|(name, _)| name)
        .collect()
}

/// Frames that the daemon sends.
const SCRIPT: [&str; 6] = [
    "hello_reply",
    "share_p",
    "confirm_p",
    "proof_daemon",
    "sealed_config",
    "receipt_ack",
];

/// Runs the vectors' conversation for at most `steps` steps; true at its end.
/// `look` sees the session before each step.
fn play(
    session: &mut DeviceSession,
    vectors: &Vectors,
    steps: usize,
    mut look: impl FnMut(&DeviceSession),
) -> bool {
    let mut script = SCRIPT.into_iter();
    for _ in 0..steps {
        look(session);
        match session.advance() {
            Progress::Working(_) => {}
            Progress::Idle => {
                let frame = Frame::parse(vectors.get(script.next().unwrap())).unwrap();
                session.receive(&frame).unwrap();
            }
            Progress::Send => session.sent(),
            Progress::CountAttempt => session.attempt_counted(),
            Progress::ClearAttempts => session.attempts_cleared(),
            Progress::Store => session.stored(Ok(())),
            Progress::Acknowledged => return true,
            other => panic!("{other:?}"),
        }
    }
    false
}

#[test]
fn the_search_finds_what_a_running_session_holds() {
    let vectors = conversation();
    let mut session = Device::new(&vectors).session(&vectors);
    let mut seen = std::collections::BTreeSet::new();
    let ended = play(&mut session, &vectors, usize::MAX, |session| {
        // Slices are many and change little: the outgoing frames are enough.
        if !session.outgoing().is_empty() || session.stored_config().is_some() {
            seen.extend(found(session, &vectors));
        }
    });
    assert!(ended);
    for name in [
        "w0",
        "device_secret",
        "hedge",
        "psk",
        "seal_daemon",
        "seal_device",
    ] {
        assert!(seen.contains(name), "{name} was never there: {seen:?}");
    }
}

#[test]
fn nothing_is_left_after_success() {
    let vectors = conversation();
    let mut session = Device::new(&vectors).session(&vectors);
    assert!(play(&mut session, &vectors, usize::MAX, |_| {}));
    assert_eq!(found(&session, &vectors), [""; 0]);
}

#[test]
fn nothing_is_left_after_an_abort_at_any_step() {
    let vectors = conversation();
    // The steps around the slices, and some in the middle of them.
    for steps in (0..12).chain((20..2900).step_by(97)) {
        let mut session = Device::new(&vectors).session(&vectors);
        let ended = play(&mut session, &vectors, steps, |_| {});
        session.abort(AlertCode::Timeout);
        assert_eq!(found(&session, &vectors), [""; 0], "after {steps} steps");
        if ended {
            break;
        }
    }
}

#[test]
fn an_alert_and_a_bad_frame_leave_nothing() {
    let vectors = conversation();
    let alert = [0x2f, 0, 1, 15];
    for bytes in [&alert[..], vectors.get("share_v")] {
        for steps in [1, 2, 400, 1200] {
            let mut session = Device::new(&vectors).session(&vectors);
            assert!(!play(&mut session, &vectors, steps, |_| {}));
            let outcome = session.receive(&Frame::parse(bytes).unwrap());
            assert_eq!(outcome.is_ok(), bytes == alert);
            assert_eq!(found(&session, &vectors), [""; 0], "after {steps} steps");
        }
    }
}

#[test]
fn the_configuration_is_gone_once_it_is_committed() {
    let vectors = conversation();
    let mut session = Device::new(&vectors).session(&vectors);
    let mut committing = false;
    let ended = play(&mut session, &vectors, usize::MAX, |session| {
        // The URI lies behind what the receipt overwrites.
        let holds_it = || {
            let found = found(session, &vectors);
            found.contains(&"psk") || found.contains(&"bootstrap URI")
        };
        if session.stored_config().is_some() {
            committing = true;
            assert!(holds_it());
        } else if committing {
            assert!(!holds_it());
        }
    });
    assert!(ended && committing);
}
