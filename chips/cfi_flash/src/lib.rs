// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Parallel NOR flash with the Intel command set (CFI command set 0001).

#![no_std]

#[cfg(test)]
extern crate std;

mod bus;
mod flash;
#[cfg(test)]
mod tests;

pub use bus::{Bus, MappedBus};
pub use flash::{CfiFlash, PAGE_LEN, Page};
