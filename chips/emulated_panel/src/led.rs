// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! An LED of the panel.

use kernel::hil::led::Led;

use crate::trace::PanelTrace;

/// One bit of a [`PanelTrace`] as an LED.
pub struct PanelLed {
    trace: &'static PanelTrace,
    mask: u32,
    /// Ticks of the machine timer.
    now: fn() -> u64,
}

impl PanelLed {
    /// The LED with this bit.
    pub const fn new(trace: &'static PanelTrace, bit: u32, now: fn() -> u64) -> Self {
        Self {
            trace,
            mask: 1 << (bit % u32::BITS),
            now,
        }
    }

    fn set(&self, lit: bool) {
        self.trace.write(self.mask, lit, (self.now)());
    }
}

impl Led for PanelLed {
    fn init(&self) {
        self.off();
    }

    fn on(&self) {
        self.set(true);
    }

    fn off(&self) {
        self.set(false);
    }

    fn toggle(&self) {
        self.set(!self.read());
    }

    fn read(&self) -> bool {
        self.trace.state() & self.mask != 0
    }
}
