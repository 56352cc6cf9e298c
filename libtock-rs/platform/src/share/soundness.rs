// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the compiler must accept and refuse, as documentation tests.
//!
//! A buffer that lives longer than the scope may be shared:
//!
//! ```
//! # use libtock_platform::{share, AllowRo, AllowRw, DefaultConfig, Subscribe, Syscalls};
//! # use libtock_unittest::fake::{self, Syscalls as S};
//! # let _kernel = fake::Kernel::new();
//! let buffer = [1, 2, 3];
//! share::scope::<AllowRo<S, 1, 0>, _, _>(|handle| {
//!     let _ = S::allow_ro::<DefaultConfig, 1, 0>(handle, &buffer);
//! });
//! ```
//!
//! One that lives in the scope may not, since the list is dropped after it:
//!
//! ```compile_fail,E0597
//! # use libtock_platform::{share, AllowRo, AllowRw, DefaultConfig, Subscribe, Syscalls};
//! # use libtock_unittest::fake::{self, Syscalls as S};
//! # let _kernel = fake::Kernel::new();
//! share::scope::<AllowRo<S, 1, 0>, _, _>(|handle| {
//!     let buffer = [1, 2, 3];
//!     let _ = S::allow_ro::<DefaultConfig, 1, 0>(handle, &buffer);
//! });
//! ```
//!
//! A buffer may be used again after the scope:
//!
//! ```
//! # use libtock_platform::{share, AllowRo, AllowRw, DefaultConfig, Subscribe, Syscalls};
//! # use libtock_unittest::fake::{self, Syscalls as S};
//! # let _kernel = fake::Kernel::new();
//! let mut buffer = [1, 2, 3];
//! share::scope::<AllowRw<S, 1, 0>, _, _>(|handle| {
//!     let _ = S::allow_rw::<DefaultConfig, 1, 0>(handle, &mut buffer);
//! });
//! buffer[0] = 4;
//! ```
//!
//! But not within it, where the kernel may write to it:
//!
//! ```compile_fail,E0506
//! # use libtock_platform::{share, AllowRo, AllowRw, DefaultConfig, Subscribe, Syscalls};
//! # use libtock_unittest::fake::{self, Syscalls as S};
//! # let _kernel = fake::Kernel::new();
//! let mut buffer = [1, 2, 3];
//! share::scope::<AllowRw<S, 1, 0>, _, _>(|handle| {
//!     let _ = S::allow_rw::<DefaultConfig, 1, 0>(handle, &mut buffer);
//!     buffer[0] = 4;
//! });
//! ```
//!
//! A buffer that the kernel may read cannot be changed meanwhile:
//!
//! ```compile_fail,E0506
//! # use libtock_platform::{share, AllowRo, AllowRw, DefaultConfig, Subscribe, Syscalls};
//! # use libtock_unittest::fake::{self, Syscalls as S};
//! # let _kernel = fake::Kernel::new();
//! let mut buffer = [1, 2, 3];
//! share::scope::<AllowRo<S, 1, 0>, _, _>(|handle| {
//!     let _ = S::allow_ro::<DefaultConfig, 1, 0>(handle, &buffer);
//!     buffer[0] = 4;
//! });
//! ```
//!
//! A handle cannot leave its scope:
//!
//! ```compile_fail
//! # use libtock_platform::{share, AllowRo, AllowRw, DefaultConfig, Subscribe, Syscalls};
//! # use libtock_unittest::fake::{self, Syscalls as S};
//! # let _kernel = fake::Kernel::new();
//! let handle = share::scope::<AllowRo<S, 1, 0>, _, _>(|handle| handle);
//! ```
//!
//! An upcall must live longer than the scope:
//!
//! ```compile_fail,E0597
//! # use libtock_platform::{share, AllowRo, AllowRw, DefaultConfig, Subscribe, Syscalls};
//! # use libtock_unittest::fake::{self, Syscalls as S};
//! # let _kernel = fake::Kernel::new();
//! use core::cell::Cell;
//! share::scope::<Subscribe<S, 1, 0>, _, _>(|handle| {
//!     let called = Cell::new(false);
//!     let _ = S::subscribe::<_, _, DefaultConfig, 1, 0>(handle, &called);
//! });
//! ```
//!
//! A handle fits only the driver and number in its type:
//!
//! ```compile_fail,E0308
//! # use libtock_platform::{share, AllowRo, AllowRw, DefaultConfig, Subscribe, Syscalls};
//! # use libtock_unittest::fake::{self, Syscalls as S};
//! # let _kernel = fake::Kernel::new();
//! let buffer = [1, 2, 3];
//! share::scope::<AllowRo<S, 1, 0>, _, _>(|handle| {
//!     let _ = S::allow_ro::<DefaultConfig, 1, 2>(handle, &buffer);
//! });
//! ```
//!
//! An upcall for one subscription does not fit another one:
//!
//! ```compile_fail,E0277
//! # use libtock_platform::{share, AllowRo, AllowRw, DefaultConfig, Subscribe, Syscalls};
//! # use libtock_unittest::fake::{self, Syscalls as S};
//! # let _kernel = fake::Kernel::new();
//! use libtock_platform::{subscribe::OneId, Upcall};
//! struct OnlyFor0;
//! impl Upcall<OneId<1, 0>> for OnlyFor0 {
//!     fn upcall(&self, _: u32, _: u32, _: u32) {}
//! }
//! share::scope::<Subscribe<S, 1, 1>, _, _>(|handle| {
//!     let _ = S::subscribe::<_, _, DefaultConfig, 1, 1>(handle, &OnlyFor0);
//! });
//! ```
//!
//! While it fits its own:
//!
//! ```
//! # use libtock_platform::{share, AllowRo, AllowRw, DefaultConfig, Subscribe, Syscalls};
//! # use libtock_unittest::fake::{self, Syscalls as S};
//! # let _kernel = fake::Kernel::new();
//! use libtock_platform::{subscribe::OneId, Upcall};
//! struct OnlyFor0;
//! impl Upcall<OneId<1, 0>> for OnlyFor0 {
//!     fn upcall(&self, _: u32, _: u32, _: u32) {}
//! }
//! share::scope::<Subscribe<S, 1, 0>, _, _>(|handle| {
//!     let _ = S::subscribe::<_, _, DefaultConfig, 1, 0>(handle, &OnlyFor0);
//! });
//! ```
