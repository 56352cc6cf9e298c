// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Numbers of the system call ABI (TRD104).

/// First argument of the exit system call.
pub mod exit_id {
    pub const TERMINATE: u32 = 0;
    pub const RESTART: u32 = 1;
}

/// System call classes. Yield (0) is not one of them here, since it is not made
/// through the methods that take a class.
pub mod syscall_class {
    pub const SUBSCRIBE: usize = 1;
    pub const COMMAND: usize = 2;
    pub const ALLOW_RW: usize = 3;
    pub const ALLOW_RO: usize = 4;
    pub const MEMOP: usize = 5;
    pub const EXIT: usize = 6;
}

/// First argument of the yield system call.
pub mod yield_id {
    pub const NO_WAIT: u32 = 0;
    pub const WAIT: u32 = 1;
}
