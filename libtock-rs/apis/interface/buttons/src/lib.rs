// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! libtock driver for buttons.
//!
//! ```rust,ignore
//! let listener = ButtonListener(|button, state| { /* … */ });
//! share::scope(|subscribe| {
//!     Buttons::register_listener(&listener, subscribe)?;
//!     Buttons::enable_interrupts(0)?;
//!     loop {
//!         TockSyscalls::yield_wait();
//!     }
//! })
//! ```

#![no_std]

mod buttons;

pub use buttons::{ButtonListener, ButtonState, Buttons};

#[cfg(test)]
mod tests;
