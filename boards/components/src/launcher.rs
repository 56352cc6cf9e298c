// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the launcher of applications.

use core::mem::MaybeUninit;

use capsules_provisioning::launcher::Launcher;
use capsules_provisioning::policy::Policy;
use kernel::Kernel;
use kernel::capabilities::{ProcessManagementCapability, ProcessStartCapability};
use kernel::component::Component;
use kernel::deferred_call::DeferredCallClient;
use kernel::process::ProcessLoadingAsync;

#[macro_export]
macro_rules! launcher_component_static {
    ($CAP:ty $(,)?) => {
        kernel::static_buf!(capsules_provisioning::launcher::Launcher<$CAP>)
    };
}

/// The launcher.
pub struct LauncherComponent<CAP: 'static + ProcessManagementCapability + ProcessStartCapability> {
    board_kernel: &'static Kernel,
    loader: &'static dyn ProcessLoadingAsync<'static>,
    policy: Policy,
    cap: CAP,
}

impl<CAP: 'static + ProcessManagementCapability + ProcessStartCapability> LauncherComponent<CAP> {
    /// Becomes the client of `loader`, which must not have begun to call it.
    pub fn new(
        board_kernel: &'static Kernel,
        loader: &'static dyn ProcessLoadingAsync<'static>,
        policy: Policy,
        cap: CAP,
    ) -> Self {
        Self {
            board_kernel,
            loader,
            policy,
            cap,
        }
    }
}

impl<CAP: 'static + ProcessManagementCapability + ProcessStartCapability> Component
    for LauncherComponent<CAP>
{
    type StaticInput = &'static mut MaybeUninit<Launcher<CAP>>;
    type Output = &'static Launcher<CAP>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let launcher = static_memory.write(Launcher::new(self.board_kernel, self.cap, self.policy));
        let launcher: &'static Launcher<CAP> = launcher;
        launcher.register();
        self.loader.set_client(launcher);
        launcher
    }
}
