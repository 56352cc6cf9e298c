// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Length of the boot window.
//!
//! `PROVISIONING_WINDOW_MS` in the environment of the build shortens it for
//! runs and tests that should not wait.

use provisioning_flow::boot::DEFAULT_WINDOW_MS;

/// Length of the boot window, in milliseconds.
pub(crate) const WINDOW_MS: u64 = match option_env!("PROVISIONING_WINDOW_MS") {
    None => DEFAULT_WINDOW_MS,
    Some(text) => milliseconds(text),
};

/// A person needs time to press, and nobody waits for a minute.
const SHORTEST_MS: u64 = 100;
const LONGEST_MS: u64 = 60_000;

/// Reads the number; the build fails when it is none.
const fn milliseconds(text: &str) -> u64 {
    match u64::from_str_radix(text, 10) {
        Ok(number) if number >= SHORTEST_MS && number <= LONGEST_MS => number,
        _ => panic!("PROVISIONING_WINDOW_MS must be a number from 100 to 60000"),
    }
}
