// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Chooses the linker layout of a Tock process.
//!
//! An application calls [`auto_layout`] in its `build.rs`.

mod layout;

pub use layout::auto_layout;
