// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! libtock driver for debug output that needs no buffers.
//!
//! ```rust,ignore
//! LowLevelDebug::print_2(line, value);
//! ```

#![no_std]

mod low_level_debug;

pub use low_level_debug::{AlertCode, LowLevelDebug};

#[cfg(test)]
mod tests;
