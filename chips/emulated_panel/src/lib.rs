// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! LEDs, button and restart of the emulated board, which has none of its own.

#![no_std]

#[cfg(test)]
extern crate std;

mod keyboard;
mod led;
mod restart;
mod trace;

pub use keyboard::{EVENT_LEN, EVENTS, KeyPin, Keyboard};
pub use led::PanelLed;
pub use restart::SifiveTest;
pub use trace::{CAPACITY, PanelTrace};
