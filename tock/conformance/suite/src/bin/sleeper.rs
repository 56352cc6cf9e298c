// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Sleeps for long.
//!
//! The emulator counts a nanosecond for each instruction, and skips the time in
//! which the hart waits for an interrupt. A hart that did not wait would have to
//! execute 400,000 million instructions, longer than the emulator is given.

#![no_std]
#![no_main]

use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

/// Near the longest that an alarm can be set for.
const LONG: usize = 400_000 * MILLISECOND;

fn main() {
    let mut report = Report::new("sleeper");
    let [now, expiration, ..] = {
        command(ALARM, 5, LONG, 0);
        yield_wait_for(ALARM, 0)
    };
    case!(
        report,
        "waits_for_interrupts",
        "The hart executes nothing while all processes sleep, here for 400 s",
        now.wrapping_sub(expiration) < MILLISECOND
    );
    report.end();
}
