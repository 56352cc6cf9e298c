// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! LEDs and a button for a machine that has none.
//!
//! QEMU's `virt` machine has no general-purpose pins. An LED is a word in RAM
//! that a debugger can read, the button one that a debugger can change. Only a
//! change that the kernel makes itself interrupts.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering};
use kernel::hil::gpio::{
    Client, Configuration, Configure, FloatingState, Input, Interrupt, InterruptEdge, Output,
};
use kernel::hil::led::Led;
use kernel::utilities::cells::OptionalCell;

/// An LED that is on while its word is not zero.
#[derive(Default)]
pub struct MemoryLed {
    lit: AtomicBool,
}

impl MemoryLed {
    pub const fn new() -> Self {
        MemoryLed {
            lit: AtomicBool::new(false),
        }
    }
}

impl Led for MemoryLed {
    fn init(&self) {
        self.off();
    }

    fn on(&self) {
        self.lit.store(true, Ordering::Relaxed);
    }

    fn off(&self) {
        self.lit.store(false, Ordering::Relaxed);
    }

    fn toggle(&self) {
        self.lit.fetch_xor(true, Ordering::Relaxed);
    }

    fn read(&self) -> bool {
        self.lit.load(Ordering::Relaxed)
    }
}

/// A pin whose level is a word in memory. Its interrupt fires when the level is
/// changed through [`Output`], at once and from within that call.
pub struct MemoryPin {
    level: AtomicBool,
    client: OptionalCell<&'static dyn Client>,
    edge: Cell<Option<InterruptEdge>>,
    configuration: Cell<Configuration>,
    floating_state: Cell<FloatingState>,
}

impl MemoryPin {
    pub const fn new() -> Self {
        MemoryPin {
            level: AtomicBool::new(false),
            client: OptionalCell::empty(),
            edge: Cell::new(None),
            configuration: Cell::new(Configuration::LowPower),
            floating_state: Cell::new(FloatingState::PullNone),
        }
    }

    /// Sets the level and tells the client, if it wants to hear of the change.
    fn change(&self, level: bool) {
        if self.level.swap(level, Ordering::Relaxed) == level {
            return;
        }
        let awaited = match self.edge.get() {
            Some(InterruptEdge::EitherEdge) => true,
            Some(InterruptEdge::RisingEdge) => level,
            Some(InterruptEdge::FallingEdge) => !level,
            None => false,
        };
        if awaited {
            self.client.map(|client| client.fired());
        }
    }

    fn configure(&self, configuration: Configuration) -> Configuration {
        self.configuration.set(configuration);
        configuration
    }
}

impl Default for MemoryPin {
    fn default() -> Self {
        Self::new()
    }
}

impl Configure for MemoryPin {
    fn configuration(&self) -> Configuration {
        self.configuration.get()
    }

    fn make_output(&self) -> Configuration {
        self.configure(Configuration::Output)
    }

    fn disable_output(&self) -> Configuration {
        self.configure(Configuration::LowPower)
    }

    fn make_input(&self) -> Configuration {
        self.configure(Configuration::Input)
    }

    fn disable_input(&self) -> Configuration {
        self.configure(Configuration::LowPower)
    }

    fn deactivate_to_low_power(&self) {
        self.configure(Configuration::LowPower);
    }

    fn set_floating_state(&self, state: FloatingState) {
        self.floating_state.set(state);
    }

    fn floating_state(&self) -> FloatingState {
        self.floating_state.get()
    }
}

impl Output for MemoryPin {
    fn set(&self) {
        self.change(true);
    }

    fn clear(&self) {
        self.change(false);
    }

    fn toggle(&self) -> bool {
        let level = !self.read();
        self.change(level);
        level
    }
}

impl Input for MemoryPin {
    fn read(&self) -> bool {
        self.level.load(Ordering::Relaxed)
    }
}

impl Interrupt<'static> for MemoryPin {
    fn set_client(&self, client: &'static dyn Client) {
        self.client.set(client);
    }

    fn enable_interrupts(&self, mode: InterruptEdge) {
        self.edge.set(Some(mode));
    }

    fn disable_interrupts(&self) {
        self.edge.set(None);
    }

    fn is_pending(&self) -> bool {
        false
    }
}
