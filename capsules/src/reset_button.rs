// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The button by which a person makes the board start over.
//!
//! ```text
//!      supervisor
//!          |  ResetButtonClient
//!    +-------------+
//!    | ResetButton |   <- this file
//!    +-------------+
//!      |         \
//!  hil::gpio   hil::time::Alarm
//!  InterruptPin
//! ```

use core::cell::Cell;

use kernel::hil::gpio::{self, ActivationMode, ActivationState, InterruptEdge, InterruptPin};
use kernel::hil::time::{Alarm, AlarmClient};
use kernel::utilities::cells::OptionalCell;
use provisioning_flow::button::{Button, Motion};

use crate::interfaces::{ResetButtonClient, Window};
use crate::time::Clock;

/// Watches the button when it is told to.
pub struct ResetButton<'a, A: Alarm<'a>, P: InterruptPin<'a>> {
    clock: Clock<'a, A>,
    pin: &'a P,
    mode: ActivationMode,
    watched: Cell<Option<Button>>,
    client: OptionalCell<&'a dyn ResetButtonClient>,
}

impl<'a, A: Alarm<'a>, P: InterruptPin<'a>> ResetButton<'a, A, P> {
    /// Takes an alarm of its own and the pin; `mode` tells which level is
    /// pressed.
    pub const fn new(alarm: &'a A, pin: &'a P, mode: ActivationMode) -> Self {
        Self {
            clock: Clock::new(alarm),
            pin,
            mode,
            watched: Cell::new(None),
            client: OptionalCell::empty(),
        }
    }

    /// Sets who is told.
    pub fn set_client(&self, client: &'a dyn ResetButtonClient) {
        self.client.set(client);
    }

    /// Begins to watch. A button that is down already must be seen up first.
    pub fn open(&self) {
        self.pin.make_input();
        self.watched.set(Some(Button::new(self.is_down())));
        self.pin.enable_interrupts(InterruptEdge::EitherEdge);
    }

    /// Stops watching. Answers whether the button was down all the time, as
    /// one that is stuck is.
    pub fn close(&self) -> bool {
        self.pin.disable_interrupts();
        self.clock.wake_at(None);
        self.watched
            .take()
            .is_some_and(|button| button.is_held_from_start())
    }

    fn is_down(&self) -> bool {
        self.pin.read_activation(self.mode) == ActivationState::Active
    }

    fn step(&self) {
        let Some(mut button) = self.watched.get() else {
            return;
        };
        let motion = button.step(self.clock.now(), self.is_down());
        self.watched.set(Some(button));
        self.clock.wake_at(button.poll_at());
        match motion {
            Motion::None => {}
            Motion::Began => {
                self.client.map(|client| client.down());
            }
            Motion::Made(gesture) => {
                self.client.map(|client| client.made(gesture));
            }
        }
    }
}

impl<'a, A: Alarm<'a>, P: InterruptPin<'a>> gpio::Client for ResetButton<'a, A, P> {
    fn fired(&self) {
        self.step();
    }
}

impl<'a, A: Alarm<'a>, P: InterruptPin<'a>> AlarmClient for ResetButton<'a, A, P> {
    fn alarm(&self) {
        self.step();
    }
}

impl<'a, A: Alarm<'a>, P: InterruptPin<'a>> Window for ResetButton<'a, A, P> {
    fn open(&self) {
        ResetButton::open(self);
    }

    fn close(&self) -> bool {
        ResetButton::close(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::{FakeAlarm, FakePin, leak};
    use provisioning_flow::button::{DEBOUNCE_MS, DOUBLE_PRESS_MS, Gesture, HOLD_MS};
    use std::cell::RefCell;
    use std::vec::Vec;

    #[derive(Default)]
    struct Told(RefCell<Vec<Option<Gesture>>>);

    impl ResetButtonClient for Told {
        fn down(&self) {
            self.0.borrow_mut().push(None);
        }

        fn made(&self, gesture: Gesture) {
            self.0.borrow_mut().push(Some(gesture));
        }
    }

    struct Board {
        alarm: &'static FakeAlarm,
        pin: &'static FakePin,
        button: &'static ResetButton<'static, FakeAlarm, FakePin>,
        told: &'static Told,
    }

    impl Board {
        fn new() -> Self {
            let alarm: &'static FakeAlarm = leak(FakeAlarm::new());
            let pin: &'static FakePin = leak(FakePin::default());
            let told: &'static Told = leak(Told::default());
            let button: &'static ResetButton<'static, FakeAlarm, FakePin> =
                leak(ResetButton::new(alarm, pin, ActivationMode::ActiveHigh));
            alarm.set_alarm_client(button);
            gpio::Interrupt::set_client(pin, button);
            button.set_client(told);
            Self {
                alarm,
                pin,
                button,
                told,
            }
        }
    }

    impl Board {
        /// What was told: `None` when the button went down.
        fn told(&self) -> Vec<Option<Gesture>> {
            self.told.0.borrow().clone()
        }

        fn press(&self, ms: u64) {
            self.pin.drive(true);
            self.alarm.pass_ms(ms);
            self.pin.drive(false);
        }
    }

    #[test]
    fn a_press_is_told_once_it_has_settled_and_no_other_came() {
        let board = Board::new();
        board.button.open();
        board.pin.drive(true);
        board.alarm.pass_ms(DEBOUNCE_MS - 1);
        assert_eq!(board.told(), []);
        board.alarm.pass_ms(2);
        assert_eq!(board.told(), [None]);
        board.pin.drive(false);
        board.alarm.pass_ms(DOUBLE_PRESS_MS);
        assert_eq!(board.told(), [None]);
        board.alarm.pass_ms(2 * DEBOUNCE_MS);
        assert_eq!(board.told(), [None, Some(Gesture::Press)]);
        board.press(100);
        board.alarm.pass_ms(60_000);
        assert_eq!(board.told().len(), 2);
        assert!(!board.alarm.is_armed());
    }

    #[test]
    fn two_presses_and_a_hold_are_told_apart() {
        let board = Board::new();
        board.button.open();
        board.press(100);
        board.alarm.pass_ms(200);
        board.press(100);
        assert_eq!(board.told(), [None, Some(Gesture::Double)]);
        board.alarm.pass_ms(1_000);

        board.button.open();
        board.pin.drive(true);
        board.alarm.pass_ms(HOLD_MS);
        assert_eq!(board.told().len(), 3);
        board.alarm.pass_ms(2 * DEBOUNCE_MS);
        assert_eq!(board.told()[2..], [None, Some(Gesture::Hold)]);
    }

    #[test]
    fn bouncing_is_no_press() {
        let board = Board::new();
        board.button.open();
        for _ in 0..10 {
            board.press(DEBOUNCE_MS / 2);
            board.alarm.pass_ms(DEBOUNCE_MS / 2);
        }
        board.alarm.pass_ms(1_000);
        assert_eq!(board.told(), []);
    }

    #[test]
    fn a_button_that_is_not_watched_tells_nothing() {
        let board = Board::new();
        board.press(100);
        board.button.open();
        assert!(!board.button.close());
        board.press(100);
        board.alarm.pass_ms(1_000);
        assert_eq!(board.told(), []);
        assert!(!board.alarm.is_armed());
    }

    #[test]
    fn a_press_that_is_not_settled_when_the_window_closes_does_not_count() {
        let board = Board::new();
        board.button.open();
        board.pin.drive(true);
        assert!(!board.button.close());
        board.alarm.pass_ms(1_000);
        assert_eq!(board.told(), []);
    }

    #[test]
    fn a_stuck_button_is_not_obeyed_but_noticed() {
        let board = Board::new();
        board.pin.drive(true);
        board.button.open();
        board.alarm.pass_ms(2 * HOLD_MS);
        assert_eq!(board.told(), []);
        assert!(board.button.close());
    }
}
