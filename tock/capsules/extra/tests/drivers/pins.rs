// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! LEDs, buttons and GPIO over pins that the test plays.

use std::cell::Cell;

use capsules_core::button::{self, Button};
use capsules_core::gpio::{self as gpio_driver, GPIO};
use capsules_core::led::{self, LedDriver};
use kernel::ErrorCode;
use kernel::hil::gpio::{
    ActivationMode, Client, Configuration, Configure, FloatingState, Input, Interrupt,
    InterruptEdge, InterruptValueWrapper, InterruptWithValue, Output,
};
use kernel::hil::led::LedLow;

use crate::harness::{Bench, assert_failure, assert_success, value};

#[derive(Default)]
struct Pin {
    level: Cell<bool>,
    output: Cell<bool>,
    pull_up: Cell<bool>,
    interrupts: Cell<bool>,
    client: Cell<Option<&'static dyn Client>>,
}

impl Pin {
    fn change(&self, level: bool) {
        self.level.set(level);
        if self.interrupts.get() {
            self.client.get().unwrap().fired();
        }
    }
}

impl Input for Pin {
    fn read(&self) -> bool {
        self.level.get()
    }
}

impl Output for Pin {
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

impl Configure for Pin {
    fn configuration(&self) -> Configuration {
        if self.output.get() {
            Configuration::Output
        } else {
            Configuration::Input
        }
    }

    fn make_output(&self) -> Configuration {
        self.output.set(true);
        self.configuration()
    }

    fn disable_output(&self) -> Configuration {
        self.output.set(false);
        self.configuration()
    }

    fn make_input(&self) -> Configuration {
        self.output.set(false);
        self.configuration()
    }

    fn disable_input(&self) -> Configuration {
        self.configuration()
    }

    fn deactivate_to_low_power(&self) {
        self.output.set(false);
    }

    fn set_floating_state(&self, state: FloatingState) {
        self.pull_up.set(matches!(state, FloatingState::PullUp));
    }

    fn floating_state(&self) -> FloatingState {
        if self.pull_up.get() {
            FloatingState::PullUp
        } else {
            FloatingState::PullNone
        }
    }
}

impl Interrupt<'static> for Pin {
    fn set_client(&self, client: &'static dyn Client) {
        self.client.set(Some(client));
    }

    fn enable_interrupts(&self, _edge: InterruptEdge) {
        self.interrupts.set(true);
    }

    fn disable_interrupts(&self) {
        self.interrupts.set(false);
    }

    fn is_pending(&self) -> bool {
        false
    }
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn wrap(pin: &'static Pin) -> &'static InterruptValueWrapper<'static, Pin> {
    leak(InterruptValueWrapper::new(pin)).finalize()
}

fn pins() -> [&'static Pin; 2] {
    [leak(Pin::default()), leak(Pin::default())]
}

#[test]
fn leds_start_off_and_obey() {
    let pins = pins();
    let leds = leak(pins.map(|pin| leak(LedLow::new(pin))));
    let bench = Bench::new(|_, _| vec![(led::DRIVER_NUM, leak(LedDriver::new(leds)))]);
    let command = |number, index| bench.command(0, led::DRIVER_NUM, number, index, 0);

    assert_eq!(value(command(0, 0)), 2);
    assert!(pins.iter().all(|pin| pin.output.get() && pin.level.get()));
    assert_success(command(1, 1));
    assert!(!pins[1].level.get());
    assert_eq!((value(command(4, 0)), value(command(4, 1))), (0, 1));
    assert_success(command(2, 1));
    assert_success(command(3, 0));
    assert_eq!((value(command(4, 0)), value(command(4, 1))), (1, 0));
    assert_failure(command(1, 2), ErrorCode::INVAL);
    assert_failure(command(5, 0), ErrorCode::NOSUPPORT);
}

fn button_bench() -> (Bench, [&'static Pin; 2]) {
    let pins = pins();
    let list = leak(pins.map(|pin| {
        let wrapper = wrap(pin);
        (wrapper, ActivationMode::ActiveLow, FloatingState::PullUp)
    }));
    let bench = Bench::new(|kernel, capability| {
        let grant = kernel.create_grant(button::DRIVER_NUM, capability);
        let driver = leak(Button::new(list, grant));
        for (index, (pin, _, _)) in list.iter().enumerate() {
            InterruptWithValue::set_client(*pin, driver);
            pin.set_value(index as u32);
        }
        vec![(button::DRIVER_NUM, driver)]
    });
    for process in 0..2 {
        bench.subscribe(process, button::DRIVER_NUM, 0);
    }
    (bench, pins)
}

#[test]
fn button_is_told_to_those_that_asked() {
    let (bench, pins) = button_bench();
    let command = |number, index| bench.command(0, button::DRIVER_NUM, number, index, 0);
    assert_eq!(value(command(0, 0)), 2);
    assert!(pins.iter().all(|pin| pin.pull_up.get()));
    assert_success(command(1, 1));
    pins[1].change(false);
    pins[0].change(false);
    pins[1].change(true);
    assert_eq!(bench.upcalls(0), [(0, (1, 1, 0)), (0, (1, 0, 0))]);
    assert_eq!(bench.upcalls(1), []);
    assert_eq!((value(command(3, 0)), value(command(3, 1))), (1, 0));
    assert_failure(command(1, 2), ErrorCode::INVAL);
    assert_failure(command(3, usize::MAX), ErrorCode::INVAL);
}

#[test]
fn button_interrupts_as_long_as_anyone_wants_it() {
    let (bench, pins) = button_bench();
    for process in 0..2 {
        assert_success(bench.command(process, button::DRIVER_NUM, 1, 0, 0));
    }
    assert_success(bench.command(0, button::DRIVER_NUM, 2, 0, 0));
    assert!(pins[0].interrupts.get());
    assert_success(bench.command(1, button::DRIVER_NUM, 2, 0, 0));
    assert!(!pins[0].interrupts.get());
}

#[test]
fn button_of_processes_that_ended_stops_to_interrupt() {
    let (bench, pins) = button_bench();
    assert_success(bench.command(0, button::DRIVER_NUM, 1, 0, 0));
    bench.process(0).terminate(None);
    pins[0].change(false);
    assert!(!pins[0].interrupts.get());
}

#[test]
fn gpio_pins_are_driven_and_watched() {
    let pins = pins();
    let list = leak([Some(wrap(pins[0])), None, Some(wrap(pins[1]))]);
    let bench = Bench::new(|kernel, capability| {
        let grant = kernel.create_grant(gpio_driver::DRIVER_NUM, capability);
        let driver = leak(GPIO::new(list, grant));
        for (index, pin) in list.iter().enumerate() {
            if let Some(pin) = pin {
                InterruptWithValue::set_client(*pin, driver);
                pin.set_value(index as u32);
            }
        }
        vec![(gpio_driver::DRIVER_NUM, driver)]
    });
    bench.subscribe(0, gpio_driver::DRIVER_NUM, 0);
    let command =
        |number, index, option| bench.command(0, gpio_driver::DRIVER_NUM, number, index, option);

    assert_success(command(0, 0, 0));
    assert_eq!(value(command(10, 0, 0)), 3);
    assert_success(command(1, 0, 0));
    assert_success(command(2, 0, 0));
    assert!(pins[0].output.get() && pins[0].level.get());
    assert_success(command(4, 0, 0));
    assert_eq!(value(command(6, 0, 0)), 0);

    assert_success(command(5, 2, 1));
    assert!(!pins[1].output.get() && pins[1].pull_up.get());
    assert_success(command(7, 2, 0));
    pins[1].change(true);
    assert_eq!(bench.upcalls(0), [(0, (2, 1, 0))]);
    assert_success(command(8, 2, 0));
    assert!(!pins[1].interrupts.get());

    assert_failure(command(2, 3, 0), ErrorCode::INVAL);
    assert_failure(command(2, 1, 0), ErrorCode::NODEVICE);
    assert_failure(command(5, 0, 3), ErrorCode::INVAL);
    assert_failure(command(7, 0, 3), ErrorCode::INVAL);
    assert_failure(command(11, 0, 0), ErrorCode::NOSUPPORT);
}

#[test]
fn board_without_leds_and_buttons_counts_none() {
    let bench = Bench::new(|kernel, capability| {
        let leds: &'static LedDriver<'static, LedLow<'static, Pin>, 0> =
            leak(LedDriver::new(leak([])));
        let buttons: &'static Button<'static, Pin> = leak(Button::new(
            leak([]),
            kernel.create_grant(button::DRIVER_NUM, capability),
        ));
        vec![(led::DRIVER_NUM, leds), (button::DRIVER_NUM, buttons)]
    });
    for (driver, commands) in [(led::DRIVER_NUM, 1..=4), (button::DRIVER_NUM, 1..=3)] {
        assert_eq!(value(bench.command(0, driver, 0, 0, 0)), 0);
        for command in commands {
            for index in [0, 1, usize::MAX] {
                assert_failure(
                    bench.command(0, driver, command, index, 0),
                    ErrorCode::INVAL,
                );
            }
        }
    }
}
