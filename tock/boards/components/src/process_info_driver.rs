// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the process information driver.

use core::mem::MaybeUninit;

use capsules_extra::process_info_driver::ProcessInfo;
use kernel::Kernel;
use kernel::capabilities::{
    MemoryAllocationCapability, ProcessManagementCapability, ProcessStartCapability,
};
use kernel::component::Component;

#[macro_export]
macro_rules! process_info_component_static {
    ($C:ty $(,)?) => {
        kernel::static_buf!(capsules_extra::process_info_driver::ProcessInfo<$C>)
    };
}

/// The process information driver.
pub struct ProcessInfoComponent<
    C: 'static + ProcessManagementCapability + ProcessStartCapability,
    CAP: 'static + MemoryAllocationCapability,
> {
    board_kernel: &'static Kernel,
    driver_num: usize,
    capability: C,
    mem_cap: CAP,
}

impl<
    C: 'static + ProcessManagementCapability + ProcessStartCapability,
    CAP: 'static + MemoryAllocationCapability,
> ProcessInfoComponent<C, CAP>
{
    pub fn new(
        board_kernel: &'static Kernel,
        driver_num: usize,
        capability: C,
        mem_cap: CAP,
    ) -> Self {
        Self {
            board_kernel,
            driver_num,
            capability,
            mem_cap,
        }
    }
}

impl<
    C: 'static + ProcessManagementCapability + ProcessStartCapability,
    CAP: 'static + MemoryAllocationCapability,
> Component for ProcessInfoComponent<C, CAP>
{
    type StaticInput = &'static mut MaybeUninit<ProcessInfo<C>>;
    type Output = &'static ProcessInfo<C>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let grant = self
            .board_kernel
            .create_grant(self.driver_num, &self.mem_cap);
        static_memory.write(ProcessInfo::new(self.board_kernel, grant, self.capability))
    }
}
