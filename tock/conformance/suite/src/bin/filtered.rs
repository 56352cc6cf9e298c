// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A process whose header permits some commands of some drivers: of the console
//! 0 and 1, of the test driver 0 and 9, of the LEDs 1.

#![no_std]
#![no_main]

use conformance_suite::upcalls::recorder;
use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

fn main() {
    let mut report = Report::new("filtered");
    let refused = [0, error::NODEVICE];
    case!(report, "listed_command", "A command that is listed is made", command(LED, 1, 0, 0)[0] => variant::SUCCESS);
    case!(report, "unlisted_command", "One that is not: NODEVICE", two(command(LED, 2, 0, 0)) => refused);
    case!(report, "unlisted_high_command", "also beyond 63", two(command(LED, 65, 0, 0)) => refused);
    case!(report, "unlisted_exists", "Command 0 needs to be listed too", two(command(LED, 0, 0, 0)) => refused);
    case!(report, "unlisted_driver", "A driver that is not listed: NODEVICE", two(command(ALARM, 0, 0, 0)) => refused);
    case!(report, "unlisted_subscribe", "Subscribe to it: the plain failure, r0 is 0", two(subscribe(ALARM, 0, recorder(), 0)) => refused);
    case!(report, "unlisted_allow_rw", "Read-write allow: the plain failure", two(allow_rw(RNG, 0, ram_start(), 4)) => refused);
    case!(report, "unlisted_allow_ro", "Read-only allow: the plain failure", two(allow_ro(ALARM, 0, ram_start(), 4)) => refused);
    case!(report, "unlisted_readable", "Userspace-readable allow: the plain failure", two(allow_readable(ALARM, 0, 0, 0)) => refused);
    case!(report, "listed_subscribe", "Subscribe to a listed driver is made", subscribe(TEST, 0, recorder(), 0)[0] => variant::SUCCESS_U32_U32);
    case!(report, "listed_allow", "So is allow", allow_rw(TEST, 0, ram_start(), 4)[0] => variant::SUCCESS_U32_U32);
    case!(report, "memop", "Memop is not filtered", memop(2, 0)[0] => variant::SUCCESS_U32);
    case!(report, "yield", "Yield is not filtered", yield_no_wait() => 0);
    case!(report, "exit", "Exit is not filtered", two(exit(2, 0)) => [0, error::NOSUPPORT]);
    subscribe(TEST, 0, 0, 0);
    report.end();
}
