// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The console driver against the fake kernel.

use core::fmt::Write;

use libtock_platform::ErrorCode;
use libtock_unittest::{command_return, fake, ExpectedSyscall};

type Console = super::Console<fake::Syscalls>;

#[test]
fn without_a_driver_it_does_not_exist_and_writes_fail() {
    let _kernel = fake::Kernel::new();
    assert!(!Console::exists());
    assert_eq!(Console::write(b"foo"), Err(ErrorCode::NoDevice));
    let mut buf = [0; 4];
    assert_eq!(Console::read(&mut buf), (0, Err(ErrorCode::NoDevice)));
}

#[test]
fn with_a_driver_it_exists() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&fake::Console::new());
    assert!(Console::exists());
}

#[test]
fn bytes_arrive_in_order() {
    let kernel = fake::Kernel::new();
    let driver = fake::Console::new();
    kernel.add_driver(&driver);

    Console::write(b"foo").unwrap();
    Console::write(b"").unwrap();
    Console::write(b"bar").unwrap();
    assert_eq!(driver.take_bytes(), b"foobar");
    assert_eq!(driver.take_bytes(), b"");
}

#[test]
fn formatted_text_arrives() {
    let kernel = fake::Kernel::new();
    let driver = fake::Console::new();
    kernel.add_driver(&driver);

    write!(Console::writer(), "foo{}bar", 42).unwrap();
    assert_eq!(driver.take_bytes(), b"foo42bar");
}

#[test]
fn a_refused_write_fails() {
    let kernel = fake::Kernel::new();
    let driver = fake::Console::new();
    kernel.add_driver(&driver);
    // Allow and subscribe come first.
    kernel.add_expected_syscall(ExpectedSyscall::AllowRo {
        driver_num: 1,
        buffer_num: 1,
        return_error: None,
    });
    kernel.add_expected_syscall(ExpectedSyscall::Subscribe {
        driver_num: 1,
        subscribe_num: 1,
        skip_with_error: None,
    });
    kernel.add_expected_syscall(ExpectedSyscall::Command {
        driver_id: 1,
        command_id: 1,
        argument0: 5,
        argument1: 0,
        override_return: Some(command_return::failure(ErrorCode::Busy)),
    });
    assert_eq!(Console::write(b"abcde"), Err(ErrorCode::Busy));
    assert!(write!(Console::writer(), "").is_ok());
}

#[test]
fn reads_fill_the_buffer_from_the_input() {
    let kernel = fake::Kernel::new();
    kernel.add_driver(&fake::Console::new_with_input(b"abcdefg"));

    let mut buf = [0; 4];
    assert_eq!(Console::read(&mut buf), (4, Ok(())));
    assert_eq!(&buf, b"abcd");
    assert_eq!(Console::read(&mut buf), (3, Ok(())));
    assert_eq!(&buf[..3], b"efg");
}

#[test]
fn nothing_stays_shared_after_a_write() {
    let kernel = fake::Kernel::new();
    let driver = fake::Console::new();
    kernel.add_driver(&driver);
    Console::write(b"foo").unwrap();
    let log = kernel.take_syscall_log();
    let unsubscribed = log.len() - 2..;
    assert!(matches!(
        log[unsubscribed],
        [
            libtock_unittest::SyscallLogEntry::AllowRo {
                driver_num: 1,
                buffer_num: 1,
                len: 0
            },
            libtock_unittest::SyscallLogEntry::Subscribe {
                driver_num: 1,
                subscribe_num: 1
            },
        ]
    ));
}
