// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Records: counters, changes, and the exact octets around the ciphertext.

use super::*;
use crate::spake2plus::tests::shared_key;

type End<Ours, Theirs> = (Sealer<Ours>, Opener<Theirs>);

fn ends() -> (End<FromDaemon, FromDevice>, End<FromDevice, FromDaemon>) {
    let shared = shared_key();
    (
        RecordKeys::derive(&shared).into_daemon(),
        RecordKeys::derive(&shared).into_device(),
    )
}

fn seal<D: Direction>(sealer: &mut Sealer<D>, text: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; text.len() + OVERHEAD];
    frame[PLAINTEXT_AT..][..text.len()].copy_from_slice(text);
    assert_eq!(sealer.seal(&mut frame, text.len()), Ok(frame.len()));
    frame
}

#[test]
fn records_open_in_their_order() {
    let ((mut daemon, _), (_, mut device)) = ends();
    for (sequence, text) in [b"one".as_slice(), b"", &[7; MAX_RECORD_LEN]]
        .into_iter()
        .enumerate()
    {
        let mut frame = seal(&mut daemon, text);
        assert_eq!(frame[0], 0x28);
        assert_eq!(
            usize::from(u16::from_be_bytes([frame[1], frame[2]])),
            frame.len() - 3
        );
        assert_eq!(frame[3..7], (sequence as u32).to_be_bytes());
        assert_eq!(device.open(&mut frame[3..]).unwrap(), text);
    }
}

#[test]
fn a_repeat_a_gap_and_the_other_direction_are_refused() {
    let ((mut daemon, mut from_device), (_, mut device)) = ends();
    let first = seal(&mut daemon, b"first");
    let second = seal(&mut daemon, b"second");
    assert_eq!(device.open(&mut second.clone()[3..]), Err(BadRecord));
    assert!(device.open(&mut first.clone()[3..]).is_ok());
    assert_eq!(device.open(&mut first.clone()[3..]), Err(BadRecord));
    assert!(device.open(&mut second.clone()[3..]).is_ok());
    assert_eq!(from_device.open(&mut first.clone()[3..]), Err(BadRecord));
}

#[test]
fn every_changed_octet_is_refused_and_no_plaintext_is_left() {
    let ((mut daemon, _), (_, mut device)) = ends();
    let good = seal(&mut daemon, b"secret");
    for position in 3..good.len() {
        let mut bad = good.clone();
        bad[position] ^= 1;
        assert_eq!(
            device.open(&mut bad[3..]),
            Err(BadRecord),
            "octet {position}"
        );
        assert!(!bad.windows(6).any(|window| window == b"secret"));
    }
    for length in 3..good.len() {
        let mut bad = good[..length].to_vec();
        assert_eq!(
            device.open(&mut bad[3..]),
            Err(BadRecord),
            "cut to {length}"
        );
    }
    let mut long = good.clone();
    long.push(0);
    assert_eq!(device.open(&mut long[3..]), Err(BadRecord));
    assert!(device.open(&mut good.clone()[3..]).is_ok());
}

#[test]
fn every_bit_of_the_longest_record_counts() {
    let ((mut daemon, _), (_, mut device)) = ends();
    let good = seal(&mut daemon, &[0x5a; MAX_RECORD_LEN]);
    for bit in 8 * 3..8 * good.len() {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(device.open(&mut bad[3..]), Err(BadRecord), "bit {bit}");
    }
    // The record itself was the next one all the time.
    assert!(device.open(&mut good.clone()[3..]).is_ok());
}

#[test]
fn a_text_that_no_frame_holds_is_not_sealed() {
    let ((mut daemon, _), (_, mut device)) = ends();
    let mut frame = [0; 2048];
    assert_eq!(daemon.seal(&mut frame, MAX_RECORD_LEN + 1), Err(BadRecord));
    assert_eq!(daemon.seal(&mut frame[..OVERHEAD], 1), Err(BadRecord));
    // Neither used up a sequence number.
    let mut good = seal(&mut daemon, b"x");
    assert!(device.open(&mut good[3..]).is_ok());
}

#[test]
fn the_last_sequence_number_is_the_last() {
    let ((mut daemon, _), (_, mut device)) = ends();
    daemon.0.next = Some(u32::MAX);
    device.0.next = Some(u32::MAX);
    let mut frame = seal(&mut daemon, b"last");
    assert!(device.open(&mut frame[3..]).is_ok());
    let mut frame = [0; 64];
    assert_eq!(daemon.seal(&mut frame, 1), Err(BadRecord));
    assert_eq!(device.open(&mut frame), Err(BadRecord));
}

#[test]
fn the_keys_of_the_directions_differ() {
    let keys = RecordKeys::derive(&shared_key());
    let (daemon, device) = keys.expose_secrets();
    assert_ne!(daemon, device);
}
