// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Pins that a board sets aside for `debug_gpio!`.

use crate::hil;
use crate::platform::chip::ThreadIdProvider;
use crate::utilities::cells::OptionalCell;
use crate::utilities::single_thread_value::SingleThreadValue;

type Pins = &'static [&'static dyn hil::gpio::Pin];

static PINS: SingleThreadValue<OptionalCell<Pins>> = SingleThreadValue::new();

/// Binds the pins to this thread. A board does so before it assigns them.
pub fn initialize_debug_gpio<P: ThreadIdProvider>() {
    // A second initialization finds the place bound and keeps it.
    let _already = PINS.bind_to_thread::<P>(OptionalCell::empty());
}

/// Sets the pins aside; makes them outputs. Without effect before
/// [`initialize_debug_gpio`].
pub fn assign_gpios(pins: &'static [&'static dyn hil::gpio::Pin]) {
    if let Some(assigned) = PINS.get() {
        for pin in pins {
            pin.make_output();
        }
        assigned.set(pins);
    }
}

/// The pin that was assigned at `index`.
pub fn debug_gpio_pin(index: usize) -> Option<&'static dyn hil::gpio::Pin> {
    PINS.get()?.get()?.get(index).copied()
}
