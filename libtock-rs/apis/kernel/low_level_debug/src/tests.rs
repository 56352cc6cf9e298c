// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The low-level debug driver against the fake kernel.

use libtock_unittest::fake::{self, LowLevelDebugMessage};

use super::AlertCode;

type LowLevelDebug = super::LowLevelDebug<fake::Syscalls>;

#[test]
fn without_a_driver_it_does_not_exist_and_printing_is_harmless() {
    let _kernel = fake::Kernel::new();
    assert!(!LowLevelDebug::exists());
    LowLevelDebug::print_1(1);
}

#[test]
fn messages_arrive_in_order() {
    let kernel = fake::Kernel::new();
    let driver = fake::LowLevelDebug::new();
    kernel.add_driver(&driver);

    assert!(LowLevelDebug::exists());
    LowLevelDebug::print_alert_code(AlertCode::Panic);
    LowLevelDebug::print_alert_code(AlertCode::WrongLocation);
    LowLevelDebug::print_1(42);
    LowLevelDebug::print_2(42, u32::MAX);
    assert_eq!(
        driver.take_messages(),
        [
            LowLevelDebugMessage::AlertCode(1),
            LowLevelDebugMessage::AlertCode(2),
            LowLevelDebugMessage::Print1(42),
            LowLevelDebugMessage::Print2(42, u32::MAX),
        ]
    );
    assert_eq!(driver.take_messages(), []);
}
