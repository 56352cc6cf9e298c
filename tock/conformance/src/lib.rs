// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the conformance processes have in common.

#![no_std]

pub mod counted;
pub mod line;
pub mod raw;
