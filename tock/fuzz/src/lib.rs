// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the fuzz targets do, and what must hold whatever they are fed.

mod arena;
mod loader;
mod syscalls;
mod tbf;

#[allow(dead_code)]
#[path = "../../kernel/src/tests/chip.rs"]
mod chip;

pub use loader::loader;
pub use syscalls::syscalls;
pub use tbf::tbf;

// The chip of the kernel's own tests names these by the kernel's paths.
use kernel::{errorcode, platform, process, syscall};

use kernel::capabilities::{
    MainLoopCapability, MemoryAllocationCapability, ProcessManagementCapability,
    ProcessStartCapability,
};

/// The target is the board: it may do everything.
struct Caps;

// SAFETY: the target stands in for the board, which decides who may do what.
unsafe impl MainLoopCapability for Caps {}
// SAFETY: as above.
unsafe impl MemoryAllocationCapability for Caps {}
// SAFETY: as above.
unsafe impl ProcessManagementCapability for Caps {}
// SAFETY: as above.
unsafe impl ProcessStartCapability for Caps {}
