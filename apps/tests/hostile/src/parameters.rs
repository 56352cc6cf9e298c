// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the test wants of the process, written into its image.

use core::hint::black_box;
use core::sync::atomic::{AtomicU32, Ordering};

/// What the process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Calls in any order, and a death at the end.
    Sequence,
    /// An alarm every millisecond while keys are agreed.
    Alarms,
    /// Dies once the kernel has what it needs for the key agreement.
    DieAgreeing,
}

/// "HOSTILE!", then seed, moment, steps and mode. The test looks for the words.
static PARAMETERS: [AtomicU32; 6] = [
    AtomicU32::new(u32::from_le_bytes(*b"HOST")),
    AtomicU32::new(u32::from_le_bytes(*b"ILE!")),
    AtomicU32::new(1),
    AtomicU32::new(0),
    AtomicU32::new(100),
    AtomicU32::new(0),
];

/// What was written into the image.
#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    pub seed: u32,
    /// Takes the place of the moment at which a life begins, unless it is 0, so
    /// that one life can be had again.
    pub moment: u32,
    /// Most steps of a life.
    pub steps: u32,
    pub mode: Mode,
}

impl Parameters {
    pub fn read() -> Self {
        // Else the compiler knows what they are before the test has written them.
        let words = black_box(&PARAMETERS);
        let [_, _, seed, moment, steps, mode] =
            words.each_ref().map(|word| word.load(Ordering::Relaxed));
        Self {
            seed,
            moment,
            steps,
            mode: match mode {
                1 => Mode::Alarms,
                2 => Mode::DieAgreeing,
                _ => Mode::Sequence,
            },
        }
    }
}
