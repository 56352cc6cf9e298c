// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Which process runs next, and for how long.

use crate::deferred_call::DeferredCall;
use crate::platform::chip::Chip;
use crate::process::{ProcessId, StoppedExecutingReason};
use core::num::NonZeroU32;

/// A scheduling policy, asked by the kernel's main loop.
pub trait Scheduler<C: Chip> {
    /// Decides what to do now.
    fn next(&self) -> SchedulingDecision;

    /// Reports why the process stopped and how many microseconds it ran; `None`
    /// if it ran without a time slice.
    fn result(&self, result: StoppedExecutingReason, execution_time_us: Option<u32>);

    /// Does the kernel's own work: all interrupts, then one deferred call. The
    /// main loop comes back for the next one and sees to the watchdog meanwhile.
    fn execute_kernel_work(&self, chip: &C) {
        chip.service_pending_interrupts();
        if !chip.has_pending_interrupts() {
            DeferredCall::service_next_pending();
        }
    }

    /// Whether the kernel's own work comes before any process.
    fn do_kernel_work_now(&self, chip: &C) -> bool {
        chip.has_pending_interrupts() || DeferredCall::has_tasks()
    }

    /// Whether the process may go on without a new decision.
    fn continue_process(&self, _process: ProcessId, chip: &C) -> bool {
        !(chip.has_pending_interrupts() || DeferredCall::has_tasks())
    }
}

/// What a scheduler decided.
#[derive(Clone, Copy)]
pub enum SchedulingDecision {
    /// Run the process, for so many microseconds or until it yields.
    RunProcess((ProcessId, Option<NonZeroU32>)),
    /// Sleep, unless something is pending by then.
    TrySleep,
}
