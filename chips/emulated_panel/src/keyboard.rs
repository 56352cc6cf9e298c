// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A key of the virtio keyboard as an input pin.
//!
//! Source: Virtual I/O Device (VIRTIO) 1.1, section 5.8; event codes as in
//! Linux's `input-event-codes.h`.

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::hil::gpio::{
    Client, Configuration, Configure, FloatingState, Input, Interrupt, InterruptEdge, Output,
};
use kernel::utilities::cells::OptionalCell;
use virtio::devices::{VirtIODeviceDriver, VirtIODeviceType};
use virtio::queues::split_queue::{SplitVirtqueue, SplitVirtqueueClient, VirtqueueBuffer};

/// Length of an event, in bytes: type, code (16 bits each), value (32 bits).
pub const EVENT_LEN: usize = 8;
/// Events that can be on their way at once.
pub const EVENTS: usize = 8;

const EV_KEY: u16 = 1;
/// Value of a key that repeats itself while it is held.
const REPEATED: u32 = 2;

/// A pin that is high while its key is held.
pub struct KeyPin {
    key_code: u16,
    high: Cell<bool>,
    edge: Cell<Option<InterruptEdge>>,
    client: OptionalCell<&'static dyn Client>,
}

impl KeyPin {
    /// The pin of this key.
    pub const fn new(key_code: u16) -> Self {
        Self {
            key_code,
            high: Cell::new(false),
            edge: Cell::new(None),
            client: OptionalCell::empty(),
        }
    }

    fn set_level(&self, high: bool) {
        if self.high.replace(high) == high {
            return;
        }
        let wanted = match self.edge.get() {
            None => false,
            Some(InterruptEdge::EitherEdge) => true,
            Some(InterruptEdge::RisingEdge) => high,
            Some(InterruptEdge::FallingEdge) => !high,
        };
        if wanted {
            self.client.map(|client| client.fired());
        }
    }
}

impl Input for KeyPin {
    fn read(&self) -> bool {
        self.high.get()
    }
}

/// A key cannot be driven.
impl Output for KeyPin {
    fn set(&self) {}

    fn clear(&self) {}

    fn toggle(&self) -> bool {
        self.high.get()
    }
}

impl Configure for KeyPin {
    fn configuration(&self) -> Configuration {
        Configuration::Input
    }

    fn make_output(&self) -> Configuration {
        Configuration::Input
    }

    fn disable_output(&self) -> Configuration {
        Configuration::Input
    }

    fn make_input(&self) -> Configuration {
        Configuration::Input
    }

    fn disable_input(&self) -> Configuration {
        Configuration::Input
    }

    fn deactivate_to_low_power(&self) {
        self.disable_interrupts();
    }

    fn set_floating_state(&self, _state: FloatingState) {}

    fn floating_state(&self) -> FloatingState {
        FloatingState::PullNone
    }
}

impl Interrupt<'static> for KeyPin {
    fn set_client(&self, client: &'static dyn Client) {
        self.client.set(client);
    }

    fn enable_interrupts(&self, mode: InterruptEdge) {
        self.edge.set(Some(mode));
    }

    fn disable_interrupts(&self) {
        self.edge.set(None);
    }

    /// Events are handed on as they come; none waits here.
    fn is_pending(&self) -> bool {
        false
    }
}

/// The keyboard: tells the pins of their keys.
pub struct Keyboard {
    events: &'static SplitVirtqueue<'static, 'static, EVENTS>,
    pins: &'static [&'static KeyPin],
}

impl Keyboard {
    /// The keyboard with this event queue. Several pins may share a key.
    pub const fn new(
        events: &'static SplitVirtqueue<'static, 'static, EVENTS>,
        pins: &'static [&'static KeyPin],
    ) -> Self {
        Self { events, pins }
    }

    /// Gives the device buffers for events, once it is initialized.
    ///
    /// # Errors
    /// As the queue's `provide_buffer_chain`.
    pub fn provide_buffers(
        &self,
        buffers: &'static mut [[u8; EVENT_LEN]; EVENTS],
    ) -> Result<(), ErrorCode> {
        buffers.iter_mut().try_for_each(|buffer| self.lend(buffer))
    }

    fn lend(&self, buf: &'static mut [u8]) -> Result<(), ErrorCode> {
        let len = buf.len();
        self.events
            .provide_buffer_chain(&mut [Some(VirtqueueBuffer {
                buf,
                len,
                device_writeable: true,
            })])
    }

    fn event(&self, bytes: &[u8]) {
        let Some((kind, code, value)) = parse(bytes) else {
            return;
        };
        if kind != EV_KEY || value == REPEATED {
            return;
        }
        for pin in self.pins.iter().filter(|pin| pin.key_code == code) {
            pin.set_level(value != 0);
        }
    }
}

fn parse(bytes: &[u8]) -> Option<(u16, u16, u32)> {
    let event: &[u8; EVENT_LEN] = bytes.get(..EVENT_LEN)?.try_into().ok()?;
    let [k0, k1, c0, c1, v @ ..] = *event;
    Some((
        u16::from_le_bytes([k0, k1]),
        u16::from_le_bytes([c0, c1]),
        u32::from_le_bytes(v),
    ))
}

impl SplitVirtqueueClient<'static> for Keyboard {
    fn buffer_chain_ready(
        &self,
        _queue_number: u32,
        buffer_chain: &mut [Option<VirtqueueBuffer<'static>>],
        bytes_used: usize,
    ) {
        let Some(buffer) = buffer_chain.first_mut().and_then(Option::take) else {
            return;
        };
        if let Some(bytes) = buffer.buf.get(..bytes_used) {
            self.event(bytes);
        }
        // The descriptor that just came back is free, so there is room for it.
        let _ = self.lend(buffer.buf);
    }
}

impl VirtIODeviceDriver for Keyboard {
    fn negotiate_features(&self, _offered_features: u64) -> Option<u64> {
        // The device type has no features of its own.
        Some(0)
    }

    fn device_type(&self) -> VirtIODeviceType {
        VirtIODeviceType::InputDevice
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_type_code_and_value() {
        assert_eq!(parse(&[1, 0, 57, 0, 1, 0, 0, 0]), Some((1, 57, 1)));
        assert_eq!(parse(&[1, 0, 57, 0, 1, 0, 0]), None);
    }

    #[test]
    fn a_pin_is_high_while_its_key_is_held() {
        let pin = KeyPin::new(57);
        assert!(!pin.read());
        pin.set_level(true);
        assert!(pin.read());
        pin.set_level(false);
        assert!(!pin.read());
    }
}
