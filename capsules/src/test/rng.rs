// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Numbers that look random and answer when the test says so.

use std::cell::Cell;
use std::vec::Vec;

use kernel::ErrorCode;
use kernel::hil::rng::{Client, Continue, Rng};
use kernel::utilities::cells::OptionalCell;

/// Never gives the same number twice in a test, unless the test asks for that.
#[derive(Default)]
pub struct FakeRng {
    asked: Cell<bool>,
    refuses: Cell<bool>,
    last: Cell<u64>,
    repeats: Cell<bool>,
    client: OptionalCell<&'static dyn Client>,
}

impl FakeRng {
    /// Gives up to `count` numbers, if it was asked; answers whether it was.
    pub fn deliver(&self, count: usize) -> bool {
        if !self.asked.replace(false) {
            return false;
        }
        let numbers: Vec<u32> = (0..count).map(|_| self.next()).collect();
        let answer = self
            .client
            .map(|client| client.randomness_available(&mut numbers.into_iter(), Ok(())));
        if matches!(answer, Some(Continue::More)) {
            self.asked.set(true);
        }
        true
    }

    /// Reports a failure of the source.
    pub fn fail(&self) {
        assert!(self.asked.replace(false));
        self.client
            .map(|client| client.randomness_available(&mut [].into_iter(), Err(ErrorCode::FAIL)));
    }

    /// Refuses to begin from now on.
    pub fn refuse(&self) {
        self.refuses.set(true);
    }

    /// From now on it goes round in a circle of four numbers, for a fuzzer, which
    /// cannot wait for a new key agreement each time.
    #[allow(dead_code, reason = "the fuzzer uses it")]
    pub fn repeat(&self) {
        self.repeats.set(true);
        self.last.set(0);
    }

    /// One number (SplitMix64).
    pub fn next(&self) -> u32 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut state = self.last.get().wrapping_add(STEP);
        if self.repeats.get() && state == STEP.wrapping_mul(5) {
            state = STEP;
        }
        self.last.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 32) as u32
    }
}

impl Rng<'static> for FakeRng {
    fn get(&self) -> Result<(), ErrorCode> {
        if self.refuses.get() {
            return Err(ErrorCode::NODEVICE);
        }
        self.asked.set(true);
        Ok(())
    }

    fn cancel(&self) -> Result<(), ErrorCode> {
        self.asked.set(false);
        Ok(())
    }

    fn set_client(&'static self, client: &'static dyn Client) {
        self.client.set(client);
    }
}
