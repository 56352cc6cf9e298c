// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Computes for ever without a system call, but for a line now and then, so
//! that only the kernel's timer lets others run.

#![no_std]
#![no_main]

use conformance::say;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x800}

/// Rounds between two lines.
const ROUNDS: u32 = match option_env!("ROUNDS") {
    Some(rounds) => match u32::from_str_radix(rounds, 10) {
        Ok(rounds) => rounds,
        Err(_) => panic!("ROUNDS is not a number"),
    },
    None => 150_000,
};

const NAME: &str = match option_env!("SPINNER") {
    Some(name) => name,
    None => "spinner",
};

fn main() {
    let mut state = 1u32;
    for line in 0..5 {
        for _ in 0..ROUNDS {
            // The numbers of a small generator: registers that must survive
            // every interrupt for the result to be right.
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state = core::hint::black_box(state);
        }
        say!("{NAME}: {line} {state:08x}");
    }
}
