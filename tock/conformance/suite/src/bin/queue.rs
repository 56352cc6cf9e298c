// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The queue of upcalls: nine, in order, and what becomes of a tenth.

#![no_std]
#![no_main]

use conformance_suite::upcalls::{call, clear, count, recorder};
use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const INVALID_NUMBER: usize = 1;
const FULL: usize = 2;

fn queue(upcall: usize, number: usize) -> [usize; 4] {
    command(TEST, test::QUEUE, upcall, number)
}

fn run_all() -> usize {
    clear();
    while yield_no_wait() == 1 {}
    count()
}

fn main() {
    let mut report = Report::new("queue");
    subscribe(TEST, 0, recorder(), 0);
    case!(report, "nine_fit", "Nine upcalls fit, the tenth to twelfth are refused: the queue is full", queue(0, 12) => [132, 9, 3, FULL]);
    case!(report, "counts", "The kernel counts those that wait and those that were lost", three(command(TEST, test::TASKS, 0, 0)) => [130, 9, 3]);
    case!(report, "nine_run", "All nine run", run_all() => 9);
    case!(
        report,
        "in_order",
        "in the order in which they came",
        (0..9).all(|number| call(number)[0] == number)
    );
    case!(report, "room_again", "Then there is room again", queue(0, 1) => [132, 1, 0, 0]);
    case!(report, "none_left_over", "for the new one only", run_all() => 1);
    case!(report, "null_takes_room", "Upcalls without a function take room as well", (queue(1, 9)[1], queue(0, 1)) => (9, [132, 0, 1, FULL]));
    case!(report, "wait_for_makes_room", "Wait-for takes one out", (yield_wait_for(TEST, 1)[0], queue(0, 1)) => (0, [132, 1, 0, 0]));
    case!(report, "driver_number", "A number that the driver has not is an error for it", queue(4, 1) => [132, 0, 1, INVALID_NUMBER]);
    case!(report, "full_for_all", "A full queue is full for every driver", (command(ALARM, 5, 0, 0)[0], { sleep_spin(); ask(test::TASKS, 0, 0) }) => (variant::SUCCESS_U32, 9));
    for _ in 0..8 {
        yield_wait_for(TEST, 1);
    }
    case!(report, "function_after_nulls", "The one with a function is still there", run_all() => 1);
    subscribe(TEST, 0, 0, 0);
    report.end();
}

/// Computes for some milliseconds.
fn sleep_spin() {
    let start = command(ALARM, 2, 0, 0)[1];
    while command(ALARM, 2, 0, 0)[1].wrapping_sub(start) < 5 * MILLISECOND {}
}
