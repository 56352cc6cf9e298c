// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for buttons.

use core::mem::MaybeUninit;

use capsules_core::button::Button;
use kernel::Kernel;
use kernel::capabilities::MemoryAllocationCapability;
use kernel::component::Component;
use kernel::hil::gpio::{
    ActivationMode, FloatingState, InterruptPin, InterruptValueWrapper, InterruptWithValue,
};

/// Lists the buttons: `(pin, level when pressed, pull)` each.
#[macro_export]
macro_rules! button_component_helper {
    ($Pin:ty, $(($P:expr, $M:expr, $F:expr)),+ $(,)?) => {{
        const NUM_BUTTONS: usize = kernel::count_expressions!($($P),+);
        kernel::static_init!(
            [(
                &'static kernel::hil::gpio::InterruptValueWrapper<'static, $Pin>,
                kernel::hil::gpio::ActivationMode,
                kernel::hil::gpio::FloatingState,
            ); NUM_BUTTONS],
            [$((
                kernel::static_init!(
                    kernel::hil::gpio::InterruptValueWrapper<'static, $Pin>,
                    kernel::hil::gpio::InterruptValueWrapper::new($P)
                )
                .finalize(),
                $M,
                $F,
            )),+]
        )
    }};
}

#[macro_export]
macro_rules! button_component_static {
    ($Pin:ty $(,)?) => {
        kernel::static_buf!(capsules_core::button::Button<'static, $Pin>)
    };
}

/// The button driver.
pub struct ButtonComponent<
    IP: 'static + InterruptPin<'static>,
    CAP: 'static + MemoryAllocationCapability,
> {
    board_kernel: &'static Kernel,
    driver_num: usize,
    button_pins: &'static [(
        &'static InterruptValueWrapper<'static, IP>,
        ActivationMode,
        FloatingState,
    )],
    cap: CAP,
}

impl<IP: 'static + InterruptPin<'static>, CAP: 'static + MemoryAllocationCapability>
    ButtonComponent<IP, CAP>
{
    pub fn new(
        board_kernel: &'static Kernel,
        driver_num: usize,
        button_pins: &'static [(
            &'static InterruptValueWrapper<'static, IP>,
            ActivationMode,
            FloatingState,
        )],
        cap: CAP,
    ) -> Self {
        Self {
            board_kernel,
            driver_num,
            button_pins,
            cap,
        }
    }
}

impl<IP: 'static + InterruptPin<'static>, CAP: 'static + MemoryAllocationCapability> Component
    for ButtonComponent<IP, CAP>
{
    type StaticInput = &'static mut MaybeUninit<Button<'static, IP>>;
    type Output = &'static Button<'static, IP>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let grant = self.board_kernel.create_grant(self.driver_num, &self.cap);
        let button = static_memory.write(Button::new(self.button_pins, grant));
        for (index, (pin, _, _)) in self.button_pins.iter().enumerate() {
            InterruptWithValue::set_client(*pin, button);
            pin.set_value(index as u32);
        }
        button
    }
}
