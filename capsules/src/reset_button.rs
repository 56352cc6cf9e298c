// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The button that a person presses in the boot window to start over.
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
use provisioning_flow::button::{Button, Gesture};

use crate::supervisor::Window;
use crate::time::Clock;

/// Is told what a person did with the button.
pub trait ResetButtonClient {
    /// It was pressed while the window was open. Called from an interrupt's
    /// bottom half or an alarm, never from within `open`.
    fn pressed(&self);
}

/// Watches the button while the window is open.
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
        let gesture = button.step(self.clock.now(), self.is_down());
        self.watched.set(Some(button));
        self.clock.wake_at(button.poll_at());
        if gesture == Gesture::Pressed {
            self.client.map(|client| client.pressed());
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
    use provisioning_flow::button::DEBOUNCE_MS;

    #[derive(Default)]
    struct Presses(Cell<usize>);

    impl ResetButtonClient for Presses {
        fn pressed(&self) {
            self.0.set(self.0.get() + 1);
        }
    }

    struct Board {
        alarm: &'static FakeAlarm,
        pin: &'static FakePin,
        button: &'static ResetButton<'static, FakeAlarm, FakePin>,
        presses: &'static Presses,
    }

    impl Board {
        fn new() -> Self {
            let alarm: &'static FakeAlarm = leak(FakeAlarm::new());
            let pin: &'static FakePin = leak(FakePin::default());
            let presses: &'static Presses = leak(Presses::default());
            let button: &'static ResetButton<'static, FakeAlarm, FakePin> =
                leak(ResetButton::new(alarm, pin, ActivationMode::ActiveHigh));
            alarm.set_alarm_client(button);
            gpio::Interrupt::set_client(pin, button);
            button.set_client(presses);
            Self {
                alarm,
                pin,
                button,
                presses,
            }
        }
    }

    #[test]
    fn a_press_in_the_window_is_told_once_it_has_settled() {
        let board = Board::new();
        board.button.open();
        board.pin.drive(true);
        board.alarm.pass_ms(DEBOUNCE_MS - 1);
        assert_eq!(board.presses.0.get(), 0);
        board.alarm.pass_ms(2);
        assert_eq!(board.presses.0.get(), 1);
        board.alarm.pass_ms(5_000);
        assert_eq!(board.presses.0.get(), 1);
    }

    #[test]
    fn bouncing_is_no_press() {
        let board = Board::new();
        board.button.open();
        for _ in 0..10 {
            board.pin.drive(true);
            board.alarm.pass_ms(DEBOUNCE_MS / 2);
            board.pin.drive(false);
            board.alarm.pass_ms(DEBOUNCE_MS / 2);
        }
        board.alarm.pass_ms(1_000);
        assert_eq!(board.presses.0.get(), 0);
    }

    #[test]
    fn outside_of_the_window_nothing_is_told() {
        let board = Board::new();
        board.pin.drive(true);
        board.alarm.pass_ms(100);
        board.pin.drive(false);
        board.button.open();
        assert!(!board.button.close());
        board.pin.drive(true);
        board.alarm.pass_ms(100);
        assert_eq!(board.presses.0.get(), 0);
        assert!(!board.alarm.is_armed());
    }

    #[test]
    fn a_press_that_is_not_settled_when_the_window_closes_does_not_count() {
        let board = Board::new();
        board.button.open();
        board.pin.drive(true);
        assert!(!board.button.close());
        board.alarm.pass_ms(1_000);
        assert_eq!(board.presses.0.get(), 0);
    }

    #[test]
    fn a_stuck_button_is_not_obeyed_but_noticed() {
        let board = Board::new();
        board.pin.drive(true);
        board.button.open();
        board.alarm.pass_ms(8_000);
        assert_eq!(board.presses.0.get(), 0);
        assert!(board.button.close());
    }
}
