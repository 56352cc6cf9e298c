// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Faults in its first two runs; the kernel restarts it and says so.

#![no_std]
#![no_main]

use conformance_suite::fault::crash;
use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

fn main() {
    if ask(test::REMEMBER, 0, 1) < 3 {
        crash();
    }
    let mut report = Report::new("policy_restart_debug");
    case!(report, "restarts", "It is restarted each time", command(TEST, test::IDENTITY, 0, 0)[2] => 2);
    report.end();
}
