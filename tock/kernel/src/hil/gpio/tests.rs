// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Activation, lights and the value that interrupts carry.

use super::*;
use crate::hil::led::{Led, LedHigh, LedLow};
use std::boxed::Box;
use std::vec::Vec;

struct FakePin {
    high: Cell<bool>,
    configuration: Cell<Configuration>,
    edge: Cell<Option<InterruptEdge>>,
    client: OptionalCell<&'static dyn Client>,
}

fn pin() -> &'static FakePin {
    Box::leak(Box::new(FakePin {
        high: Cell::new(false),
        configuration: Cell::new(Configuration::LowPower),
        edge: Cell::new(None),
        client: OptionalCell::empty(),
    }))
}

impl Configure for FakePin {
    fn configuration(&self) -> Configuration {
        self.configuration.get()
    }

    fn make_output(&self) -> Configuration {
        self.configuration.set(Configuration::Output);
        self.configuration()
    }

    fn disable_output(&self) -> Configuration {
        self.configuration.set(Configuration::LowPower);
        self.configuration()
    }

    fn make_input(&self) -> Configuration {
        self.configuration.set(Configuration::Input);
        self.configuration()
    }

    fn disable_input(&self) -> Configuration {
        self.disable_output()
    }

    fn deactivate_to_low_power(&self) {
        self.disable_output();
    }

    fn set_floating_state(&self, _state: FloatingState) {}

    fn floating_state(&self) -> FloatingState {
        FloatingState::PullNone
    }
}

impl Output for FakePin {
    fn set(&self) {
        self.high.set(true);
    }

    fn clear(&self) {
        self.high.set(false);
    }

    fn toggle(&self) -> bool {
        self.high.set(!self.high.get());
        self.high.get()
    }
}

impl Input for FakePin {
    fn read(&self) -> bool {
        self.high.get()
    }
}

impl Interrupt<'static> for FakePin {
    fn set_client(&self, client: &'static dyn Client) {
        self.client.set(client);
    }

    fn enable_interrupts(&self, mode: InterruptEdge) {
        self.edge.set(Some(mode));
    }

    fn disable_interrupts(&self) {
        self.edge.set(None);
    }

    fn is_pending(&self) -> bool {
        false
    }
}

#[test]
fn activation_and_level_agree_in_both_modes() {
    let pin = pin();
    for (mode, active_level) in [
        (ActivationMode::ActiveHigh, true),
        (ActivationMode::ActiveLow, false),
    ] {
        for state in [ActivationState::Active, ActivationState::Inactive] {
            pin.write_activation(state, mode);
            let active = state == ActivationState::Active;
            assert_eq!(pin.read(), active == active_level);
            assert_eq!(pin.read_activation(mode), state);
        }
    }
}

fn is_a_light(led: &dyn Led, pin: &FakePin, level_when_on: bool) {
    led.init();
    assert!(pin.is_output() && !pin.is_input());
    led.on();
    assert!(led.read());
    assert_eq!(pin.read(), level_when_on);
    led.toggle();
    assert!(!led.read());
    led.toggle();
    led.off();
    assert!(!led.read());
    assert_eq!(pin.read(), !level_when_on);
}

#[test]
fn lights_are_on_at_the_level_of_their_wiring() {
    let pin = pin();
    is_a_light(&LedHigh::new(pin), pin, true);
    is_a_light(&LedLow::new(pin), pin, false);
}

#[derive(Default)]
struct Recorder(core::cell::RefCell<Vec<u32>>);

impl ClientWithValue for Recorder {
    fn fired(&self, value: u32) {
        self.0.borrow_mut().push(value);
    }
}

#[test]
fn wrapped_pins_tell_their_common_client_which_one_fired() {
    let recorder: &'static Recorder = Box::leak(Box::default());
    let pins = [pin(), pin()];
    for (index, pin) in (0..).zip(pins) {
        let wrapper: &'static _ = Box::leak(Box::new(InterruptValueWrapper::new(pin)));
        let wrapper = wrapper.finalize();
        pin.client.map(|client| client.fired());
        wrapper.set_client(recorder);
        wrapper.set_value(index + 10);
        assert_eq!(wrapper.enable_interrupts(InterruptEdge::EitherEdge), Ok(()));
        assert_eq!(pin.edge.get(), Some(InterruptEdge::EitherEdge));
    }
    pins[1].client.map(|client| client.fired());
    pins[0].client.map(|client| client.fired());
    assert_eq!(*recorder.0.borrow(), [11, 10]);
}
