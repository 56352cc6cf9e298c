// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Capsules that some boards use: drivers beyond the basic ones.

#![no_std]
#![forbid(unsafe_code)]

pub mod ethernet_tap;
pub mod nonvolatile_to_pages;
pub mod process_info_driver;
pub mod sha256;
