// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! QEMU's riscv32 `virt` machine as a board that is provisioned.
//!
//! Only wiring: which device is what, which application is what. The emulator
//! is started as in `README.md`. Devices that it was not given are named on the
//! console, and the board boots without them.

#![no_std]

mod applications;
mod config_flash;
#[cfg(feature = "measure")]
mod measure;
mod panel;
mod panic;
mod platform;
mod random;
mod start;
mod virtio_devices;
mod window;

pub use panel::PANEL_TRACE;
pub use panic::panic;
pub use platform::{ChipHw, NUM_PROCS, Platform};
pub use start::start;
