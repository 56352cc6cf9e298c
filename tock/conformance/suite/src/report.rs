// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Results, kept until it does no harm to print them.
//!
//! Printing yields, which would run the upcalls that a case is about. A result
//! is a line `case GROUP.NAME: pass` or `case GROUP.NAME: fail` with the reason.

use core::fmt::{self, Write};
use libtock::console::Console;

const CAPACITY: usize = 6144;

/// The results of a group.
pub struct Report {
    group: &'static str,
    text: [u8; CAPACITY],
    len: usize,
}

impl Write for Report {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.text
            .get_mut(self.len..end)
            .ok_or(fmt::Error)?
            .copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

impl Report {
    /// No results yet.
    pub const fn new(group: &'static str) -> Report {
        Report {
            group,
            text: [0; CAPACITY],
            len: 0,
        }
    }

    /// A case did as it should. What does not fit is missing in the output,
    /// which the reader takes for a failure.
    pub fn pass(&mut self, name: &str) {
        let group = self.group;
        let _ = writeln!(self, "case {group}.{name}: pass");
    }

    /// A case did something else.
    pub fn fail(&mut self, name: &str, why: fmt::Arguments) {
        let group = self.group;
        let _ = writeln!(self, "case {group}.{name}: fail {why}");
    }

    /// Prints line by line, since the console keeps a short write together.
    pub fn print(&mut self) {
        for line in self.text[..self.len].split_inclusive(|&byte| byte == b'\n') {
            let _ = Console::write(line);
        }
        self.len = 0;
    }

    /// Prints, and says that the group is through.
    pub fn end(&mut self) {
        let group = self.group;
        let _ = writeln!(self, "group {group}: done");
        self.print();
    }
}

/// Reports a case: name, what it shows, and either a condition or what was got
/// and what is expected.
///
/// Names and descriptions are read from the source too, to know which cases
/// there are, so both must be literals.
#[macro_export]
macro_rules! case {
    ($report:expr, $name:literal, $shows:literal, $got:expr => $expected:expr $(,)?) => {{
        let (got, expected) = ($got, $expected);
        if got == expected {
            $report.pass($name);
        } else {
            $report.fail($name, format_args!("{got:x?} instead of {expected:x?}"));
        }
    }};
    ($report:expr, $name:literal, $shows:literal, $holds:expr $(,)?) => {{
        if $holds {
            $report.pass($name);
        } else {
            $report.fail($name, format_args!("does not hold"));
        }
    }};
}
