// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Hardware for a board on the host, as little as the components need.

use std::cell::{Cell, RefCell};

use capsules_core::virtualizers::virtual_flash::MuxFlash;
use kernel::ErrorCode;
use kernel::hil::flash::{Flash, HasClient};
use kernel::hil::time::{Alarm, AlarmClient, Freq1MHz, Ticks, Ticks32, Time};
use kernel::hil::{entropy, gpio, rng, uart};

type Refused<T> = (ErrorCode, T);

/// A port that keeps what is sent.
#[derive(Default)]
pub struct Port {
    client: Cell<Option<&'static dyn uart::TransmitClient>>,
    transmitting: Cell<Option<(&'static mut [u8], usize)>>,
    sent: RefCell<Vec<u8>>,
}

impl Port {
    pub fn drain(&self) -> String {
        while let Some((buffer, length)) = self.transmitting.take() {
            self.sent.borrow_mut().extend(&buffer[..length]);
            let client = self.client.get().unwrap();
            client.transmitted_buffer(buffer, length, Ok(()));
        }
        String::from_utf8(self.sent.take()).unwrap()
    }
}

impl uart::Configure for Port {
    fn configure(&self, _params: uart::Parameters) -> Result<(), ErrorCode> {
        Ok(())
    }
}

impl uart::Transmit<'static> for Port {
    fn set_transmit_client(&self, client: &'static dyn uart::TransmitClient) {
        self.client.set(Some(client));
    }

    fn transmit_buffer(
        &self,
        buffer: &'static mut [u8],
        length: usize,
    ) -> Result<(), Refused<&'static mut [u8]>> {
        self.transmitting.set(Some((buffer, length)));
        Ok(())
    }

    fn transmit_word(&self, _word: u32) -> Result<(), ErrorCode> {
        Err(ErrorCode::NOSUPPORT)
    }

    fn transmit_abort(&self) -> Result<(), ErrorCode> {
        Err(ErrorCode::NOSUPPORT)
    }
}

impl uart::Receive<'static> for Port {
    fn set_receive_client(&self, _client: &'static dyn uart::ReceiveClient) {}

    fn receive_buffer(
        &self,
        buffer: &'static mut [u8],
        _length: usize,
    ) -> Result<(), Refused<&'static mut [u8]>> {
        Err((ErrorCode::NOSUPPORT, buffer))
    }

    fn receive_word(&self) -> Result<(), ErrorCode> {
        Err(ErrorCode::NOSUPPORT)
    }

    fn receive_abort(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
}

/// An alarm whose time the test moves.
#[derive(Default)]
pub struct Clock {
    now: Cell<u32>,
    armed: Cell<Option<(Ticks32, Ticks32)>>,
    client: Cell<Option<&'static dyn AlarmClient>>,
}

impl Clock {
    pub fn pass(&self, ticks: u32) {
        self.now.set(self.now.get() + ticks);
        while let Some((start, dt)) = self.armed.get() {
            if self.now().within_range(start, start.wrapping_add(dt)) {
                break;
            }
            self.armed.set(None);
            self.client.get().unwrap().alarm();
        }
    }
}

impl Time for Clock {
    type Frequency = Freq1MHz;
    type Ticks = Ticks32;

    fn now(&self) -> Ticks32 {
        Ticks32::from(self.now.get())
    }
}

impl Alarm<'static> for Clock {
    fn set_alarm_client(&self, client: &'static dyn AlarmClient) {
        self.client.set(Some(client));
    }

    fn set_alarm(&self, reference: Ticks32, dt: Ticks32) {
        self.armed.set(Some((reference, dt)));
    }

    fn get_alarm(&self) -> Ticks32 {
        self.now()
    }

    fn disarm(&self) -> Result<(), ErrorCode> {
        self.armed.set(None);
        Ok(())
    }

    fn is_armed(&self) -> bool {
        self.armed.get().is_some()
    }

    fn minimum_dt(&self) -> Ticks32 {
        Ticks32::from(1u32)
    }
}

/// A pin that nothing is connected to.
pub struct Pin {
    level: Cell<bool>,
}

impl Pin {
    pub const fn new() -> Pin {
        Pin {
            level: Cell::new(false),
        }
    }
}

impl gpio::Input for Pin {
    fn read(&self) -> bool {
        self.level.get()
    }
}

impl gpio::Output for Pin {
    fn set(&self) {
        self.level.set(true);
    }

    fn clear(&self) {
        self.level.set(false);
    }

    fn toggle(&self) -> bool {
        self.level.set(!self.level.get());
        self.level.get()
    }
}

impl gpio::Configure for Pin {
    fn configuration(&self) -> gpio::Configuration {
        gpio::Configuration::InputOutput
    }

    fn make_output(&self) -> gpio::Configuration {
        self.configuration()
    }

    fn disable_output(&self) -> gpio::Configuration {
        self.configuration()
    }

    fn make_input(&self) -> gpio::Configuration {
        self.configuration()
    }

    fn disable_input(&self) -> gpio::Configuration {
        self.configuration()
    }

    fn deactivate_to_low_power(&self) {}

    fn set_floating_state(&self, _state: gpio::FloatingState) {}

    fn floating_state(&self) -> gpio::FloatingState {
        gpio::FloatingState::PullNone
    }
}

impl gpio::Interrupt<'static> for Pin {
    fn set_client(&self, _client: &'static dyn gpio::Client) {}

    fn enable_interrupts(&self, _edge: gpio::InterruptEdge) {}

    fn disable_interrupts(&self) {}

    fn is_pending(&self) -> bool {
        false
    }
}

/// A source that never has any.
pub struct Source;

impl entropy::Entropy32<'static> for Source {
    fn get(&self) -> Result<(), ErrorCode> {
        Err(ErrorCode::OFF)
    }

    fn cancel(&self) -> Result<(), ErrorCode> {
        Ok(())
    }

    fn set_client(&'static self, _client: &'static dyn entropy::Client32) {}
}

impl rng::Rng<'static> for Source {
    fn get(&self) -> Result<(), ErrorCode> {
        Err(ErrorCode::OFF)
    }

    fn cancel(&self) -> Result<(), ErrorCode> {
        Ok(())
    }

    fn set_client(&'static self, _client: &'static dyn rng::Client) {}
}

/// A flash that is switched off.
pub struct Storage;

#[derive(Default)]
pub struct Page([u8; 16]);

impl AsMut<[u8]> for Page {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl HasClient<'static, MuxFlash<'static, Storage>> for Storage {
    fn set_client(&'static self, _client: &'static MuxFlash<'static, Storage>) {}
}

impl Flash for Storage {
    type Page = Page;

    fn read_page(
        &self,
        _page: usize,
        buffer: &'static mut Page,
    ) -> Result<(), Refused<&'static mut Page>> {
        Err((ErrorCode::OFF, buffer))
    }

    fn write_page(
        &self,
        _page: usize,
        buffer: &'static mut Page,
    ) -> Result<(), Refused<&'static mut Page>> {
        Err((ErrorCode::OFF, buffer))
    }

    fn erase_page(&self, _page: usize) -> Result<(), ErrorCode> {
        Err(ErrorCode::OFF)
    }
}
