// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! LEDs, whichever way they are wired.

use crate::hil::gpio;

/// A light.
pub trait Led {
    /// Prepares the light; to be called before anything else.
    fn init(&self);

    /// Turns it on.
    fn on(&self);

    /// Turns it off.
    fn off(&self);

    /// Turns it on if it is off, and off if it is on.
    fn toggle(&self);

    /// Whether it is on.
    fn read(&self) -> bool;
}

/// A light that is on while its pin is high.
pub struct LedHigh<'a, P: gpio::Pin> {
    /// The pin.
    pub pin: &'a P,
}

/// A light that is on while its pin is low.
pub struct LedLow<'a, P: gpio::Pin> {
    /// The pin.
    pub pin: &'a P,
}

impl<'a, P: gpio::Pin> LedHigh<'a, P> {
    /// A light on `pin`.
    pub fn new(pin: &'a P) -> Self {
        Self { pin }
    }
}

impl<'a, P: gpio::Pin> LedLow<'a, P> {
    /// A light on `pin`.
    pub fn new(pin: &'a P) -> Self {
        Self { pin }
    }
}

impl<P: gpio::Pin> Led for LedHigh<'_, P> {
    fn init(&self) {
        self.pin.make_output();
    }

    fn on(&self) {
        self.pin.set();
    }

    fn off(&self) {
        self.pin.clear();
    }

    fn toggle(&self) {
        self.pin.toggle();
    }

    fn read(&self) -> bool {
        self.pin.read()
    }
}

impl<P: gpio::Pin> Led for LedLow<'_, P> {
    fn init(&self) {
        self.pin.make_output();
    }

    fn on(&self) {
        self.pin.clear();
    }

    fn off(&self) {
        self.pin.set();
    }

    fn toggle(&self) {
        self.pin.toggle();
    }

    fn read(&self) -> bool {
        !self.pin.read()
    }
}
