// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Components that decide which binaries run, and under which identity.

pub mod assigner_name;
pub mod assigner_tbf;
pub mod checker;
pub mod checker_null;
pub mod checker_sha;
pub mod checker_signature;
