// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Ends while devices are at it, and starts again.

#![no_std]
#![no_main]

use conformance_suite::upcalls::{count, recorder};
use conformance_suite::*;
use core::sync::atomic::AtomicU8;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const LEN: usize = 256;
const FRAME: usize = 60;
const AWHILE: usize = 30 * MILLISECOND;

static BUFFER: [AtomicU8; LEN] = [const { AtomicU8::new(0) }; LEN];
static OUT: [u8; FRAME] = [0x33; FRAME];

fn ask_for(random: usize, frame: usize) -> [usize; 2] {
    allow_rw(RNG, 0, BUFFER.as_ptr() as usize, LEN);
    allow_ro(ETHERNET, 0, OUT.as_ptr() as usize, FRAME);
    [
        command(RNG, 1, random, 0)[0],
        command(ETHERNET, 3, FRAME, frame)[0],
    ]
}

fn first_run() {
    for (driver, number) in [(RNG, 0), (ETHERNET, 1), (ALARM, 0)] {
        subscribe(driver, number, recorder(), 0);
    }
    ask_for(LEN, 1);
    command(ALARM, 5, AWHILE, 0);
    exit(1, 0);
}

fn main() {
    let mut report = Report::new("slow_c");
    if ask(test::REMEMBER, 0, 1) == 1 {
        first_run();
    }
    sleep(2 * AWHILE);
    case!(report, "alarm_is_gone", "An alarm of the run before does not fire", (ask(test::TASKS, 0, 0), count()) => (0, 0));
    case!(report, "not_busy", "What the run before had asked for keeps no device busy", ask_for(8, 2) => [variant::SUCCESS; 2]);
    case!(report, "rng", "Random numbers come as this run asked", three(yield_wait_for(RNG, 0)) => [0, 8, 0]);
    case!(report, "ethernet", "The frame of this run is told of, that of the one before is not", three(yield_wait_for(ETHERNET, 1)) => [0, FRAME, 2]);
    case!(report, "nothing_else", "and no other upcall comes", (ask(test::TASKS, 0, 0), count()) => (0, 0));
    report.end();
}
