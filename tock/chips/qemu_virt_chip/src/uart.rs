// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A 16550-compatible UART with 16-byte FIFOs, driven by interrupts.
//!
//! Aborted operations end with a callback that must not come from within the
//! abort call. The "transmitter empty" interrupt, which the device raises as
//! soon as it is enabled and the transmitter is idle, brings that callback.

// `register_structs!` checks that offsets are multiples of the alignment, which
// is 1 for registers of a byte.
#![allow(clippy::modulo_one)]

use core::cell::Cell;
use core::fmt;
use kernel::ErrorCode;
use kernel::hil::uart;
use kernel::platform::chip::PanicWriter;
use kernel::utilities::StaticRef;
use kernel::utilities::cells::{OptionalCell, TakeCell};
use kernel::utilities::io_write::IoWrite;
use kernel::utilities::registers::interfaces::{ReadWriteable, Readable, Writeable};
use kernel::utilities::registers::{
    Aliased, ReadOnly, ReadWrite, register_bitfields, register_structs,
};

register_structs! {
    pub Uart16550Registers {
        /// Received and transmitted byte; low byte of the divisor when
        /// `LCR.DLAB` is set.
        (0x00 => rbr_thr: Aliased<u8, (), ()>),
        /// Interrupt enable; high byte of the divisor when `LCR.DLAB` is set.
        (0x01 => ier: ReadWrite<u8, IER::Register>),
        /// Read: interrupt identification. Write: FIFO control.
        (0x02 => iir_fcr: Aliased<u8, IIR::Register, FCR::Register>),
        (0x03 => lcr: ReadWrite<u8, LCR::Register>),
        (0x04 => mcr: ReadWrite<u8>),
        (0x05 => lsr: ReadOnly<u8, LSR::Register>),
        (0x06 => msr: ReadOnly<u8>),
        (0x07 => @END),
    }
}

register_bitfields![u8,
    IER [
        RX_AVAILABLE OFFSET(0) NUMBITS(1) [],
        THR_EMPTY OFFSET(1) NUMBITS(1) []
    ],
    IIR [
        NONE_PENDING OFFSET(0) NUMBITS(1) []
    ],
    FCR [
        ENABLE OFFSET(0) NUMBITS(1) [],
        CLEAR_RX OFFSET(1) NUMBITS(1) [],
        CLEAR_TX OFFSET(2) NUMBITS(1) []
    ],
    LCR [
        /// Bits of a character, less 5.
        WIDTH OFFSET(0) NUMBITS(2) [],
        TWO_STOP_BITS OFFSET(2) NUMBITS(1) [],
        PARITY_ENABLE OFFSET(3) NUMBITS(1) [],
        EVEN_PARITY OFFSET(4) NUMBITS(1) [],
        DLAB OFFSET(7) NUMBITS(1) []
    ],
    LSR [
        DATA_READY OFFSET(0) NUMBITS(1) [],
        THR_EMPTY OFFSET(5) NUMBITS(1) []
    ]
];

/// Frequency of the baud rate generator over 16, in Hz.
const BASE_BAUD: u32 = 115_200;

/// Bytes that the transmitter takes once it is empty.
const TX_FIFO: usize = 16;

/// A transmission or a reception under way.
#[derive(Copy, Clone)]
struct Progress {
    done: usize,
    len: usize,
    /// Its end has been asked for by an abort.
    aborted: bool,
}

impl Progress {
    fn result(self) -> Result<(), ErrorCode> {
        if self.aborted {
            Err(ErrorCode::CANCEL)
        } else {
            Ok(())
        }
    }
}

pub struct Uart16550<'a> {
    registers: StaticRef<Uart16550Registers>,
    tx_client: OptionalCell<&'a dyn uart::TransmitClient>,
    rx_client: OptionalCell<&'a dyn uart::ReceiveClient>,
    tx_buffer: TakeCell<'static, [u8]>,
    tx: Cell<Option<Progress>>,
    rx_buffer: TakeCell<'static, [u8]>,
    rx: Cell<Option<Progress>>,
}

impl<'a> Uart16550<'a> {
    /// Takes the UART at `regs` and turns its interrupts off and its FIFOs on.
    pub fn new(regs: StaticRef<Uart16550Registers>) -> Uart16550<'a> {
        regs.ier.set(0);
        regs.iir_fcr
            .write(FCR::ENABLE::SET + FCR::CLEAR_RX::SET + FCR::CLEAR_TX::SET);
        Uart16550 {
            registers: regs,
            tx_client: OptionalCell::empty(),
            rx_client: OptionalCell::empty(),
            tx_buffer: TakeCell::empty(),
            tx: Cell::new(None),
            rx_buffer: TakeCell::empty(),
            rx: Cell::new(None),
        }
    }

    /// Serves the device until it asks for nothing more, so that its interrupt
    /// line is down when this returns.
    pub fn handle_interrupt(&self) {
        while !self.registers.iir_fcr.is_set(IIR::NONE_PENDING) {
            self.serve_receiver();
            self.serve_transmitter();
        }
    }

    /// Sends bytes and waits for each, for panics.
    pub fn transmit_sync(&self, bytes: &[u8]) {
        // A transmission that was under way must not come in between.
        self.registers.ier.modify(IER::THR_EMPTY::CLEAR);
        write_blocking(&self.registers, bytes);
    }

    fn serve_receiver(&self) {
        while let Some(mut progress) = self.rx.get() {
            if progress.done < progress.len && !progress.aborted {
                if !self.registers.lsr.is_set(LSR::DATA_READY) {
                    return;
                }
                let byte = self.registers.rbr_thr.get();
                self.rx_buffer.map(|buffer| {
                    if let Some(place) = buffer.get_mut(progress.done) {
                        *place = byte;
                    }
                });
                progress.done += 1;
                self.rx.set(Some(progress));
                continue;
            }

            self.rx.set(None);
            self.registers.ier.modify(IER::RX_AVAILABLE::CLEAR);
            if let Some(buffer) = self.rx_buffer.take() {
                let error = if progress.aborted {
                    uart::Error::Aborted
                } else {
                    uart::Error::None
                };
                self.rx_client.map(|client| {
                    client.received_buffer(buffer, progress.done, progress.result(), error)
                });
            }
        }
        // Nobody waits: bytes stay in the FIFO, silently.
        self.registers.ier.modify(IER::RX_AVAILABLE::CLEAR);
    }

    fn serve_transmitter(&self) {
        if !self.registers.lsr.is_set(LSR::THR_EMPTY) {
            return;
        }
        let Some(mut progress) = self.tx.get() else {
            self.registers.ier.modify(IER::THR_EMPTY::CLEAR);
            return;
        };
        if progress.done < progress.len && !progress.aborted {
            self.tx_buffer.map(|buffer| {
                let end = core::cmp::min(progress.done + TX_FIFO, progress.len);
                for &byte in buffer.get(progress.done..end).unwrap_or(&[]) {
                    self.registers.rbr_thr.set(byte);
                }
                progress.done = end;
            });
            self.tx.set(Some(progress));
            return;
        }

        self.tx.set(None);
        self.registers.ier.modify(IER::THR_EMPTY::CLEAR);
        if let Some(buffer) = self.tx_buffer.take() {
            self.tx_client
                .map(|client| client.transmitted_buffer(buffer, progress.done, progress.result()));
        }
    }
}

/// Sends `bytes`, waiting for room before each.
fn write_blocking(registers: &Uart16550Registers, bytes: &[u8]) {
    for &byte in bytes {
        while !registers.lsr.is_set(LSR::THR_EMPTY) {}
        registers.rbr_thr.set(byte);
    }
}

impl uart::Configure for Uart16550<'_> {
    fn configure(&self, params: uart::Parameters) -> Result<(), ErrorCode> {
        if params.hw_flow_control {
            return Err(ErrorCode::NOSUPPORT);
        }
        let divisor = BASE_BAUD
            .checked_div(params.baud_rate)
            .and_then(|divisor| u16::try_from(divisor).ok())
            .filter(|&divisor| divisor > 0)
            .ok_or(ErrorCode::INVAL)?;

        let width = match params.width {
            uart::Width::Six => 1,
            uart::Width::Seven => 2,
            uart::Width::Eight => 3,
        };
        let stop = match params.stop_bits {
            uart::StopBits::One => LCR::TWO_STOP_BITS::CLEAR,
            uart::StopBits::Two => LCR::TWO_STOP_BITS::SET,
        };
        let parity = match params.parity {
            uart::Parity::None => LCR::PARITY_ENABLE::CLEAR,
            uart::Parity::Odd => LCR::PARITY_ENABLE::SET + LCR::EVEN_PARITY::CLEAR,
            uart::Parity::Even => LCR::PARITY_ENABLE::SET + LCR::EVEN_PARITY::SET,
        };

        // While DLAB is set, offsets 0 and 1 are the divisor; the interrupt
        // enable bits come back untouched afterwards.
        let [low, high] = divisor.to_le_bytes();
        self.registers.lcr.modify(LCR::DLAB::SET);
        self.registers.rbr_thr.set(low);
        self.registers.ier.set(high);
        self.registers
            .lcr
            .write(LCR::WIDTH.val(width) + stop + parity + LCR::DLAB::CLEAR);
        Ok(())
    }
}

impl<'a> uart::Transmit<'a> for Uart16550<'a> {
    fn set_transmit_client(&self, client: &'a dyn uart::TransmitClient) {
        self.tx_client.set(client);
    }

    fn transmit_buffer(
        &self,
        tx_buffer: &'static mut [u8],
        tx_len: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])> {
        if tx_len == 0 || tx_len > tx_buffer.len() {
            return Err((ErrorCode::SIZE, tx_buffer));
        }
        if self.tx.get().is_some() {
            return Err((ErrorCode::BUSY, tx_buffer));
        }
        self.tx_buffer.replace(tx_buffer);
        self.tx.set(Some(Progress {
            done: 0,
            len: tx_len,
            aborted: false,
        }));
        self.registers.ier.modify(IER::THR_EMPTY::SET);
        Ok(())
    }

    fn transmit_word(&self, _word: u32) -> Result<(), ErrorCode> {
        Err(ErrorCode::FAIL)
    }

    fn transmit_abort(&self) -> Result<(), ErrorCode> {
        match self.tx.get() {
            None => Ok(()),
            Some(progress) => {
                self.tx.set(Some(Progress {
                    aborted: true,
                    ..progress
                }));
                self.registers.ier.modify(IER::THR_EMPTY::SET);
                Err(ErrorCode::BUSY)
            }
        }
    }
}

impl<'a> uart::Receive<'a> for Uart16550<'a> {
    fn set_receive_client(&self, client: &'a dyn uart::ReceiveClient) {
        self.rx_client.set(client);
    }

    fn receive_buffer(
        &self,
        rx_buffer: &'static mut [u8],
        rx_len: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])> {
        if rx_len == 0 || rx_len > rx_buffer.len() {
            return Err((ErrorCode::SIZE, rx_buffer));
        }
        if self.rx.get().is_some() {
            return Err((ErrorCode::BUSY, rx_buffer));
        }
        self.rx_buffer.replace(rx_buffer);
        self.rx.set(Some(Progress {
            done: 0,
            len: rx_len,
            aborted: false,
        }));
        self.registers.ier.modify(IER::RX_AVAILABLE::SET);
        Ok(())
    }

    fn receive_word(&self) -> Result<(), ErrorCode> {
        Err(ErrorCode::FAIL)
    }

    fn receive_abort(&self) -> Result<(), ErrorCode> {
        match self.rx.get() {
            None => Ok(()),
            Some(progress) => {
                self.rx.set(Some(Progress {
                    aborted: true,
                    ..progress
                }));
                self.registers.ier.modify(IER::THR_EMPTY::SET);
                Err(ErrorCode::BUSY)
            }
        }
    }
}

/// The UART for panics: it waits for the hardware and needs nothing else.
pub struct UartPanicWriter {
    registers: StaticRef<Uart16550Registers>,
}

impl IoWrite for UartPanicWriter {
    fn write(&mut self, buf: &[u8]) -> usize {
        write_blocking(&self.registers, buf);
        buf.len()
    }
}

impl fmt::Write for UartPanicWriter {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write_blocking(&self.registers, text.as_bytes());
        Ok(())
    }
}

impl PanicWriter for Uart16550<'_> {
    type Config = StaticRef<Uart16550Registers>;

    unsafe fn create_panic_writer(config: Self::Config) -> impl IoWrite + fmt::Write {
        config.ier.set(0);
        UartPanicWriter { registers: config }
    }
}
