// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Alarms across the end of a clock of 32 bits, which is after 429.5 s.

#![no_std]
#![no_main]

use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const SECOND: usize = 1000 * MILLISECOND;

fn main() {
    let mut report = Report::new("wraps");
    sleep(300 * SECOND);
    let [_, before, ..] = command(ALARM, 2, 0, 0);
    let [_, expiration, ..] = command(ALARM, 5, 200 * SECOND, 0);
    let [now, expired, ..] = yield_wait_for(ALARM, 0);
    case!(
        report,
        "expiration",
        "An alarm that is beyond the end of the clock expires at a smaller number",
        expiration < before && expiration.wrapping_sub(before) >= 200 * SECOND
    );
    case!(
        report,
        "fires",
        "and fires then",
        expired == expiration && now.wrapping_sub(expired) < MILLISECOND
    );
    // 400 s after the start, before the end of the clock.
    let reference = now.wrapping_sub(100 * SECOND);
    let [_, expiration, ..] = command(ALARM, 6, reference, 101 * SECOND);
    let [now, expired, ..] = yield_wait_for(ALARM, 0);
    case!(
        report,
        "reference",
        "One that counts from a moment before the end of the clock does too",
        reference > now && expired == expiration && now.wrapping_sub(expired) < MILLISECOND
    );
    let past = now.wrapping_sub(150 * SECOND);
    command(ALARM, 6, past, SECOND);
    let [later, ..] = yield_wait_for(ALARM, 0);
    case!(
        report,
        "past",
        "One that expired before the end of the clock fires at once",
        past > now && later.wrapping_sub(now) < MILLISECOND
    );
    report.end();
}
