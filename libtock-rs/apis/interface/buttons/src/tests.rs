// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The button driver against the fake kernel.

use core::cell::Cell;

use libtock_platform::{share, ErrorCode, Syscalls, YieldNoWaitReturn};
use libtock_unittest::fake;

use super::{ButtonListener, ButtonState};

type Buttons = super::Buttons<fake::Syscalls>;

#[test]
fn without_a_driver_there_is_no_count() {
    let _kernel = fake::Kernel::new();
    assert_eq!(Buttons::count(), Err(ErrorCode::NoDevice));
    assert!(!Buttons::is_pressed(0));
    assert!(!Buttons::is_released(0));
}

#[test]
fn the_count_is_the_drivers() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&fake::Buttons::<10>::new());
    assert_eq!(Buttons::count(), Ok(10));
}

#[test]
fn reads_follow_the_button() {
    let kernel = fake::Kernel::new();
    let driver = fake::Buttons::<2>::new();
    kernel.add_driver(&driver);

    assert_eq!(Buttons::read(1), Ok(ButtonState::Released));
    assert!(Buttons::is_released(1));
    driver.set_pressed(1, true).unwrap();
    assert_eq!(Buttons::read(1), Ok(ButtonState::Pressed));
    assert!(Buttons::is_pressed(1));
    assert!(Buttons::is_released(0));
    assert_eq!(Buttons::read(2), Err(ErrorCode::Invalid));
}

#[test]
fn a_listener_hears_of_enabled_buttons_only() {
    let kernel = fake::Kernel::new();
    let driver = fake::Buttons::<2>::new();
    kernel.add_driver(&driver);

    let heard = Cell::new(None);
    let listener = ButtonListener(|button, state| heard.set(Some((button, state))));
    share::scope(|subscribe| {
        Buttons::register_listener(&listener, subscribe).unwrap();
        Buttons::enable_interrupts(0).unwrap();

        driver.set_pressed(1, true).unwrap();
        assert_eq!(fake::Syscalls::yield_no_wait(), YieldNoWaitReturn::NoUpcall);

        driver.set_pressed(0, true).unwrap();
        fake::Syscalls::yield_wait();
        assert_eq!(heard.take(), Some((0, ButtonState::Pressed)));

        driver.set_pressed(0, false).unwrap();
        fake::Syscalls::yield_wait();
        assert_eq!(heard.take(), Some((0, ButtonState::Released)));

        Buttons::disable_interrupts(0).unwrap();
        driver.set_pressed(0, true).unwrap();
        assert_eq!(fake::Syscalls::yield_no_wait(), YieldNoWaitReturn::NoUpcall);
    });
}

#[test]
fn an_unregistered_listener_hears_nothing() {
    let kernel = fake::Kernel::new();
    let driver = fake::Buttons::<1>::new();
    kernel.add_driver(&driver);

    let heard = Cell::new(false);
    let listener = ButtonListener(|_, _| heard.set(true));
    share::scope(|subscribe| {
        Buttons::register_listener(&listener, subscribe).unwrap();
        Buttons::enable_interrupts(0).unwrap();
        driver.set_pressed(0, true).unwrap();
        Buttons::unregister_listener();
        assert_eq!(fake::Syscalls::yield_no_wait(), YieldNoWaitReturn::NoUpcall);
    });
    assert!(!heard.get());
}
