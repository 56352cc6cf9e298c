// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The LED driver against the fake kernel.

use libtock_platform::ErrorCode;
use libtock_unittest::fake;

type Leds = super::Leds<fake::Syscalls>;

#[test]
fn without_a_driver_there_is_no_count() {
    let _kernel = fake::Kernel::new();
    assert_eq!(Leds::count(), Err(ErrorCode::NoDevice));
    assert_eq!(Leds::on(0), Err(ErrorCode::NoDevice));
}

#[test]
fn the_count_is_the_drivers() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&fake::Leds::<10>::new());
    assert_eq!(Leds::count(), Ok(10));
}

#[test]
fn one_led_changes_and_the_others_stay() {
    let kernel = fake::Kernel::new();
    let driver = fake::Leds::<3>::new();
    kernel.add_driver(&driver);
    let state = || [0, 1, 2].map(|led| driver.get_led(led).unwrap());

    assert_eq!(state(), [false, false, false]);
    Leds::on(1).unwrap();
    assert_eq!(state(), [false, true, false]);
    Leds::toggle(2).unwrap();
    assert_eq!(state(), [false, true, true]);
    Leds::toggle(1).unwrap();
    assert_eq!(state(), [false, false, true]);
    Leds::off(2).unwrap();
    assert_eq!(state(), [false, false, false]);
}

#[test]
fn an_absent_led_is_refused() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&fake::Leds::<3>::new());
    assert_eq!(Leds::on(3), Err(ErrorCode::Invalid));
    assert_eq!(Leds::off(3), Err(ErrorCode::Invalid));
    assert_eq!(Leds::toggle(u32::MAX), Err(ErrorCode::Invalid));
}
