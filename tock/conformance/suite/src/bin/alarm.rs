// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Alarms.

#![no_std]
#![no_main]

use conformance_suite::upcalls::{call, clear, count, record, recorder};
use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const OK_U32: usize = variant::SUCCESS_U32;
const SOON: usize = 2 * MILLISECOND;
/// Longer than a process can be kept from running.
const LATE: usize = 100_000 * MILLISECOND;

fn now() -> usize {
    command(ALARM, 2, 0, 0)[1]
}

/// Whether `a` is not before `b`, on a counter that wraps.
fn not_before(a: usize, b: usize) -> bool {
    a.wrapping_sub(b) < 1 << 31
}

/// Sets the next alarm from the expiration of this one, as periodic timers do.
extern "C" fn again(now: usize, expiration: usize, unused: usize, data: usize) {
    record(now, expiration, unused, data);
    command(ALARM, 6, expiration, SOON);
}

fn main() {
    let mut report = Report::new("alarm");
    case!(report, "frequency", "1: 10 MHz", two(command(ALARM, 1, 0, 0)) => [OK_U32, 10_000_000]);
    let earlier = now();
    case!(
        report,
        "time_passes",
        "2: the time, which does not go back",
        not_before(now(), earlier)
    );
    case!(report, "stop_idle", "3 without an alarm: ALREADY", two(command(ALARM, 3, 0, 0)) => [0, error::ALREADY]);
    case!(report, "removed", "4: NOSUPPORT", two(command(ALARM, 4, 0, 0)) => [0, error::NOSUPPORT]);
    subscribe(ALARM, 0, recorder(), 9);
    let before = now();
    let [variant, expiration, ..] = command(ALARM, 5, SOON, 0);
    let after = now();
    case!(
        report,
        "relative",
        "5: sets an alarm from now and returns when it expires",
        variant == OK_U32
            && not_before(expiration, before + SOON)
            && not_before(after + SOON, expiration)
    );
    yield_wait();
    case!(report, "upcall", "The upcall gives the time, the expiration and 0", (count(), call(0)[1], call(0)[2], call(0)[3]) => (1, expiration, 0, 9));
    case!(
        report,
        "not_early",
        "It does not come early",
        not_before(call(0)[0], expiration)
    );
    case!(report, "fires_once", "An alarm fires once", two(command(ALARM, 3, 0, 0)) => [0, error::ALREADY]);
    clear();
    command(ALARM, 5, LATE, 0);
    case!(report, "stop", "3 stops an alarm", command(ALARM, 3, 0, 0)[0] => variant::SUCCESS);
    case!(report, "stopped", "which is gone then", (two(command(ALARM, 3, 0, 0)), yield_no_wait()) => ([0, error::ALREADY], 0));
    let first = command(ALARM, 5, LATE, 0)[1];
    let second = command(ALARM, 5, SOON, 0)[1];
    yield_wait();
    case!(
        report,
        "replaced",
        "A new alarm replaces the old one",
        call(0)[1] == second && first != second
    );
    case!(report, "replaced_once", "and there is one upcall", (two(command(ALARM, 3, 0, 0)), yield_no_wait(), count()) => ([0, error::ALREADY], 0, 1));
    clear();
    let reference = now();
    case!(report, "absolute", "6: sets an alarm some ticks after a moment", two(command(ALARM, 6, reference, SOON)) => [OK_U32, reference.wrapping_add(SOON)]);
    yield_wait();
    case!(report, "absolute_upcall", "and fires then", call(0)[1] => reference.wrapping_add(SOON));
    clear();
    let past = now().wrapping_sub(10 * SOON);
    case!(report, "past", "One that has expired already", two(command(ALARM, 6, past, SOON)) => [OK_U32, past.wrapping_add(SOON)]);
    yield_wait();
    case!(report, "past_fires", "fires at once", count() => 1);
    clear();
    command(ALARM, 5, 0, 0);
    yield_wait();
    case!(report, "zero", "So does one of 0 ticks", count() => 1);
    clear();
    subscribe(ALARM, 0, again as *const () as usize, 7);
    let first = command(ALARM, 5, SOON, 0)[1];
    for _ in 0..4 {
        yield_wait();
    }
    command(ALARM, 3, 0, 0);
    case!(report, "again", "Alarms set in the upcall of the one before come at even times", [0, 1, 2, 3].map(|n| call(n)[1].wrapping_sub(first)) => [0, SOON, 2 * SOON, 3 * SOON]);
    subscribe(ALARM, 0, recorder(), 9);
    while yield_no_wait() != 0 {}
    clear();
    let before = now();
    let [set, expiration, ..] = command(ALARM, 5, usize::MAX, 0);
    case!(
        report,
        "relative_longest",
        "5 with 2^32 - 1 ticks: the expiration wraps to just before now",
        set == OK_U32 && expiration.wrapping_sub(before.wrapping_sub(1)) < LATE
    );
    let reference = now();
    case!(report, "absolute_longest", "6 with nearly as many: the same", two(command(ALARM, 6, reference, usize::MAX - 15)) => [OK_U32, reference.wrapping_sub(16)]);
    subscribe(ALARM, 0, 0, 0);
    command(TEST, test::LATER, 1, 2 * SOON);
    yield_wait_for(TEST, 0);
    case!(report, "longest_waits", "and neither fires at once", (command(ALARM, 3, 0, 0)[0], ask(test::TASKS, 0, 0)) => (variant::SUCCESS, 0));
    command(ALARM, 5, SOON, 0);
    case!(
        report,
        "without_function",
        "Without a function wait-for gets time and expiration",
        {
            let [a, b, c, _] = yield_wait_for(ALARM, 0);
            not_before(a, b) && c == 0
        }
    );
    report.end();
}
