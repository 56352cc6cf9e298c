// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Capsules that nearly every board uses: the basic drivers and virtualizers.

#![no_std]
#![forbid(unsafe_code)]

pub mod alarm;
pub mod button;
pub mod console;
pub mod driver;
pub mod gpio;
pub mod led;
pub mod low_level_debug;
pub mod rng;
pub mod virtualizers;
