// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Power off and restart through the `sifive_test` device.
//!
//! Source: QEMU, `hw/misc/sifive_test.c`, and its device tree binding.

use kernel::utilities::StaticRef;
use kernel::utilities::registers::WriteOnly;
use kernel::utilities::registers::interfaces::Writeable;

const RESET: u32 = 0x7777;
const POWER_OFF: u32 = 0x5555;

/// The device.
pub struct SifiveTest {
    register: StaticRef<WriteOnly<u32>>,
}

impl SifiveTest {
    /// The device whose register is here.
    pub const fn new(register: StaticRef<WriteOnly<u32>>) -> Self {
        Self { register }
    }

    /// Asks for a restart; instructions may still follow.
    pub fn restart(&self) {
        self.register.set(RESET);
    }

    /// Asks to be switched off; instructions may still follow.
    pub fn power_off(&self) {
        self.register.set(POWER_OFF);
    }
}
