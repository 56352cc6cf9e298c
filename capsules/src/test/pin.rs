// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A pin whose level the test sets.

use std::cell::Cell;

use kernel::hil::gpio::{
    Client, Configuration, Configure, FloatingState, Input, Interrupt, InterruptEdge, Output,
};
use kernel::utilities::cells::OptionalCell;

#[derive(Default)]
pub struct FakePin {
    high: Cell<bool>,
    watched: Cell<bool>,
    client: OptionalCell<&'static dyn Client>,
}

impl FakePin {
    /// Sets the level; interrupts when it is watched and changes.
    pub fn drive(&self, high: bool) {
        if self.high.replace(high) != high && self.watched.get() {
            self.client.map(|client| client.fired());
        }
    }
}

impl Input for FakePin {
    fn read(&self) -> bool {
        self.high.get()
    }
}

impl Output for FakePin {
    fn set(&self) {
        panic!("the button was driven");
    }

    fn clear(&self) {
        panic!("the button was driven");
    }

    fn toggle(&self) -> bool {
        panic!("the button was driven");
    }
}

impl Configure for FakePin {
    fn configuration(&self) -> Configuration {
        Configuration::Input
    }

    fn make_output(&self) -> Configuration {
        panic!("the button was made an output");
    }

    fn disable_output(&self) -> Configuration {
        Configuration::Input
    }

    fn make_input(&self) -> Configuration {
        Configuration::Input
    }

    fn disable_input(&self) -> Configuration {
        Configuration::Input
    }

    fn deactivate_to_low_power(&self) {}

    fn set_floating_state(&self, _state: FloatingState) {}

    fn floating_state(&self) -> FloatingState {
        FloatingState::PullNone
    }
}

impl Interrupt<'static> for FakePin {
    fn set_client(&self, client: &'static dyn Client) {
        self.client.set(client);
    }

    fn enable_interrupts(&self, mode: InterruptEdge) {
        assert!(matches!(mode, InterruptEdge::EitherEdge));
        self.watched.set(true);
    }

    fn disable_interrupts(&self) {
        self.watched.set(false);
    }

    fn is_pending(&self) -> bool {
        false
    }
}
