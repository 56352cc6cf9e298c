// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Says that it runs, and how many processes there are.

#![no_std]
#![no_main]

use conformance::say;
use conformance_suite::{PROCESS_INFO, Report, command};
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x2800}

fn main() {
    say!("hello_c and all: {}", command(PROCESS_INFO, 1, 0, 0)[1]);
    Report::new("hello_c").end();
}
