// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Receives numbered Ethernet frames and tells which ones came.
//!
//! Frames have the type 0x88b5 (local experiments) and carry a 32-bit number;
//! the last one has the type 0x88b6. The stream of frames is read from two
//! buffers in turn, as the driver means it. Frames are asked for by the burst, so
//! that none has to wait for a buffer however slow the machine is.

#![no_std]
#![no_main]

use conformance::raw::{class, syscall};
use conformance::say;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x5000}

const ETHERNET_TAP: usize = 0x30007;
/// Frames in a burst.
const BURST: u32 = 100;
const BUFFER_LEN: usize = 8192;
/// Version, flags and offset before the data in a streaming buffer.
const STREAM_HEADER: usize = 8;
/// Flags, length and timestamp before each frame.
const FRAME_HEADER: usize = 12;

/// What has been seen so far.
#[derive(Default)]
struct Tally {
    frames: u32,
    bytes: usize,
    out_of_order: u32,
    exceeded: bool,
    done: bool,
}

impl Tally {
    fn read(&mut self, buffer: &[u8; BUFFER_LEN]) {
        let word = |at: usize| -> Option<u32> {
            let bytes = buffer.get(at..at + 4)?;
            Some(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        };
        // Flags are big-endian, the offset is native.
        self.exceeded |= buffer[3] & 1 != 0;
        let offset = u32::from_ne_bytes([buffer[4], buffer[5], buffer[6], buffer[7]]) as usize;
        let end = STREAM_HEADER + offset;
        let mut at = STREAM_HEADER;
        while at + FRAME_HEADER < end {
            let length = usize::from(u16::from_ne_bytes([buffer[at + 2], buffer[at + 3]]));
            let frame = at + FRAME_HEADER;
            at = frame + length;
            match word(frame + 10).map(|w| w & 0xffff) {
                Some(0x88b5) => {
                    if word(frame + 14) != Some(self.frames) {
                        self.out_of_order += 1;
                    }
                    self.frames += 1;
                    self.bytes += length;
                }
                Some(0x88b6) => self.done = true,
                // Somebody else's.
                _ => (),
            }
        }
    }
}

fn main() {
    let mut buffers = [[0u8; BUFFER_LEN]; 2];
    let [first, second] = &mut buffers;
    let (mut shared, mut read) = (first, second);
    let mut tally = Tally::default();
    let share = |buffer: &mut [u8; BUFFER_LEN]| {
        // SAFETY: The buffer is read again only after the next one has been
        // swapped in for it.
        unsafe {
            syscall::<{ class::ALLOW_READ_WRITE }>([
                ETHERNET_TAP,
                0,
                &raw mut *buffer as usize,
                BUFFER_LEN,
            ])
        }
    };
    share(shared);
    let mut asked = None;
    while !tally.done {
        let bursts = tally.frames / BURST;
        if asked != Some(bursts) {
            say!("frames: ready");
            asked = Some(bursts);
        }
        // SAFETY: Waiting for "received" runs no function.
        unsafe { syscall::<{ class::YIELD }>([2, ETHERNET_TAP, 0, 0]) };
        read.fill(0);
        share(read);
        core::mem::swap(&mut shared, &mut read);
        tally.read(read);
    }
    say!(
        "frames: {} frames {} bytes {} out of order exceeded {}",
        tally.frames,
        tally.bytes,
        tally.out_of_order,
        tally.exceeded
    );
}
