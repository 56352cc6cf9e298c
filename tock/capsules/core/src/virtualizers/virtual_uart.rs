// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! One serial port shared by any number of kernel clients.
//!
//! ```text
//!   Console   DebugWriter   LowLevelDebug
//!      |           |              |           hil::uart::{Transmit, Receive}
//! +----------+ +----------+ +----------+
//! |UartDevice| |UartDevice| |UartDevice|      this file
//! +----------+ +----------+ +----------+
//!         \        |           /
//!          +------------------+
//!          |     MuxUart      |
//!          +------------------+
//!                   |                         hil::uart::Uart
//!               hardware
//! ```
//!
//! Transmissions go out whole, one after the other, the devices taking turns.
//! What comes in is copied to every device that was receiving at that time.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let mux = static_init!(MuxUart<'static>, MuxUart::new(uart, buffer, 115200));
//! mux.initialize();
//! uart.set_transmit_client(mux);
//! uart.set_receive_client(mux);
//!
//! let device = static_init!(UartDevice<'static>, UartDevice::new(mux, true));
//! device.setup();
//! ```

use core::cell::Cell;
use core::cmp;

use kernel::ErrorCode;
use kernel::collections::list::{List, ListLink, ListNode};
use kernel::hil::uart;
use kernel::utilities::cells::{OptionalCell, TakeCell};

/// Length of the receive buffer that boards give the mux unless they choose
/// another, in bytes.
pub const RX_BUF_LEN: usize = 64;

/// The owner of the hardware port.
pub struct MuxUart<'a> {
    uart: &'a dyn uart::Uart<'a>,
    speed: u32,
    devices: List<'a, UartDevice<'a>>,
    /// The device whose transmission the hardware has.
    transmitting: OptionalCell<&'a UartDevice<'a>>,
    /// The device served last, after which the next turn begins.
    last: OptionalCell<&'a UartDevice<'a>>,
    /// Clients are being called because a transmission ended.
    tx_completing: Cell<bool>,
    /// The receive buffer, unless the hardware has it.
    buffer: TakeCell<'static, [u8]>,
    /// Clients are being called because something was received.
    rx_completing: Cell<bool>,
}

impl<'a> MuxUart<'a> {
    /// Makes a mux over `uart`, whose client for both directions it must be
    /// made. `buffer` bounds the bytes received at once, `speed` is in baud.
    pub fn new(uart: &'a dyn uart::Uart<'a>, buffer: &'static mut [u8], speed: u32) -> MuxUart<'a> {
        MuxUart {
            uart,
            speed,
            devices: List::new(),
            transmitting: OptionalCell::empty(),
            last: OptionalCell::empty(),
            tx_completing: Cell::new(false),
            buffer: TakeCell::new(buffer),
            rx_completing: Cell::new(false),
        }
    }

    /// Configures the port: 8 data bits, no parity, one stop bit, no flow
    /// control.
    pub fn initialize(&self) {
        // A port that cannot be configured has a fixed configuration, which
        // is then the one to live with.
        let _ = self.uart.configure(uart::Parameters {
            baud_rate: self.speed,
            width: uart::Width::Eight,
            parity: uart::Parity::None,
            stop_bits: uart::StopBits::One,
            hw_flow_control: false,
        });
    }

    /// The device with a transmission waiting whose turn is next.
    fn next_in_turn(&self) -> Option<&'a UartDevice<'a>> {
        let last = self.last.get();
        let waiting = |device: &&'a UartDevice<'a>| device.tx_buffer.is_some();
        self.devices
            .iter()
            .skip_while(|device| last.is_some_and(|last| !core::ptr::eq(*device, last)))
            .skip(usize::from(last.is_some()))
            .find(waiting)
            .or_else(|| self.devices.iter().find(waiting))
    }

    /// Hands waiting transmissions to the hardware until it takes one.
    fn transmit_next(&self) {
        while self.transmitting.is_none() {
            let Some(device) = self.next_in_turn() else {
                return;
            };
            let Some(buffer) = device.tx_buffer.take() else {
                return;
            };
            self.last.set(device);
            self.transmitting.set(device);
            if let Err((error, buffer)) = self.uart.transmit_buffer(buffer, device.tx_len.get()) {
                self.transmitting.clear();
                device.transmitted(buffer, 0, Err(error));
            }
        }
    }

    /// Brings the hardware in line with what the devices want to receive.
    fn update_receive(&self) -> Result<(), ErrorCode> {
        if self.rx_completing.get() {
            return Ok(());
        }
        let Some(buffer) = self.buffer.take() else {
            // The hardware is receiving on terms that have changed. It is
            // stopped, and `received_buffer` starts it anew. If it refuses
            // to stop, its receive ends in its own time to the same effect.
            let _ = self.uart.receive_abort();
            return Ok(());
        };
        let mut wanted = None;
        let mut aborting = false;
        for device in self.devices.iter() {
            match device.rx_state.get() {
                RxState::Idle => continue,
                RxState::Waiting => device.rx_state.set(RxState::Receiving),
                RxState::Receiving => {}
                RxState::Aborting => {
                    aborting = true;
                    continue;
                }
            }
            let remaining = device.rx_len.get() - device.rx_position.get();
            wanted = Some(wanted.map_or(remaining, |least| cmp::min(least, remaining)));
        }
        if wanted.is_none() && !aborting {
            self.buffer.replace(buffer);
            return Ok(());
        }
        // A device that aborts still needs the callback of a receive: one of
        // a byte is started, only to be stopped at once.
        let length = cmp::min(wanted.unwrap_or(1), buffer.len());
        match self.uart.receive_buffer(buffer, length) {
            Ok(()) => {
                if aborting {
                    // As above: the callback comes in either case.
                    let _ = self.uart.receive_abort();
                }
                Ok(())
            }
            Err((error, buffer)) => {
                self.buffer.replace(buffer);
                Err(error)
            }
        }
    }
}

impl uart::TransmitClient for MuxUart<'_> {
    fn transmitted_buffer(
        &self,
        tx_buffer: &'static mut [u8],
        tx_len: usize,
        rval: Result<(), ErrorCode>,
    ) {
        // The client may transmit again at once, but not ahead of those that
        // have been waiting.
        self.tx_completing.set(true);
        if let Some(device) = self.transmitting.take() {
            device.transmitted(tx_buffer, tx_len, rval);
        }
        self.tx_completing.set(false);
        self.transmit_next();
    }
}

impl uart::ReceiveClient for MuxUart<'_> {
    fn received_buffer(
        &self,
        rx_buffer: &'static mut [u8],
        rx_len: usize,
        rval: Result<(), ErrorCode>,
        error: uart::Error,
    ) {
        // Aborts are the mux's own, to change the terms of a receive.
        let (rval, error) = match rval {
            Err(ErrorCode::CANCEL) => (Ok(()), uart::Error::None),
            other => (other, error),
        };
        let received = rx_buffer.get(..rx_len).unwrap_or(&[]);

        self.rx_completing.set(true);
        for device in self.devices.iter() {
            device.receive(received, rval, error);
        }
        self.rx_completing.set(false);

        self.buffer.replace(rx_buffer);
        if let Err(error) = self.update_receive() {
            for device in self.devices.iter() {
                device.end_receive(Err(error), uart::Error::Aborted);
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RxState {
    /// Nothing asked for.
    Idle,
    /// Asked for; what the hardware is receiving now is older than the
    /// request and not for this device. Left when the hardware is restarted.
    Waiting,
    /// Gets what the hardware receives; left when the buffer is full.
    Receiving,
    /// To be given its buffer back at the next callback of the hardware.
    Aborting,
}

/// One of the ports that share a [`MuxUart`].
pub struct UartDevice<'a> {
    mux: &'a MuxUart<'a>,
    receiver: bool,
    next: ListLink<'a, UartDevice<'a>>,

    /// A transmission that waits for its turn.
    tx_buffer: TakeCell<'static, [u8]>,
    tx_len: Cell<usize>,
    tx_client: OptionalCell<&'a dyn uart::TransmitClient>,

    rx_state: Cell<RxState>,
    rx_buffer: TakeCell<'static, [u8]>,
    rx_len: Cell<usize>,
    rx_position: Cell<usize>,
    rx_client: OptionalCell<&'a dyn uart::ReceiveClient>,
}

impl<'a> UartDevice<'a> {
    /// Makes a device, which receives only if `receiver` is set.
    /// [`setup`](Self::setup) must follow once it is at its final place.
    pub fn new(mux: &'a MuxUart<'a>, receiver: bool) -> UartDevice<'a> {
        UartDevice {
            mux,
            receiver,
            next: ListLink::empty(),
            tx_buffer: TakeCell::empty(),
            tx_len: Cell::new(0),
            tx_client: OptionalCell::empty(),
            rx_state: Cell::new(RxState::Idle),
            rx_buffer: TakeCell::empty(),
            rx_len: Cell::new(0),
            rx_position: Cell::new(0),
            rx_client: OptionalCell::empty(),
        }
    }

    /// Enters the device in the list of its mux; to be called exactly once.
    pub fn setup(&'a self) {
        self.mux.devices.push_head(self);
    }

    fn is_transmitting(&self) -> bool {
        self.tx_buffer.is_some()
            || self
                .mux
                .transmitting
                .get()
                .is_some_and(|device| core::ptr::addr_eq(device, self))
    }

    fn transmitted(&self, buffer: &'static mut [u8], tx_len: usize, rval: Result<(), ErrorCode>) {
        // Without a client the buffer has no owner any more.
        self.tx_client
            .map(move |client| client.transmitted_buffer(buffer, tx_len, rval));
    }

    /// Takes what the hardware has received, and ends the receive if it is
    /// complete, has failed or is being aborted.
    fn receive(&self, received: &[u8], rval: Result<(), ErrorCode>, error: uart::Error) {
        let aborting = match self.rx_state.get() {
            RxState::Idle | RxState::Waiting => return,
            RxState::Receiving => false,
            RxState::Aborting => true,
        };
        let position = self.rx_position.get();
        let count = cmp::min(received.len(), self.rx_len.get() - position);
        self.rx_buffer.map(|buffer| {
            buffer[position..position + count].copy_from_slice(&received[..count]);
        });
        self.rx_position.set(position + count);

        if position + count == self.rx_len.get() || rval.is_err() || error != uart::Error::None {
            self.end_receive(rval, error);
        } else if aborting {
            self.end_receive(Err(ErrorCode::CANCEL), uart::Error::Aborted);
        }
    }

    fn end_receive(&self, rval: Result<(), ErrorCode>, error: uart::Error) {
        self.rx_state.set(RxState::Idle);
        if let Some(buffer) = self.rx_buffer.take() {
            let length = self.rx_position.get();
            self.rx_client
                .map(move |client| client.received_buffer(buffer, length, rval, error));
        }
    }
}

impl<'a> ListNode<'a, UartDevice<'a>> for UartDevice<'a> {
    fn next(&'a self) -> &'a ListLink<'a, UartDevice<'a>> {
        &self.next
    }
}

impl<'a> uart::Transmit<'a> for UartDevice<'a> {
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
        if self.is_transmitting() {
            return Err((ErrorCode::BUSY, tx_buffer));
        }
        let mux = self.mux;
        self.tx_len.set(tx_len);
        if mux.transmitting.is_some() || mux.tx_completing.get() {
            self.tx_buffer.replace(tx_buffer);
            return Ok(());
        }
        // The hardware is free: an error can still be returned from here.
        let Some(device) = mux
            .devices
            .iter()
            .find(|device| core::ptr::addr_eq(*device, self))
        else {
            // Never set up, so that no callback would find it.
            return Err((ErrorCode::OFF, tx_buffer));
        };
        mux.transmitting.set(device);
        mux.last.set(device);
        mux.uart
            .transmit_buffer(tx_buffer, tx_len)
            .inspect_err(|_| mux.transmitting.clear())
    }

    fn transmit_word(&self, _word: u32) -> Result<(), ErrorCode> {
        Err(ErrorCode::NOSUPPORT)
    }

    /// Transmissions are not cut short: one that was begun ends as usual.
    fn transmit_abort(&self) -> Result<(), ErrorCode> {
        if self.is_transmitting() {
            Err(ErrorCode::FAIL)
        } else {
            Ok(())
        }
    }
}

impl<'a> uart::Receive<'a> for UartDevice<'a> {
    fn set_receive_client(&self, client: &'a dyn uart::ReceiveClient) {
        self.rx_client.set(client);
    }

    fn receive_buffer(
        &self,
        rx_buffer: &'static mut [u8],
        rx_len: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])> {
        if !self.receiver {
            return Err((ErrorCode::NOSUPPORT, rx_buffer));
        }
        if rx_len == 0 || rx_len > rx_buffer.len() {
            return Err((ErrorCode::SIZE, rx_buffer));
        }
        if self.rx_state.get() != RxState::Idle {
            return Err((ErrorCode::BUSY, rx_buffer));
        }
        self.rx_buffer.replace(rx_buffer);
        self.rx_len.set(rx_len);
        self.rx_position.set(0);
        self.rx_state.set(RxState::Waiting);
        // An error here means that the hardware was idle, and so that this
        // device is the only one that receives.
        self.mux.update_receive().or_else(|error| {
            self.rx_state.set(RxState::Idle);
            match self.rx_buffer.take() {
                Some(buffer) => Err((error, buffer)),
                None => Ok(()),
            }
        })
    }

    fn receive_word(&self) -> Result<(), ErrorCode> {
        Err(ErrorCode::NOSUPPORT)
    }

    /// `Err(BUSY)` announces the callback that ends the receive; `Ok` means
    /// that there was none.
    fn receive_abort(&self) -> Result<(), ErrorCode> {
        match self.rx_state.get() {
            RxState::Idle => Ok(()),
            RxState::Aborting => Err(ErrorCode::BUSY),
            RxState::Waiting | RxState::Receiving => {
                self.rx_state.set(RxState::Aborting);
                // The error that can come from here is that of a hardware
                // that was idle, which it is not while a device receives.
                let _ = self.mux.update_receive();
                Err(ErrorCode::BUSY)
            }
        }
    }
}
