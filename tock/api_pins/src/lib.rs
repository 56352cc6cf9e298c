// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Names every covered item of Tock with the exact type that it must have.
//!
//! This crate does nothing: it is the contract of the subset, written down so
//! that the compiler holds the crates beside it to it. A program that only uses
//! what is named here builds against upstream as well as against the subset. It
//! was written from the list of facts that the subset stands on, not from the
//! subset; when it does not compile, the subset is wrong.
//!
//! How each kind of item is pinned:
//!
//! | Item | By |
//! |---|---|
//! | function | a coercion to the function pointer type with its signature |
//! | trait | an impl that spells every method, and one that leaves out the provided ones |
//! | enum | a match without wildcard, casts asserted where numbers are part of it |
//! | struct with public fields | a literal |
//! | constant | an assertion |
//! | macro | an expansion whose value has a stated type |
//! | marker impls | [`implements`], [`not_implements`] |
//!
//! What capsules must not be able to do is pinned as well. A crate that forbids
//! unsafe code cannot mint a capability:
//!
//! ```compile_fail,E0453
//! #![forbid(unsafe_code)]
//! let _ = kernel::create_capability!(kernel::capabilities::MainLoopCapability);
//! ```
//!
//! ```
//! let _ = kernel::create_capability!(kernel::capabilities::MainLoopCapability);
//! ```
//!
//! ```compile_fail,E0453
//! #![forbid(unsafe_code)]
//! kernel::define_capability_type!(Cap: kernel::capabilities::MainLoopCapability);
//! # fn main() {}
//! ```
//!
//! nor can it set static memory aside:
//!
//! ```compile_fail,E0133
//! let _: &'static mut u32 = kernel::static_init!(u32, 7);
//! ```
//!
//! nor make up the identity of a process:
//!
//! ```compile_fail,E0451
//! fn forge(kernel: &'static kernel::Kernel) -> kernel::ProcessId {
//!     kernel::ProcessId { kernel, index: 0, identifier: 0 }
//! }
//! ```

#![no_std]
// The items are their own documentation, and nothing here is ever run.
#![allow(clippy::missing_safety_doc, clippy::type_complexity)]
#![allow(clippy::too_many_arguments, clippy::result_unit_err)]
#![allow(clippy::extra_unused_lifetimes, clippy::declare_interior_mutable_const)]

pub mod arch;
pub mod capsules;
pub mod cells;
pub mod chips;
pub mod components;
pub mod kernel;
pub mod tbf;

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

/// Fails to compile if the type implements the trait: the path is ambiguous then.
#[macro_export]
macro_rules! not_implements {
    ($t:ty: $trait:path) => {
        const _: fn() = {
            trait AmbiguousIfImplemented<A> {
                fn named() {}
            }
            impl<T: ?Sized> AmbiguousIfImplemented<()> for T {}
            struct Second;
            impl<T: ?Sized + $trait> AmbiguousIfImplemented<Second> for T {}
            <$t as AmbiguousIfImplemented<_>>::named
        };
    };
}
