// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Asks while the device is at it for another process.

#![no_std]
#![no_main]

use conformance_suite::slow::{CONSOLE_WRITE, ETHERNET_TRANSMIT};
use conformance_suite::*;
use core::sync::atomic::AtomicU8;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const LEN: usize = 100;
static BUFFER: [AtomicU8; LEN] = [const { AtomicU8::new(0) }; LEN];

fn main() {
    let mut report = Report::new("slow_b");
    allow_rw(RNG, 0, BUFFER.as_ptr() as usize, LEN);
    command(RNG, 1, LEN, 0);
    case!(report, "rng_beside", "A request beside those of another process gets what it asked for", three(yield_wait_for(RNG, 0)) => [0, LEN, 0]);
    allow_rw(RNG, 0, 0, 0);
    let seen = ETHERNET_TRANSMIT.follow();
    case!(
        report,
        "ethernet_taken",
        "A frame is taken while that of another process is being sent, and goes out after it",
        !seen.refused && seen.wrong == 0
    );
    let seen = CONSOLE_WRITE.follow();
    case!(
        report,
        "console_taken",
        "A write is taken while another process writes, and goes out after it, whole",
        !seen.refused && seen.wrong == 0
    );
    report.end();
}
