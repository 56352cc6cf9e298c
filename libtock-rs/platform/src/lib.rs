// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The system call interface of Tock 2, apart from how the calls are made.
//!
//! Drivers are written against [`Syscalls`], so that they run on a kernel
//! (`libtock_runtime`) and in host tests (`libtock_unittest`) unchanged.
//!
//! A process shares two kinds of things with the kernel: references to upcalls
//! and memory buffers. Both must have left the kernel before what they refer to
//! goes away. [`share::scope`] guarantees it: it owns a list of [`Subscribe`],
//! [`AllowRo`] and [`AllowRw`], hands out a [`share::Handle`] that cannot leave
//! the scope, and takes everything back from the kernel when the scope ends.

#![no_std]

pub mod allow_ro;
pub mod allow_rw;
pub mod command_return;
mod constants;
mod default_config;
mod error_code;
pub mod exit_on_drop;
mod raw_syscalls;
mod register;
pub mod return_variant;
pub mod share;
pub mod subscribe;
mod syscalls;
mod syscalls_impl;
mod termination;
mod yield_types;

pub use allow_ro::AllowRo;
pub use allow_rw::AllowRw;
pub use command_return::CommandReturn;
pub use constants::{exit_id, syscall_class, yield_id};
pub use default_config::DefaultConfig;
pub use error_code::{ErrorCode, NotAnErrorCode};
pub use raw_syscalls::RawSyscalls;
pub use register::Register;
pub use return_variant::ReturnVariant;
pub use subscribe::{Subscribe, Upcall};
pub use syscalls::Syscalls;
pub use termination::Termination;
pub use yield_types::YieldNoWaitReturn;
