// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What went wrong, in words for the person at the terminal.

use std::fmt;

/// Says what was being done, what was found, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    doing: String,
    found: String,
    next: Option<String>,
}

pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// `doing` completes the sentence "while ...".
    pub fn new(doing: impl Into<String>, found: impl fmt::Display) -> Failure {
        Failure {
            doing: doing.into(),
            found: found.to_string(),
            next: None,
        }
    }

    /// Adds what the person can do about it.
    pub fn next(mut self, what: impl Into<String>) -> Failure {
        self.next = Some(what.into());
        self
    }

    /// What was found, without the circumstances.
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "while {}: {}", self.doing, self.found)?;
        match &self.next {
            Some(next) => write!(f, "\n  {next}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

/// Names what was being done when another kind of error came up.
pub trait While<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: fmt::Display> While<T> for std::result::Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Failure::new(what(), error))
    }
}
