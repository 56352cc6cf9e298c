// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Safe sharing of upcalls and buffers with the kernel, bounded by a scope.
//!
//! ```rust,ignore
//! let done = Cell::new(false);
//! share::scope::<Subscribe<_, DRIVER_NUM, 0>, _, _>(|subscribe| {
//!     S::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 0>(subscribe, &done)?;
//!     S::command(DRIVER_NUM, START, 0, 0).to_result::<(), ErrorCode>()?;
//!     while !done.get() {
//!         S::yield_wait();
//!     }
//!     Ok(())
//! })
//! ```

mod handle;
mod list;
#[cfg(doctest)]
mod soundness;

pub use handle::Handle;
pub use list::{List, SplittableHandle};

/// Creates a share list, runs `fcn` with a handle on it, and takes back from
/// the kernel whatever is still shared when `fcn` returns or unwinds.
///
/// `L` names what is shared: one [`crate::Subscribe`], [`crate::AllowRo`] or
/// [`crate::AllowRw`], or a tuple of such, which [`Handle::split`] takes apart.
pub fn scope<L: List, Output, F: FnOnce(Handle<L>) -> Output>(fcn: F) -> Output {
    let list = L::default();
    // SAFETY: The list stays in this frame, where nothing moves or forgets it,
    // and is dropped when the frame is left. The handle cannot outlive the
    // call, since `fcn` must accept every lifetime for it.
    let handle = unsafe { Handle::new(&list) };
    fcn(handle)
}
