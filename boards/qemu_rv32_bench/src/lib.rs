// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the provisioning cryptography costs, and that it takes constant time.
//!
//! The measurements need nothing but a counter of executed instructions and a
//! place for text ([`Machine`]); the image (`main.rs`) brings both. The output
//! is lines of text for programs:
//!
//! ```text
//! # seed tock-provisioning-bench-1
//! multiplication 12500000 instructions
//! PASS key_generation 64 runs of 12900000 instructions
//! FAIL signing 64 runs: 12700000 x 61, 12700031 x 3
//! END pass
//! ```
//!
//! | module | purpose |
//! |---|---|
//! | [`machine`] | what the measurements stand on |
//! | [`meter`] | counting one piece of work, and comparing many counts |
//! | [`generator`] | reproducible secrets |
//! | [`vectors`] | reads the conversation of the session's tests |
//! | [`figures`], [`conversation`] | what things cost |
//! | [`constant_time`], [`tags`] | that costs do not depend on secrets |

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

pub mod constant_time;
pub mod conversation;
pub mod figures;
pub mod generator;
pub mod machine;
pub mod meter;
pub mod tags;
pub mod vectors;

mod bench;

pub use bench::run;
