// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a board and a chip provide to the kernel.

pub mod chip;
pub mod mpu;
pub mod scheduler_timer;
pub mod watchdog;

mod resources;

pub use resources::{
    ContextSwitchCallback, KernelResources, ProcessFault, SyscallDriverLookup, SyscallFilter,
};
