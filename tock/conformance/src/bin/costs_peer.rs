// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The other process in `costs`.

#![no_std]
#![no_main]

use conformance::counted::{self, REPETITIONS};
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x800}

fn main() {
    counted::subscribe();
    counted::wake_others();
    for repetitions in [REPETITIONS, 2 * REPETITIONS] {
        counted::hand_back(repetitions);
    }
    counted::wait();
    counted::share("peer");
}
