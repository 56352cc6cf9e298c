// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the cooperative scheduler.

use core::mem::MaybeUninit;

use capsules_system::scheduler::cooperative::{CoopProcessNode, CooperativeSched};
use kernel::component::Component;
use kernel::process::ProcessArray;

#[macro_export]
macro_rules! cooperative_component_static {
    ($N:expr $(,)?) => {
        (
            kernel::static_buf!(capsules_system::scheduler::cooperative::CooperativeSched<'static>),
            kernel::static_buf!(
                [core::mem::MaybeUninit<
                    capsules_system::scheduler::cooperative::CoopProcessNode<'static>,
                >; $N]
            ),
        )
    };
}

/// The scheduler, with a turn for each process.
pub struct CooperativeComponent<const NUM_PROCS: usize> {
    processes: &'static ProcessArray<NUM_PROCS>,
}

impl<const NUM_PROCS: usize> CooperativeComponent<NUM_PROCS> {
    pub fn new(processes: &'static ProcessArray<NUM_PROCS>) -> Self {
        Self { processes }
    }
}

impl<const NUM_PROCS: usize> Component for CooperativeComponent<NUM_PROCS> {
    type StaticInput = (
        &'static mut MaybeUninit<CooperativeSched<'static>>,
        &'static mut MaybeUninit<[MaybeUninit<CoopProcessNode<'static>>; NUM_PROCS]>,
    );
    type Output = &'static mut CooperativeSched<'static>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let scheduler = static_memory.0.write(CooperativeSched::new());
        let nodes = static_memory
            .1
            .write([const { MaybeUninit::uninit() }; NUM_PROCS]);
        for (node, slot) in nodes.iter_mut().zip(self.processes.as_slice()) {
            scheduler
                .processes
                .push_tail(node.write(CoopProcessNode::new(slot)));
        }
        scheduler
    }
}
