// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the loader that checks and loads one process after the other.

use core::mem::MaybeUninit;

use kernel::Kernel;
use kernel::capabilities::ProcessManagementCapability;
use kernel::component::Component;
use kernel::deferred_call::DeferredCallClient;
use kernel::platform::chip::Chip;
use kernel::process::{
    ProcessBinary, ProcessCheckerMachine, ProcessFaultPolicy, ProcessLoadingAsync,
    ProcessStandardDebug, ProcessStandardStoragePermissionsPolicy, SequentialProcessLoaderMachine,
};
use kernel::process_checker::AppIdPolicy;

#[macro_export]
macro_rules! process_loader_sequential_component_static {
    ($C:ty, $D:ty, $NUM_PROCS:expr $(,)?) => {
        (
            kernel::static_buf!(kernel::process::SequentialProcessLoaderMachine<$C, $D>),
            kernel::static_buf!([Option<kernel::process::ProcessBinary>; $NUM_PROCS]),
        )
    };
}

/// The loader, which starts with the main loop of the kernel.
pub struct ProcessLoaderSequentialComponent<
    C: 'static + Chip,
    D: 'static + ProcessStandardDebug,
    const NUM_PROCS: usize,
    CAP: 'static + ProcessManagementCapability,
> {
    checker: &'static ProcessCheckerMachine,
    kernel: &'static Kernel,
    chip: &'static C,
    fault_policy: &'static dyn ProcessFaultPolicy,
    appid_policy: &'static dyn AppIdPolicy,
    storage_policy: &'static dyn ProcessStandardStoragePermissionsPolicy<C, D>,
    app_flash: &'static [u8],
    app_memory: &'static mut [u8],
    cap: CAP,
}

impl<
    C: 'static + Chip,
    D: 'static + ProcessStandardDebug,
    const NUM_PROCS: usize,
    CAP: 'static + ProcessManagementCapability,
> ProcessLoaderSequentialComponent<C, D, NUM_PROCS, CAP>
{
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        checker: &'static ProcessCheckerMachine,
        kernel: &'static Kernel,
        chip: &'static C,
        fault_policy: &'static dyn ProcessFaultPolicy,
        appid_policy: &'static dyn AppIdPolicy,
        storage_policy: &'static dyn ProcessStandardStoragePermissionsPolicy<C, D>,
        app_flash: &'static [u8],
        app_memory: &'static mut [u8],
        cap: CAP,
    ) -> Self {
        Self {
            checker,
            kernel,
            chip,
            fault_policy,
            appid_policy,
            storage_policy,
            app_flash,
            app_memory,
            cap,
        }
    }
}

impl<
    C: 'static + Chip,
    D: 'static + ProcessStandardDebug,
    const NUM_PROCS: usize,
    CAP: 'static + ProcessManagementCapability,
> Component for ProcessLoaderSequentialComponent<C, D, NUM_PROCS, CAP>
{
    type StaticInput = (
        &'static mut MaybeUninit<SequentialProcessLoaderMachine<'static, C, D>>,
        &'static mut MaybeUninit<[Option<ProcessBinary>; NUM_PROCS]>,
    );
    type Output = &'static SequentialProcessLoaderMachine<'static, C, D>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let proc_binaries = static_memory.1.write([const { None }; NUM_PROCS]);
        let loader = static_memory.0.write(SequentialProcessLoaderMachine::new(
            self.checker,
            proc_binaries,
            self.kernel,
            self.chip,
            self.app_flash,
            self.app_memory,
            self.fault_policy,
            self.storage_policy,
            self.appid_policy,
            &self.cap,
        ));
        let loader: &'static SequentialProcessLoaderMachine<'static, C, D> = loader;
        self.checker.set_client(loader);
        loader.register();
        loader.start();
        loader
    }
}
