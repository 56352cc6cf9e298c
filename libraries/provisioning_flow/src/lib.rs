// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What provisioning does when, without doing it.
//!
//! Every machine here is a function of its state, the time and one event. The
//! capsules and the provisioner process carry out what they answer.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod boot;
pub mod button;
pub mod discovery;
pub mod indication;
