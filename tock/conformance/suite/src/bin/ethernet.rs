// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The Ethernet tap, with an emulated network that answers ARP.

#![no_std]
#![no_main]

use conformance_suite::*;
use core::sync::atomic::{AtomicU8, Ordering};
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const RX: usize = 0;
const TX: usize = 1;
const STREAM: usize = 512;
const FRAME: usize = 60;
/// A frame of this length is the longest.
const MTU: usize = 1518;

static OUT: [AtomicU8; MTU + 1] = [const { AtomicU8::new(0) }; MTU + 1];
static STREAMS: [[AtomicU8; STREAM]; 2] = [const { [const { AtomicU8::new(0) }; STREAM] }; 2];
static SHORT: [AtomicU8; 24] = [const { AtomicU8::new(0) }; 24];

/// Who has 10.0.2.2? Tell 10.0.2.15.
const REQUEST: [u8; 42] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6, // Ethernet
    0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 2, 15, // request, sender
    0, 0, 0, 0, 0, 0, 10, 0, 2, 2, // target
];

fn put_request() {
    for (place, byte) in OUT.iter().zip(REQUEST) {
        place.store(byte, Ordering::Relaxed);
    }
}

fn byte(stream: usize, number: usize) -> usize {
    usize::from(STREAMS[stream][number].load(Ordering::Relaxed))
}

fn send(id: usize) -> [usize; 3] {
    command(ETHERNET, 3, FRAME, id);
    three(yield_wait_for(ETHERNET, TX))
}

/// Waits for what comes from outside, up to a minute.
fn wait_until(holds: impl Fn() -> bool) {
    for _ in 0..6000 {
        if holds() {
            return;
        }
        sleep(10 * MILLISECOND);
    }
}

/// Bytes in a stream.
fn filled(stream: usize) -> usize {
    byte(stream, 4) | (byte(stream, 5) << 8)
}

fn stream(number: usize) -> [usize; 4] {
    allow_rw(ETHERNET, 0, STREAMS[number].as_ptr() as usize, STREAM)
}

fn main() {
    let mut report = Report::new("ethernet");
    case!(report, "exists", "Command 0 is Success", command(ETHERNET, 0, 0, 0)[0] => variant::SUCCESS);
    case!(report, "counts_at_start", "1: three counts, 0 at first", command(ETHERNET, 1, 0, 0) => [132, 0, 0, 0]);
    case!(report, "tx_counts", "2: two counts, 0 always", three(command(ETHERNET, 2, 0, 0)) => [130, 0, 0]);
    case!(report, "tx_no_buffer", "3 without a buffer: SIZE", two(command(ETHERNET, 3, FRAME, 1)) => [0, error::SIZE]);
    put_request();
    let out = OUT.as_ptr() as usize;
    allow_ro(ETHERNET, 0, out, MTU + 1);
    case!(report, "tx_too_long", "3 with more than 1518 bytes: SIZE", two(command(ETHERNET, 3, MTU + 1, 1)) => [0, error::SIZE]);
    allow_ro(ETHERNET, 0, out, FRAME - 1);
    case!(report, "tx_beyond_buffer", "3 with more than the buffer: SIZE", two(command(ETHERNET, 3, FRAME, 1)) => [0, error::SIZE]);
    allow_ro(ETHERNET, 0, out, MTU);

    case!(report, "tx", "3: succeeds at once", command(ETHERNET, 3, FRAME, 0x7abc)[0] => variant::SUCCESS);
    case!(report, "tx_upcall", "Upcall 1 gives status 0, the length without a time, and the number", three(yield_wait_for(ETHERNET, TX)) => [0, FRAME, 0x7abc]);
    case!(report, "tx_longest", "A frame of 1518 bytes can be sent", (command(ETHERNET, 3, MTU, 3)[0], yield_wait_for(ETHERNET, TX)[0]) => (variant::SUCCESS, 0));
    sleep(20 * MILLISECOND);
    case!(report, "rx_no_buffer", "Without a receive buffer nothing is received, and nothing lost", command(ETHERNET, 1, 0, 0) => [132, 0, 0, 0]);

    stream(0);
    send(4);
    case!(report, "rx_upcall", "Upcall 0 tells of the first frame in a buffer", three(yield_wait_for(ETHERNET, RX)) => [0, 0, 0]);
    let length = byte(0, 10) | byte(0, 11) << 8;
    let end = 12 + length;
    case!(
        report,
        "rx_version",
        "The stream begins with version 0 and no flags",
        (0..4).all(|number| byte(0, number) == 0)
    );
    case!(report, "rx_offset", "then the number of bytes after its header", (byte(0, 4) | byte(0, 5) << 8, byte(0, 6), byte(0, 7)) => (end, 0, 0));
    case!(report, "rx_header", "Each frame has no flags without a time, its length, and time 0", (byte(0, 8), byte(0, 9), length >= 42, (12..20).all(|number| byte(0, number) == 0)) => (0, 0, true, true));
    case!(report, "rx_frame", "and then the frame: here an ARP answer from 10.0.2.2", (byte(0, 32), byte(0, 33), byte(0, 41), byte(0, 48), byte(0, 51)) => (8, 6, 2, 10, 2));
    case!(report, "rx_counts", "Frames and bytes are counted", command(ETHERNET, 1, 0, 0) => [132, 1, length, 0]);
    send(5);
    wait_until(|| filled(0) == 2 * end);
    case!(report, "rx_second_frame", "A second frame follows in the same buffer", byte(0, 4) | byte(0, 5) << 8 => 2 * end);
    case!(report, "rx_second_no_upcall", "without another upcall", command(TEST, test::TASKS, 0, 0)[1] => 0);
    case!(report, "rx_swap", "A swap returns the buffer that was written to", three(stream(1)) => [130, STREAMS[0].as_ptr() as usize, STREAM]);
    send(6);
    case!(report, "rx_swapped_upcall", "and the first frame in the new one is told of again", (yield_wait_for(ETHERNET, RX)[0], byte(1, 4) | byte(1, 5) << 8) => (0, end));
    allow_rw(ETHERNET, 0, SHORT.as_ptr() as usize, SHORT.len());
    send(7);
    wait_until(|| command(ETHERNET, 1, 0, 0)[3] == 1);
    case!(report, "rx_exceeded", "A frame that does not fit is not written, and flag 0 is set, big-endian", (SHORT[3].load(Ordering::Relaxed), SHORT[4].load(Ordering::Relaxed)) => (1, 0));
    case!(report, "rx_dropped", "and counted as lost", command(ETHERNET, 1, 0, 0)[3] => 1);
    case!(report, "rx_exceeded_no_upcall", "without an upcall", command(TEST, test::TASKS, 0, 0)[1] => 0);
    allow_rw(ETHERNET, 0, 0, 0);
    allow_ro(ETHERNET, 0, 0, 0);
    report.end();
}
