// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The configuration of system calls that ignores every surprise.

/// Lets a subscribe or allow call replace what was there without a word.
pub struct DefaultConfig;

impl crate::allow_ro::Config for DefaultConfig {}
impl crate::allow_rw::Config for DefaultConfig {}
impl crate::subscribe::Config for DefaultConfig {}
