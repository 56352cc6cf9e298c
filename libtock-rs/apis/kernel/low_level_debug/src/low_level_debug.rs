// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Numbers for the kernel to print, over the low-level debug driver (0x8).

use libtock_platform::Syscalls;

/// Debug output that works before anything else does, and after.
///
/// Nothing is returned but whether the driver exists: who prints this way has no
/// better way to report that it did not work.
pub struct LowLevelDebug<S: Syscalls>(S);

impl<S: Syscalls> LowLevelDebug<S> {
    /// Whether the kernel has the driver.
    pub fn exists() -> bool {
        S::command(DRIVER_NUM, EXISTS, 0, 0).is_success()
    }

    /// Has the kernel print what the code means.
    pub fn print_alert_code(code: AlertCode) {
        let _ = S::command(DRIVER_NUM, PRINT_ALERT_CODE, code as u32, 0);
    }

    /// Has the kernel print a number.
    pub fn print_1(x: u32) {
        let _ = S::command(DRIVER_NUM, PRINT_1, x, 0);
    }

    /// Has the kernel print two numbers in one line.
    pub fn print_2(x: u32, y: u32) {
        let _ = S::command(DRIVER_NUM, PRINT_2, x, y);
    }
}

/// Alerts that every kernel knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum AlertCode {
    /// The process panicked.
    Panic = 1,
    /// The process was linked to run somewhere else.
    WrongLocation = 2,
}

const DRIVER_NUM: u32 = 0x8;

// Command numbers
const EXISTS: u32 = 0;
const PRINT_ALERT_CODE: u32 = 1;
const PRINT_1: u32 = 2;
const PRINT_2: u32 = 3;
