// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the process has called.

/// A system call as the fake kernel saw it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SyscallLogEntry {
    YieldNoWait,
    YieldWait,
    Subscribe {
        driver_num: u32,
        subscribe_num: u32,
    },
    Command {
        driver_id: u32,
        command_id: u32,
        argument0: u32,
        argument1: u32,
    },
    AllowRo {
        driver_num: u32,
        buffer_num: u32,
        len: usize,
    },
    AllowRw {
        driver_num: u32,
        buffer_num: u32,
        len: usize,
    },
    Memop {
        memop_num: u32,
    },
}
