// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Tells the time four times a second.

#![no_main]
#![no_std]

use core::fmt::Write;
use libtock::alarm::{Alarm, Hz, Ticks};
use libtock::console::Console;
use libtock::platform::ErrorCode;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x400}

fn main() -> Result<(), ErrorCode> {
    let Hz(frequency) = Alarm::get_frequency()?;
    for beat in 1..=8 {
        let before = Alarm::get_ticks()?;
        Alarm::sleep_for(Ticks(frequency / 4))?;
        let elapsed = Alarm::get_ticks()?.wrapping_sub(before);
        writeln!(
            Console::writer(),
            "alarm: beat {beat}, {elapsed} of {} ticks at {frequency} Hz",
            frequency / 4
        )
        .map_err(|_| ErrorCode::Fail)?;
    }
    Ok(())
}
