// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The UART's place.

use kernel::utilities::StaticRef;
use qemu_virt_chip::uart::Uart16550Registers;

pub use qemu_virt_chip::uart::Uart16550;

// SAFETY: The machine has these registers at this address, and they are
// accessed by the UART driver only, and in a panic by the panic writer.
pub const UART0_BASE: StaticRef<Uart16550Registers> =
    unsafe { StaticRef::new(0x1000_0000 as *const Uart16550Registers) };
