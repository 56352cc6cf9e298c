// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! libtock driver for LEDs.
//!
//! ```rust,ignore
//! for led in 0..Leds::count()? {
//!     Leds::on(led)?;
//! }
//! ```

#![no_std]

mod leds;

pub use leds::Leds;

#[cfg(test)]
mod tests;
