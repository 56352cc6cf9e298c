// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Components: how boards put the capsules together, one per capsule.
//!
//! Each takes what a board decides in `new`, and the memory that its
//! `..._component_static!` macro sets aside in `finalize`.

#![no_std]

pub mod alarm;
pub mod appid;
pub mod button;
pub mod console;
pub mod debug_writer;
pub mod flash;
pub mod gpio;
pub mod led;
pub mod lldb;
pub mod loader;
pub mod process_array;
pub mod process_info_driver;
pub mod process_printer;
pub mod rng;
pub mod sched;
pub mod sha;
pub mod storage_permissions;
pub mod virtual_scheduler_timer;
