// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Components for a serial port: the mux, and the console for processes.

use core::mem::MaybeUninit;

use capsules_core::console::Console;
use capsules_core::virtualizers::virtual_uart::{MuxUart, UartDevice};
use kernel::Kernel;
use kernel::capabilities::MemoryAllocationCapability;
use kernel::component::Component;
use kernel::hil::uart::{self, Receive, Transmit};

#[macro_export]
macro_rules! uart_mux_component_static {
    () => {
        $crate::uart_mux_component_static!(capsules_core::virtualizers::virtual_uart::RX_BUF_LEN)
    };
    ($rx_buffer_len:expr $(,)?) => {
        (
            kernel::static_buf!(capsules_core::virtualizers::virtual_uart::MuxUart<'static>),
            kernel::static_buf!([u8; $rx_buffer_len]),
        )
    };
}

#[macro_export]
macro_rules! console_component_static {
    () => {
        $crate::console_component_static!(
            capsules_core::console::DEFAULT_BUF_SIZE,
            capsules_core::console::DEFAULT_BUF_SIZE
        )
    };
    ($rx_buffer_len:expr, $tx_buffer_len:expr $(,)?) => {
        (
            kernel::static_buf!([u8; $tx_buffer_len]),
            kernel::static_buf!([u8; $rx_buffer_len]),
            kernel::static_buf!(capsules_core::virtualizers::virtual_uart::UartDevice<'static>),
            kernel::static_buf!(capsules_core::console::Console<'static>),
        )
    };
}

/// The mux over a serial port.
pub struct UartMuxComponent<const RX_BUF_LEN: usize> {
    uart: &'static dyn uart::Uart<'static>,
    baud_rate: u32,
}

impl<const RX_BUF_LEN: usize> UartMuxComponent<RX_BUF_LEN> {
    /// Takes the port, which nobody else may use.
    pub fn new(
        uart: &'static dyn uart::Uart<'static>,
        baud_rate: u32,
    ) -> UartMuxComponent<RX_BUF_LEN> {
        UartMuxComponent { uart, baud_rate }
    }
}

impl<const RX_BUF_LEN: usize> Component for UartMuxComponent<RX_BUF_LEN> {
    type StaticInput = (
        &'static mut MaybeUninit<MuxUart<'static>>,
        &'static mut MaybeUninit<[u8; RX_BUF_LEN]>,
    );
    type Output = &'static MuxUart<'static>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let buffer = static_memory.1.write([0; RX_BUF_LEN]);
        let mux = static_memory
            .0
            .write(MuxUart::new(self.uart, buffer, self.baud_rate));
        mux.initialize();
        self.uart.set_transmit_client(mux);
        self.uart.set_receive_client(mux);
        mux
    }
}

/// The console driver.
pub struct ConsoleComponent<
    const RX_BUF_LEN: usize,
    const TX_BUF_LEN: usize,
    CAP: 'static + MemoryAllocationCapability,
> {
    board_kernel: &'static Kernel,
    driver_num: usize,
    uart_mux: &'static MuxUart<'static>,
    cap: CAP,
}

impl<const RX_BUF_LEN: usize, const TX_BUF_LEN: usize, CAP: 'static + MemoryAllocationCapability>
    ConsoleComponent<RX_BUF_LEN, TX_BUF_LEN, CAP>
{
    pub fn new(
        board_kernel: &'static Kernel,
        driver_num: usize,
        uart_mux: &'static MuxUart<'static>,
        cap: CAP,
    ) -> Self {
        Self {
            board_kernel,
            driver_num,
            uart_mux,
            cap,
        }
    }
}

impl<const RX_BUF_LEN: usize, const TX_BUF_LEN: usize, CAP: 'static + MemoryAllocationCapability>
    Component for ConsoleComponent<RX_BUF_LEN, TX_BUF_LEN, CAP>
{
    type StaticInput = (
        &'static mut MaybeUninit<[u8; TX_BUF_LEN]>,
        &'static mut MaybeUninit<[u8; RX_BUF_LEN]>,
        &'static mut MaybeUninit<UartDevice<'static>>,
        &'static mut MaybeUninit<Console<'static>>,
    );
    type Output = &'static Console<'static>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let tx_buffer = static_memory.0.write([0; TX_BUF_LEN]);
        let rx_buffer = static_memory.1.write([0; RX_BUF_LEN]);
        let device = static_memory.2.write(UartDevice::new(self.uart_mux, true));
        device.setup();
        let grant = self.board_kernel.create_grant(self.driver_num, &self.cap);
        let console = static_memory
            .3
            .write(Console::new(device, tx_buffer, rx_buffer, grant));
        device.set_transmit_client(console);
        device.set_receive_client(console);
        console
    }
}
