// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! libtock driver for time and alarms.
//!
//! ```rust,ignore
//! Alarm::sleep_for(Milliseconds(100))?;
//! ```

#![no_std]

mod alarm;
mod units;

pub use alarm::{Alarm, Config};
pub use units::{Convert, Hz, Milliseconds, Ticks};

#[cfg(test)]
mod tests;
