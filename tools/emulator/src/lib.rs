// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Runs the emulated board with its daemon on a private network.
//!
//! The library is what the binary `emulator` and the board's tests share: one
//! module for each part of the bench, and `rig` that puts them together.

#![forbid(unsafe_code)]

pub mod bench;
pub mod button;
pub mod capture;
pub mod clock;
pub mod command;
pub mod costs;
pub mod counted;
pub mod cryptography;
pub mod cut;
pub mod daemon;
pub mod failure;
pub mod front_panel;
pub mod image;
pub mod lamps;
pub mod machine;
pub mod memory;
pub mod namespace;
pub mod page;
pub mod panel;
pub mod phase;
pub mod plain;
pub mod proxy;
pub mod qmp;
pub mod report;
pub mod responder;
pub mod rig;
pub mod run;
pub mod scenario;
pub mod size;
