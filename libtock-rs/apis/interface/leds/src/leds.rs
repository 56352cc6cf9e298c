// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Switching LEDs over the LED driver (0x2).

use libtock_platform::{ErrorCode, Syscalls};

/// The board's LEDs, numbered from zero.
pub struct Leds<S: Syscalls>(S);

impl<S: Syscalls> Leds<S> {
    /// How many LEDs there are.
    pub fn count() -> Result<u32, ErrorCode> {
        S::command(DRIVER_NUM, LEDS_COUNT, 0, 0).to_result()
    }

    /// Turns the LED on. [`ErrorCode::Invalid`] if there is no such LED.
    pub fn on(led: u32) -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, LED_ON, led, 0).to_result()
    }

    /// Turns the LED off. [`ErrorCode::Invalid`] if there is no such LED.
    pub fn off(led: u32) -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, LED_OFF, led, 0).to_result()
    }

    /// Turns the LED on if it is off, and the other way round.
    /// [`ErrorCode::Invalid`] if there is no such LED.
    pub fn toggle(led: u32) -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, LED_TOGGLE, led, 0).to_result()
    }
}

const DRIVER_NUM: u32 = 0x2;

// Command numbers. The first returns the count, unlike most drivers' command 0.
const LEDS_COUNT: u32 = 0;
const LED_ON: u32 = 1;
const LED_OFF: u32 = 2;
const LED_TOGGLE: u32 = 3;
