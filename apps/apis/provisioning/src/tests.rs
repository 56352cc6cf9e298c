// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The driver against a fake kernel.

extern crate std;

use std::cell::RefCell;
use std::rc::Rc;
use std::vec::Vec;

use libtock_platform::{CommandReturn, ErrorCode};
use libtock_unittest::command_return;
use libtock_unittest::fake::{self, Kernel, Syscalls};
use libtock_unittest::{DriverInfo, RoAllowBuffer, RwAllowBuffer};

use crate::{DRIVER_NUM, Link, Provisioning};

type Driver = Provisioning<Syscalls>;

#[derive(Default)]
struct FakeDriver {
    calls: RefCell<Vec<(u32, u32, u32)>>,
    payload: RefCell<RoAllowBuffer>,
    frame: RefCell<RwAllowBuffer>,
    received: RefCell<Vec<u8>>,
}

impl fake::SyscallDriver for FakeDriver {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(DRIVER_NUM).upcall_count(1)
    }

    fn command(&self, number: u32, a: u32, b: u32) -> CommandReturn {
        self.calls.borrow_mut().push((number, a, b));
        match number {
            1 => command_return::success_3_u32(0b10_0111, 42, 5),
            3 => {
                self.received
                    .borrow_mut()
                    .extend_from_slice(&self.payload.borrow()[..b as usize]);
                command_return::success()
            }
            4 => {
                self.frame.borrow_mut()[..3].copy_from_slice(&[0x20, 0, 0]);
                command_return::success_u32(3)
            }
            8 => {
                let mut frame = self.frame.borrow_mut();
                frame.fill(7);
                command_return::success_u32(frame.len() as u32)
            }
            9.. => command_return::failure(ErrorCode::NoSupport),
            _ => command_return::success(),
        }
    }

    fn allow_readonly(
        &self,
        _number: u32,
        buffer: RoAllowBuffer,
    ) -> Result<RoAllowBuffer, (RoAllowBuffer, ErrorCode)> {
        Ok(self.payload.replace(buffer))
    }

    fn allow_readwrite(
        &self,
        _number: u32,
        buffer: RwAllowBuffer,
    ) -> Result<RwAllowBuffer, (RwAllowBuffer, ErrorCode)> {
        Ok(self.frame.replace(buffer))
    }
}

fn with_driver() -> (Kernel, Rc<FakeDriver>) {
    let kernel = Kernel::new();
    let driver = Rc::new(FakeDriver::default());
    kernel.add_driver(&driver);
    (kernel, driver)
}

#[test]
fn without_a_driver_every_call_says_so() {
    let _kernel = Kernel::new();
    assert_eq!(Driver::exists(), Err(ErrorCode::NoDevice));
    assert_eq!(Driver::open(), Err(ErrorCode::NoDevice));
    assert_eq!(Driver::status(), Err(ErrorCode::NoDevice));
}

#[test]
fn the_status_bits_have_names() {
    let (_kernel, _driver) = with_driver();
    let status = Driver::status().unwrap();
    assert!(status.is_open() && status.takes_frame() && status.frame_waits());
    assert!(!status.has_ended() && status.wants_configuration());
    assert_eq!((status.frame_len, status.alert_code), (42, 5));
}

#[test]
fn a_frame_reaches_the_kernel_whole() {
    let (_kernel, driver) = with_driver();
    Driver::receive(0x22, &[1, 2, 3]).unwrap();
    assert_eq!(*driver.calls.borrow(), [(3, 0x22, 3)]);
    assert_eq!(*driver.received.borrow(), [1, 2, 3]);
}

#[test]
fn a_frame_is_taken_and_the_buffer_given_back() {
    let (_kernel, driver) = with_driver();
    let mut frame = [0; 8];
    assert_eq!(Driver::take(&mut frame), Ok(3));
    assert_eq!(frame[..3], [0x20, 0, 0]);
    assert!(driver.frame.borrow().is_empty());
}

#[test]
fn the_device_id_is_sixteen_bytes() {
    let (_kernel, _driver) = with_driver();
    assert_eq!(Driver::device_id(), Ok([7; 16]));
}

#[test]
fn phases_and_identification_are_numbers_of_the_interface() {
    let (_kernel, driver) = with_driver();
    Driver::link(Link::Looking).unwrap();
    Driver::link(Link::Connecting).unwrap();
    Driver::link(Link::Connected).unwrap();
    Driver::identify(true).unwrap();
    Driver::identify(false).unwrap();
    Driver::close().unwrap();
    let expected = [
        (7, 0, 0),
        (7, 1, 0),
        (7, 2, 0),
        (6, 1, 0),
        (6, 0, 0),
        (5, 0, 0),
    ];
    assert_eq!(*driver.calls.borrow(), expected);
}
