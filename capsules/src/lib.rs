// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Capsules that provision a board and keep its credential.
//!
//! ```text
//!   provisioner process                tenant processes
//!  ---------|------------------------------|-------------- system calls
//!   provisioning_driver             tenant_config_driver -- policy
//!           |                              |
//!        session ------- key_store --------+
//!           |                |
//!           +--- config_store (hil::flash) --- device_root
//!                            |
//!                        supervisor ------------- launcher
//!                         |      |
//!             indicator (led)  reset_button (gpio)
//! ```

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod config_store;
pub mod device_root;
pub mod factory_page_root;
pub mod indicator;
pub mod interfaces;
pub mod key_store;
pub mod launcher;
pub mod policy;
pub mod provisioning_driver;
pub mod reset_button;
pub mod session;
pub mod supervisor;
pub mod tenant_config_driver;
#[cfg(test)]
mod test;
pub mod time;
