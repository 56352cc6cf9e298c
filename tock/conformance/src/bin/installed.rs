// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Prints where in flash it is and the names of all processes.

#![no_std]
#![no_main]

use conformance::raw::{class, syscall};
use conformance::say;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x1000}

const PROCESS_INFO: usize = 0x1_0002;
const IDS: usize = 2;
const NAME: usize = 4;

/// What the driver fills: ids of processes, or the bytes of a name.
type Buffer = [u32; 8];

/// Has the driver fill a buffer; returns it and what the driver counted.
fn ask(command: usize, argument: usize) -> (Buffer, usize) {
    let mut buffer = Buffer::default();
    let start = &raw mut buffer as usize;
    // SAFETY: The buffer is taken back before it goes away, and nothing is
    // subscribed, so that no function runs.
    let result = unsafe {
        syscall::<{ class::ALLOW_READ_WRITE }>([PROCESS_INFO, 0, start, size_of::<Buffer>()]);
        let result = syscall::<{ class::COMMAND }>([PROCESS_INFO, command, argument, 0]);
        syscall::<{ class::ALLOW_READ_WRITE }>([PROCESS_INFO, 0, 0, 0]);
        result
    };
    (buffer, result[1])
}

fn main() {
    let place = main as fn() as usize & !0xffff;
    let (ids, count) = ask(IDS, 0);
    for id in ids.iter().take(count) {
        let (name, length) = ask(NAME, *id as usize);
        let bytes = name.map(u32::to_le_bytes);
        let bytes = bytes.as_flattened();
        let name = core::str::from_utf8(&bytes[..length.min(bytes.len())]).unwrap_or("?");
        say!("installed: {place:08x} sees {name}");
    }
    say!("installed: {place:08x} done");
}
