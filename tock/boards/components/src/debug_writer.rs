// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component that sends the output of `debug!` to a serial port.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use capsules_core::virtualizers::virtual_uart::{MuxUart, UartDevice};
use capsules_system::debug_writer::uart_debug_writer::UartDebugWriter;
use kernel::capabilities::SetDebugWriterCapability;
use kernel::collections::ring_buffer::RingBuffer;
use kernel::component::Component;
use kernel::hil::uart::Transmit;
use kernel::platform::chip::ThreadIdProvider;

/// Length of the part that goes to the port at once, in bytes.
pub const OUTPUT_BUF_LEN: usize = 64;

/// Length of the ring buffer unless the board chooses another, in KiB.
pub const DEFAULT_DEBUG_BUFFER_KBYTE: usize = 2;

#[macro_export]
macro_rules! debug_writer_component_static {
    () => {
        $crate::debug_writer_component_static!($crate::debug_writer::DEFAULT_DEBUG_BUFFER_KBYTE)
    };
    ($buffer_kib:expr $(,)?) => {
        (
            kernel::static_buf!(capsules_core::virtualizers::virtual_uart::UartDevice<'static>),
            kernel::static_buf!(kernel::collections::ring_buffer::RingBuffer<'static, u8>),
            kernel::static_buf!([core::mem::MaybeUninit<u8>; 1024 * $buffer_kib]),
            kernel::static_buf!([u8; $crate::debug_writer::OUTPUT_BUF_LEN]),
            kernel::static_buf!(capsules_system::debug_writer::uart_debug_writer::UartDebugWriter),
        )
    };
}

/// The writer behind `debug!`.
pub struct DebugWriterComponent<C: SetDebugWriterCapability, const BUF_SIZE_BYTES: usize> {
    uart_mux: &'static MuxUart<'static>,
    capability: C,
    _size: PhantomData<[u8; BUF_SIZE_BYTES]>,
}

impl<C: SetDebugWriterCapability, const BUF_SIZE_BYTES: usize>
    DebugWriterComponent<C, BUF_SIZE_BYTES>
{
    /// Binds `debug!` to the running thread, as `P` names it.
    pub fn new<P: ThreadIdProvider>(uart_mux: &'static MuxUart<'static>, capability: C) -> Self {
        kernel::debug::initialize_debug_writer_wrapper::<P>();
        Self {
            uart_mux,
            capability,
            _size: PhantomData,
        }
    }

    /// Leaves it to `bind_debug_global` to bind `debug!`, for chips whose
    /// threads cannot be told apart.
    pub fn new_unsafe<F: FnOnce()>(
        uart_mux: &'static MuxUart<'static>,
        capability: C,
        bind_debug_global: F,
    ) -> Self {
        bind_debug_global();
        Self {
            uart_mux,
            capability,
            _size: PhantomData,
        }
    }
}

impl<C: SetDebugWriterCapability, const BUF_SIZE_BYTES: usize> Component
    for DebugWriterComponent<C, BUF_SIZE_BYTES>
{
    type StaticInput = (
        &'static mut MaybeUninit<UartDevice<'static>>,
        &'static mut MaybeUninit<RingBuffer<'static, u8>>,
        &'static mut MaybeUninit<[MaybeUninit<u8>; BUF_SIZE_BYTES]>,
        &'static mut MaybeUninit<[u8; OUTPUT_BUF_LEN]>,
        &'static mut MaybeUninit<UartDebugWriter>,
    );
    type Output = ();

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let device = static_memory.0.write(UartDevice::new(self.uart_mux, false));
        device.setup();
        let bytes = static_memory
            .2
            .write([MaybeUninit::uninit(); BUF_SIZE_BYTES]);
        let ring = static_memory.1.write(RingBuffer::new(bytes));
        let output = static_memory.3.write([0; OUTPUT_BUF_LEN]);
        let writer = static_memory
            .4
            .write(UartDebugWriter::new(device, output, ring));
        device.set_transmit_client(writer);
        kernel::debug::set_debug_writer_wrapper(writer, self.capability);
    }
}
