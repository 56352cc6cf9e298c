// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! One of two processes that do the same at the same time.

#![no_std]
#![no_main]

use conformance_suite::pair;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

fn main() {
    pair::run("pair_b", 0xbb);
}
