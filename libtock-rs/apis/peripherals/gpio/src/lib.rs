// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! libtock driver for general purpose pins.
//!
//! ```rust,ignore
//! let mut pin = Gpio::get_pin(0)?;
//! let mut output = pin.make_output()?;
//! output.set()?;
//! ```

#![no_std]

mod gpio;
mod pins;

pub use gpio::{Gpio, GpioInterruptListener, GpioState, PinInterruptEdge};
pub use pins::{InputPin, OutputPin, Pin, Pull, PullDown, PullNone, PullUp};

#[cfg(test)]
mod tests;
