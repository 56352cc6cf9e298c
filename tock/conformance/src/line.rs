// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Lines that come out whole, whatever other processes print.

use core::fmt::{self, Write};
use libtock::console::Console;

/// Longest line, in bytes.
const CAPACITY: usize = 192;

struct Line {
    text: [u8; CAPACITY],
    len: usize,
}

impl Write for Line {
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

/// Prints a line by one write. What is too long for it is cut off, which no
/// reader of the line would take for the whole.
pub fn print(text: fmt::Arguments) {
    let mut line = Line {
        text: [0; CAPACITY],
        len: 0,
    };
    let _ = line.write_fmt(text);
    let _ = line.write_str("\n");
    let _ = Console::write(&line.text[..line.len]);
}

/// Prints a formatted line.
#[macro_export]
macro_rules! say {
    ($($argument:tt)*) => {
        $crate::line::print(format_args!($($argument)*))
    };
}
