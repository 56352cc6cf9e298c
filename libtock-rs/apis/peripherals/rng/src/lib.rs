// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! libtock driver for random numbers.
//!
//! ```rust,ignore
//! let mut seed = [0; 32];
//! Rng::get_bytes_sync(&mut seed, 32)?;
//! ```

#![no_std]

mod rng;

pub use rng::{Rng, RngListener};

#[cfg(test)]
mod tests;
