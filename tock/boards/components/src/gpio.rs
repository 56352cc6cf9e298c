// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for GPIO pins.

use core::mem::MaybeUninit;

use capsules_core::gpio::GPIO;
use kernel::Kernel;
use kernel::capabilities::MemoryAllocationCapability;
use kernel::component::Component;
use kernel::hil::gpio::{InterruptPin, InterruptValueWrapper, InterruptWithValue};

/// Lists the pins: `number => pin` each. Numbers left out are holes.
#[macro_export]
macro_rules! gpio_component_helper {
    ($Pin:ty, $($nr:literal => $pin:expr),* $(,)?) => {{
        const NUM_PINS: usize = {
            let numbers: &[usize] = &[$($nr),*];
            let mut count = 0;
            let mut index = 0;
            while index < numbers.len() {
                if numbers[index] >= count {
                    count = numbers[index] + 1;
                }
                index += 1;
            }
            count
        };
        let mut pins: [Option<
            &'static kernel::hil::gpio::InterruptValueWrapper<'static, $Pin>,
        >; NUM_PINS] = [None; NUM_PINS];
        $(
            pins[$nr] = Some(
                kernel::static_init!(
                    kernel::hil::gpio::InterruptValueWrapper<'static, $Pin>,
                    kernel::hil::gpio::InterruptValueWrapper::new($pin)
                )
                .finalize(),
            );
        )*
        kernel::static_init!(
            [Option<&'static kernel::hil::gpio::InterruptValueWrapper<'static, $Pin>>; NUM_PINS],
            pins
        )
    }};
}

#[macro_export]
macro_rules! gpio_component_static {
    ($Pin:ty $(,)?) => {
        kernel::static_buf!(capsules_core::gpio::GPIO<'static, $Pin>)
    };
}

/// The GPIO driver.
pub struct GpioComponent<
    IP: 'static + InterruptPin<'static>,
    CAP: 'static + MemoryAllocationCapability,
> {
    board_kernel: &'static Kernel,
    driver_num: usize,
    gpio_pins: &'static [Option<&'static InterruptValueWrapper<'static, IP>>],
    cap: CAP,
}

impl<IP: 'static + InterruptPin<'static>, CAP: 'static + MemoryAllocationCapability>
    GpioComponent<IP, CAP>
{
    pub fn new(
        board_kernel: &'static Kernel,
        driver_num: usize,
        gpio_pins: &'static [Option<&'static InterruptValueWrapper<'static, IP>>],
        cap: CAP,
    ) -> Self {
        Self {
            board_kernel,
            driver_num,
            gpio_pins,
            cap,
        }
    }
}

impl<IP: 'static + InterruptPin<'static>, CAP: 'static + MemoryAllocationCapability> Component
    for GpioComponent<IP, CAP>
{
    type StaticInput = &'static mut MaybeUninit<GPIO<'static, IP>>;
    type Output = &'static GPIO<'static, IP>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let grant = self.board_kernel.create_grant(self.driver_num, &self.cap);
        let gpio = static_memory.write(GPIO::new(self.gpio_pins, grant));
        for (index, pin) in self.gpio_pins.iter().enumerate() {
            if let Some(pin) = pin {
                InterruptWithValue::set_client(*pin, gpio);
                pin.set_value(index as u32);
            }
        }
        gpio
    }
}
