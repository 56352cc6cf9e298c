// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the measurements stand on: a counter of instructions, a console.

use core::fmt::Write;

/// The machine that runs the measurements. Text written to it is the report.
pub trait Machine: Write {
    /// Instructions executed so far, modulo 2^32. A piece of work of 2^32
    /// instructions or more cannot be counted.
    fn instructions(&self) -> u32;
}
