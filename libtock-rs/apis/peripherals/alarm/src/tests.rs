// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The alarm driver against the fake kernel.

use libtock_platform::ErrorCode;
use libtock_unittest::{command_return, fake, ExpectedSyscall};

use super::{Convert, Hz, Milliseconds, Ticks};

type Alarm = super::Alarm<fake::Syscalls>;

#[test]
fn without_a_driver_nothing_works() {
    let _kernel = fake::Kernel::new();
    assert_eq!(Alarm::exists(), Err(ErrorCode::NoDevice));
    assert_eq!(Alarm::get_frequency(), Err(ErrorCode::NoDevice));
    assert_eq!(Alarm::get_ticks(), Err(ErrorCode::NoDevice));
    assert_eq!(Alarm::sleep_for(Ticks(1)), Err(ErrorCode::NoDevice));
}

#[test]
fn the_frequency_is_the_drivers() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&fake::Alarm::new(10));
    assert_eq!(Alarm::exists(), Ok(()));
    assert_eq!(Alarm::get_frequency(), Ok(Hz(10)));
}

#[test]
fn sleeping_takes_the_time_asked_for() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&fake::Alarm::new(1000));

    assert_eq!(Alarm::get_ticks(), Ok(0));
    Alarm::sleep_for(Ticks(7)).unwrap();
    assert_eq!(Alarm::get_ticks(), Ok(7));
    Alarm::sleep_for(Milliseconds(50)).unwrap();
    assert_eq!(Alarm::get_ticks(), Ok(57));
    assert_eq!(Alarm::get_milliseconds(), Ok(57));
}

#[test]
fn ticks_are_converted_to_milliseconds() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&fake::Alarm::new(32768));
    Alarm::sleep_for(Ticks(3 * 32768 + 16384)).unwrap();
    assert_eq!(Alarm::get_milliseconds(), Ok(3500));
}

#[test]
fn a_frequency_of_zero_is_an_error() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&fake::Alarm::new(0));
    assert_eq!(Alarm::get_milliseconds(), Err(ErrorCode::Fail));
}

#[test]
fn milliseconds_saturate_at_32_bits() {
    assert_eq!(Milliseconds(429).to_ticks(Hz(10_000_000)), Ticks(4_290_000));
    assert_eq!(Milliseconds(430).to_ticks(Hz(10_000_000)), Ticks(4_294_967));
    assert_eq!(
        Milliseconds(u32::MAX).to_ticks(Hz(u32::MAX)),
        Ticks(4_294_967)
    );
}

#[test]
fn a_refused_alarm_fails_instead_of_waiting() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&fake::Alarm::new(1000));
    kernel.add_expected_syscall(ExpectedSyscall::Command {
        driver_id: 0,
        command_id: 1,
        argument0: 0,
        argument1: 0,
        override_return: None,
    });
    kernel.add_expected_syscall(ExpectedSyscall::Subscribe {
        driver_num: 0,
        subscribe_num: 0,
        skip_with_error: None,
    });
    kernel.add_expected_syscall(ExpectedSyscall::Command {
        driver_id: 0,
        command_id: 5,
        argument0: 3,
        argument1: 0,
        override_return: Some(command_return::failure(ErrorCode::NoMem)),
    });
    assert_eq!(Alarm::sleep_for(Milliseconds(3)), Err(ErrorCode::NoMem));
}
