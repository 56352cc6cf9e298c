// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the array of processes.

use core::mem::MaybeUninit;

use kernel::component::Component;
use kernel::process::ProcessArray;

#[macro_export]
macro_rules! process_array_component_static {
    ($NUM_PROCS:expr $(,)?) => {
        kernel::static_buf!(kernel::process::ProcessArray<$NUM_PROCS>)
    };
}

/// Room for `NUM_PROCS` processes.
#[derive(Default)]
pub struct ProcessArrayComponent<const NUM_PROCS: usize> {}

impl<const NUM_PROCS: usize> ProcessArrayComponent<NUM_PROCS> {
    pub fn new() -> Self {
        Self {}
    }
}

impl<const NUM_PROCS: usize> Component for ProcessArrayComponent<NUM_PROCS> {
    type StaticInput = &'static mut MaybeUninit<ProcessArray<NUM_PROCS>>;
    type Output = &'static ProcessArray<NUM_PROCS>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        static_memory.write(ProcessArray::new())
    }
}
