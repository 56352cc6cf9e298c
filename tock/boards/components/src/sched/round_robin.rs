// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the round robin scheduler.

use core::mem::MaybeUninit;

use capsules_system::scheduler::round_robin::{RoundRobinProcessNode, RoundRobinSched};
use kernel::component::Component;
use kernel::process::ProcessArray;

#[macro_export]
macro_rules! round_robin_component_static {
    ($N:expr $(,)?) => {
        (
            kernel::static_buf!(capsules_system::scheduler::round_robin::RoundRobinSched<'static>),
            kernel::static_buf!(
                [core::mem::MaybeUninit<
                    capsules_system::scheduler::round_robin::RoundRobinProcessNode<'static>,
                >; $N]
            ),
        )
    };
}

/// The scheduler, with a turn for each process.
pub struct RoundRobinComponent<const NUM_PROCS: usize> {
    processes: &'static ProcessArray<NUM_PROCS>,
}

impl<const NUM_PROCS: usize> RoundRobinComponent<NUM_PROCS> {
    pub fn new(processes: &'static ProcessArray<NUM_PROCS>) -> Self {
        Self { processes }
    }
}

impl<const NUM_PROCS: usize> Component for RoundRobinComponent<NUM_PROCS> {
    type StaticInput = (
        &'static mut MaybeUninit<RoundRobinSched<'static>>,
        &'static mut MaybeUninit<[MaybeUninit<RoundRobinProcessNode<'static>>; NUM_PROCS]>,
    );
    type Output = &'static mut RoundRobinSched<'static>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let scheduler = static_memory.0.write(RoundRobinSched::new());
        let nodes = static_memory
            .1
            .write([const { MaybeUninit::uninit() }; NUM_PROCS]);
        for (node, slot) in nodes.iter_mut().zip(self.processes.as_slice()) {
            scheduler
                .processes
                .push_tail(node.write(RoundRobinProcessNode::new(slot)));
        }
        scheduler
    }
}
