// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System call driver for GPIO pins.
//!
//! Pins are not owned: any process may use any pin that the board lists.
//! Numbers that the board leaves out are holes.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let gpio = static_init!(
//!     GPIO<'static, GpioPin>,
//!     GPIO::new(pins, kernel.create_grant(gpio::DRIVER_NUM, &cap))
//! );
//! for (index, pin) in pins.iter().enumerate() {
//!     if let Some(pin) = pin {
//!         pin.set_client(gpio);
//!         pin.set_value(index as u32);
//!     }
//! }
//! ```
//!
//! System call interface
//! ---------------------
//!
//! | Command | Arguments   | Result                                          |
//! |---------|-------------|-------------------------------------------------|
//! | 0       |             | Success                                         |
//! | 1       | pin         | makes the pin an output                         |
//! | 2       | pin         | sets the pin                                    |
//! | 3       | pin         | clears the pin                                  |
//! | 4       | pin         | toggles the pin                                 |
//! | 5       | pin, pull   | makes it an input; 0 none, 1 up, 2 down         |
//! | 6       | pin         | u32: level                                      |
//! | 7       | pin, edge   | interrupts on; 0 either, 1 rising, 2 falling    |
//! | 8       | pin         | interrupts off                                  |
//! | 9       | pin         | disables the pin                                |
//! | 10      |             | u32: number of pins                             |
//!
//! Upcall 0, on each interrupt: `(pin, level, 0)`, to every process that uses
//! the driver. INVAL for a pin out of range, NODEVICE for a hole.

use kernel::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
use kernel::hil::gpio::{
    ClientWithValue, Configure, FloatingState, Input, InterruptEdge, InterruptPin,
    InterruptValueWrapper, InterruptWithValue, Output,
};
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::{ErrorCode, ProcessId};

pub const DRIVER_NUM: usize = crate::driver::NUM::Gpio as usize;

mod upcall {
    /// A pin has changed.
    pub const CHANGED: usize = 0;
    pub const COUNT: u8 = 1;
}

/// The GPIO driver.
pub struct GPIO<'a, IP: InterruptPin<'a>> {
    pins: &'a [Option<&'a InterruptValueWrapper<'a, IP>>],
    apps: Grant<(), UpcallCount<{ upcall::COUNT }>, AllowRoCount<0>, AllowRwCount<0>>,
}

fn pull(number: usize) -> Result<FloatingState, ErrorCode> {
    match number {
        0 => Ok(FloatingState::PullNone),
        1 => Ok(FloatingState::PullUp),
        2 => Ok(FloatingState::PullDown),
        _ => Err(ErrorCode::INVAL),
    }
}

fn edge(number: usize) -> Result<InterruptEdge, ErrorCode> {
    match number {
        0 => Ok(InterruptEdge::EitherEdge),
        1 => Ok(InterruptEdge::RisingEdge),
        2 => Ok(InterruptEdge::FallingEdge),
        _ => Err(ErrorCode::INVAL),
    }
}

impl<'a, IP: InterruptPin<'a>> GPIO<'a, IP> {
    /// Makes a driver for `pins`, numbered by their place.
    pub fn new(
        pins: &'a [Option<&'a InterruptValueWrapper<'a, IP>>],
        grant: Grant<(), UpcallCount<{ upcall::COUNT }>, AllowRoCount<0>, AllowRwCount<0>>,
    ) -> Self {
        Self { pins, apps: grant }
    }

    fn pin(&self, index: usize) -> Result<&'a InterruptValueWrapper<'a, IP>, ErrorCode> {
        self.pins
            .get(index)
            .ok_or(ErrorCode::INVAL)?
            .ok_or(ErrorCode::NODEVICE)
    }

    fn configure(&self, command_num: usize, index: usize, option: usize) -> Result<(), ErrorCode> {
        let pin = self.pin(index)?;
        match command_num {
            1 => {
                pin.make_output();
            }
            2 => pin.set(),
            3 => pin.clear(),
            4 => {
                pin.toggle();
            }
            5 => {
                let pull = pull(option)?;
                pin.make_input();
                pin.set_floating_state(pull);
            }
            7 => InterruptWithValue::enable_interrupts(pin, edge(option)?)?,
            8 => InterruptWithValue::disable_interrupts(pin),
            9 => pin.deactivate_to_low_power(),
            _ => return Err(ErrorCode::NOSUPPORT),
        }
        Ok(())
    }
}

impl<'a, IP: InterruptPin<'a>> SyscallDriver for GPIO<'a, IP> {
    fn command(
        &self,
        command_num: usize,
        index: usize,
        option: usize,
        _process_id: ProcessId,
    ) -> CommandReturn {
        match command_num {
            0 => CommandReturn::success(),
            6 => match self.pin(index) {
                Ok(pin) => CommandReturn::success_u32(u32::from(pin.read())),
                Err(error) => CommandReturn::failure(error),
            },
            10 => CommandReturn::success_u32(self.pins.len() as u32),
            1..=9 => self.configure(command_num, index, option).into(),
            _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
    }

    fn allocate_grant(&self, process_id: ProcessId) -> Result<(), kernel::process::Error> {
        self.apps.enter(process_id, |_, _| {})
    }
}

impl<'a, IP: InterruptPin<'a>> ClientWithValue for GPIO<'a, IP> {
    fn fired(&self, value: u32) {
        let index = value as usize;
        if let Ok(pin) = self.pin(index) {
            let level = usize::from(pin.read());
            self.apps.each(|_, _, kernel_data| {
                // A process whose queue is full loses the upcall; the kernel
                // counts that.
                let _ = kernel_data.schedule_upcall(upcall::CHANGED, (index, level, 0));
            });
        }
    }
}
