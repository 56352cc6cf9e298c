// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the machine that checks credentials.

use core::mem::MaybeUninit;

use kernel::component::Component;
use kernel::process::ProcessCheckerMachine;
use kernel::process_checker::AppCredentialsPolicy;

#[macro_export]
macro_rules! process_checker_machine_component_static {
    () => {
        kernel::static_buf!(kernel::process::ProcessCheckerMachine)
    };
}

/// The machine that checks credentials.
pub struct ProcessCheckerMachineComponent {
    policy: &'static dyn AppCredentialsPolicy<'static>,
}

impl ProcessCheckerMachineComponent {
    pub fn new(policy: &'static dyn AppCredentialsPolicy<'static>) -> Self {
        Self { policy }
    }
}

impl Component for ProcessCheckerMachineComponent {
    type StaticInput = &'static mut MaybeUninit<ProcessCheckerMachine>;
    type Output = &'static ProcessCheckerMachine;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let checker = static_memory.write(ProcessCheckerMachine::new(self.policy));
        kernel::deferred_call::DeferredCallClient::register(checker);
        self.policy.set_client(checker);
        checker
    }
}
