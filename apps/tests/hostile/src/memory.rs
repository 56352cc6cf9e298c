// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Memory that drivers may be lent, in any part and at any time.
//!
//! Of bytes that others write to at any time only atomics may be made.

use core::sync::atomic::{AtomicU8, Ordering};

use crate::dice::Dice;

pub const LEN: usize = 6_144;
/// Where a frame is taken to.
pub const FRAME: usize = 0;
/// Where a payload is handed over from.
pub const PAYLOAD: usize = 1_100;

/// Addresses of others: the kernel's flash and RAM, its devices, the ends.
const FOREIGN: [usize; 7] = [
    0,
    0x8000_0000,
    0x8020_0000,
    0x1000_0000,
    0x0200_0000,
    0x2200_0000,
    usize::MAX - 3,
];

static MEMORY: [AtomicU8; LEN] = [const { AtomicU8::new(0) }; LEN];

/// Its first address.
pub fn start() -> usize {
    MEMORY.as_ptr().expose_provenance()
}

/// What a driver is lent: atomics, or a range that no kernel lends in this process's
/// name.
#[derive(Clone, Copy)]
pub struct Lent {
    start: usize,
    len: usize,
}

impl Lent {
    pub fn of(bytes: &'static [AtomicU8]) -> Self {
        Self {
            start: bytes.as_ptr().expose_provenance(),
            len: bytes.len(),
        }
    }

    /// From `at` on, as much of `len` as there is.
    pub fn part(at: usize, len: usize) -> Self {
        Self::of(&MEMORY[at..LEN.min(at + len)])
    }

    /// Nothing, whatever the length says.
    pub fn none(len: usize) -> Self {
        Self { start: 0, len }
    }

    /// Another's memory.
    pub fn foreign(dice: &mut Dice, len: usize) -> Self {
        let start = dice.of(&FOREIGN);
        Self { start, len }
    }

    /// From `at` on beyond all memory and around it, nearly or wholly back.
    pub fn around(at: usize, short: usize) -> Self {
        Self {
            start: start() + at,
            len: usize::MAX - short,
        }
    }

    pub(crate) fn registers(self) -> [usize; 2] {
        [self.start, self.len]
    }
}

/// The byte at `at`.
pub fn byte(at: usize) -> u8 {
    MEMORY[at].load(Ordering::Relaxed)
}

/// Writes `bytes` from `at` on, as far as they fit.
pub fn write(at: usize, bytes: &[u8]) {
    for (place, value) in MEMORY[at..].iter().zip(bytes) {
        place.store(*value, Ordering::Relaxed);
    }
}

/// Writes random bytes somewhere, lent or not.
pub fn scribble(dice: &mut Dice) {
    let at = dice.below(LEN);
    for _ in 0..dice.below(64) {
        let value = dice.next() as u8;
        if let Some(place) = MEMORY.get(at + usize::from(value) % 64) {
            place.store(value, Ordering::Relaxed);
        }
    }
}
