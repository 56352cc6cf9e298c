// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A fake low-level debug driver (0x8), which keeps the messages.

use std::cell::RefCell;
use std::rc::Rc;

use libtock_platform::{CommandReturn, ErrorCode};

use crate::{command_return, DriverInfo};

/// What a kernel would have printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LowLevelDebugMessage {
    AlertCode(u32),
    Print1(u32),
    Print2(u32, u32),
}

/// Low-level debug output.
pub struct LowLevelDebug {
    messages: RefCell<Vec<LowLevelDebugMessage>>,
}

impl LowLevelDebug {
    pub fn new() -> Rc<LowLevelDebug> {
        Rc::new(LowLevelDebug {
            messages: RefCell::new(Vec::new()),
        })
    }

    /// The messages since the last time.
    pub fn take_messages(&self) -> Vec<LowLevelDebugMessage> {
        self.messages.take()
    }
}

impl crate::fake::SyscallDriver for LowLevelDebug {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(0x8)
    }

    fn command(&self, command_num: u32, argument0: u32, argument1: u32) -> CommandReturn {
        let message = match command_num {
            0 => return command_return::success(),
            1 => LowLevelDebugMessage::AlertCode(argument0),
            2 => LowLevelDebugMessage::Print1(argument0),
            3 => LowLevelDebugMessage::Print2(argument0, argument1),
            _ => return command_return::failure(ErrorCode::NoSupport),
        };
        self.messages.borrow_mut().push(message);
        command_return::success()
    }
}
