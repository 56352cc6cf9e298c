// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System interface library for Tock applications.
//!
//! Gives every driver a name that needs no type parameter, the entry code and a
//! panic handler.
//!
//! ```rust,ignore
//! #![no_main]
//! #![no_std]
//! use core::fmt::Write;
//! use libtock::console::Console;
//! use libtock::runtime::{set_main, stack_size};
//!
//! set_main! {main}
//! stack_size! {0x400}
//!
//! fn main() {
//!     let _ = writeln!(Console::writer(), "Hello world!");
//! }
//! ```
//!
//! On any other target than bare-metal 32-bit RISC-V this crate only has
//! `platform`, since there is nothing to make system calls to.

#![no_std]

#[cfg(all(target_arch = "riscv32", target_os = "none"))]
mod drivers;

#[cfg(all(target_arch = "riscv32", target_os = "none"))]
pub use drivers::*;

pub use libtock_platform as platform;
pub use libtock_runtime as runtime;

// Linked for their panic handlers.
#[cfg(debug_assertions)]
extern crate libtock_debug_panic;
#[cfg(not(debug_assertions))]
extern crate libtock_small_panic;
