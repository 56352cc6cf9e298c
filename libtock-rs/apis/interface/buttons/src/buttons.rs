// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Buttons and their events over the button driver (0x3).

use libtock_platform::share::Handle;
use libtock_platform::subscribe::OneId;
use libtock_platform::{DefaultConfig, ErrorCode, Subscribe, Syscalls, Upcall};

/// The board's buttons, numbered from zero.
pub struct Buttons<S: Syscalls>(S);

/// Whether a button is held down.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ButtonState {
    Released,
    Pressed,
}

impl From<u32> for ButtonState {
    fn from(value: u32) -> ButtonState {
        match value {
            0 => ButtonState::Released,
            _ => ButtonState::Pressed,
        }
    }
}

impl<S: Syscalls> Buttons<S> {
    /// How many buttons there are.
    pub fn count() -> Result<u32, ErrorCode> {
        S::command(DRIVER_NUM, BUTTONS_COUNT, 0, 0).to_result()
    }

    /// The present state of a button. [`ErrorCode::Invalid`] if there is no such
    /// button.
    pub fn read(button: u32) -> Result<ButtonState, ErrorCode> {
        S::command(DRIVER_NUM, BUTTONS_READ, button, 0)
            .to_result::<u32, ErrorCode>()
            .map(ButtonState::from)
    }

    /// Whether the button is known to be held down.
    pub fn is_pressed(button: u32) -> bool {
        Self::read(button) == Ok(ButtonState::Pressed)
    }

    /// Whether the button is known not to be held down.
    pub fn is_released(button: u32) -> bool {
        Self::read(button) == Ok(ButtonState::Released)
    }

    /// Has the listener called when the button changes.
    pub fn enable_interrupts(button: u32) -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, BUTTONS_ENABLE_INTERRUPTS, button, 0).to_result()
    }

    /// Has the listener no longer called when the button changes.
    pub fn disable_interrupts(button: u32) -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, BUTTONS_DISABLE_INTERRUPTS, button, 0).to_result()
    }

    /// Has `listener` called on every change of a button whose interrupts are
    /// enabled.
    pub fn register_listener<'share, F: Fn(u32, ButtonState)>(
        listener: &'share ButtonListener<F>,
        subscribe: Handle<Subscribe<'share, S, DRIVER_NUM, 0>>,
    ) -> Result<(), ErrorCode> {
        S::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 0>(subscribe, listener)
    }

    /// Has no listener called any more.
    pub fn unregister_listener() {
        S::unsubscribe(DRIVER_NUM, 0)
    }
}

/// Wraps a function that is called with the button's number and its new state.
pub struct ButtonListener<F: Fn(u32, ButtonState)>(pub F);

impl<F: Fn(u32, ButtonState)> Upcall<OneId<DRIVER_NUM, 0>> for ButtonListener<F> {
    fn upcall(&self, button: u32, state: u32, _arg2: u32) {
        self.0(button, state.into())
    }
}

const DRIVER_NUM: u32 = 0x3;

// Command numbers. The first returns the count, unlike most drivers' command 0.
const BUTTONS_COUNT: u32 = 0;
const BUTTONS_ENABLE_INTERRUPTS: u32 = 1;
const BUTTONS_DISABLE_INTERRUPTS: u32 = 2;
const BUTTONS_READ: u32 = 3;
