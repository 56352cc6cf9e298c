// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A fake LED driver (0x2), whose LEDs the test looks at.

use std::cell::Cell;
use std::rc::Rc;

use libtock_platform::{CommandReturn, ErrorCode};

use crate::{command_return, DriverInfo};

/// `LEDS_COUNT` LEDs, off at first.
pub struct Leds<const LEDS_COUNT: usize> {
    leds: [Cell<bool>; LEDS_COUNT],
}

impl<const LEDS_COUNT: usize> Leds<LEDS_COUNT> {
    pub fn new() -> Rc<Leds<LEDS_COUNT>> {
        Rc::new(Leds {
            leds: std::array::from_fn(|_| Cell::new(false)),
        })
    }

    /// Whether an LED is on. `None` if there is no such LED.
    pub fn get_led(&self, led: u32) -> Option<bool> {
        self.leds.get(led as usize).map(Cell::get)
    }
}

impl<const LEDS_COUNT: usize> crate::fake::SyscallDriver for Leds<LEDS_COUNT> {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(0x2)
    }

    fn command(&self, command_num: u32, argument0: u32, _argument1: u32) -> CommandReturn {
        if command_num == 0 {
            return command_return::success_u32(LEDS_COUNT as u32);
        }
        let Some(led) = self.leds.get(argument0 as usize) else {
            return command_return::failure(ErrorCode::Invalid);
        };
        match command_num {
            1 => led.set(true),
            2 => led.set(false),
            3 => led.set(!led.get()),
            4 => return command_return::success_u32(u32::from(led.get())),
            _ => return command_return::failure(ErrorCode::NoSupport),
        }
        command_return::success()
    }
}
