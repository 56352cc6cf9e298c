// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The machine timer's place and pace.

use kernel::hil::time::Freq10MHz;
use kernel::utilities::StaticRef;
use sifive::clint::{Clint, ClintRegisters};

/// The machine timer of this chip. It counts at 10 MHz.
pub type QemuRv32VirtClint<'a> = Clint<'a, Freq10MHz>;

// SAFETY: The machine has these registers at this address, and they are
// accessed by the timer driver only.
pub const CLINT_BASE: StaticRef<ClintRegisters> =
    unsafe { StaticRef::new(0x0200_0000 as *const ClintRegisters) };
