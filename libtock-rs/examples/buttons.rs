// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Reports button presses on the console and switches LEDs with them.

#![no_main]
#![no_std]

use core::cell::Cell;
use core::fmt::Write;
use libtock::buttons::{ButtonListener, ButtonState, Buttons};
use libtock::console::Console;
use libtock::leds::Leds;
use libtock::platform::{share, ErrorCode, Syscalls};
use libtock::runtime::{set_main, stack_size, TockSyscalls};

set_main! {main}
stack_size! {0x400}

fn main() -> Result<(), ErrorCode> {
    let buttons = Buttons::count()?;
    let event = Cell::new(None);
    let listener = ButtonListener(|button, state| event.set(Some((button, state))));

    share::scope(|subscribe| {
        Buttons::register_listener(&listener, subscribe)?;
        for button in 0..buttons {
            Buttons::enable_interrupts(button)?;
        }
        writeln!(Console::writer(), "buttons: waiting, {buttons} of them")
            .map_err(|_| ErrorCode::Fail)?;
        loop {
            TockSyscalls::yield_wait();
            // Printing waits, and a button may change meanwhile.
            while let Some((button, state)) = event.take() {
                if state == ButtonState::Pressed {
                    // There may be fewer LEDs than buttons.
                    let _ = Leds::toggle(button);
                }
                writeln!(Console::writer(), "buttons: {button} {state:?}")
                    .map_err(|_| ErrorCode::Fail)?;
            }
        }
    })
}
