// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The stream of frames, and sending against a fake kernel.

extern crate std;

use std::vec::Vec;

use libtock_platform::ErrorCode;
use libtock_unittest::fake::{Kernel, Syscalls};

use crate::{EthernetTap, Frames};

fn stream(frames: &[&[u8]]) -> Vec<u8> {
    let mut data = Vec::new();
    for frame in frames {
        data.extend_from_slice(&0u16.to_ne_bytes());
        data.extend_from_slice(&(frame.len() as u16).to_ne_bytes());
        data.extend_from_slice(&0u64.to_ne_bytes());
        data.extend_from_slice(frame);
    }
    let mut buffer = [0; 4].to_vec();
    buffer.extend_from_slice(&(data.len() as u32).to_ne_bytes());
    buffer.extend_from_slice(&data);
    buffer.resize(buffer.len() + 40, 0xaa);
    buffer
}

#[test]
fn frames_come_out_as_they_went_in() {
    let buffer = stream(&[b"first", b"", b"third one"]);
    let frames: Vec<_> = Frames::new(&buffer).collect();
    assert_eq!(frames, [&b"first"[..], b"", b"third one"]);
}

#[test]
fn a_fresh_buffer_holds_no_frames() {
    assert_eq!(Frames::new(&[0; 64]).count(), 0);
    assert_eq!(Frames::new(&[]).count(), 0);
}

#[test]
fn a_stream_cut_anywhere_gives_no_more_than_whole_frames() {
    let buffer = stream(&[b"first", b"second"]);
    for len in 0..buffer.len() {
        assert!(Frames::new(&buffer[..len]).count() <= 2);
    }
    let mut short = buffer.clone();
    // One byte less than both frames take.
    short[4..8].copy_from_slice(&(12u32 + 5 + 12 + 5).to_ne_bytes());
    assert_eq!(Frames::new(&short).count(), 1);
    short[4..8].copy_from_slice(&u32::MAX.to_ne_bytes());
    assert_eq!(Frames::new(&short).count(), 0);
}

#[test]
fn an_unknown_version_is_not_read() {
    let mut buffer = stream(&[b"first"]);
    buffer[0] = 1;
    assert_eq!(Frames::new(&buffer).count(), 0);
}

#[test]
fn without_a_driver_every_call_says_so() {
    let _kernel = Kernel::new();
    assert_eq!(EthernetTap::<Syscalls>::exists(), Err(ErrorCode::NoDevice));
    assert_eq!(
        EthernetTap::<Syscalls>::transmit(&[0; 60]),
        Err(ErrorCode::NoDevice)
    );
}
