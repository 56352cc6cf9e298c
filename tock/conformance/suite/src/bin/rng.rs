// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Random numbers.

#![no_std]
#![no_main]

use conformance_suite::*;
use core::sync::atomic::{AtomicU8, Ordering};
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const LEN: usize = 256;
static BUFFER: [AtomicU8; LEN] = [const { AtomicU8::new(0) }; LEN];

fn get(buffer: usize, wanted: usize) -> [usize; 3] {
    allow_rw(RNG, 0, BUFFER.as_ptr() as usize, buffer);
    command(RNG, 1, wanted, 0);
    three(yield_wait_for(RNG, 0))
}

/// Bytes that are not zero.
fn filled() -> usize {
    BUFFER
        .iter()
        .filter(|byte| byte.load(Ordering::Relaxed) != 0)
        .count()
}

fn clear() {
    for byte in &BUFFER {
        byte.store(0, Ordering::Relaxed);
    }
}

/// A number from eight bytes.
fn number() -> u64 {
    BUFFER[..8].iter().fold(0, |sum, byte| {
        sum << 8 | u64::from(byte.load(Ordering::Relaxed))
    })
}

fn main() {
    let mut report = Report::new("rng");
    allow_rw(RNG, 0, BUFFER.as_ptr() as usize, LEN);
    case!(report, "request", "A request succeeds at once", command(RNG, 1, 4, 0)[0] => variant::SUCCESS);
    case!(report, "upcall", "and then the upcall gives status 0 and the number of bytes", three(yield_wait_for(RNG, 0)) => [0, 4, 0]);
    clear();
    get(LEN, 8);
    case!(
        report,
        "only_as_many",
        "No more bytes are written than asked for",
        BUFFER[8..]
            .iter()
            .all(|byte| byte.load(Ordering::Relaxed) == 0)
    );
    let first = number();
    get(LEN, 8);
    case!(
        report,
        "different",
        "Two requests give different numbers",
        first != number()
    );
    clear();
    case!(report, "long", "256 bytes are more than the device gives at once", get(LEN, LEN) => [0, LEN, 0]);
    case!(
        report,
        "all_written",
        "and all are written",
        filled() > LEN / 2
    );
    clear();
    case!(report, "clamped", "The length of the buffer bounds it", get(16, 100) => [0, 16, 0]);
    case!(
        report,
        "not_beyond_buffer",
        "and nothing is written beyond",
        BUFFER[16..]
            .iter()
            .all(|byte| byte.load(Ordering::Relaxed) == 0)
    );
    case!(report, "no_buffer", "Without a buffer the upcall says 0 bytes", get(0, 8) => [0, 0, 0]);
    allow_rw(RNG, 0, BUFFER.as_ptr() as usize, LEN);
    command(RNG, 1, 0, 0);
    case!(report, "zero_bytes", "A request of 0 bytes has its upcall", three(yield_wait_for(RNG, 0)) => [0, 0, 0]);
    allow_rw(RNG, 0, 0, 0);
    report.end();
}
