// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Durations, and how many ticks of a counter they are.

/// A frequency in hertz.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Hz(pub u32);

/// Something that is a number of ticks at a given frequency.
pub trait Convert {
    /// Converts to ticks of a counter that runs at `freq`, saturating.
    fn to_ticks(self, freq: Hz) -> Ticks;
}

/// A duration in ticks of the alarm's counter.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Ticks(pub u32);

impl Convert for Ticks {
    fn to_ticks(self, _freq: Hz) -> Ticks {
        self
    }
}

/// A duration in milliseconds.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Milliseconds(pub u32);

/// The product of milliseconds and hertz saturates at 32 bits, so that the
/// longest duration that can be had this way is `u32::MAX` divided by the
/// frequency: 429 ms at 10 MHz. Longer ones need [`Ticks`]. Programs that are
/// built against either this crate or libtock-rs get the same durations.
impl Convert for Milliseconds {
    fn to_ticks(self, freq: Hz) -> Ticks {
        Ticks(self.0.saturating_mul(freq.0) / 1000)
    }
}
