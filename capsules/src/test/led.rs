// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! An LED that is a bit.

use std::cell::Cell;

use kernel::hil::led::Led;

#[derive(Default)]
pub struct FakeLed {
    lit: Cell<bool>,
}

impl Led for FakeLed {
    fn init(&self) {
        self.lit.set(false);
    }

    fn on(&self) {
        self.lit.set(true);
    }

    fn off(&self) {
        self.lit.set(false);
    }

    fn toggle(&self) {
        self.lit.set(!self.lit.get());
    }

    fn read(&self) -> bool {
        self.lit.get()
    }
}
