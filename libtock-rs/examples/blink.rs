// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Counts in binary on the LEDs.

#![no_main]
#![no_std]

use libtock::alarm::{Alarm, Milliseconds};
use libtock::leds::Leds;
use libtock::platform::ErrorCode;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x400}

fn main() -> Result<(), ErrorCode> {
    // More than 32 LEDs would be more than the counter has bits.
    let leds = Leds::count()?.min(32);

    let mut count: u32 = 0;
    loop {
        for led in 0..leds {
            if count & (1 << led) != 0 {
                Leds::on(led)?;
            } else {
                Leds::off(led)?;
            }
        }
        Alarm::sleep_for(Milliseconds(250))?;
        count = count.wrapping_add(1);
    }
}
