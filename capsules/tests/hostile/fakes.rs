// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The fakes of the capsules' unit tests.
#![allow(dead_code, reason = "the unit tests use all of them")]

#[path = "../../src/test/alarm.rs"]
pub mod alarm;
#[path = "../../src/test/factory.rs"]
pub mod factory;
#[path = "../../src/test/flash.rs"]
pub mod flash;
#[path = "../../src/test/rng.rs"]
pub mod rng;
