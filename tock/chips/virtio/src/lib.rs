// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! VirtIO devices behind the memory-mapped transport.
//!
//! ```text
//!   hil::rng        hil::ethernet
//!      |                 |
//!   devices::virtio_rng  devices::virtio_net     one file per device type
//!      |                 |
//!   queues::split_queue::SplitVirtqueue          buffers shared with the device
//!      |
//!   transports::mmio::VirtIOMMIODevice           registers and interrupt
//! ```
//!
//! Section numbers in comments are those of the VirtIO 1.1 specification.

#![no_std]

#[cfg(test)]
extern crate std;

pub mod devices;
mod fence;
pub mod queues;
pub mod transports;
