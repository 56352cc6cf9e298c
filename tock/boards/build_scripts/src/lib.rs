// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the build script of every board does.
//!
//! ```rust,ignore
//! // build.rs
//! fn main() {
//!     tock_build_scripts::default::default_linker_script();
//! }
//! ```

pub mod default;
