// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Policies for which binaries become processes, and under which identity.

pub mod basic;
pub mod signature;
pub mod tbf;
