// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! All measurements, one after the other.

use core::fmt;

use crate::constant_time;
use crate::conversation;
use crate::figures;
use crate::generator::SEED;
use crate::machine::Machine;
use crate::meter::{Meter, Verdict};
use crate::tags;

/// Measures everything and reports it. Whether everything passed.
///
/// # Errors
/// The machine's console fails.
pub fn run<M: Machine>(machine: &mut M) -> Result<bool, fmt::Error> {
    writeln!(machine, "# seed {SEED}")?;
    let meter = Meter::new(machine);
    let mut verdict = Verdict::default();
    figures::report(machine, &meter)?;
    conversation::report(machine, &meter, &mut verdict)?;
    constant_time::report(machine, &meter, &mut verdict)?;
    tags::report(machine, &meter, &mut verdict)?;
    let word = if verdict.passed() { "pass" } else { "fail" };
    writeln!(machine, "END {word}")?;
    Ok(verdict.passed())
}
