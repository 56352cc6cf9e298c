// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Cells that lend, hold and count values behind shared references.

#![no_std]
#![forbid(unsafe_code)]

pub mod map_cell;
pub mod numeric_cell_ext;
pub mod optional_cell;
pub mod take_cell;

#[cfg(test)]
mod tests;
