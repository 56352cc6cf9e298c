// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System call driver for LEDs.
//!
//! LEDs are not owned: any process may switch any of them.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let leds = static_init!(
//!     LedDriver<'static, LedHigh<'static, GpioPin>, 2>,
//!     LedDriver::new(static_init!([&'static LedHigh<'static, GpioPin>; 2], [red, green]))
//! );
//! ```
//!
//! System call interface
//! ---------------------
//!
//! | Command | Arguments | Result                       |
//! |---------|-----------|------------------------------|
//! | 0       |           | u32: number of LEDs          |
//! | 1       | index     | switches the LED on          |
//! | 2       | index     | switches the LED off         |
//! | 3       | index     | toggles the LED              |
//! | 4       | index     | u32: 1 if the LED is on      |
//!
//! An index out of range gives INVAL.

use kernel::hil::led;
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::{ErrorCode, ProcessId};

pub const DRIVER_NUM: usize = crate::driver::NUM::Led as usize;

/// The LED driver.
pub struct LedDriver<'a, L: led::Led, const NUM_LEDS: usize> {
    leds: &'a [&'a L; NUM_LEDS],
}

impl<'a, L: led::Led, const NUM_LEDS: usize> LedDriver<'a, L, NUM_LEDS> {
    /// Makes a driver for `leds`, which it initializes and switches off.
    pub fn new(leds: &'a [&'a L; NUM_LEDS]) -> Self {
        for led in leds {
            led.init();
            led.off();
        }
        Self { leds }
    }
}

impl<L: led::Led, const NUM_LEDS: usize> SyscallDriver for LedDriver<'_, L, NUM_LEDS> {
    fn command(
        &self,
        command_num: usize,
        index: usize,
        _: usize,
        _process_id: ProcessId,
    ) -> CommandReturn {
        match command_num {
            0 => return CommandReturn::success_u32(NUM_LEDS as u32),
            1..=4 => {}
            _ => return CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
        let Some(led) = self.leds.get(index) else {
            return CommandReturn::failure(ErrorCode::INVAL);
        };
        match command_num {
            1 => led.on(),
            2 => led.off(),
            3 => led.toggle(),
            _ => return CommandReturn::success_u32(u32::from(led.read())),
        }
        CommandReturn::success()
    }

    fn allocate_grant(&self, _process_id: ProcessId) -> Result<(), kernel::process::Error> {
        // The driver keeps nothing for a process.
        Ok(())
    }
}
