// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Panic handler that prints the message to the console.
//!
//! Raises alert code 1 over low-level debug first, which works even if the
//! console does not, and terminates the process with completion code 1 in the
//! end. On a host target this crate is empty.

#![no_std]
#![cfg(all(target_arch = "riscv32", target_os = "none"))]

use core::fmt::Write;

use libtock_console::Console;
use libtock_low_level_debug::{AlertCode, LowLevelDebug};
use libtock_platform::Syscalls;
use libtock_runtime::TockSyscalls;

#[panic_handler]
fn panic_handler(info: &core::panic::PanicInfo) -> ! {
    LowLevelDebug::<TockSyscalls>::print_alert_code(AlertCode::Panic);
    // There is nobody left to tell if the console fails as well.
    let _ = writeln!(Console::<TockSyscalls>::writer(), "{info}");
    TockSyscalls::exit_terminate(1)
}
