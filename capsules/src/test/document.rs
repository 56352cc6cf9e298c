// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A driver's page under `docs/syscalls`, for comparison with the code.

use std::string::String;
use std::vec::Vec;

/// The numbers that the page states.
pub struct Document(&'static str);

impl Document {
    /// The page with this text.
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// Number of the driver.
    pub fn driver_number(&self) -> usize {
        let line = self.after("driver number: 0x").remove(0);
        usize::from_str_radix(line, 16).unwrap()
    }

    /// Numbers under headings of this kind, such as "Command", in order.
    pub fn numbers(&self, kind: &str) -> Vec<usize> {
        let mut heading = String::from("### ");
        heading.push_str(kind);
        heading.push_str(" number: `");
        self.after(&heading)
            .into_iter()
            .map(|rest| rest.trim_end_matches('`').parse().unwrap())
            .collect()
    }

    /// What follows `start` in each line that has it.
    fn after(&self, start: &str) -> Vec<&'static str> {
        self.0
            .lines()
            .filter_map(|line| line.split_once(start))
            .map(|(_, rest)| rest.trim())
            .collect()
    }
}
