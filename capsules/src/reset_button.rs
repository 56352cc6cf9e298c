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
