// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The memory protection unit that RISC-V's physical memory protection makes.

mod config;
pub mod simple;
#[cfg(test)]
mod tests;
mod user_mpu;

pub use config::{PMPUserMPUConfig, TORUserPMP, TORUserPMPCFG};
pub use user_mpu::PMPUserMPU;
