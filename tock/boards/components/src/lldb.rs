// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the low-level debug driver.

use core::mem::MaybeUninit;

use capsules_core::low_level_debug::{BUF_LEN, LowLevelDebug};
use capsules_core::virtualizers::virtual_uart::{MuxUart, UartDevice};
use kernel::Kernel;
use kernel::capabilities::MemoryAllocationCapability;
use kernel::component::Component;
use kernel::hil::uart::Transmit;

#[macro_export]
macro_rules! low_level_debug_component_static {
    () => {
        (
            kernel::static_buf!(capsules_core::virtualizers::virtual_uart::UartDevice<'static>),
            kernel::static_buf!([u8; capsules_core::low_level_debug::BUF_LEN]),
            kernel::static_buf!(
                capsules_core::low_level_debug::LowLevelDebug<
                    'static,
                    capsules_core::virtualizers::virtual_uart::UartDevice<'static>,
                >
            ),
        )
    };
}

/// The low-level debug driver.
pub struct LowLevelDebugComponent<CAP: 'static + MemoryAllocationCapability> {
    board_kernel: &'static Kernel,
    driver_num: usize,
    uart_mux: &'static MuxUart<'static>,
    cap: CAP,
}

impl<CAP: 'static + MemoryAllocationCapability> LowLevelDebugComponent<CAP> {
    pub fn new(
        board_kernel: &'static Kernel,
        driver_num: usize,
        uart_mux: &'static MuxUart<'static>,
        cap: CAP,
    ) -> LowLevelDebugComponent<CAP> {
        LowLevelDebugComponent {
            board_kernel,
            driver_num,
            uart_mux,
            cap,
        }
    }
}

impl<CAP: 'static + MemoryAllocationCapability> Component for LowLevelDebugComponent<CAP> {
    type StaticInput = (
        &'static mut MaybeUninit<UartDevice<'static>>,
        &'static mut MaybeUninit<[u8; BUF_LEN]>,
        &'static mut MaybeUninit<LowLevelDebug<'static, UartDevice<'static>>>,
    );
    type Output = &'static LowLevelDebug<'static, UartDevice<'static>>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let device = static_memory.0.write(UartDevice::new(self.uart_mux, false));
        device.setup();
        let buffer = static_memory.1.write([0; BUF_LEN]);
        let grant = self.board_kernel.create_grant(self.driver_num, &self.cap);
        let driver = static_memory
            .2
            .write(LowLevelDebug::new(buffer, device, grant));
        device.set_transmit_client(driver);
        driver
    }
}
