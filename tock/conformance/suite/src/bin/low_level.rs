// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Low-level debug: what it prints is looked at from outside.

#![no_std]
#![no_main]

use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

fn debug(number: usize, a: usize, b: usize) -> usize {
    let result = command(LOW_LEVEL_DEBUG, number, a, b)[0];
    // The driver keeps a few lines only.
    sleep(5 * MILLISECOND);
    result
}

fn main() {
    let mut report = Report::new("low_level");
    let ok = variant::SUCCESS;
    case!(report, "alert", "1 succeeds", debug(1, 1, 0) => ok);
    debug(1, 2, 0);
    debug(1, 0x77, 0);
    case!(report, "print_one", "2 succeeds", debug(2, 0xabc, 0) => ok);
    case!(report, "print_two", "3 succeeds", debug(3, 0xdef, 0x123) => ok);
    let mut all = true;
    for _ in 0..40 {
        all &= command(LOW_LEVEL_DEBUG, 2, 0xf100d, 0)[0] == ok;
    }
    case!(
        report,
        "flood",
        "Too many lines at once succeed all the same",
        all
    );
    sleep(20 * MILLISECOND);
    report.end();
}
