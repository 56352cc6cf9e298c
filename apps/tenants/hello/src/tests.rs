// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The greeting against a fake kernel.

extern crate std;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::string::String;

use libtock_platform::{CommandReturn, ErrorCode};
use libtock_unittest::fake::{self, Kernel, Syscalls};
use libtock_unittest::{DriverInfo, RwAllowBuffer, command_return};

use crate::greet;

/// Holds an endpoint name, and a bootstrap URI if that was granted.
#[derive(Default)]
struct Config {
    provisioned: Cell<bool>,
    uri: Cell<Option<&'static str>>,
    buffer: RefCell<RwAllowBuffer>,
}

impl fake::SyscallDriver for Config {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(libtock_tenant_config::DRIVER_NUM).upcall_count(1)
    }

    fn command(&self, number: u32, field: u32, _: u32) -> CommandReturn {
        let value = match (number, field) {
            (0, _) => return command_return::success(),
            (1, _) => return command_return::success_u32(u32::from(self.provisioned.get())),
            (2, 1) => Some("node-17"),
            (2, 2) => self.uri.get(),
            _ => return command_return::failure(ErrorCode::NoSupport),
        };
        let Some(value) = value else {
            return command_return::failure(ErrorCode::NoDevice);
        };
        match self.buffer.borrow_mut().get_mut(..value.len()) {
            None => command_return::failure(ErrorCode::Size),
            Some(target) => {
                target.copy_from_slice(value.as_bytes());
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

/// What is printed with this configuration.
fn printed(provisioned: bool, uri: Option<&'static str>) -> String {
    let kernel = Kernel::new();
    let console = fake::Console::new();
    let config = Rc::new(Config::default());
    config.provisioned.set(provisioned);
    config.uri.set(uri);
    kernel.add_driver(&console);
    kernel.add_driver(&config);
    greet::<Syscalls>().unwrap();
    String::from_utf8(console.take_bytes()).unwrap()
}

#[test]
fn it_prints_what_it_was_granted() {
    assert_eq!(
        printed(true, Some("coaps://bootstrap.example.org")),
        "hello: endpoint node-17\nhello: bootstrap coaps://bootstrap.example.org\n"
    );
}

#[test]
fn it_says_which_field_it_was_not_granted() {
    assert_eq!(
        printed(true, None),
        "hello: endpoint node-17\nhello: bootstrap was not granted to me\n"
    );
}

#[test]
fn it_says_that_it_was_granted_nothing() {
    assert_eq!(
        printed(false, None),
        "hello: nothing was granted to me, or there is no configuration\n"
    );
}

#[test]
fn the_longest_uri_is_printed_whole() {
    let uri: &'static str = String::leak("u".repeat(255));
    assert!(printed(true, Some(uri)).ends_with(&std::format!("hello: bootstrap {uri}\n")));
}
