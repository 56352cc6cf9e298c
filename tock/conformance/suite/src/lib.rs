// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the processes of the suite have in common.

#![no_std]

pub mod call;
pub mod fault;
pub mod pair;
pub mod report;
pub mod slow;
pub mod spinner;
pub mod upcalls;

pub use call::*;
pub use report::Report;
