// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for LEDs.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use capsules_core::led::LedDriver;
use kernel::component::Component;
use kernel::hil::led::Led;

#[macro_export]
macro_rules! led_component_static {
    ($Led:ty, $($L:expr),+ $(,)?) => {{
        const NUM_LEDS: usize = kernel::count_expressions!($($L),+);
        let leds = kernel::static_init!(
            [&'static $Led; NUM_LEDS],
            [$(&*kernel::static_init!($Led, $L)),+]
        );
        let driver =
            kernel::static_buf!(capsules_core::led::LedDriver<'static, $Led, NUM_LEDS>);
        (driver, leds)
    }};
}

/// The LED driver.
pub struct LedsComponent<L: 'static + Led, const NUM_LEDS: usize> {
    _led: PhantomData<L>,
}

impl<L: 'static + Led, const NUM_LEDS: usize> LedsComponent<L, NUM_LEDS> {
    pub fn new() -> Self {
        Self { _led: PhantomData }
    }
}

impl<L: 'static + Led, const NUM_LEDS: usize> Default for LedsComponent<L, NUM_LEDS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<L: 'static + Led, const NUM_LEDS: usize> Component for LedsComponent<L, NUM_LEDS> {
    type StaticInput = (
        &'static mut MaybeUninit<LedDriver<'static, L, NUM_LEDS>>,
        &'static mut [&'static L; NUM_LEDS],
    );
    type Output = &'static LedDriver<'static, L, NUM_LEDS>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        static_memory.0.write(LedDriver::new(static_memory.1))
    }
}
