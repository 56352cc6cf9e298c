// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Lets processes run between the slices of a long computation.
//!
//! The kernel's loop serves every pending deferred call before it looks for a
//! process. Slices that ask for one another by deferred calls alone would keep
//! all processes waiting until the last one is done, for seconds on a slow chip.
//! After some of them the next one therefore comes by an alarm.

use core::cell::Cell;

use kernel::hil::time::Alarm;

use crate::time::Clock;

/// How long slices follow each other, in milliseconds: the time slice of a
/// process under Tock's round-robin scheduler, so that the kernel's own work
/// keeps a process waiting no longer than another process does. A slice that
/// takes longer is one at a time.
pub(super) const WORK_MS: u64 = 10;

/// How long processes then have, in milliseconds. Where none is ready the chip
/// sleeps, so the computation takes a fifth longer.
pub(super) const REST_MS: u64 = 2;

/// When the next slice may come.
pub(super) struct Pace<'a, A: Alarm<'a>> {
    clock: Clock<'a, A>,
    /// When the slices that follow each other began, in milliseconds.
    began: Cell<Option<u64>>,
}

impl<'a, A: Alarm<'a>> Pace<'a, A> {
    /// Takes an alarm of its own, whose client comes back to the computation.
    pub(super) const fn new(alarm: &'a A) -> Self {
        Self {
            clock: Clock::new(alarm),
            began: Cell::new(None),
        }
    }

    /// Whether another slice may follow at once. If not, the alarm is set.
    pub(super) fn goes_on(&self) -> bool {
        let now = self.clock.now();
        let began = self.began.get().unwrap_or(now);
        if now.saturating_sub(began) < WORK_MS {
            self.began.set(Some(began));
            return true;
        }
        self.began.set(None);
        self.clock.wake_at(Some(now.saturating_add(REST_MS)));
        false
    }

    /// The computation is over or waits for something else.
    pub(super) fn stop(&self) {
        self.began.set(None);
        self.clock.wake_at(None);
    }
}
