// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Counts what system calls, upcalls and switches cost, with `costs_peer`.
//!
//! For a kernel with the board's feature `measure`. Every loop runs twice, the
//! second time with twice the repetitions.

#![no_std]
#![no_main]

use conformance::counted::{self, REPETITIONS};
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x800}

/// The LEDs, whose command 0 says how many there are, and a number of no driver.
const PRESENT: usize = 0x2;
const ABSENT: usize = 0x8fff_0000;

fn main() {
    counted::subscribe();
    // The peer is there.
    counted::wait();
    for repetitions in [REPETITIONS, 2 * REPETITIONS] {
        counted::null_commands("command-present", repetitions, PRESENT);
        counted::null_commands("command-absent", repetitions, ABSENT);
        counted::upcalls(repetitions);
        counted::hand_over(repetitions);
    }
    counted::wake_others();
    counted::share("costs");
}
