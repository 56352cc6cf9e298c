// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Borrowed text whose length is known to fit the wire.

use core::fmt;

/// A text is longer than its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text too long")
    }
}

impl core::error::Error for TooLong {}

/// UTF-8 text of at most `MAX` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a, const MAX: usize>(&'a str);

impl<'a, const MAX: usize> Text<'a, MAX> {
    /// Takes `text` if it is at most `MAX` bytes long.
    pub const fn new(text: &'a str) -> Result<Self, TooLong> {
        if text.len() <= MAX {
            Ok(Text(text))
        } else {
            Err(TooLong)
        }
    }

    /// Takes the longest prefix of `text` that fits and ends between two
    /// characters.
    pub fn truncated(text: &'a str) -> Self {
        Text(&text[..text.floor_char_boundary(MAX)])
    }

    /// The text.
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<'_, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
