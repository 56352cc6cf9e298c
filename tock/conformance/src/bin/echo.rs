// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Prints what it reads from the console, five bytes at a time. Before, it
//! gives a read up.

#![no_std]
#![no_main]

use conformance::raw::{class, syscall};
use conformance::say;
use libtock::console::Console;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x1000}

const CONSOLE: usize = 1;
const READ: usize = 2;
const ABORT: usize = 3;

fn main() {
    let mut bytes = [0; 5];
    // SAFETY: The buffer is taken back before it goes away, and nothing is
    // subscribed, so that no function runs.
    let aborted = unsafe {
        syscall::<{ class::ALLOW_READ_WRITE }>([CONSOLE, 1, &raw mut bytes as usize, 5]);
        syscall::<{ class::COMMAND }>([CONSOLE, READ, 5, 0]);
        syscall::<{ class::COMMAND }>([CONSOLE, ABORT, 0, 0]);
        let aborted = syscall::<{ class::YIELD }>([2, CONSOLE, 2, 0]);
        syscall::<{ class::ALLOW_READ_WRITE }>([CONSOLE, 1, 0, 0]);
        aborted
    };
    say!(
        "echo: aborted with status {} after {} bytes",
        aborted[0],
        aborted[1]
    );
    say!("echo: ready");
    for _ in 0..3 {
        let mut bytes = [0; 5];
        let (count, result) = Console::read(&mut bytes);
        say!("echo: {count} {result:?} {bytes:02x?}");
    }
}
