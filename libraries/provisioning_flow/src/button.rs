// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The button: debounced, and what a person means by it.
//!
//! ```text
//!               down          up                 DOUBLE_PRESS_MS passed
//!   +------+ BEGAN   +------+      +---------+ PRESS      +------+
//!   | Idle |-------->| Held |----->| Between |----------->| Done |
//!   +------+         +------+      +---------+            +------+
//!      ^ up              |              | down  DOUBLE       ^ ^
//!   +---------------+    |              +--------------------+ |
//!   | HeldFromStart |    +-------------------------------------+
//!   +---------------+      HOLD_MS passed   HOLD
//! ```
//! A contact bounces for some milliseconds; a level counts once it has stayed
//! the same for [`DEBOUNCE_MS`]. A button that is down when it is first watched
//! does not count: it must be seen up first, so that a stuck button or a
//! finger left on it from the power switch wipes nothing. One watch knows one
//! gesture: a button that sticks within one is obeyed once, not again.

/// How long a level must stay the same to count, in milliseconds. Contacts of
/// ordinary tactile switches settle within 5 ms to 10 ms.
pub const DEBOUNCE_MS: u64 = 20;

/// How long after the end of a press another one makes it a double press, in
/// milliseconds. People press twice within 200 ms to 400 ms.
pub const DOUBLE_PRESS_MS: u64 = 500;

/// How long the button is held for everything to be cleared, in milliseconds.
pub const HOLD_MS: u64 = 10_000;

/// Follows the raw level of the button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Button {
    /// The level that counts.
    down: bool,
    /// Since when the raw level is another one, in milliseconds.
    changing: Option<u64>,
    state: State,
}

/// Times are those at which a level began to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Down since before it was watched; ends when it is up.
    HeldFromStart,
    /// Nobody has pressed yet; ends with a press.
    Idle,
    /// The first press; ends when it is up, or after [`HOLD_MS`].
    Held { since: u64 },
    /// Up again; ends with a second press, or after [`DOUBLE_PRESS_MS`].
    Between { since: u64 },
    /// The gesture was told.
    Done,
}

/// What a person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// Pressed once, and let go.
    Press,
    /// Pressed twice. Told at the second press.
    Double,
    /// Held for [`HOLD_MS`]. Told while it is still down.
    Hold,
}

/// What the button did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Motion {
    /// Nothing that counts.
    None,
    /// It went down; which gesture this becomes is still open.
    Began,
    /// A gesture is complete.
    Made(Gesture),
}

impl Button {
    /// Begins to watch a button whose level is `down` now.
    pub const fn new(down: bool) -> Self {
        Self {
            down,
            changing: None,
            state: if down {
                State::HeldFromStart
            } else {
                State::Idle
            },
        }
    }

    /// Takes in the raw level at `now` (milliseconds on any steady clock).
    pub fn step(&mut self, now: u64, down: bool) -> Motion {
        if down == self.down {
            self.changing = None;
        } else {
            let since = *self.changing.get_or_insert(now);
            if now.saturating_sub(since) >= DEBOUNCE_MS {
                self.changing = None;
                self.down = down;
            }
        }
        let (state, motion) = match (self.state, self.down) {
            (State::HeldFromStart, false) => (State::Idle, Motion::None),
            (State::Idle, true) => (State::Held { since: now }, Motion::Began),
            (State::Held { .. }, false) => (State::Between { since: now }, Motion::None),
            // A level that may be about to end is no proof of a long hold.
            (State::Held { since }, true)
                if self.changing.is_none() && now.saturating_sub(since) >= HOLD_MS =>
            {
                (State::Done, Motion::Made(Gesture::Hold))
            }
            (State::Between { .. }, true) => (State::Done, Motion::Made(Gesture::Double)),
            // A second press that has not settled yet still counts.
            (State::Between { since }, false)
                if self.changing.is_none() && now.saturating_sub(since) >= DOUBLE_PRESS_MS =>
            {
                (State::Done, Motion::Made(Gesture::Press))
            }
            (state, _) => (state, Motion::None),
        };
        self.state = state;
        motion
    }

    /// When `step` must be called again though the level does not change.
    pub fn poll_at(&self) -> Option<u64> {
        match (self.changing, self.state) {
            (Some(since), _) => Some(since.saturating_add(DEBOUNCE_MS)),
            (None, State::Held { since }) => Some(since.saturating_add(HOLD_MS)),
            (None, State::Between { since }) => Some(since.saturating_add(DOUBLE_PRESS_MS)),
            (None, State::HeldFromStart | State::Idle | State::Done) => None,
        }
    }

    /// Whether it has been down since it was first watched.
    pub fn is_held_from_start(&self) -> bool {
        self.state == State::HeldFromStart
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Plays levels that change at these times and polls when asked to.
    /// Answers what was told, and when.
    fn play(start: bool, changes: &[(u64, bool)], end: u64) -> Vec<(u64, Motion)> {
        let mut button = Button::new(start);
        let mut level = start;
        let mut told = Vec::new();
        let mut changes = changes.iter().copied().peekable();
        loop {
            let change = changes.peek().map(|(at, _)| *at);
            let now = match (change, button.poll_at()) {
                (Some(change), Some(poll)) => change.min(poll),
                (Some(at), None) | (None, Some(at)) => at,
                (None, None) => return told,
            };
            if now > end {
                return told;
            }
            if let Some((_, down)) = changes.next_if(|(at, _)| *at == now) {
                level = down;
            }
            let motion = button.step(now, level);
            if motion != Motion::None {
                told.push((now, motion));
            }
        }
    }

    const BEGAN: Motion = Motion::Began;
    const PRESS: Motion = Motion::Made(Gesture::Press);
    const DOUBLE: Motion = Motion::Made(Gesture::Double);
    const HOLD: Motion = Motion::Made(Gesture::Hold);

    #[test]
    fn a_press_is_told_when_no_second_one_came() {
        let told = play(false, &[(100, true), (300, false)], 60_000);
        let end = 300 + DEBOUNCE_MS + DOUBLE_PRESS_MS;
        assert_eq!(told, [(100 + DEBOUNCE_MS, BEGAN), (end, PRESS)]);
    }

    #[test]
    fn a_level_counts_once_it_has_settled() {
        assert_eq!(
            play(false, &[(0, true), (DEBOUNCE_MS - 1, false)], 9_000),
            []
        );
        assert_eq!(play(false, &[(0, true)], DEBOUNCE_MS), [(20, BEGAN)]);
    }

    #[test]
    fn two_presses_are_a_double_press_up_to_the_last_moment() {
        let up = 300;
        let last = up + DEBOUNCE_MS + DOUBLE_PRESS_MS;
        for (second, expected) in [(up + 100, DOUBLE), (last - 1, DOUBLE), (last + 1, PRESS)] {
            let levels = [
                (0, true),
                (up, false),
                (second, true),
                (second + 100, false),
            ];
            let told = play(false, &levels, 60_000);
            assert_eq!(told.len(), 2, "{told:?}");
            assert_eq!(told[1].1, expected, "{second}");
        }
    }

    #[test]
    fn a_hold_is_told_while_the_button_is_down_and_only_once() {
        let told = play(false, &[(0, true)], 600_000);
        assert_eq!(told, [(20, BEGAN), (20 + HOLD_MS, HOLD)]);
        let told = play(false, &[(0, true), (HOLD_MS - 1, false)], 600_000);
        assert_eq!(told.last().unwrap().1, PRESS);
    }

    #[test]
    fn a_button_that_sticks_after_a_gesture_is_not_obeyed_again() {
        let levels = [(0, true), (100, false), (200, true)];
        let told = play(false, &levels, 10 * HOLD_MS);
        assert_eq!(told, [(20, BEGAN), (220, DOUBLE)]);
    }

    #[test]
    fn bouncing_is_no_press() {
        let levels: Vec<_> = (0..100).map(|n| (10 * n, n % 2 == 0)).collect();
        assert_eq!(play(false, &levels, 60_000), []);
    }

    #[test]
    fn bouncing_contacts_make_one_press_of_one_press() {
        let levels = [
            (0, true),
            (5, false),
            (6, true),
            (300, false),
            (303, true),
            (307, false),
        ];
        let told = play(false, &levels, 60_000);
        let end = 307 + DEBOUNCE_MS + DOUBLE_PRESS_MS;
        assert_eq!(told, [(26, BEGAN), (end, PRESS)]);
    }

    #[test]
    fn a_bounce_does_not_end_a_hold() {
        let levels = [(0, true), (5_000, false), (5_010, true)];
        let told = play(false, &levels, 60_000);
        assert_eq!(told, [(20, BEGAN), (20 + HOLD_MS, HOLD)]);
    }

    #[test]
    fn a_button_held_from_the_start_counts_only_after_it_was_up() {
        assert_eq!(play(true, &[], 60_000), []);
        let mut button = Button::new(true);
        assert_eq!(button.step(60_000, true), Motion::None);
        assert!(button.is_held_from_start());
        let told = play(
            true,
            &[(1_000, false), (2_000, true), (2_100, false)],
            60_000,
        );
        assert_eq!(told[0], (2_020, BEGAN));
        assert_eq!(told[1].1, PRESS);
    }

    #[test]
    fn late_polls_change_no_gesture() {
        // All that the board missed comes at once, after the level changed back.
        let mut button = Button::new(false);
        assert_eq!(button.step(0, true), Motion::None);
        assert_eq!(button.step(5_000, true), BEGAN);
        assert_eq!(button.step(20_000, false), Motion::None);
        assert_eq!(button.step(20_020, false), Motion::None);
        assert_eq!(button.step(20_020 + DOUBLE_PRESS_MS, false), PRESS);
    }
}
