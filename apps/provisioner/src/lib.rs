// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Finds the provisioning daemon and carries frames between it and the kernel.
//!
//! ```text
//!   daemon                                    kernel
//!     |  TCP            +-----------+  system   |
//!     +-----------------| Exchange  |---calls---+
//!     |  mDNS           +-----------+   (trait Session)
//!     +------ Search ---|  Network  |
//!                       +-----------+
//!                             | frames
//!                       Ethernet tap
//! ```
//! The process sees addresses, frames and ciphertext; no key and no
//! configuration ever reaches it. Everything here but `main` runs on a host,
//! against a kernel and a network that a test plays.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod exchange;
pub mod mdns;
pub mod network;
pub mod provisioner;
pub mod session;
pub mod tap;
