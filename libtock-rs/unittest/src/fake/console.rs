// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A fake console driver (0x1), which keeps the output and has an input.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use libtock_platform::{CommandReturn, ErrorCode};

use crate::{command_return, DriverInfo, DriverShareRef, RoAllowBuffer, RwAllowBuffer};

/// The console. Reads and writes are done at once.
pub struct Console {
    output: RefCell<Vec<u8>>,
    input: RefCell<Vec<u8>>,
    /// How much of the input was read.
    position: Cell<usize>,
    write_buffer: RefCell<RoAllowBuffer>,
    read_buffer: RefCell<RwAllowBuffer>,
    share_ref: DriverShareRef,
}

impl Console {
    /// A console without input.
    pub fn new() -> Rc<Console> {
        Console::new_with_input(b"")
    }

    /// A console on which someone has typed `input`. A read beyond its end gets
    /// less than it asked for.
    pub fn new_with_input(input: &[u8]) -> Rc<Console> {
        Rc::new(Console {
            output: Default::default(),
            input: RefCell::new(input.into()),
            position: Cell::new(0),
            write_buffer: Default::default(),
            read_buffer: Default::default(),
            share_ref: Default::default(),
        })
    }

    /// What was written since the last time.
    pub fn take_bytes(&self) -> Vec<u8> {
        self.output.take()
    }

    fn write(&self, len: u32) -> CommandReturn {
        let buffer = self.write_buffer.borrow();
        let len = buffer.len().min(len as usize);
        self.output.borrow_mut().extend_from_slice(&buffer[..len]);
        self.complete(1, (len as u32, 0, 0))
    }

    fn read(&self, len: u32) -> CommandReturn {
        let mut buffer = self.read_buffer.borrow_mut();
        let input = self.input.borrow();
        let left = &input[self.position.get()..];
        let len = buffer.len().min(len as usize).min(left.len());
        buffer[..len].copy_from_slice(&left[..len]);
        self.position.set(self.position.get() + len);
        self.complete(2, (0, len as u32, 0))
    }

    fn complete(&self, subscribe_num: u32, args: (u32, u32, u32)) -> CommandReturn {
        self.share_ref
            .schedule_upcall(subscribe_num, args)
            .expect("the driver has three upcalls");
        command_return::success()
    }
}

impl crate::fake::SyscallDriver for Console {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(0x1).upcall_count(3)
    }

    fn register(&self, share_ref: DriverShareRef) {
        self.share_ref.replace(share_ref);
    }

    fn command(&self, command_num: u32, argument0: u32, _argument1: u32) -> CommandReturn {
        match command_num {
            0 => command_return::success(),
            1 => self.write(argument0),
            2 => self.read(argument0),
            // A read is over before it could be aborted.
            3 => command_return::success(),
            _ => command_return::failure(ErrorCode::NoSupport),
        }
    }

    fn allow_readonly(
        &self,
        buffer_num: u32,
        buffer: RoAllowBuffer,
    ) -> Result<RoAllowBuffer, (RoAllowBuffer, ErrorCode)> {
        match buffer_num {
            1 => Ok(self.write_buffer.replace(buffer)),
            _ => Err((buffer, ErrorCode::NoSupport)),
        }
    }

    fn allow_readwrite(
        &self,
        buffer_num: u32,
        buffer: RwAllowBuffer,
    ) -> Result<RwAllowBuffer, (RwAllowBuffer, ErrorCode)> {
        match buffer_num {
            1 => Ok(self.read_buffer.replace(buffer)),
            _ => Err((buffer, ErrorCode::NoSupport)),
        }
    }
}
