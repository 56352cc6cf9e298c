// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The console: writing, reading, and giving up.

#![no_std]
#![no_main]

use conformance_suite::*;
use core::sync::atomic::{AtomicU8, Ordering};
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const OK: usize = variant::SUCCESS;
const WRITTEN: usize = 1;
const READ: usize = 2;
const LONG: usize = 600;
/// One more than the driver reads at once.
const TOO_LONG: usize = 65;

static PROMPT: &[u8] = b"console: type\n";
static MORE: &[u8] = b"console: more\n";
static LINES: [u8; LONG] = [b'\n'; LONG];
static BUFFER: [AtomicU8; TOO_LONG] = [const { AtomicU8::new(0) }; TOO_LONG];

fn allow_text(len: usize) {
    allow_ro(CONSOLE, 1, LINES.as_ptr() as usize, len);
}

fn allow_buffer(len: usize) {
    allow_rw(CONSOLE, 1, BUFFER.as_ptr() as usize, len);
}

fn is(text: &[u8]) -> bool {
    text.iter()
        .zip(&BUFFER)
        .all(|(a, b)| *a == b.load(Ordering::Relaxed))
}

fn write(report: &mut Report) {
    allow_text(1);
    case!(report, "write", "1: succeeds at once", command(CONSOLE, 1, 1, 0)[0] => OK);
    case!(report, "write_upcall", "and upcall 1 gives the length", three(yield_wait_for(CONSOLE, WRITTEN)) => [1, 0, 0]);
    command(CONSOLE, 1, 100, 0);
    case!(report, "write_clamped", "The length of the buffer bounds it", three(yield_wait_for(CONSOLE, WRITTEN)) => [1, 0, 0]);
    command(CONSOLE, 1, 0, 0);
    case!(report, "write_nothing", "A write of 0 bytes has its upcall", three(yield_wait_for(CONSOLE, WRITTEN)) => [0, 0, 0]);
    allow_text(LONG);
    command(CONSOLE, 1, LONG, 0);
    case!(report, "write_long", "A write longer than the driver's buffer goes out whole", three(yield_wait_for(CONSOLE, WRITTEN)) => [LONG, 0, 0]);
    let printed = [63, 64, 65, 127, 128, 129].map(|len| {
        command(CONSOLE, 1, len, 0);
        yield_wait_for(CONSOLE, WRITTEN)[0] == len
    });
    case!(report, "write_lengths", "So do those that end just before and behind a full buffer", printed => [true; 6]);
    case!(report, "write_after", "Then another can be made", command(CONSOLE, 1, 1, 0)[0] => OK);
    yield_wait_for(CONSOLE, WRITTEN);
    allow_text(0);
    case!(report, "write_no_buffer", "Without a buffer a write is of 0 bytes, with its upcall", (command(CONSOLE, 1, 8, 0)[0], three(yield_wait_for(CONSOLE, WRITTEN))) => (OK, [0, 0, 0]));
}

/// Reads, gives up after a while and goes on, until three bytes are there. Whether
/// each read told how many it had.
fn read_in_pieces() -> bool {
    let mut total = 0;
    let mut told = true;
    while total < 3 {
        allow_rw(CONSOLE, 1, BUFFER[total..].as_ptr() as usize, 40);
        command(CONSOLE, 2, 40, 0);
        sleep(20 * MILLISECOND);
        command(CONSOLE, 3, 0, 0);
        let [status, len, ..] = yield_wait_for(CONSOLE, READ);
        total += len;
        told &= status == error::CANCEL;
    }
    told && total == 3
}

fn prompt(text: &'static [u8]) {
    allow_ro(CONSOLE, 1, text.as_ptr() as usize, text.len());
    command(CONSOLE, 1, text.len(), 0);
    yield_wait_for(CONSOLE, WRITTEN);
}

fn read(report: &mut Report) {
    allow_buffer(0);
    case!(report, "read_no_buffer", "2 without a buffer: a read of 0 bytes, with its upcall", (command(CONSOLE, 2, 5, 0)[0], three(yield_wait_for(CONSOLE, READ))) => (OK, [0, 0, 0]));
    allow_buffer(4);
    case!(report, "read_nothing", "A read of 0 bytes has its upcall, and nothing is under way then", (command(CONSOLE, 2, 0, 0)[0], three(yield_wait_for(CONSOLE, READ)), two(command(CONSOLE, 3, 0, 0))[0], command(TEST, test::TASKS, 0, 0)[1]) => (OK, [0, 0, 0], OK, 0));
    allow_buffer(TOO_LONG);
    case!(report, "read_too_long", "2: more than the driver's buffer holds: INVAL", two(command(CONSOLE, 2, TOO_LONG, 0)) => [0, error::INVAL]);
    case!(report, "abort_idle", "3 without a read: Success", command(CONSOLE, 3, 0, 0)[0] => OK);
    case!(report, "abort_idle_no_upcall", "and no upcall", command(TEST, test::TASKS, 0, 0)[1] => 0);
    case!(report, "read", "2: succeeds at once", command(CONSOLE, 2, 5, 0)[0] => OK);
    case!(report, "read_busy", "A second read at the same time: BUSY", two(command(CONSOLE, 2, 5, 0)) => [0, error::BUSY]);
    case!(report, "abort", "3: gives the read up", command(CONSOLE, 3, 0, 0)[0] => OK);
    case!(report, "abort_upcall", "and upcall 2 gives CANCEL and 0 bytes", three(yield_wait_for(CONSOLE, READ)) => [error::CANCEL, 0, 0]);
    report.print();
    allow_buffer(TOO_LONG);
    command(CONSOLE, 2, 5, 0);
    // Wait-for leaves the upcall of the read in the queue, should it be there.
    prompt(PROMPT);
    case!(report, "read_upcall", "Upcall 2 gives status 0 and the length when all is typed", three(yield_wait_for(CONSOLE, READ)) => [0, 5, 0]);
    case!(
        report,
        "read_bytes",
        "and the buffer has it",
        is(b"01234\0")
    );
    allow_buffer(3);
    command(CONSOLE, 2, 60, 0);
    case!(report, "read_clamped", "The length of the buffer bounds it", three(yield_wait_for(CONSOLE, READ)) => [0, 3, 0]);
    case!(
        report,
        "read_goes_on",
        "The next read gets what was typed next",
        is(b"56734\0")
    );
    let mut bytes = [0; 2];
    for byte in &mut bytes {
        allow_buffer(1);
        command(CONSOLE, 2, 1, 0);
        yield_wait_for(CONSOLE, READ);
        *byte = BUFFER[0].load(Ordering::Relaxed);
    }
    case!(report, "read_one", "Reads of one byte give one after the other", bytes => *b"89");
    prompt(MORE);
    case!(
        report,
        "abort_late",
        "A read that is given up when some bytes are there tells how many",
        read_in_pieces()
    );
    case!(
        report,
        "abort_late_bytes",
        "and the buffer has them",
        is(b"abc")
    );
    allow_buffer(0);
}

fn main() {
    let mut report = Report::new("console");
    write(&mut report);
    read(&mut report);
    report.end();
}
