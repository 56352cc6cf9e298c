// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The process that this kernel runs: flash and RAM of its own, under an MPU.
//!
//! The kernel keeps everything about a process in the process's own RAM, above
//! what the process can reach:
//!
//! ```text
//! memory end ----> +---------------------+
//!                  | table of grants     |
//!                  | queue of tasks      |
//!                  | ProcessStandard     |
//!                  +---------------------+
//!                  | grants, growing     |
//!                  | downwards           |
//! kernel break --> +---------------------+
//!                  | reachable by nobody |
//! app break -----> +---------------------+
//!                  | the process's own   |
//! memory start --> +---------------------+
//! ```

mod control_block;
mod create;
mod debug;
mod grants;
mod interface;
mod lifecycle;
mod memory;
mod report;

pub use control_block::ProcessStandard;
pub(crate) use create::Surroundings;
pub use debug::{ProcessStandardDebug, ProcessStandardDebugFull};
