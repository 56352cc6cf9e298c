// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Asks again while the device is at it.

#![no_std]
#![no_main]

use conformance_suite::slow::{CONSOLE_WRITE, ETHERNET_TRANSMIT};
use conformance_suite::*;
use core::sync::atomic::AtomicU8;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const LEN: usize = 256;
static BUFFER: [AtomicU8; LEN] = [const { AtomicU8::new(0) }; LEN];

fn rng(report: &mut Report) {
    allow_rw(RNG, 0, BUFFER.as_ptr() as usize, LEN);
    command(RNG, 1, LEN, 0);
    case!(report, "rng_again", "A second request while one is pending: Success", command(RNG, 1, 8, 0)[0] => variant::SUCCESS);
    case!(report, "rng_replaced", "It replaces the first: the upcall is that of the second", three(yield_wait_for(RNG, 0)) => [0, 8, 0]);
    command(RNG, 1, 40, 0);
    case!(report, "rng_once", "which has one only", (three(yield_wait_for(RNG, 0)), ask(test::TASKS, 0, 0)) => ([0, 40, 0], 0));
    allow_rw(RNG, 0, 0, 0);
}

fn main() {
    let mut report = Report::new("slow_a");
    rng(&mut report);
    let seen = ETHERNET_TRANSMIT.lead();
    case!(
        report,
        "ethernet_busy",
        "A second frame while one is being sent: BUSY",
        seen.again
    );
    case!(
        report,
        "ethernet_together",
        "Meanwhile another process may hand over a frame, and is refused a second one",
        seen.together && !seen.refused
    );
    case!(report, "ethernet_upcalls", "Each frame that was taken has its upcall", seen.wrong => 0);
    let seen = CONSOLE_WRITE.lead();
    case!(
        report,
        "console_replaced",
        "A second write while one is under way: Success",
        seen.again
    );
    case!(
        report,
        "console_together",
        "Meanwhile another process may start a write, and a second one",
        seen.together && !seen.refused
    );
    case!(report, "console_upcalls", "Each write has its upcall, with the whole length, but for one that was replaced", seen.wrong => 0);
    report.end();
}
