// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The GPIO driver against the fake kernel.

use core::cell::Cell;

use libtock_platform::{share, ErrorCode, Syscalls, YieldNoWaitReturn};
use libtock_unittest::fake::{self, GpioMode, PullMode};

use super::{GpioInterruptListener, GpioState, PinInterruptEdge, PullDown, PullNone, PullUp};

type Gpio = super::Gpio<fake::Syscalls>;

#[test]
fn without_a_driver_nothing_works() {
    let _kernel = fake::Kernel::new();
    assert_eq!(Gpio::exists(), Err(ErrorCode::NoDevice));
    assert_eq!(Gpio::count(), Err(ErrorCode::NoDevice));
    assert_eq!(Gpio::get_pin(0).err(), Some(ErrorCode::NoDevice));
}

#[test]
fn the_count_is_the_drivers() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&fake::Gpio::<7>::new());
    assert_eq!(Gpio::exists(), Ok(()));
    assert_eq!(Gpio::count(), Ok(7));
}

#[test]
fn holes_and_numbers_out_of_range_are_told_apart() {
    let kernel = fake::Kernel::new();
    let driver = fake::Gpio::<2>::new();
    kernel.add_driver(&driver);
    driver.set_missing_gpio(1);
    assert!(Gpio::get_pin(0).is_ok());
    assert_eq!(Gpio::get_pin(1).err(), Some(ErrorCode::NoDevice));
    assert_eq!(Gpio::get_pin(2).err(), Some(ErrorCode::Invalid));
}

#[test]
fn an_output_drives_its_pin_until_dropped() {
    let kernel = fake::Kernel::new();
    let driver = fake::Gpio::<2>::new();
    kernel.add_driver(&driver);

    let mut pin = Gpio::get_pin(1).unwrap();
    {
        let mut output = pin.make_output().unwrap();
        assert_eq!(driver.get_gpio_mode(1), GpioMode::Output);
        output.set().unwrap();
        assert!(driver.get_gpio_value(1));
        output.toggle().unwrap();
        assert!(!driver.get_gpio_value(1));
        output.toggle().unwrap();
        assert!(driver.get_gpio_value(1));
        output.clear().unwrap();
        assert!(!driver.get_gpio_value(1));
        assert_eq!(driver.get_gpio_mode(0), GpioMode::Disabled);
    }
    assert_eq!(driver.get_gpio_mode(1), GpioMode::Disabled);
}

#[test]
fn an_input_has_the_pull_asked_for() {
    let kernel = fake::Kernel::new();
    let driver = fake::Gpio::<1>::new();
    kernel.add_driver(&driver);

    let mut pin = Gpio::get_pin(0).unwrap();
    let input = pin.make_input::<PullUp>().unwrap();
    assert_eq!(driver.get_gpio_mode(0), GpioMode::Input(PullMode::Up));
    drop(input);
    let input = pin.make_input::<PullDown>().unwrap();
    assert_eq!(driver.get_gpio_mode(0), GpioMode::Input(PullMode::Down));
    drop(input);
    let input = pin.make_input::<PullNone>().unwrap();
    assert_eq!(driver.get_gpio_mode(0), GpioMode::Input(PullMode::None));

    assert_eq!(input.read(), Ok(GpioState::Low));
    driver.set_value(0, true);
    assert_eq!(input.read(), Ok(GpioState::High));
}

#[test]
fn the_listener_hears_of_the_edges_asked_for() {
    let kernel = fake::Kernel::new();
    let driver = fake::Gpio::<1>::new();
    kernel.add_driver(&driver);

    let heard = Cell::new(None);
    let listener = GpioInterruptListener(|pin, state| heard.set(Some((pin, state))));
    share::scope(|subscribe| {
        Gpio::register_listener(&listener, subscribe).unwrap();
        let mut pin = Gpio::get_pin(0).unwrap();
        let input = pin.make_input::<PullNone>().unwrap();

        for (edge, rising, falling) in [
            (PinInterruptEdge::Either, true, true),
            (PinInterruptEdge::Rising, true, false),
            (PinInterruptEdge::Falling, false, true),
        ] {
            input.enable_interrupts(edge).unwrap();
            for (level, wanted) in [(true, rising), (false, falling)] {
                driver.set_value(0, level);
                let ran = fake::Syscalls::yield_no_wait() == YieldNoWaitReturn::Upcall;
                assert_eq!(ran, wanted, "{edge:?}, level {level}");
                let state = GpioState::from(u32::from(level));
                assert_eq!(heard.take(), wanted.then_some((0, state)));
            }
        }

        input.disable_interrupts().unwrap();
        driver.set_value(0, true);
        assert_eq!(fake::Syscalls::yield_no_wait(), YieldNoWaitReturn::NoUpcall);
    });
}
