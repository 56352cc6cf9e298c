// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Has the kernel print numbers without any buffer.

#![no_main]
#![no_std]

use libtock::low_level_debug::{AlertCode, LowLevelDebug};
use libtock::platform::Syscalls;
use libtock::runtime::{set_main, stack_size, TockSyscalls};

set_main! {main}
stack_size! {0x400}

fn main() -> ! {
    LowLevelDebug::print_1(0x45);
    LowLevelDebug::print_2(0x45, 0x0a11);
    LowLevelDebug::print_alert_code(AlertCode::Panic);
    // What the kernel has not printed yet would be lost with the process.
    loop {
        TockSyscalls::yield_wait();
    }
}
