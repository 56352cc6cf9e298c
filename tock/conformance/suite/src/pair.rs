// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Two processes that do the same with the same drivers at the same time.

use crate::upcalls::{call, count, recorder};
use crate::*;
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

const LEN: usize = 512;
const ROUNDS: usize = 20;

static PATTERN: [AtomicUsize; LEN] = [const { AtomicUsize::new(0) }; LEN];
static BUFFER: [AtomicU8; 16] = [const { AtomicU8::new(0) }; 16];

/// Waits for the other one, without upcalls: the queue may be full.
fn meet(times: usize) {
    command(TEST, test::SHARED, 1, 1);
    while ask(test::SHARED, 1, 0) < 2 * times {}
}

/// What both run, each with a number of its own.
pub fn run(group: &'static str, number: usize) {
    let mut report = Report::new(group);
    case!(report, "own_grant", "Its memory in a driver is new, whatever the other did", ask(test::CALLS, 0, 0) => 0);
    subscribe(TEST, 0, recorder(), number);
    allow_rw(TEST, 0, BUFFER.as_ptr() as usize, BUFFER.len());
    command(TEST, test::FILL, 0, number);
    for (place, word) in PATTERN.iter().enumerate() {
        word.store(number ^ place, Ordering::Relaxed);
    }
    meet(1);
    case!(report, "own_buffer", "Its buffer has what the driver wrote for it", command(TEST, test::SUM, 0, 1)[2] => number * BUFFER.len());
    case!(report, "own_queue", "Nine upcalls fit its queue, whatever is in the other's", command(TEST, test::QUEUE, 0, 9)[1] => 9);
    meet(2);
    while yield_no_wait() == 1 {}
    case!(
        report,
        "own_upcalls",
        "All run in it, with its data",
        count() == 9 && (0..9).all(|n| call(n)[3] == number)
    );
    let mut woken = 0;
    for _ in 0..ROUNDS {
        sleep(MILLISECOND);
        woken += 1;
    }
    case!(report, "own_alarm", "Its alarms fire while the other has alarms too", woken => ROUNDS);
    meet(3);
    case!(
        report,
        "own_memory",
        "Its memory is as it left it",
        PATTERN
            .iter()
            .enumerate()
            .all(|(place, word)| word.load(Ordering::Relaxed) == number ^ place)
    );
    case!(report, "own_calls", "The driver has counted its calls only", ask(test::CALLS, 0, 0) => 1);
    subscribe(TEST, 0, 0, 0);
    allow_rw(TEST, 0, 0, 0);
    report.end();
}
