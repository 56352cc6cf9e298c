// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! libtock driver for the provisioning session.
//!
//! ```rust,ignore
//! Provisioning::open()?;
//! let status = Provisioning::status()?;
//! if status.frame_waits() {
//!     let length = Provisioning::take(&mut frame)?;
//! }
//! ```
//!
//! System call interface: `docs/syscalls/80000001_provisioning.md`.

#![no_std]
#![forbid(unsafe_code)]

mod provisioning;

pub use provisioning::{
    DEVICE_ID_LEN, DRIVER_NUM, Link, MAX_FRAME_LEN, Provisioning, Status, subscribe,
};

#[cfg(test)]
mod tests;
