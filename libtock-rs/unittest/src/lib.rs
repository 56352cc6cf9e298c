// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A fake Tock kernel, to test libtock drivers and applications on the host.
//!
//! [`fake::Syscalls`] takes the place of a process's system calls. It reaches the
//! [`fake::Kernel`] of the thread, to which a test adds fake drivers:
//!
//! ```rust,ignore
//! let kernel = fake::Kernel::new();
//! let driver = fake::Console::new();
//! kernel.add_driver(&driver);
//! libtock_console::Console::<fake::Syscalls>::write(b"foo").unwrap();
//! assert_eq!(driver.take_bytes(), b"foo");
//! ```
//!
//! A test can demand a certain sequence of system calls, and have some of them
//! fail, by [`fake::Kernel::add_expected_syscall`], and it can look at what was
//! called by [`fake::Kernel::take_syscall_log`].

mod allow_buffers;
pub mod command_return;
mod driver_info;
mod driver_share_ref;
mod exit_test;
mod expected_syscall;
pub mod fake;
mod kernel_data;
mod syscall_log;

pub use allow_buffers::{RoAllowBuffer, RwAllowBuffer};
pub use driver_info::DriverInfo;
pub use driver_share_ref::{DriverShareRef, InvalidSubscribeNum};
pub use exit_test::{exit_test, ExitCall};
pub use expected_syscall::ExpectedSyscall;
pub use syscall_log::SyscallLogEntry;
