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

static MEMORY: [AtomicU8; LEN] = [const { AtomicU8::new(0) }; LEN];

/// Its first address.
pub fn start() -> usize {
    MEMORY.as_ptr().expose_provenance()
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
