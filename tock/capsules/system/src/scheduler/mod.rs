// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Schedulers: which process runs next, and for how long.

pub mod cooperative;
pub mod priority;
pub mod round_robin;
