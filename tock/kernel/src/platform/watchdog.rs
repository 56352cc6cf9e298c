// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The watchdog that resets a chip whose kernel hangs.

/// A watchdog timer, fed by the main loop.
pub trait WatchDog {
    /// Starts it.
    fn setup(&self) {}

    /// Tells it that the kernel lives.
    fn tickle(&self) {}

    /// Stops it before the chip sleeps.
    fn suspend(&self) {}

    /// Starts it again after sleep.
    fn resume(&self) {
        self.tickle();
    }
}

impl WatchDog for () {}
