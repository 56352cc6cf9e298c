// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The reset button: debounced, and read only while a window is open.
//!
//! A contact bounces for some milliseconds; a level counts once it has stayed
//! the same for [`DEBOUNCE_MS`]. A button that is down when the window opens
//! does not count: it must be seen up first, so that a stuck button or a
//! finger left on it from the power switch wipes nothing.

/// How long a level must stay the same to count, in milliseconds. Contacts of
/// ordinary tactile switches settle within 5 ms to 10 ms.
pub const DEBOUNCE_MS: u64 = 20;

/// Follows the raw level of the button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Button {
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Down since before it was watched; ends when it is seen up.
    HeldFromStart,
    /// Up; ends when the level changes.
    Up,
    /// Down, perhaps bouncing; ends after [`DEBOUNCE_MS`] or when it is up.
    GoingDown { since: u64 },
    /// A press was reported; ends when it is seen up.
    Down,
}

/// What the button did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Gesture {
    /// Nothing that counts.
    None,
    /// It was pressed.
    Pressed,
}

impl Button {
    /// Begins to watch a button whose level is `down` now.
    pub const fn new(down: bool) -> Self {
        Self {
            state: if down {
                State::HeldFromStart
            } else {
                State::Up
            },
        }
    }

    /// Takes in the level at `now` (milliseconds on any steady clock).
    pub fn step(&mut self, now: u64, down: bool) -> Gesture {
        let (state, gesture) = match (self.state, down) {
            (State::HeldFromStart, true) => (State::HeldFromStart, Gesture::None),
            (_, false) => (State::Up, Gesture::None),
            (State::Up, true) => (State::GoingDown { since: now }, Gesture::None),
            (State::GoingDown { since }, true) if now.saturating_sub(since) >= DEBOUNCE_MS => {
                (State::Down, Gesture::Pressed)
            }
            (state, true) => (state, Gesture::None),
        };
        self.state = state;
        gesture
    }

    /// When `step` must be called again though the level does not change.
    pub fn poll_at(&self) -> Option<u64> {
        match self.state {
            State::GoingDown { since } => Some(since.saturating_add(DEBOUNCE_MS)),
            _ => None,
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

    fn presses(start: bool, levels: &[(u64, bool)]) -> usize {
        let mut button = Button::new(start);
        levels
            .iter()
            .filter(|(now, down)| button.step(*now, *down) == Gesture::Pressed)
            .count()
    }

    #[test]
    fn a_press_counts_once_it_has_settled() {
        assert_eq!(presses(false, &[(0, true), (19, true)]), 0);
        assert_eq!(presses(false, &[(0, true), (20, true)]), 1);
    }

    #[test]
    fn a_long_press_counts_once() {
        assert_eq!(presses(false, &[(0, true), (20, true), (9_000, true)]), 1);
    }

    #[test]
    fn bouncing_does_not_count() {
        let levels = [(0, true), (3, false), (5, true), (9, false), (40, false)];
        assert_eq!(presses(false, &levels), 0);
    }

    #[test]
    fn bouncing_delays_a_press() {
        let levels = [(0, true), (5, false), (6, true), (20, true), (26, true)];
        let mut button = Button::new(false);
        let seen: std::vec::Vec<_> = levels
            .iter()
            .filter(|(now, down)| button.step(*now, *down) == Gesture::Pressed)
            .map(|(now, _)| *now)
            .collect();
        assert_eq!(seen, [26]);
    }

    #[test]
    fn a_button_held_from_the_start_counts_only_after_it_was_up() {
        assert_eq!(presses(true, &[(0, true), (8_000, true)]), 0);
        assert_eq!(presses(true, &[(0, false), (10, true), (30, true)]), 1);
    }

    #[test]
    fn it_asks_to_be_polled_only_while_it_settles() {
        let mut button = Button::new(false);
        assert_eq!(button.poll_at(), None);
        let _ = button.step(100, true);
        assert_eq!(button.poll_at(), Some(120));
        let _ = button.step(120, true);
        assert_eq!(button.poll_at(), None);
    }
}
