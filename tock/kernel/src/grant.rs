// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Memory that a process grants to a capsule.
//!
//! A capsule keeps its state of a process in the process's own RAM, out of the
//! process's reach. So the kernel needs no heap, and a process that asks for too
//! much exhausts only itself. The same memory holds what the process subscribed
//! and allowed for the driver.
//!
//! ```rust,ignore
//! pub struct Driver {
//!     apps: Grant<App, UpcallCount<1>, AllowRoCount<0>, AllowRwCount<1>>,
//! }
//!
//! self.apps.enter(process_id, |app, kernel_data| {
//!     app.pending = false;
//!     kernel_data.schedule_upcall(0, (length, 0, 0))
//! })
//! ```
//!
//! A grant's memory, from low addresses to high:
//!
//! ```text
//! counts word | upcalls | read-only allows | read-write allows | padding | T
//! ```

mod access;
mod counts;
mod custom;
mod kernel_data;
mod layout;

pub use access::{Grant, GrantData, Iter, ProcessGrant};
pub use counts::{AllowRoCount, AllowRoSize, AllowRwCount, AllowRwSize, UpcallCount, UpcallSize};
pub use custom::{CustomGrant, GrantRegionAllocator};
pub use kernel_data::GrantKernelData;

pub(crate) use kernel_data::{swap_readonly, swap_readwrite, swap_upcall};
pub(crate) use layout::SavedUpcall;
