// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Round robin scheduler: processes take turns of at most a time slice.
//!
//! A process that is interrupted by work of the kernel goes on before any
//! other, with what is left of its slice.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let scheduler = static_init!(RoundRobinSched<'static>, RoundRobinSched::new());
//! for index in 0..NUM_PROCS {
//!     let node = static_init!(
//!         RoundRobinProcessNode<'static>,
//!         RoundRobinProcessNode::new(&processes.as_slice()[index])
//!     );
//!     scheduler.processes.push_tail(node);
//! }
//! ```

use core::cell::Cell;
use core::num::NonZeroU32;

use kernel::collections::list::{List, ListLink, ListNode};
use kernel::platform::chip::Chip;
use kernel::process::{ProcessSlot, StoppedExecutingReason};
use kernel::scheduler::{Scheduler, SchedulingDecision};

/// The place of a process in the turns.
pub struct RoundRobinProcessNode<'a> {
    proc: &'static ProcessSlot,
    next: ListLink<'a, RoundRobinProcessNode<'a>>,
}

impl<'a> RoundRobinProcessNode<'a> {
    /// Makes the place for the process in `proc`, if there ever is one.
    pub const fn new(proc: &'static ProcessSlot) -> RoundRobinProcessNode<'a> {
        RoundRobinProcessNode {
            proc,
            next: ListLink::empty(),
        }
    }
}

impl<'a> ListNode<'a, RoundRobinProcessNode<'a>> for RoundRobinProcessNode<'a> {
    fn next(&'a self) -> &'a ListLink<'a, RoundRobinProcessNode<'a>> {
        &self.next
    }
}

/// The round robin scheduler.
pub struct RoundRobinSched<'a> {
    /// What is left of the slice of the head, in microseconds.
    time_remaining: Cell<NonZeroU32>,
    timeslice: NonZeroU32,
    /// The turns; the head is next.
    pub processes: List<'a, RoundRobinProcessNode<'a>>,
}

impl<'a> RoundRobinSched<'a> {
    /// Length of a time slice unless another is chosen, in microseconds.
    const DEFAULT_TIMESLICE_US: NonZeroU32 = NonZeroU32::new(10_000).unwrap();

    /// Makes a scheduler without processes.
    pub const fn new() -> RoundRobinSched<'a> {
        RoundRobinSched {
            time_remaining: Cell::new(Self::DEFAULT_TIMESLICE_US),
            timeslice: Self::DEFAULT_TIMESLICE_US,
            processes: List::new(),
        }
    }

    fn end_turn(&self) {
        if let Some(node) = self.processes.pop_head() {
            self.processes.push_tail(node);
        }
        self.time_remaining.set(self.timeslice);
    }
}

impl Default for RoundRobinSched<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Chip> Scheduler<C> for RoundRobinSched<'_> {
    fn next(&self) -> SchedulingDecision {
        for _ in 0..self.processes.iter().count() {
            let process = self.processes.head().and_then(|node| node.proc.get());
            if let Some(process) = process.filter(|process| process.ready()) {
                let time = self.time_remaining.get();
                return SchedulingDecision::RunProcess((process.processid(), Some(time)));
            }
            self.end_turn();
        }
        SchedulingDecision::TrySleep
    }

    fn result(&self, result: StoppedExecutingReason, execution_time_us: Option<u32>) {
        let left = execution_time_us
            .and_then(|used| self.time_remaining.get().get().checked_sub(used))
            .and_then(NonZeroU32::new);
        match (result, left) {
            (StoppedExecutingReason::KernelPreemption, Some(left)) => {
                self.time_remaining.set(left);
            }
            _ => self.end_turn(),
        }
    }
}
