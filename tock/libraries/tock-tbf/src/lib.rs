// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The Tock Binary Format: headers and footers of process binaries.
//!
//! [`parse`] turns bytes into the types of [`types`]. Bytes in flash are hostile
//! input: every malformed header or footer is an error value.

#![no_std]
#![forbid(unsafe_code)]

pub mod parse;
pub mod types;

mod bytes;
mod header;
mod permissions;

#[cfg(test)]
mod tests;
