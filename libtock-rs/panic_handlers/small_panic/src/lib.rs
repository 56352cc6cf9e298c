// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Panic handler that spends as little code as it can.
//!
//! Raises alert code 1 over low-level debug and terminates the process with
//! completion code 1. On a host target this crate is empty.

#![no_std]
#![cfg(all(target_arch = "riscv32", target_os = "none"))]

use libtock_low_level_debug::{AlertCode, LowLevelDebug};
use libtock_platform::Syscalls;
use libtock_runtime::TockSyscalls;

#[panic_handler]
fn panic_handler(_info: &core::panic::PanicInfo) -> ! {
    LowLevelDebug::<TockSyscalls>::print_alert_code(AlertCode::Panic);
    TockSyscalls::exit_terminate(1)
}
