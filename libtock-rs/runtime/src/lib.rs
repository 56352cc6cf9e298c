// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Entry code and system calls of a Tock process on RISC-V.
//!
//! ```rust,ignore
//! #![no_main]
//! #![no_std]
//! libtock_runtime::set_main! { main }
//! libtock_runtime::stack_size! { 0x400 }
//!
//! fn main() {}
//! ```
//!
//! The kernel enters a process with the address of its `rt_header` in `a0`, no
//! memory beyond the break and no usable stack. The entry code in `startup`
//! makes both from the header's words and calls the function that
//! `set_main!` named.
//!
//! On any other target than bare-metal 32-bit RISC-V this crate is empty, so
//! that a workspace that contains it can be checked and tested on the host.

#![no_std]
#![cfg(all(target_arch = "riscv32", target_os = "none"))]

mod main_macros;
pub mod startup;
mod syscalls_impl_riscv;

pub use syscalls_impl_riscv::TockSyscalls;

/// For the macros of this crate only.
#[doc(hidden)]
pub use libtock_platform as __platform;
