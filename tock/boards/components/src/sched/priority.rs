// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the priority scheduler.

use core::mem::MaybeUninit;

use capsules_system::scheduler::priority::PrioritySched;
use kernel::Kernel;
use kernel::capabilities::ProcessManagementCapability;
use kernel::component::Component;

#[macro_export]
macro_rules! priority_component_static {
    ($CAP:ty $(,)?) => {
        kernel::static_buf!(capsules_system::scheduler::priority::PrioritySched<$CAP>)
    };
}

/// The scheduler, over the processes of a kernel.
pub struct PriorityComponent<CAP: 'static + ProcessManagementCapability> {
    board_kernel: &'static Kernel,
    cap: CAP,
}

impl<CAP: 'static + ProcessManagementCapability> PriorityComponent<CAP> {
    pub fn new(board_kernel: &'static Kernel, cap: CAP) -> Self {
        Self { board_kernel, cap }
    }
}

impl<CAP: 'static + ProcessManagementCapability> Component for PriorityComponent<CAP> {
    type StaticInput = &'static mut MaybeUninit<PrioritySched<CAP>>;
    type Output = &'static mut PrioritySched<CAP>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        static_memory.write(PrioritySched::new(self.board_kernel, self.cap))
    }
}
