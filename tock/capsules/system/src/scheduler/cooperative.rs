// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Cooperative scheduler: a process runs until it waits or faults.
//!
//! Processes take turns. One that is interrupted by work of the kernel goes on
//! before any other.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let scheduler = static_init!(CooperativeSched<'static>, CooperativeSched::new());
//! for index in 0..NUM_PROCS {
//!     let node = static_init!(
//!         CoopProcessNode<'static>,
//!         CoopProcessNode::new(&processes.as_slice()[index])
//!     );
//!     scheduler.processes.push_tail(node);
//! }
//! ```

use kernel::collections::list::{List, ListLink, ListNode};
use kernel::platform::chip::Chip;
use kernel::process::{ProcessSlot, StoppedExecutingReason};
use kernel::scheduler::{Scheduler, SchedulingDecision};

/// The place of a process in the turns.
pub struct CoopProcessNode<'a> {
    proc: &'static ProcessSlot,
    next: ListLink<'a, CoopProcessNode<'a>>,
}

impl<'a> CoopProcessNode<'a> {
    /// Makes the place for the process in `proc`, if there ever is one.
    pub const fn new(proc: &'static ProcessSlot) -> CoopProcessNode<'a> {
        CoopProcessNode {
            proc,
            next: ListLink::empty(),
        }
    }
}

impl<'a> ListNode<'a, CoopProcessNode<'a>> for CoopProcessNode<'a> {
    fn next(&'a self) -> &'a ListLink<'a, CoopProcessNode<'a>> {
        &self.next
    }
}

/// The cooperative scheduler.
pub struct CooperativeSched<'a> {
    /// The turns; the head is next.
    pub processes: List<'a, CoopProcessNode<'a>>,
}

impl<'a> CooperativeSched<'a> {
    /// Makes a scheduler without processes.
    pub const fn new() -> CooperativeSched<'a> {
        CooperativeSched {
            processes: List::new(),
        }
    }

    fn end_turn(&self) {
        if let Some(node) = self.processes.pop_head() {
            self.processes.push_tail(node);
        }
    }
}

impl Default for CooperativeSched<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Chip> Scheduler<C> for CooperativeSched<'_> {
    fn next(&self) -> SchedulingDecision {
        for _ in 0..self.processes.iter().count() {
            let process = self.processes.head().and_then(|node| node.proc.get());
            if let Some(process) = process.filter(|process| process.ready()) {
                return SchedulingDecision::RunProcess((process.processid(), None));
            }
            self.end_turn();
        }
        SchedulingDecision::TrySleep
    }

    fn result(&self, result: StoppedExecutingReason, _execution_time_us: Option<u32>) {
        if !matches!(result, StoppedExecutingReason::KernelPreemption) {
            self.end_turn();
        }
    }
}
