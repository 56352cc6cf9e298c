// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Counts milliseconds, and is stopped and started by the watcher.

#![no_std]
#![no_main]

use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x800}

fn main() {
    loop {
        command(TEST, test::SHARED, 0, 1);
        sleep(MILLISECOND);
    }
}
