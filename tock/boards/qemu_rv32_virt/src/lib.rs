// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! QEMU's riscv32 `virt` machine as a Tock board.
//!
//! The emulator is started as in `README.md`. Random numbers and Ethernet are
//! there if the emulator was given the devices.

#![no_std]

#[cfg(feature = "conformance")]
mod conformance;
mod fault_report;
#[cfg(feature = "measure")]
mod measure;
mod memory_io;
mod panic;
mod platform;
#[cfg(feature = "signed")]
mod signed;
mod start;
mod virtio_devices;

pub use memory_io::{MemoryLed, MemoryPin};
pub use panic::panic;
pub use platform::{ChipHw, NUM_PROCS, QemuRv32VirtPlatform};
pub use start::start;

// The suite's loader takes hashes, which would make light of the signatures.
#[cfg(all(feature = "conformance", feature = "signed"))]
compile_error!("the features `conformance` and `signed` demand different credentials");
