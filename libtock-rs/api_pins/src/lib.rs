// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Names every covered item of libtock-rs with the exact type it must have.
//!
//! This crate does nothing: it is the contract of the subset, written down so
//! that the compiler holds the crates beside it to it. It was written from the
//! list of facts that the subset stands on, not from the subset; when it does
//! not compile, the subset is wrong. Functions are coerced to their signature,
//! traits implemented with every method spelled, enums matched without wildcard.
//!
//! What the sharing rules must refuse is pinned as well: a buffer cannot be
//! shared for longer than it lives,
//!
//! ```compile_fail,E0597
//! use libtock_platform::{share, AllowRo, DefaultConfig, Syscalls};
//! fn escapes<S: Syscalls>() {
//!     share::scope::<AllowRo<S, 1, 1>, _, _>(|handle| {
//!         let buffer = [0; 4];
//!         S::allow_ro::<DefaultConfig, 1, 1>(handle, &buffer).ok();
//!     });
//! }
//! ```
//!
//! ```
//! use libtock_platform::{share, AllowRo, DefaultConfig, Syscalls};
//! fn outlives<S: Syscalls>() {
//!     let buffer = [0; 4];
//!     share::scope::<AllowRo<S, 1, 1>, _, _>(|handle| {
//!         S::allow_ro::<DefaultConfig, 1, 1>(handle, &buffer).ok();
//!     });
//! }
//! ```
//!
//! nor be looked at while the kernel may write to it:
//!
//! ```compile_fail,E0502
//! use libtock_platform::{share, AllowRw, DefaultConfig, Syscalls};
//! fn reads<S: Syscalls>() {
//!     let mut buffer = [0; 4];
//!     share::scope::<AllowRw<S, 1, 1>, _, _>(|handle| {
//!         S::allow_rw::<DefaultConfig, 1, 1>(handle, &mut buffer).ok();
//!         assert_eq!(buffer[0], 0);
//!     });
//! }
//! ```

#![no_std]
// The items are their own documentation, and nothing here is ever run.
#![allow(clippy::type_complexity, clippy::missing_safety_doc)]
#![allow(clippy::extra_unused_lifetimes)]

pub mod apis;
pub mod platform;
#[cfg(target_os = "none")]
pub mod runtime;
#[cfg(not(target_os = "none"))]
pub mod unittest;

/// Fails to compile unless the type implements all of the traits.
#[macro_export]
macro_rules! implements {
    ($t:ty: $first:path $(, $rest:path)*) => {
        const _: () = {
            const fn bound<T: ?Sized + $first $(+ $rest)*>() {}
            bound::<$t>();
        };
    };
}
