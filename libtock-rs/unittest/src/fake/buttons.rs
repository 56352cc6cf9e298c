// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A fake button driver (0x3), whose buttons the test presses.

use std::cell::Cell;
use std::rc::Rc;

use libtock_platform::{CommandReturn, ErrorCode};

use crate::{command_return, DriverInfo, DriverShareRef};

#[derive(Default)]
struct Button {
    pressed: Cell<bool>,
    interrupts: Cell<bool>,
}

/// `NUM_BUTTONS` buttons, released at first.
pub struct Buttons<const NUM_BUTTONS: usize> {
    buttons: [Button; NUM_BUTTONS],
    share_ref: DriverShareRef,
}

impl<const NUM_BUTTONS: usize> Buttons<NUM_BUTTONS> {
    pub fn new() -> Rc<Buttons<NUM_BUTTONS>> {
        Rc::new(Buttons {
            buttons: std::array::from_fn(|_| Button::default()),
            share_ref: Default::default(),
        })
    }

    /// Presses or releases a button. [`ErrorCode::Invalid`] if there is none.
    pub fn set_pressed(&self, button: u32, pressed: bool) -> Result<(), ErrorCode> {
        let state = self.button(button)?;
        let changed = state.pressed.replace(pressed) != pressed;
        if changed && state.interrupts.get() {
            self.share_ref
                .schedule_upcall(0, (button, u32::from(pressed), 0))
                .expect("the driver has upcall 0");
        }
        Ok(())
    }

    fn button(&self, button: u32) -> Result<&Button, ErrorCode> {
        self.buttons.get(button as usize).ok_or(ErrorCode::Invalid)
    }
}

impl<const NUM_BUTTONS: usize> crate::fake::SyscallDriver for Buttons<NUM_BUTTONS> {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(0x3).upcall_count(1)
    }

    fn register(&self, share_ref: DriverShareRef) {
        self.share_ref.replace(share_ref);
    }

    fn command(&self, command_num: u32, argument0: u32, _argument1: u32) -> CommandReturn {
        if command_num == 0 {
            return command_return::success_u32(NUM_BUTTONS as u32);
        }
        let button = match self.button(argument0) {
            Ok(button) => button,
            Err(error) => return command_return::failure(error),
        };
        match command_num {
            1 => {
                button.interrupts.set(true);
                command_return::success()
            }
            2 => {
                button.interrupts.set(false);
                command_return::success()
            }
            3 => command_return::success_u32(u32::from(button.pressed.get())),
            _ => command_return::failure(ErrorCode::NoSupport),
        }
    }
}
