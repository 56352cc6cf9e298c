// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The Tock kernel: system calls, processes, grants and hardware interfaces.

#![no_std]
// Several interfaces of Tock have failures that nothing needs to be said about.
#![allow(clippy::result_unit_err)]

#[cfg(not(target_os = "none"))]
extern crate std;

pub const KERNEL_MAJOR_VERSION: u16 = 2;
pub const KERNEL_MINOR_VERSION: u16 = 3;
pub const KERNEL_PATCH_VERSION: u16 = 0;
pub const KERNEL_PRERELEASE_VERSION: u16 = 1;

pub mod capabilities;
pub mod collections;
pub mod component;
pub mod debug;
pub mod deferred_call;
pub mod errorcode;
pub mod grant;
pub mod hil;
pub mod introspection;
pub mod ipc;
pub mod platform;
pub mod process;
pub mod process_checker;
pub mod processbuffer;
pub mod scheduler;
pub mod storage_permissions;
pub mod syscall;
pub mod upcall;
pub mod utilities;

mod config;
mod kernel;
mod memop;
mod process_array;
mod process_binary;
mod process_loading;
mod process_policies;
mod process_printer;
mod process_standard;
mod syscall_driver;

#[cfg(test)]
mod tests;

pub use crate::errorcode::ErrorCode;
pub use crate::kernel::Kernel;
pub use crate::process::ProcessId;
pub use crate::scheduler::Scheduler;
