// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Writes a greeting to the console.

#![no_main]
#![no_std]

use core::fmt::Write;
use libtock::console::Console;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x400}

fn main() {
    if writeln!(Console::writer(), "Hello world from a process!").is_err() {
        // Whoever looks at the process list sees that it terminated; there is
        // no other place to say why.
    }
}
