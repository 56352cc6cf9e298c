// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the measurements stand on: a counter of instructions, a console.

use core::fmt::{self, Write};

/// The machine that runs the measurements. Text written to it is the report.
pub trait Machine: Write {
    /// Instructions executed so far, modulo 2^32. A piece of work of 2^32
    /// instructions or more cannot be counted.
    fn instructions(&self) -> u32;
}

/// Prints a figure.
pub(crate) fn line<M: Machine>(machine: &mut M, name: &str, value: u32, unit: &str) -> fmt::Result {
    writeln!(machine, "{name} {value} {unit}")
}
