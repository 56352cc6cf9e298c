// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System call driver for buttons.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let button = static_init!(
//!     Button<'static, GpioPin>,
//!     Button::new(pins, kernel.create_grant(button::DRIVER_NUM, &cap))
//! );
//! for (index, (pin, _, _)) in pins.iter().enumerate() {
//!     pin.set_client(button);
//!     pin.set_value(index as u32);
//! }
//! ```
//!
//! System call interface
//! ---------------------
//!
//! | Command | Arguments | Result                                          |
//! |---------|-----------|-------------------------------------------------|
//! | 0       |           | u32: number of buttons                          |
//! | 1       | index     | upcalls for the button, for this process        |
//! | 2       | index     | no more upcalls for the button for this process |
//! | 3       | index     | u32: 1 if the button is pressed                 |
//!
//! Upcall 0, on each change: `(index, 1 if pressed, 0)`. An index out of range
//! gives INVAL.

use kernel::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
use kernel::hil::gpio;
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::{ErrorCode, ProcessId};

pub const DRIVER_NUM: usize = crate::driver::NUM::Button as usize;

mod upcall {
    /// A button was pressed or released.
    pub const CHANGED: usize = 0;
    pub const COUNT: u8 = 1;
}

/// The most buttons that a driver handles: one bit each in [`App`].
const MAX_BUTTONS: usize = u32::BITS as usize;

/// The buttons that a process wants to hear of, as bits.
#[derive(Default)]
pub struct App {
    subscribed: u32,
}

/// One button: its pin, the level when pressed, and the pull.
type ButtonPin<'a, P> = (
    &'a gpio::InterruptValueWrapper<'a, P>,
    gpio::ActivationMode,
    gpio::FloatingState,
);

/// The button driver.
pub struct Button<'a, P: gpio::InterruptPin<'a>> {
    pins: &'a [ButtonPin<'a, P>],
    apps: Grant<App, UpcallCount<{ upcall::COUNT }>, AllowRoCount<0>, AllowRwCount<0>>,
}

impl<'a, P: gpio::InterruptPin<'a>> Button<'a, P> {
    /// Makes a driver for `pins`, which it makes inputs. Buttons after the
    /// 32nd are not seen.
    pub fn new(
        pins: &'a [(
            &'a gpio::InterruptValueWrapper<'a, P>,
            gpio::ActivationMode,
            gpio::FloatingState,
        )],
        grant: Grant<App, UpcallCount<{ upcall::COUNT }>, AllowRoCount<0>, AllowRwCount<0>>,
    ) -> Self {
        let pins = pins.get(..MAX_BUTTONS).unwrap_or(pins);
        for (pin, _, floating_state) in pins {
            gpio::Configure::make_input(*pin);
            gpio::Configure::set_floating_state(*pin, *floating_state);
        }
        Self { pins, apps: grant }
    }

    fn is_pressed((pin, mode, _): &ButtonPin<'a, P>) -> bool {
        matches!(
            gpio::Input::read_activation(*pin, *mode),
            gpio::ActivationState::Active
        )
    }

    /// Whether any running process wants to hear of the button.
    fn anyone_subscribed(&self, index: usize) -> bool {
        let mut any = false;
        self.apps
            .each(|_, app, _| any |= app.subscribed & (1 << index) != 0);
        any
    }
}

impl<'a, P: gpio::InterruptPin<'a>> SyscallDriver for Button<'a, P> {
    fn command(
        &self,
        command_num: usize,
        index: usize,
        _: usize,
        process_id: ProcessId,
    ) -> CommandReturn {
        match command_num {
            0 => return CommandReturn::success_u32(self.pins.len() as u32),
            1..=3 => {}
            _ => return CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
        let Some(button) = self.pins.get(index) else {
            return CommandReturn::failure(ErrorCode::INVAL);
        };
        match command_num {
            1 => match self
                .apps
                .enter(process_id, |app, _| app.subscribed |= 1 << index)
            {
                Ok(()) => gpio::InterruptWithValue::enable_interrupts(
                    button.0,
                    gpio::InterruptEdge::EitherEdge,
                )
                .into(),
                Err(error) => error.into(),
            },
            2 => match self
                .apps
                .enter(process_id, |app, _| app.subscribed &= !(1 << index))
            {
                Ok(()) => {
                    if !self.anyone_subscribed(index) {
                        gpio::InterruptWithValue::disable_interrupts(button.0);
                    }
                    CommandReturn::success()
                }
                Err(error) => error.into(),
            },
            _ => CommandReturn::success_u32(u32::from(Self::is_pressed(button))),
        }
    }

    fn allocate_grant(&self, process_id: ProcessId) -> Result<(), kernel::process::Error> {
        self.apps.enter(process_id, |_, _| {})
    }
}

impl<'a, P: gpio::InterruptPin<'a>> gpio::ClientWithValue for Button<'a, P> {
    fn fired(&self, value: u32) {
        let index = value as usize;
        let Some(button) = self.pins.get(index) else {
            return;
        };
        let pressed = usize::from(Self::is_pressed(button));

        let mut any = false;
        self.apps.each(|_, app, kernel_data| {
            if app.subscribed & (1 << index) != 0 {
                any = true;
                // A process whose queue is full loses the upcall; the kernel
                // counts that.
                let _ = kernel_data.schedule_upcall(upcall::CHANGED, (index, pressed, 0));
            }
        });
        // Those that subscribed may have ended.
        if !any {
            gpio::InterruptWithValue::disable_interrupts(button.0);
        }
    }
}
