// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The end of the kernel: what it knows goes to the UART.

use crate::platform::ChipHw;
use capsules_system::process_printer::ProcessPrinterText;
use core::panic::PanicInfo;
use kernel::debug::PanicResources;
use kernel::utilities::single_thread_value::SingleThreadValue;
use qemu_rv32_virt_chip::uart::{UART0_BASE, Uart16550};

/// What a panic has to tell about, as far as it is set up.
pub(crate) static PANIC_RESOURCES: SingleThreadValue<PanicResources<ChipHw, ProcessPrinterText>> =
    SingleThreadValue::new();

/// Prints the panic and the state of the processes, and stops.
pub fn panic(info: &PanicInfo) -> ! {
    // SAFETY: The kernel has panicked: nothing else runs or will run, so the
    // UART belongs to the panic.
    unsafe {
        kernel::debug::panic_print::<Uart16550, ChipHw, ProcessPrinterText>(
            UART0_BASE,
            info,
            &rv32i::support::nop,
            PANIC_RESOURCES.get(),
        );
    }
    // The machine has no LED to blink; a sleeping hart is easy on the host.
    rv32i::support::with_interrupts_disabled(|| {
        loop {
            rv32i::support::wfi();
        }
    })
}
