// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The flash region of a provisioned device, and how it changes safely.
//!
//! Five pages: factory data, two configuration slots written in turn, two
//! journal pages for what must not go back. Nothing here touches hardware:
//! [`tasks`] says which page to read, erase or program next, and the caller
//! does it, so that every order of power cuts can be tried on a host.
//!
//! See `docs/reference/Flash_Layout.md`.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod bytes;
pub mod factory;
pub mod journal;
pub mod layout;
pub mod slot;
pub mod tasks;
