// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A process that wishes the board ill, for tests of the emulated board.
//!
//! It is installed in the place of an application and has that one's rights. What
//! it does follows from a seed, which the test writes into the image together
//! with the mode ([`parameters`]): seeds and counts are on the console, so that a
//! failure can be had again. It is never part of an image that is shipped.

#![cfg_attr(target_os = "none", no_std)]

#[cfg(target_os = "none")]
mod alarms;
#[cfg(target_os = "none")]
mod call;
#[cfg(target_os = "none")]
mod conversation;
#[cfg(target_os = "none")]
mod dice;
mod image;
#[cfg(target_os = "none")]
mod memory;
#[cfg(target_os = "none")]
mod parameters;
#[cfg(target_os = "none")]
pub mod process;
#[cfg(target_os = "none")]
mod sequence;
