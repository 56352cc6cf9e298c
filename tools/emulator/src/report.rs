// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a running scenario tells whoever shows it, and what it can be told.

use crate::panel::Lamps;
use crate::phase::Phase;

/// News for the front panel or the plain output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// A step of the scenario begins: its number, how many there are, its name.
    Step(usize, usize, String),
    /// Something that the tool did or found.
    Note(String),
    /// The setup code, as text and as a QR code, ready to print.
    Code(String),
    /// A line on the board's console.
    Console(String),
    /// An event of the daemon, in words.
    Daemon(String),
    Phase(Phase),
    Lamps(Lamps),
    /// The board's power was switched.
    Power(bool),
    /// The scenario is over: its summary, or what failed.
    End(Result<String, String>),
}

/// What the person at the terminal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Press the button and let it go.
    Button,
    /// Switch the identification on the device on or off.
    Identify,
    /// Switch the board off and on again.
    PowerCycle,
    Quit,
}
