// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! libtock driver for text and bytes on the console.
//!
//! ```rust,ignore
//! writeln!(Console::writer(), "{} LEDs", count)?;
//! ```

#![no_std]

mod console;

pub use console::{Config, Console, ConsoleWriter};

#[cfg(test)]
mod tests;
