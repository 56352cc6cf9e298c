// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A page of figures: headings, rows, columns.

use std::fmt::Write;

/// Width of the page, and of a column of figures, of which the last ends with the
/// page.
const WIDTH: usize = 90;
const COLUMN: usize = 16;

/// Text that grows.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
}

impl Page {
    /// Starts a table: its title, and what its columns hold.
    pub fn table(&mut self, title: &str, columns: &[&str]) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(title, columns.iter().map(|&column| column.to_owned()));
        self.text.push_str(&"-".repeat(WIDTH));
        self.text.push('\n');
    }

    /// A row of figures.
    pub fn row(&mut self, label: &str, figures: &[u64]) {
        self.line(label, figures.iter().map(|&figure| grouped(figure)));
    }

    /// A row of words.
    pub fn words(&mut self, label: &str, words: &[&str]) {
        self.line(label, words.iter().map(|&word| word.to_owned()));
    }

    /// Text below a table.
    pub fn note(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Puts the tables of another page below.
    pub fn append(&mut self, other: Page) {
        if !self.text.is_empty() && !other.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&other.text);
    }

    fn line(&mut self, label: &str, cells: impl ExactSizeIterator<Item = String>) {
        let rest = WIDTH - COLUMN * cells.len();
        let mut line = format!("{label:<rest$}");
        for cell in cells {
            // Writing to a string does not fail.
            let _ = write!(line, "{cell:>COLUMN$}");
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// What was written.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// A number with its digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups() {
        let numbers = [0, 12, 123, 1_234, 123_456, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }

    #[test]
    fn figures_stand_below_their_column() {
        let mut page = Page::default();
        page.table("Title", &["one", "two"]);
        page.row("row", &[1_000, 2]);
        page.row("another", &[3]);
        let text = page.into_text();
        let ends: Vec<usize> = text.lines().map(str::len).collect();
        assert_eq!(ends, [WIDTH; 4]);
    }
}
