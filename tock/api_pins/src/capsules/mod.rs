// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The crates `capsules-core`, `capsules-extra` and `capsules-system`.

pub mod drivers;
pub mod numbers;
pub mod system;
pub mod virtualizers;
