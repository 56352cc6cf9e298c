// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Pins: outputs, inputs, interrupts.

use crate::errorcode::ErrorCode;
use crate::utilities::cells::OptionalCell;
use core::cell::Cell;

/// What pulls an input that nothing drives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatingState {
    /// To high.
    PullUp,
    /// To low.
    PullDown,
    /// Nothing does.
    PullNone,
}

/// Which change of an input interrupts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterruptEdge {
    /// Low to high.
    RisingEdge,
    /// High to low.
    FallingEdge,
    /// Either.
    EitherEdge,
}

/// What a pin is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Configuration {
    /// Nothing, at the lowest power.
    LowPower,
    /// Input.
    Input,
    /// Output.
    Output,
    /// Both at once.
    InputOutput,
    /// A peripheral has it.
    Function,
    /// None of these.
    Other,
}

/// Whether what is behind a pin is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivationState {
    /// It is not.
    Inactive = 0,
    /// It is.
    Active = 1,
}

/// Which level makes what is behind a pin active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivationMode {
    /// High.
    ActiveHigh,
    /// Low.
    ActiveLow,
}

/// A pin for input and output.
pub trait Pin: Input + Output + Configure {}

/// A pin that also interrupts.
pub trait InterruptPin<'a>: Pin + Interrupt<'a> {}

/// A pin that also interrupts and tells its client a value.
pub trait InterruptValuePin<'a>: Pin + InterruptWithValue<'a> {}

impl<T: Input + Output + Configure> Pin for T {}
impl<'a, T: Pin + Interrupt<'a>> InterruptPin<'a> for T {}
impl<'a, T: Pin + InterruptWithValue<'a>> InterruptValuePin<'a> for T {}

/// What a pin is used for. Methods return what holds after the call.
pub trait Configure {
    /// What the pin is used for.
    fn configuration(&self) -> Configuration;

    /// Makes it an output.
    fn make_output(&self) -> Configuration;

    /// Makes it no output; an input it may stay.
    fn disable_output(&self) -> Configuration;

    /// Makes it an input.
    fn make_input(&self) -> Configuration;

    /// Makes it no input; an output it may stay.
    fn disable_input(&self) -> Configuration;

    /// Puts it into the state of the lowest power.
    fn deactivate_to_low_power(&self);

    /// Sets what pulls the pin.
    fn set_floating_state(&self, state: FloatingState);

    /// What pulls the pin.
    fn floating_state(&self) -> FloatingState;

    /// Whether it is an input.
    fn is_input(&self) -> bool {
        matches!(
            self.configuration(),
            Configuration::Input | Configuration::InputOutput
        )
    }

    /// Whether it is an output.
    fn is_output(&self) -> bool {
        matches!(
            self.configuration(),
            Configuration::Output | Configuration::InputOutput
        )
    }
}

/// A pin that can be input and output at once.
pub trait ConfigureInputOutput: Configure {
    /// Makes it both.
    fn make_input_output(&self) -> Configuration;

    /// Whether it is both.
    fn is_input_output(&self) -> bool;
}

/// An output.
pub trait Output {
    /// Drives it high.
    fn set(&self);

    /// Drives it low.
    fn clear(&self);

    /// Changes its level; returns the new one, true for high.
    fn toggle(&self) -> bool;

    /// Makes what is behind the pin active or not.
    fn write_activation(&self, state: ActivationState, mode: ActivationMode) {
        match (state, mode) {
            (ActivationState::Active, ActivationMode::ActiveHigh)
            | (ActivationState::Inactive, ActivationMode::ActiveLow) => self.set(),
            (ActivationState::Active, ActivationMode::ActiveLow)
            | (ActivationState::Inactive, ActivationMode::ActiveHigh) => self.clear(),
        }
    }
}

/// An input.
pub trait Input {
    /// Its level, true for high.
    fn read(&self) -> bool;

    /// Whether what is behind the pin is active.
    fn read_activation(&self, mode: ActivationMode) -> ActivationState {
        match (self.read(), mode) {
            (true, ActivationMode::ActiveHigh) | (false, ActivationMode::ActiveLow) => {
                ActivationState::Active
            }
            (false, ActivationMode::ActiveHigh) | (true, ActivationMode::ActiveLow) => {
                ActivationState::Inactive
            }
        }
    }
}

/// An input that interrupts.
pub trait Interrupt<'a>: Input {
    /// Sets who hears of interrupts.
    fn set_client(&self, client: &'a dyn Client);

    /// Lets the given change interrupt.
    fn enable_interrupts(&self, mode: InterruptEdge);

    /// Lets no change interrupt.
    fn disable_interrupts(&self);

    /// Whether an interrupt waits to be served.
    fn is_pending(&self) -> bool;
}

/// Hears of interrupts.
pub trait Client {
    /// The change happened.
    fn fired(&self);
}

/// An input that interrupts and tells its client a value.
pub trait InterruptWithValue<'a>: Input {
    /// Sets who hears of interrupts.
    fn set_client(&self, client: &'a dyn ClientWithValue);

    /// Lets the given change interrupt.
    ///
    /// # Errors
    ///
    /// `FAIL` if the pin cannot.
    fn enable_interrupts(&self, mode: InterruptEdge) -> Result<(), ErrorCode>;

    /// Lets no change interrupt.
    fn disable_interrupts(&self);

    /// Whether an interrupt waits to be served.
    fn is_pending(&self) -> bool;

    /// Sets the value that the client is told.
    fn set_value(&self, value: u32);

    /// The value that the client is told.
    fn value(&self) -> u32;
}

/// Hears of interrupts of several pins.
pub trait ClientWithValue {
    /// The change happened at the pin with that value.
    fn fired(&self, value: u32);
}

/// Adds a value to a pin, so that one client can tell several of them apart.
pub struct InterruptValueWrapper<'a, IP: InterruptPin<'a>> {
    value: Cell<u32>,
    client: OptionalCell<&'a dyn ClientWithValue>,
    source: &'a IP,
}

impl<'a, IP: InterruptPin<'a>> InterruptValueWrapper<'a, IP> {
    /// Wraps `pin`, with value 0.
    pub fn new(pin: &'a IP) -> Self {
        Self {
            value: Cell::new(0),
            client: OptionalCell::empty(),
            source: pin,
        }
    }
}

impl<IP: InterruptPin<'static>> InterruptValueWrapper<'static, IP> {
    /// Becomes the client of the pin.
    pub fn finalize(&'static self) -> &'static Self {
        self.source.set_client(self);
        self
    }
}

impl<'a, IP: InterruptPin<'a>> InterruptWithValue<'a> for InterruptValueWrapper<'a, IP> {
    fn set_client(&self, client: &'a dyn ClientWithValue) {
        self.client.set(client);
    }

    fn enable_interrupts(&self, mode: InterruptEdge) -> Result<(), ErrorCode> {
        self.source.enable_interrupts(mode);
        Ok(())
    }

    fn disable_interrupts(&self) {
        self.source.disable_interrupts();
    }

    fn is_pending(&self) -> bool {
        self.source.is_pending()
    }

    fn set_value(&self, value: u32) {
        self.value.set(value);
    }

    fn value(&self) -> u32 {
        self.value.get()
    }
}

impl<'a, IP: InterruptPin<'a>> Input for InterruptValueWrapper<'a, IP> {
    fn read(&self) -> bool {
        self.source.read()
    }
}

impl<'a, IP: InterruptPin<'a>> Output for InterruptValueWrapper<'a, IP> {
    fn set(&self) {
        self.source.set();
    }

    fn clear(&self) {
        self.source.clear();
    }

    fn toggle(&self) -> bool {
        self.source.toggle()
    }
}

impl<'a, IP: InterruptPin<'a>> Configure for InterruptValueWrapper<'a, IP> {
    fn configuration(&self) -> Configuration {
        self.source.configuration()
    }

    fn make_output(&self) -> Configuration {
        self.source.make_output()
    }

    fn disable_output(&self) -> Configuration {
        self.source.disable_output()
    }

    fn make_input(&self) -> Configuration {
        self.source.make_input()
    }

    fn disable_input(&self) -> Configuration {
        self.source.disable_input()
    }

    fn deactivate_to_low_power(&self) {
        self.source.deactivate_to_low_power();
    }

    fn set_floating_state(&self, state: FloatingState) {
        self.source.set_floating_state(state);
    }

    fn floating_state(&self) -> FloatingState {
        self.source.floating_state()
    }
}

impl<'a, IP: InterruptPin<'a>> Client for InterruptValueWrapper<'a, IP> {
    fn fired(&self) {
        let value = self.value();
        self.client.map(|client| client.fired(value));
    }
}

#[cfg(test)]
mod tests;
