// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A fake GPIO driver (0x4), whose pins the test looks at and drives.

use std::cell::Cell;
use std::rc::Rc;

use libtock_platform::{CommandReturn, ErrorCode};

use crate::{command_return, DriverInfo, DriverShareRef};

/// What a pin is used as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum GpioMode {
    Output,
    Input(PullMode),
    Disabled,
}

/// The pull resistor of an input.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PullMode {
    None,
    Up,
    Down,
}

/// Which changes a pin reports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Interrupts {
    Disabled,
    Either,
    Rising,
    Falling,
}

struct Pin {
    present: Cell<bool>,
    mode: Cell<GpioMode>,
    value: Cell<bool>,
    interrupts: Cell<Interrupts>,
}

/// `NUM_GPIOS` pins, turned off and low at first.
pub struct Gpio<const NUM_GPIOS: usize> {
    pins: [Pin; NUM_GPIOS],
    share_ref: DriverShareRef,
}

impl<const NUM_GPIOS: usize> Gpio<NUM_GPIOS> {
    pub fn new() -> Rc<Gpio<NUM_GPIOS>> {
        Rc::new(Gpio {
            pins: std::array::from_fn(|_| Pin {
                present: Cell::new(true),
                mode: Cell::new(GpioMode::Disabled),
                value: Cell::new(false),
                interrupts: Cell::new(Interrupts::Disabled),
            }),
            share_ref: Default::default(),
        })
    }

    /// Leaves a hole in the place of this pin. Panics if there is no such place.
    pub fn set_missing_gpio(&self, pin: u32) {
        self.pins[pin as usize].present.set(false);
    }

    /// What the pin is used as. Panics if there is no such pin.
    pub fn get_gpio_mode(&self, pin: u32) -> GpioMode {
        self.pins[pin as usize].mode.get()
    }

    /// The level of the pin. Panics if there is no such pin.
    pub fn get_gpio_value(&self, pin: u32) -> bool {
        self.pins[pin as usize].value.get()
    }

    /// Drives the pin from outside. Panics if there is no such pin.
    pub fn set_value(&self, pin: u32, value: bool) {
        let state = &self.pins[pin as usize];
        if state.value.replace(value) == value {
            return;
        }
        let report = match state.interrupts.get() {
            Interrupts::Disabled => false,
            Interrupts::Either => true,
            Interrupts::Rising => value,
            Interrupts::Falling => !value,
        };
        if report {
            self.share_ref
                .schedule_upcall(0, (pin, u32::from(value), 0))
                .expect("the driver has upcall 0");
        }
    }

    fn pin(&self, pin: u32) -> Result<&Pin, ErrorCode> {
        let pin = self.pins.get(pin as usize).ok_or(ErrorCode::Invalid)?;
        match pin.present.get() {
            true => Ok(pin),
            false => Err(ErrorCode::NoDevice),
        }
    }

    fn pin_command(
        &self,
        command_num: u32,
        pin: u32,
        argument: u32,
    ) -> Result<CommandReturn, ErrorCode> {
        let pin = self.pin(pin)?;
        match command_num {
            1 => pin.mode.set(GpioMode::Output),
            2 => pin.value.set(true),
            3 => pin.value.set(false),
            4 => pin.value.set(!pin.value.get()),
            5 => pin.mode.set(GpioMode::Input(match argument {
                0 => PullMode::None,
                1 => PullMode::Up,
                2 => PullMode::Down,
                _ => return Err(ErrorCode::NoSupport),
            })),
            6 => return Ok(command_return::success_u32(u32::from(pin.value.get()))),
            7 => pin.interrupts.set(match argument {
                0 => Interrupts::Either,
                1 => Interrupts::Rising,
                2 => Interrupts::Falling,
                _ => return Err(ErrorCode::NoSupport),
            }),
            8 => pin.interrupts.set(Interrupts::Disabled),
            9 => {
                pin.mode.set(GpioMode::Disabled);
                pin.interrupts.set(Interrupts::Disabled);
            }
            _ => return Err(ErrorCode::NoSupport),
        }
        Ok(command_return::success())
    }
}

impl<const NUM_GPIOS: usize> crate::fake::SyscallDriver for Gpio<NUM_GPIOS> {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(0x4).upcall_count(1)
    }

    fn register(&self, share_ref: DriverShareRef) {
        self.share_ref.replace(share_ref);
    }

    fn command(&self, command_num: u32, argument0: u32, argument1: u32) -> CommandReturn {
        match command_num {
            0 => command_return::success(),
            10 => command_return::success_u32(NUM_GPIOS as u32),
            _ => self
                .pin_command(command_num, argument0, argument1)
                .unwrap_or_else(command_return::failure),
        }
    }
}
