// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Says that it runs.

#![no_std]
#![no_main]

use conformance_suite::Report;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x2800}

fn main() {
    Report::new("hello_a").end();
}
