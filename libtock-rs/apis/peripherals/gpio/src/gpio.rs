// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What concerns all pins, over the GPIO driver (0x4).

use libtock_platform::share::Handle;
use libtock_platform::subscribe::OneId;
use libtock_platform::{DefaultConfig, ErrorCode, Subscribe, Syscalls, Upcall};

use crate::Pin;

/// The pins that the board gives to processes, numbered from zero.
pub struct Gpio<S: Syscalls>(S);

/// The level of a pin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum GpioState {
    Low,
    High,
}

impl From<u32> for GpioState {
    fn from(value: u32) -> GpioState {
        match value {
            0 => GpioState::Low,
            _ => GpioState::High,
        }
    }
}

/// Which changes of level the listener is called for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum PinInterruptEdge {
    Either = 0,
    Rising = 1,
    Falling = 2,
}

impl<S: Syscalls> Gpio<S> {
    /// Whether the kernel has a GPIO driver; an error says why not.
    pub fn exists() -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, command::EXISTS, 0, 0).to_result()
    }

    /// How many pins there are.
    pub fn count() -> Result<u32, ErrorCode> {
        S::command(DRIVER_NUM, command::COUNT, 0, 0).to_result()
    }

    /// The pin of that number. It is turned off when dropped.
    ///
    /// [`ErrorCode::Invalid`] if the number is out of range,
    /// [`ErrorCode::NoDevice`] if the board leaves it out.
    pub fn get_pin(pin: u32) -> Result<Pin<S>, ErrorCode> {
        // Turning it off does no harm and tells whether it exists.
        S::command(DRIVER_NUM, command::DISABLE, pin, 0).to_result::<(), ErrorCode>()?;
        Ok(Pin::new(pin))
    }

    /// Has `listener` called on the changes that pins were asked to report.
    pub fn register_listener<'share, F: Fn(u32, GpioState)>(
        listener: &'share GpioInterruptListener<F>,
        subscribe: Handle<Subscribe<'share, S, DRIVER_NUM, 0>>,
    ) -> Result<(), ErrorCode> {
        S::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 0>(subscribe, listener)
    }

    /// Has no listener called any more.
    pub fn unregister_listener() {
        S::unsubscribe(DRIVER_NUM, 0)
    }
}

/// Wraps a function that is called with the pin's number and its new level.
pub struct GpioInterruptListener<F: Fn(u32, GpioState)>(pub F);

impl<F: Fn(u32, GpioState)> Upcall<OneId<DRIVER_NUM, 0>> for GpioInterruptListener<F> {
    fn upcall(&self, pin: u32, level: u32, _arg2: u32) {
        self.0(pin, level.into())
    }
}

pub(crate) const DRIVER_NUM: u32 = 0x4;

pub(crate) mod command {
    pub const EXISTS: u32 = 0;
    pub const ENABLE_OUTPUT: u32 = 1;
    pub const SET: u32 = 2;
    pub const CLEAR: u32 = 3;
    pub const TOGGLE: u32 = 4;
    pub const ENABLE_INPUT: u32 = 5;
    pub const READ: u32 = 6;
    pub const ENABLE_INTERRUPTS: u32 = 7;
    pub const DISABLE_INTERRUPTS: u32 = 8;
    pub const DISABLE: u32 = 9;
    pub const COUNT: u32 = 10;
}
