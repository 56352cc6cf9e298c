// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The first byte says how the rest is split; frames must not depend on it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use provisioning_wire::{Frame, FrameDecoder};

/// The frames of a stream, and whether it ended in bad bytes.
fn decode<'a>(segments: impl Iterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, bool) {
    let mut decoder = FrameDecoder::new();
    let mut frames = Vec::new();
    for mut rest in segments {
        while !rest.is_empty() {
            let Ok((taken, frame)) = decoder.feed(rest) else {
                return (frames, true);
            };
            assert!(taken > 0);
            rest = &rest[taken..];
            if let Some(frame) = frame {
                assert_eq!(Frame::parse(frame.as_bytes()), Ok(frame));
                frames.push(frame.as_bytes().to_vec());
            }
        }
    }
    (frames, false)
}

fuzz_target!(|data: &[u8]| {
    let Some((&split, stream)) = data.split_first() else {
        return;
    };
    let whole = decode(std::iter::once(stream));
    assert_eq!(decode(stream.chunks(usize::from(split) + 1)), whole);
    assert_eq!(decode(stream.chunks(1)), whole);
});
