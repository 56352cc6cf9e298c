// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Panics.

#![no_std]
#![no_main]

use conformance::say;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x1000}

fn main() {
    say!("panics: begins");
    // The compiler must not know, lest it warns of what is behind.
    assert!(core::hint::black_box(false), "on purpose");
    say!("panics: goes on");
}
