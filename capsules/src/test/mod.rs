// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Fakes of the layer below the capsules, for tests on a host.

mod alarm;
mod daemon;
mod document;
mod factory;
mod flash;
mod led;
#[cfg(target_os = "linux")]
mod memory;
mod pin;
mod rng;

pub use alarm::FakeAlarm;
pub use daemon::Daemon;
pub use document::Document;
pub use factory::{DEVICE_ID, ROOT_SECRET, config, factory_page, minted};
pub use flash::{Pages, RamFlash};
pub use led::FakeLed;
#[cfg(target_os = "linux")]
pub use memory::holds;
pub use pin::FakePin;
pub use rng::FakeRng;

use std::boxed::Box;

use kernel::deferred_call::DeferredCall;

/// Memory for ever, as a board's statics are.
pub fn leak<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

/// Runs a board in a thread of its own, which has deferred calls of its own, as
/// a board has after a restart.
pub fn on_a_board<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| match scope.spawn(run).join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

/// Serves deferred calls until none is pending; answers how many there were.
pub fn run_deferred_calls() -> usize {
    let mut count = 0;
    while DeferredCall::service_next_pending().is_some() {
        count += 1;
        assert!(count < 1_000_000, "deferred calls never end");
    }
    count
}
