// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the printer of processes.

use core::mem::MaybeUninit;

use capsules_system::process_printer::ProcessPrinterText;
use kernel::component::Component;

#[macro_export]
macro_rules! process_printer_text_component_static {
    () => {
        kernel::static_buf!(capsules_system::process_printer::ProcessPrinterText)
    };
}

/// The printer of processes as text.
#[derive(Default)]
pub struct ProcessPrinterTextComponent {}

impl ProcessPrinterTextComponent {
    pub fn new() -> Self {
        Self {}
    }
}

impl Component for ProcessPrinterTextComponent {
    type StaticInput = &'static mut MaybeUninit<ProcessPrinterText>;
    type Output = &'static ProcessPrinterText;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        static_memory.write(ProcessPrinterText::new())
    }
}
