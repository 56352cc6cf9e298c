// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! libtock driver for the Ethernet tap.
//!
//! ```rust,ignore
//! let mut receiver = Receiver::<TockSyscalls>::new(first, second)?;
//! let frames = receiver.swap()?;
//! for frame in frames { .. }
//! EthernetTap::transmit(&frame)?;
//! ```

#![no_std]

mod ethernet_tap;
mod frames;
mod receiver;

pub use ethernet_tap::{DRIVER_NUM, EthernetTap, MAX_FRAME_LEN, subscribe};
pub use frames::Frames;
pub use receiver::Receiver;

#[cfg(test)]
mod tests;
