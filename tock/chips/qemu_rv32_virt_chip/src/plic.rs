// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The interrupt controller's place and size.

use kernel::utilities::StaticRef;
use sifive::plic::{Plic, PlicRegisters};

/// Sources of QEMU's controller, number 0 counted in.
pub const SOURCES: usize = 96;

/// The interrupt controller of this chip.
pub type QemuRv32VirtPlic = Plic<SOURCES>;

// SAFETY: The machine has these registers at this address, and they are
// accessed by the interrupt controller's driver only.
pub const PLIC_BASE: StaticRef<PlicRegisters> =
    unsafe { StaticRef::new(0x0c00_0000 as *const PlicRegisters) };
