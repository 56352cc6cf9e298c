// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Prints what the configuration holds for this tenant.
//!
//! ```text
//! hello: endpoint node-17
//! hello: bootstrap coaps://bootstrap.example.org:5684
//! ```
//! The least that a tenant does: it asks for the fields that it was granted,
//! and again when the kernel says that something changed.

#![no_std]
#![forbid(unsafe_code)]

mod greeting;

pub use greeting::greet;

#[cfg(test)]
mod tests;
