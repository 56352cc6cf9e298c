// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Serial ports.

use crate::errorcode::ErrorCode;

/// Number of stop bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopBits {
    /// One.
    One = 1,
    /// Two.
    Two = 2,
}

/// The bit that tells whether the number of ones is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// There is none.
    None = 0,
    /// It makes the number odd.
    Odd = 1,
    /// It makes the number even.
    Even = 2,
}

/// Number of bits of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Six.
    Six = 6,
    /// Seven.
    Seven = 7,
    /// Eight.
    Eight = 8,
}

/// How a port is to talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Bits per second.
    pub baud_rate: u32,
    /// Number of bits of a word.
    pub width: Width,
    /// Parity bit.
    pub parity: Parity,
    /// Number of stop bits.
    pub stop_bits: StopBits,
    /// Whether the hardware controls the flow by RTS and CTS.
    pub hw_flow_control: bool,
}

/// What went wrong on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Nothing.
    None,
    /// The parity bit was wrong.
    ParityError,
    /// A stop bit was missing.
    FramingError,
    /// A word came before the last one was taken.
    OverrunError,
    /// The operation runs already.
    RepeatCallError,
    /// The port was reset.
    ResetError,
    /// The line was held low.
    BreakError,
    /// The operation was aborted.
    Aborted,
}

/// A port that is configured, sends and receives.
pub trait Uart<'a>: Configure + Transmit<'a> + Receive<'a> {}

/// A port that sends and receives and is configured by someone else.
pub trait UartData<'a>: Transmit<'a> + Receive<'a> {}

/// Hears of both directions.
pub trait Client: ReceiveClient + TransmitClient {}

impl<'a, T: Configure + Transmit<'a> + Receive<'a>> Uart<'a> for T {}
impl<'a, T: Transmit<'a> + Receive<'a>> UartData<'a> for T {}
impl<T: ReceiveClient + TransmitClient> Client for T {}

/// Configuration of a port.
pub trait Configure {
    /// Sets how the port talks.
    ///
    /// # Errors
    ///
    /// `NOSUPPORT` or `INVAL` for what it cannot do, `OFF` if it is off.
    fn configure(&self, params: Parameters) -> Result<(), ErrorCode>;
}

/// The sending half, one operation at a time.
pub trait Transmit<'a> {
    /// Sets who hears of the end of operations.
    fn set_transmit_client(&self, client: &'a dyn TransmitClient);

    /// Starts to send `tx_len` bytes of `tx_buffer`.
    ///
    /// # Errors
    ///
    /// Hands the buffer back with the reason; no callback comes then.
    fn transmit_buffer(
        &self,
        tx_buffer: &'static mut [u8],
        tx_len: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])>;

    /// Starts to send one word.
    ///
    /// # Errors
    ///
    /// Why it could not be started; no callback comes then.
    fn transmit_word(&self, word: u32) -> Result<(), ErrorCode>;

    /// Aborts. `Ok`: nothing was under way.
    ///
    /// # Errors
    ///
    /// `BUSY`: the callback of what is under way will come, with `CANCEL`. `FAIL`:
    /// it will come as if nothing had been aborted.
    fn transmit_abort(&self) -> Result<(), ErrorCode>;
}

/// The receiving half, one operation at a time.
pub trait Receive<'a> {
    /// Sets who hears of the end of operations.
    fn set_receive_client(&self, client: &'a dyn ReceiveClient);

    /// Starts to receive `rx_len` bytes into `rx_buffer`.
    ///
    /// # Errors
    ///
    /// Hands the buffer back with the reason; no callback comes then.
    fn receive_buffer(
        &self,
        rx_buffer: &'static mut [u8],
        rx_len: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])>;

    /// Starts to receive one word.
    ///
    /// # Errors
    ///
    /// Why it could not be started; no callback comes then.
    fn receive_word(&self) -> Result<(), ErrorCode>;

    /// Aborts. `Ok`: nothing was under way.
    ///
    /// # Errors
    ///
    /// `BUSY`: the callback of what is under way will come, with `CANCEL`. `FAIL`:
    /// it will come as if nothing had been aborted.
    fn receive_abort(&self) -> Result<(), ErrorCode>;
}

/// A receiving half that can end at a pause.
pub trait ReceiveAdvanced<'a>: Receive<'a> {
    /// Starts to receive until `rx_len` bytes have come, or until none has come
    /// for the time of `interbyte_timeout` bytes.
    ///
    /// # Errors
    ///
    /// Hands the buffer back with the reason; no callback comes then.
    fn receive_automatic(
        &self,
        rx_buffer: &'static mut [u8],
        rx_len: usize,
        interbyte_timeout: u8,
    ) -> Result<(), (ErrorCode, &'static mut [u8])>;
}

/// Hears how sending ended.
pub trait TransmitClient {
    /// The end of `transmit_word`.
    fn transmitted_word(&self, _rval: Result<(), ErrorCode>) {}

    /// The end of `transmit_buffer`; `tx_len` bytes were sent.
    fn transmitted_buffer(
        &self,
        tx_buffer: &'static mut [u8],
        tx_len: usize,
        rval: Result<(), ErrorCode>,
    );
}

/// Hears how receiving ended.
pub trait ReceiveClient {
    /// The end of `receive_word`.
    fn received_word(&self, _word: u32, _rval: Result<(), ErrorCode>, _error: Error) {}

    /// The end of `receive_buffer`; `rx_len` bytes came.
    fn received_buffer(
        &self,
        rx_buffer: &'static mut [u8],
        rx_len: usize,
        rval: Result<(), ErrorCode>,
        error: Error,
    );
}
