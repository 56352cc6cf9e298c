// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! One pin, and what it can do as an output and as an input.

use core::marker::PhantomData;

use libtock_platform::{ErrorCode, Syscalls};

use crate::gpio::{command, DRIVER_NUM};
use crate::{GpioState, PinInterruptEdge};

/// A pin. It is turned off when dropped.
pub struct Pin<S: Syscalls> {
    number: u32,
    _syscalls: PhantomData<S>,
}

impl<S: Syscalls> Pin<S> {
    pub(crate) fn new(number: u32) -> Pin<S> {
        Pin {
            number,
            _syscalls: PhantomData,
        }
    }

    /// Uses the pin as an output, until what is returned is dropped.
    pub fn make_output(&mut self) -> Result<OutputPin<'_, S>, ErrorCode> {
        self.command(command::ENABLE_OUTPUT, 0)?;
        Ok(OutputPin { pin: self })
    }

    /// Uses the pin as an input with pull resistor `P`, until what is returned
    /// is dropped.
    pub fn make_input<P: Pull>(&mut self) -> Result<InputPin<'_, S, P>, ErrorCode> {
        self.command(command::ENABLE_INPUT, P::MODE)?;
        Ok(InputPin {
            pin: self,
            _pull: PhantomData,
        })
    }

    fn command(&self, command: u32, argument: u32) -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, command, self.number, argument).to_result()
    }

    /// Turns the pin off. Only for destructors, which have nobody to tell.
    fn disable(&self) {
        let _ = self.command(command::DISABLE, 0);
    }
}

impl<S: Syscalls> Drop for Pin<S> {
    fn drop(&mut self) {
        self.disable();
    }
}

/// A pin that the process drives.
pub struct OutputPin<'a, S: Syscalls> {
    pin: &'a Pin<S>,
}

impl<S: Syscalls> OutputPin<'_, S> {
    /// Drives the pin high.
    pub fn set(&mut self) -> Result<(), ErrorCode> {
        self.pin.command(command::SET, 0)
    }

    /// Drives the pin low.
    pub fn clear(&mut self) -> Result<(), ErrorCode> {
        self.pin.command(command::CLEAR, 0)
    }

    /// Changes the level.
    pub fn toggle(&mut self) -> Result<(), ErrorCode> {
        self.pin.command(command::TOGGLE, 0)
    }
}

impl<S: Syscalls> Drop for OutputPin<'_, S> {
    fn drop(&mut self) {
        self.pin.disable();
    }
}

/// A pin that the process observes.
pub struct InputPin<'a, S: Syscalls, P: Pull> {
    pin: &'a Pin<S>,
    _pull: PhantomData<P>,
}

impl<S: Syscalls, P: Pull> InputPin<'_, S, P> {
    /// The present level.
    pub fn read(&self) -> Result<GpioState, ErrorCode> {
        S::command(DRIVER_NUM, command::READ, self.pin.number, 0)
            .to_result::<u32, ErrorCode>()
            .map(GpioState::from)
    }

    /// Has the listener called on these changes.
    pub fn enable_interrupts(&self, edge: PinInterruptEdge) -> Result<(), ErrorCode> {
        self.pin.command(command::ENABLE_INTERRUPTS, edge as u32)
    }

    /// Has the listener no longer called for this pin.
    pub fn disable_interrupts(&self) -> Result<(), ErrorCode> {
        self.pin.command(command::DISABLE_INTERRUPTS, 0)
    }
}

impl<S: Syscalls, P: Pull> Drop for InputPin<'_, S, P> {
    fn drop(&mut self) {
        self.pin.disable();
    }
}

/// A kind of pull resistor.
pub trait Pull {
    /// Its number in the system call interface.
    const MODE: u32;
}

/// No pull resistor.
pub struct PullNone;

/// Pulls the pin high.
pub struct PullUp;

/// Pulls the pin low.
pub struct PullDown;

impl Pull for PullNone {
    const MODE: u32 = 0;
}

impl Pull for PullUp {
    const MODE: u32 = 1;
}

impl Pull for PullDown {
    const MODE: u32 = 2;
}
