// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Components that wire the provisioning capsules into a board.
//!
//! In the order in which a board makes them:
//!
//! | component | makes |
//! |---|---|
//! | [`key_store`] | the owner of all secrets |
//! | [`factory_page_root`] | the device root of a board without a key engine |
//! | [`config_store`] | the configuration store over a flash and a device root |
//! | [`indicator`] | the owner of the two LEDs, and the tenants' view of them |
//! | [`reset_button`] | the button of the boot window |
//! | [`launcher`] | the client of the process loader that holds and starts applications |
//! | [`session`] | the session with the daemon, on a random number mux |
//! | [`tenant_config`] | the tenants' driver |
//! | [`supervisor`] | the boot flow, connected to all of the above |
//! | [`provisioning`] | the provisioner's driver |

#![no_std]
#![forbid(unsafe_code)]

pub mod config_store;
pub mod factory_page_root;
pub mod indicator;
pub mod key_store;
pub mod launcher;
pub mod provisioning;
pub mod reset_button;
pub mod session;
pub mod supervisor;
pub mod tenant_config;
