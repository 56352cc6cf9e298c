// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the two LEDs show.
//!
//! A "blink (T)" toggles the LED every T, beginning with on.

/// Half a period of the fast blink, in milliseconds.
pub const FAST_MS: u64 = 100;
/// Half a period of the blink of a connected device, and of the one that answers
/// to the button, in milliseconds.
pub const MEDIUM_MS: u64 = 300;
/// Half a period of the slow blink, in milliseconds.
pub const SLOW_MS: u64 = 1_000;

/// One LED's part of an [`Indication`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Dark.
    Off,
    /// Lit.
    On,
    /// Toggles every so many milliseconds, beginning with on.
    Blink(u64),
}

impl Pattern {
    /// Whether the LED is lit `elapsed` milliseconds after the pattern began.
    pub const fn is_lit(self, elapsed: u64) -> bool {
        match self {
            Pattern::Off => false,
            Pattern::On => true,
            Pattern::Blink(half_period) => (elapsed / half_period).is_multiple_of(2),
        }
    }

    /// The next change, in milliseconds after the pattern began.
    const fn next_change(self, elapsed: u64) -> Option<u64> {
        match self {
            Pattern::Off | Pattern::On => None,
            Pattern::Blink(half_period) => Some((elapsed / half_period + 1) * half_period),
        }
    }
}

/// What a person is to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indication {
    /// Nothing yet, or nothing any more.
    Dark,
    /// Configured, and the button would be obeyed now.
    BootWindow,
    /// The button was pressed; what is meant by it is still open.
    Button,
    /// Making the key pair of a session.
    ComputingKeys,
    /// Looking for the daemon, or connecting to it.
    Looking,
    /// Connected; the daemon may ask to identify the device.
    Connected {
        /// The daemon asks.
        identified: bool,
    },
    /// Computing the shared secret, opening the configuration.
    Agreeing,
    /// Failed, about to restart.
    Failed,
}

impl Indication {
    /// The patterns of the left and the right LED.
    pub const fn patterns(self) -> (Pattern, Pattern) {
        match self {
            Indication::Dark => (Pattern::Off, Pattern::Off),
            Indication::BootWindow => (Pattern::On, Pattern::Off),
            Indication::Button => (Pattern::On, Pattern::Blink(MEDIUM_MS)),
            Indication::ComputingKeys | Indication::Agreeing => {
                (Pattern::On, Pattern::Blink(FAST_MS))
            }
            Indication::Looking => (Pattern::Blink(SLOW_MS), Pattern::Off),
            Indication::Connected { identified: false } => {
                (Pattern::Blink(MEDIUM_MS), Pattern::Off)
            }
            Indication::Connected { identified: true } => (Pattern::Blink(MEDIUM_MS), Pattern::On),
            Indication::Failed => (Pattern::On, Pattern::On),
        }
    }

    /// The levels of the left and the right LED, `elapsed` milliseconds after
    /// the indication began.
    pub const fn levels(self, elapsed: u64) -> (bool, bool) {
        let (left, right) = self.patterns();
        (left.is_lit(elapsed), right.is_lit(elapsed))
    }

    /// When the levels change next, in milliseconds after the beginning.
    pub fn next_change(self, elapsed: u64) -> Option<u64> {
        let (left, right) = self.patterns();
        [left, right]
            .into_iter()
            .filter_map(|pattern| pattern.next_change(elapsed))
            .min()
    }

    /// Whether going from `self` to `next` leaves the rhythm as it is, so that
    /// the blink is not begun anew.
    pub fn keeps_rhythm(self, next: Indication) -> bool {
        matches!(
            (self, next),
            (Indication::Connected { .. }, Indication::Connected { .. })
        ) || self.patterns() == next.patterns()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_documentation() {
        let table = [
            (Indication::Dark, Pattern::Off, Pattern::Off),
            (Indication::BootWindow, Pattern::On, Pattern::Off),
            (Indication::Button, Pattern::On, Pattern::Blink(300)),
            (Indication::ComputingKeys, Pattern::On, Pattern::Blink(100)),
            (Indication::Looking, Pattern::Blink(1000), Pattern::Off),
            (
                Indication::Connected { identified: false },
                Pattern::Blink(300),
                Pattern::Off,
            ),
            (
                Indication::Connected { identified: true },
                Pattern::Blink(300),
                Pattern::On,
            ),
            (Indication::Agreeing, Pattern::On, Pattern::Blink(100)),
            (Indication::Failed, Pattern::On, Pattern::On),
        ];
        for (indication, left, right) in table {
            assert_eq!(indication.patterns(), (left, right), "{indication:?}");
        }
    }

    #[test]
    fn a_blink_begins_lit_and_toggles_at_its_time() {
        let looking = Indication::Looking;
        for (elapsed, left) in [
            (0, true),
            (999, true),
            (1_000, false),
            (1_999, false),
            (2_000, true),
        ] {
            assert_eq!(looking.levels(elapsed), (left, false), "{elapsed}");
        }
    }

    #[test]
    fn the_next_change_is_where_the_levels_change() {
        for indication in [Indication::Looking, Indication::Agreeing] {
            let mut elapsed = 0;
            for _ in 0..10 {
                let next = indication.next_change(elapsed).unwrap();
                for between in elapsed..next {
                    assert_eq!(indication.levels(between), indication.levels(elapsed));
                }
                assert_ne!(indication.levels(next), indication.levels(elapsed));
                elapsed = next;
            }
        }
        assert_eq!(Indication::Failed.next_change(5), None);
    }
}
