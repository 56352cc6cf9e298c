// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Uses each driver once: console, alarm, random numbers, LEDs, Ethernet tap.

#![no_std]
#![no_main]

use conformance::raw::{class, syscall};
use conformance::say;
use libtock::alarm::{Alarm, Milliseconds};
use libtock::leds::Leds;
use libtock::rng::Rng;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x1000}

const ETHERNET_TAP: usize = 0x30007;

/// An ARP request for 10.0.2.2 from 10.0.2.15, padded to the shortest frame.
/// QEMU's user network and any host with that address answer it.
const ARP: [u8; 60] = {
    let mut frame = [0; 60];
    let start = [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 0x0f, 0x08, 0x06, 0, 1, 8, 0, 6, 4,
        0, 1, 0x02, 0, 0, 0, 0, 0x0f, 10, 0, 2, 15, 0, 0, 0, 0, 0, 0, 10, 0, 2, 2,
    ];
    let mut i = 0;
    while i < start.len() {
        frame[i] = start[i];
        i += 1;
    }
    frame
};

fn ethernet() {
    let mut stream = [0u8; 2048];
    let frame = ARP;
    // SAFETY: Both buffers live until they are taken back below; nothing is
    // subscribed, so no function of this process runs.
    unsafe {
        if syscall::<{ class::COMMAND }>([ETHERNET_TAP, 0, 0, 0])[0] != 128 {
            say!("devices: no ethernet");
            return;
        }
        syscall::<{ class::ALLOW_READ_WRITE }>([ETHERNET_TAP, 0, &raw mut stream as usize, 2048]);
        syscall::<{ class::ALLOW_READ_ONLY }>([ETHERNET_TAP, 0, &raw const frame as usize, 60]);
        let sent = syscall::<{ class::COMMAND }>([ETHERNET_TAP, 3, 60, 7]);
        let done = syscall::<{ class::YIELD }>([2, ETHERNET_TAP, 1, 0]);
        say!(
            "devices: sent {} status {} len {} id {}",
            sent[0],
            done[0],
            done[1],
            done[2]
        );
        let mut received = 0;
        // A minute: the host may be busy.
        for _ in 0..1200 {
            received = syscall::<{ class::COMMAND }>([ETHERNET_TAP, 1, 0, 0])[1];
            if received != 0 {
                break;
            }
            let _ = Alarm::sleep_for(Milliseconds(50));
        }
        syscall::<{ class::ALLOW_READ_WRITE }>([ETHERNET_TAP, 0, 0, 0]);
        syscall::<{ class::ALLOW_READ_ONLY }>([ETHERNET_TAP, 0, 0, 0]);
        let length = u16::from_ne_bytes([stream[10], stream[11]]);
        say!(
            "devices: received {received}, first {length} bytes, type {:02x}{:02x} operation {}",
            stream[32],
            stream[33],
            stream[41]
        );
    }
}

fn main() {
    say!("devices: hello from user mode");

    let before = Alarm::get_milliseconds();
    let slept = Alarm::sleep_for(Milliseconds(100));
    let after = Alarm::get_milliseconds();
    if let (Ok(before), Ok(()), Ok(after)) = (before, slept, after) {
        say!("devices: slept {} ms", after - before);
    }

    for _ in 0..2 {
        let mut bytes = [0u8; 16];
        let result = Rng::get_bytes_sync(&mut bytes, 16);
        say!("devices: random {bytes:02x?} {result:?}");
    }

    if let Ok(count) = Leds::count() {
        for led in 0..count {
            let _ = Leds::on(led);
        }
        say!("devices: {count} LEDs on");
    }

    ethernet();
    say!("devices: done");
}
