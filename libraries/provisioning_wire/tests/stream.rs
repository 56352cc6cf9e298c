// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The stream decoder: segments are anything, frames come out the same.

use proptest::prelude::*;
use provisioning_wire::{FrameDecoder, FrameType, Hello, HelloReply, Malformed, StoredConfig};

/// Frames of a stream whose segments are as given, or the error.
fn decode(segments: &[&[u8]]) -> Result<Vec<(FrameType, Vec<u8>)>, Malformed> {
    let mut decoder = FrameDecoder::new();
    let mut frames = Vec::new();
    for segment in segments {
        let mut rest = *segment;
        while !rest.is_empty() {
            let (taken, frame) = decoder.feed(rest)?;
            assert!(taken > 0, "no progress");
            rest = &rest[taken..];
            frames.extend(frame.map(|frame| (frame.kind(), frame.as_bytes().to_vec())));
        }
    }
    Ok(frames)
}

/// A frame of a known or of an ignorable type.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let with_payload = |kind: u8, payload: Vec<u8>| {
        let mut frame = vec![kind];
        frame.extend((payload.len() as u16).to_be_bytes());
        frame.extend(payload);
        frame
    };
    let bytes = |range| proptest::collection::vec(any::<u8>(), range);
    prop_oneof![
        (1u8..=3).prop_map(move |kind| with_payload(kind, Vec::new())),
        bytes(1..=1024usize).prop_map(move |payload| with_payload(0x20, payload)),
        bytes(65..=65usize).prop_map(move |payload| with_payload(0x22, payload)),
        bytes(97..=97usize).prop_map(move |payload| with_payload(0x23, payload)),
        bytes(20..=1024usize).prop_map(move |payload| with_payload(0x28, payload)),
        (0x80u8..=0xff, bytes(0..=1024usize))
            .prop_map(move |(kind, payload)| with_payload(kind, payload)),
    ]
}

#[test]
fn unknown_types_are_ignored_from_0x80_on_and_refused_below() {
    for kind in 0..=u8::MAX {
        let stream = [kind, 0, 2, 9, 9, 0x03, 0, 0];
        let decoded = decode(&[&stream]);
        let ignored = Ok(vec![(FrameType::KeepAlive, vec![0x03, 0, 0])]);
        match FrameType::from_wire(kind) {
            None if kind >= 0x80 => assert_eq!(decoded, ignored, "{kind:#x}"),
            None => assert_eq!(decoded, Err(Malformed), "{kind:#x}"),
            Some(_) => assert_ne!(decoded, ignored, "{kind:#x}"),
        }
    }
}

proptest! {
    #[test]
    fn any_split_gives_the_same_frames(
        frames in proptest::collection::vec(frame(), 0..6),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let stream = frames.concat();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let segments: Vec<&[u8]> = cuts.windows(2).map(|w| &stream[w[0]..w[1]]).collect();
        let bytewise: Vec<&[u8]> = stream.chunks(1).collect();
        let expected: Vec<Vec<u8>> = frames.into_iter().filter(|frame| frame[0] < 0x80).collect();
        for segments in [&segments[..], &bytewise, &[&stream[..]]] {
            let decoded = decode(segments).unwrap();
            let kinds_fit = decoded.iter().all(|(kind, bytes)| kind.to_wire() == bytes[0]);
            prop_assert!(kinds_fit);
            let decoded: Vec<Vec<u8>> = decoded.into_iter().map(|(_, bytes)| bytes).collect();
            prop_assert_eq!(&decoded, &expected);
        }
    }

    #[test]
    fn any_bytes_end_the_same_way_however_they_are_split(
        bytes in proptest::collection::vec(prop_oneof![0u8..4, 0x1fu8..0x30, any::<u8>()], 0..300),
    ) {
        let bytewise: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(decode(&bytewise), decode(&[&bytes]));
    }

    #[test]
    fn parsers_take_any_bytes_without_panic_and_accept_only_what_they_emit_alike(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        if let Ok(hello) = Hello::parse(&bytes) {
            prop_assert!(hello.buffer_len() <= Hello::MAX_LEN);
        }
        if let Ok(reply) = HelloReply::parse(&bytes) {
            prop_assert!(reply.buffer_len() <= HelloReply::MAX_LEN);
        }
        if let Ok(stored) = StoredConfig::parse(&bytes) {
            prop_assert!(stored.buffer_len() <= StoredConfig::MAX_LEN);
        }
    }

    #[test]
    fn a_hello_with_flipped_bits_never_panics(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..6),
    ) {
        let mut bytes = vec![0xaa, 1, 0x81, 2, 2, 0x81, 1, 3, 0x50];
        bytes.extend([0xd1; 16]);
        bytes.extend([4, 0x50]);
        bytes.extend([0x5a; 16]);
        bytes.extend([5, 0x84, 1, 8, 1, 1, 6, 0x58, 0x41]);
        bytes.extend([4; 65]);
        bytes.extend([7, 0x61, b'b', 8, 0x61, b'f', 9, 0, 10, 5]);
        prop_assert!(Hello::parse(&bytes).is_ok());
        for (index, bit) in flips {
            let index = index.index(bytes.len());
            bytes[index] ^= 1 << bit;
        }
        if let Ok(hello) = Hello::parse(&bytes) {
            let mut again = vec![0; hello.buffer_len()];
            hello.emit(&mut again).unwrap();
            prop_assert_eq!(Hello::parse(&again), Ok(hello));
        }
    }
}
