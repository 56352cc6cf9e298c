// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Errors told to people: what was done, what was found, what to do next.

use std::fmt;

/// Classes of failure, each with an exit code of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file or the state directory.
    Files,
    /// The network.
    Network,
    /// The running daemon, or a device that it should know.
    Control,
    /// What was asked for cannot be done as asked.
    Usage,
}

impl Kind {
    /// Exit code of the program. Listed in `--help`.
    pub const fn exit_code(self) -> u8 {
        match self {
            Kind::Usage => 2,
            Kind::Files => 3,
            Kind::Network => 4,
            Kind::Control => 5,
        }
    }
}

/// A failure that ends a command.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    doing: String,
    found: String,
    next: String,
}

impl Failure {
    /// `doing` completes "while", `found` says what was met, `next` what a
    /// person can do about it. None of them may hold a secret.
    pub fn new(
        kind: Kind,
        doing: impl Into<String>,
        found: impl fmt::Display,
        next: impl Into<String>,
    ) -> Self {
        Failure {
            kind,
            doing: doing.into(),
            found: found.to_string(),
            next: next.into(),
        }
    }

    /// The class of this failure.
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  {}", self.doing, self.found, self.next)
    }
}

impl std::error::Error for Failure {}
