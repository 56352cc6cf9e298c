// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Priority scheduler: the first process that can run does.
//!
//! The order is that in which processes were loaded. A process runs until it
//! waits, or until one before it can run.

use kernel::Kernel;
use kernel::capabilities::ProcessManagementCapability;
use kernel::deferred_call::DeferredCall;
use kernel::platform::chip::Chip;
use kernel::process::{ProcessId, StoppedExecutingReason};
use kernel::scheduler::{Scheduler, SchedulingDecision};

/// The priority scheduler.
pub struct PrioritySched<CAP: ProcessManagementCapability> {
    kernel: &'static Kernel,
    capability: CAP,
}

impl<CAP: ProcessManagementCapability> PrioritySched<CAP> {
    /// Makes a scheduler for the processes of `kernel`.
    pub const fn new(kernel: &'static Kernel, capability: CAP) -> Self {
        Self { kernel, capability }
    }

    fn first_ready(&self) -> Option<ProcessId> {
        self.kernel
            .process_iter_capability(&self.capability)
            .find(|process| process.ready())
            .map(|process| process.processid())
    }
}

impl<C: Chip, CAP: ProcessManagementCapability> Scheduler<C> for PrioritySched<CAP> {
    fn next(&self) -> SchedulingDecision {
        match self.first_ready() {
            Some(process_id) => SchedulingDecision::RunProcess((process_id, None)),
            None => SchedulingDecision::TrySleep,
        }
    }

    fn result(&self, _result: StoppedExecutingReason, _execution_time_us: Option<u32>) {
        // The next decision does not depend on the last one.
    }

    fn continue_process(&self, process: ProcessId, chip: &C) -> bool {
        // A system call of the process may have given one before it work.
        !chip.has_pending_interrupts()
            && !DeferredCall::has_tasks()
            && self.first_ready() == Some(process)
    }
}
