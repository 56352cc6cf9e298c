// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Two real ends, and between them the fuzzer.
//!
//! For each frame it says what arrives: the frame, the frame with octets
//! changed, an earlier one, something made up, nothing, several of these.

#![no_main]

use libfuzzer_sys::fuzz_target;
use provisioning_wire::FrameType;
use std::sync::LazyLock;
use support::{Daemon, Device, Event, From, conversation, run, untouched};

#[path = "../../tests/support/mod.rs"]
mod support;

/// The frames of a conversation that nobody disturbs.
static WHOLE: LazyLock<Vec<(From, Vec<u8>)>> = LazyLock::new(|| {
    let vectors = conversation();
    run(&Device::new(&vectors), &Daemon::new(&vectors), untouched).frames
});

/// Types that the made-up frames have; any other is refused by the decoder.
const TYPES: [FrameType; 10] = [
    FrameType::IdentifyOn,
    FrameType::KeepAlive,
    FrameType::Hello,
    FrameType::HelloReply,
    FrameType::ShareP,
    FrameType::ShareV,
    FrameType::ConfirmP,
    FrameType::Sealed,
    FrameType::Sealed,
    FrameType::Alert,
];

struct Script<'a>(&'a [u8]);

impl Script<'_> {
    fn next(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        usize::from(*first)
    }

    /// Octets, as many as the script says and has.
    fn octets(&mut self) -> Vec<u8> {
        let wanted = self.next() * 4 + self.next() % 4;
        let (octets, rest) = self.0.split_at(wanted.min(self.0.len()));
        self.0 = rest;
        octets.to_vec()
    }

    fn arriving(&mut self, frame: Vec<u8>) -> Vec<Vec<u8>> {
        let mut arriving = Vec::new();
        let decision = self.next();
        for _ in 0..=decision >> 6 {
            match decision % 8 {
                0..=2 => arriving.push(frame.clone()),
                3 => {
                    let mut frame = frame.clone();
                    for _ in 0..=self.next() % 4 {
                        let at = (self.next() << 8 | self.next()) % frame.len();
                        frame[at] ^= self.next() as u8;
                    }
                    arriving.push(frame);
                }
                4 => {
                    let earlier = &WHOLE[self.next() % WHOLE.len()].1;
                    arriving.extend([earlier.clone(), frame.clone()]);
                }
                5 => {
                    let kind = TYPES[self.next() % TYPES.len()];
                    let payload = self.octets();
                    let [high, low] = (payload.len() as u16).to_be_bytes();
                    arriving.push([&[kind.to_wire(), high, low], &payload[..]].concat());
                }
                6 => {
                    // Another payload of the same length or less.
                    let mut frame = frame.clone();
                    for (place, octet) in frame[3..].iter_mut().zip(self.octets()) {
                        *place = octet;
                    }
                    arriving.push(frame);
                }
                _ => {}
            }
        }
        arriving
    }
}

fuzz_target!(|data: &[u8]| {
    let vectors = conversation();
    let mut script = Script(data);
    let mut device = Device::new(&vectors);
    device.storage_fails = script.next() % 16 == 1;
    let mut clean = true;
    let outcome = run(&device, &Daemon::new(&vectors), |_, _, frame| {
        let arriving = script.arriving(frame.clone());
        clean &= arriving == [frame];
        arriving
    });
    // No count twice, none cleared unconfirmed, nothing stored but what was sent.
    let psk: Vec<u8> = (0..32).collect();
    let whole = [Event::Counted, Event::Cleared, Event::Stored(psk)];
    assert!(whole.starts_with(&outcome.events), "{:?}", outcome.events);
    if outcome.succeeded() {
        assert_eq!(outcome.events, whole);
    }
    assert!(!clean || device.storage_fails || outcome.succeeded());
});
