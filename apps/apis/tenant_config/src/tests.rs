// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The driver against a fake kernel.

extern crate std;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use libtock_platform::{CommandReturn, ErrorCode, Syscalls as _, YieldNoWaitReturn, share};
use libtock_unittest::command_return;
use libtock_unittest::fake::{self, Kernel, Syscalls};
use libtock_unittest::{DriverInfo, DriverShareRef, RwAllowBuffer};

use crate::{ChangeListener, DRIVER_NUM, Field, TenantConfig, subscribe};

type Driver = TenantConfig<Syscalls>;

/// Holds the endpoint name `node-1` and a bootstrap URI that is not UTF-8.
#[derive(Default)]
struct FakeDriver {
    buffer: RefCell<RwAllowBuffer>,
    process: DriverShareRef,
}

impl FakeDriver {
    fn change(&self, provisioned: bool) {
        let arguments = (u32::from(provisioned), 0, 0);
        self.process
            .schedule_upcall(subscribe::CHANGED, arguments)
            .unwrap();
    }
}

impl fake::SyscallDriver for FakeDriver {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(DRIVER_NUM).upcall_count(1)
    }

    fn register(&self, process: DriverShareRef) {
        self.process.replace(process);
    }

    fn command(&self, number: u32, field: u32, _: u32) -> CommandReturn {
        let value: &[u8] = match (number, field) {
            (0, _) => return command_return::success(),
            (1, _) => return command_return::success_u32(1),
            (2, 1) => b"node-1",
            (2, 2) => &[0xff, 0xfe],
            (2, _) => return command_return::failure(ErrorCode::NoDevice),
            _ => return command_return::failure(ErrorCode::NoSupport),
        };
        match self.buffer.borrow_mut().get_mut(..value.len()) {
            None => command_return::failure(ErrorCode::Size),
            Some(target) => {
                target.copy_from_slice(value);
                command_return::success_u32(value.len() as u32)
            }
        }
    }

    fn allow_readwrite(
        &self,
        _number: u32,
        buffer: RwAllowBuffer,
    ) -> Result<RwAllowBuffer, (RwAllowBuffer, ErrorCode)> {
        Ok(self.buffer.replace(buffer))
    }
}

fn with_driver() -> (Kernel, Rc<FakeDriver>) {
    let kernel = Kernel::new();
    let driver = Rc::new(FakeDriver::default());
    kernel.add_driver(&driver);
    (kernel, driver)
}

#[test]
fn a_field_is_read_and_the_buffer_given_back() {
    let (_kernel, driver) = with_driver();
    let mut buffer = [0; 64];
    assert_eq!(Driver::endpoint_name(&mut buffer), Ok("node-1"));
    assert!(driver.buffer.borrow().is_empty());
    assert_eq!(Driver::is_provisioned(), Ok(true));
}

#[test]
fn a_buffer_that_is_too_small_says_so() {
    let (_kernel, _driver) = with_driver();
    let mut buffer = [0; 5];
    assert_eq!(Driver::endpoint_name(&mut buffer), Err(ErrorCode::Size));
}

#[test]
fn a_field_that_was_not_granted_is_not_there() {
    let (_kernel, _driver) = with_driver();
    let mut buffer = [0; 64];
    assert_eq!(
        Driver::read(Field::Identity, &mut buffer),
        Err(ErrorCode::NoDevice)
    );
}

#[test]
fn a_text_that_is_no_text_is_an_error() {
    let (_kernel, _driver) = with_driver();
    let mut buffer = [0; 64];
    assert_eq!(Driver::bootstrap_uri(&mut buffer), Err(ErrorCode::BadRVal));
}

#[test]
fn a_listener_hears_of_each_change_until_it_goes() {
    let (_kernel, driver) = with_driver();
    let heard = Cell::new(None);
    let listener = ChangeListener(|provisioned| heard.set(Some(provisioned)));
    share::scope(|subscribe| {
        Driver::on_changed(&listener, subscribe).unwrap();
        for provisioned in [true, false] {
            driver.change(provisioned);
            assert_eq!(heard.take(), None);
            Syscalls::yield_wait();
            assert_eq!(heard.take(), Some(provisioned));
        }
    });
    driver.change(true);
    assert_eq!(Syscalls::yield_no_wait(), YieldNoWaitReturn::NoUpcall);
    assert_eq!(heard.take(), None);
}

#[test]
fn without_a_driver_every_call_says_so() {
    let _kernel = Kernel::new();
    assert_eq!(Driver::exists(), Err(ErrorCode::NoDevice));
    assert_eq!(Driver::is_provisioned(), Err(ErrorCode::NoDevice));
}
