// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a test demands that the process calls next.

use libtock_platform::{CommandReturn, ErrorCode, YieldNoWaitReturn};

use crate::SyscallLogEntry;

/// A system call that must come in its turn, and what to do then.
///
/// As long as there are expected calls, every call must be the first of them;
/// otherwise the test panics. After the last one, calls are free again.
#[derive(Clone, Debug)]
pub enum ExpectedSyscall {
    YieldNoWait {
        /// Runs no upcall and returns this instead.
        override_return: Option<YieldNoWaitReturn>,
    },
    YieldWait {
        /// Returns without an upcall.
        skip_upcall: bool,
    },
    Subscribe {
        driver_num: u32,
        subscribe_num: u32,
        /// Fails this way and changes nothing.
        skip_with_error: Option<ErrorCode>,
    },
    Command {
        driver_id: u32,
        command_id: u32,
        argument0: u32,
        argument1: u32,
        /// Keeps the command from the driver and answers this.
        override_return: Option<CommandReturn>,
    },
    AllowRo {
        driver_num: u32,
        buffer_num: u32,
        /// Keeps the buffer from the driver and fails this way.
        return_error: Option<ErrorCode>,
    },
    AllowRw {
        driver_num: u32,
        buffer_num: u32,
        /// Keeps the buffer from the driver and fails this way.
        return_error: Option<ErrorCode>,
    },
    Memop {
        memop_num: u32,
        /// Does nothing and fails this way.
        return_error: Option<ErrorCode>,
    },
}

impl ExpectedSyscall {
    /// Whether `call` is the one expected.
    pub(crate) fn matches(&self, call: &SyscallLogEntry) -> bool {
        use ExpectedSyscall as Expected;
        use SyscallLogEntry as Log;

        match (self, call) {
            (Expected::YieldNoWait { .. }, Log::YieldNoWait) => true,
            (Expected::YieldWait { .. }, Log::YieldWait) => true,
            (
                Expected::Subscribe {
                    driver_num,
                    subscribe_num,
                    ..
                },
                Log::Subscribe {
                    driver_num: called_driver,
                    subscribe_num: called_subscribe,
                },
            ) => (driver_num, subscribe_num) == (called_driver, called_subscribe),
            (
                Expected::Command {
                    driver_id,
                    command_id,
                    argument0,
                    argument1,
                    ..
                },
                Log::Command {
                    driver_id: called_driver,
                    command_id: called_command,
                    argument0: called0,
                    argument1: called1,
                },
            ) => {
                (driver_id, command_id, argument0, argument1)
                    == (called_driver, called_command, called0, called1)
            }
            (
                Expected::AllowRo {
                    driver_num,
                    buffer_num,
                    ..
                },
                Log::AllowRo {
                    driver_num: called_driver,
                    buffer_num: called_buffer,
                    ..
                },
            )
            | (
                Expected::AllowRw {
                    driver_num,
                    buffer_num,
                    ..
                },
                Log::AllowRw {
                    driver_num: called_driver,
                    buffer_num: called_buffer,
                    ..
                },
            ) => (driver_num, buffer_num) == (called_driver, called_buffer),
            (
                Expected::Memop { memop_num, .. },
                Log::Memop {
                    memop_num: called_memop,
                },
            ) => memop_num == called_memop,
            _ => false,
        }
    }
}
