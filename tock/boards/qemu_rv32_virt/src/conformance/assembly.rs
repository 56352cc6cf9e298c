// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Wires the driver up, and loads processes with credentials and identities.

use super::driver::{ConformanceDriver, DRIVER_NUM};
use super::policy::PolicyByName;
use super::sha256::Sha256Software;
use crate::memory_io::MemoryPin;
use crate::platform::{AlarmHw, ChipHw, NUM_PROCS};
use capsules_core::virtualizers::virtual_alarm::{MuxAlarm, VirtualMuxAlarm};
use kernel::component::Component;
use kernel::deferred_call::DeferredCallClient;
use kernel::hil::time::Alarm;
use kernel::process::ProcessStandardDebugFull;
use kernel::{Kernel, capabilities, create_capability, static_init};

type AlarmDevice = VirtualMuxAlarm<'static, AlarmHw>;

kernel::define_capability_type!(
    Capability: kernel::capabilities::ProcessManagementCapability
);

pub(crate) type Driver = ConformanceDriver<AlarmDevice, Capability>;

static FAULT_POLICY: PolicyByName = PolicyByName;

/// Makes the driver.
///
/// # Safety
/// To be called once, by the thread that runs the kernel.
pub(crate) unsafe fn driver(
    kernel: &'static Kernel,
    alarm_mux: &'static MuxAlarm<'static, AlarmHw>,
    button: &'static MemoryPin,
) -> &'static Driver {
    let memory = create_capability!(capabilities::MemoryAllocationCapability);
    // SAFETY: Static memory is taken once, as the caller vouches. The driver
    // needs to find processes, which is what the capability is for.
    let (alarm, driver) = unsafe {
        let alarm = static_init!(AlarmDevice, AlarmDevice::new(alarm_mux));
        alarm.setup();
        let alarm: &'static AlarmDevice = alarm;
        let capability = kernel::mint_defined_capability!(Capability);
        let grant = kernel.create_grant(DRIVER_NUM, &memory);
        let driver = static_init!(
            Driver,
            Driver::new(kernel, grant, alarm, button, capability)
        );
        let driver: &'static Driver = driver;
        (alarm, driver)
    };
    alarm.set_alarm_client(driver);
    driver
}

/// Starts to load the processes: those with a SHA-256 footer that is right.
///
/// # Safety
/// To be called once, by the thread that runs the kernel.
pub(crate) unsafe fn load(
    kernel: &'static Kernel,
    chip: &'static ChipHw,
    app_flash: &'static [u8],
    app_memory: &'static mut [u8],
) {
    // SAFETY: Static memory is taken once, as the caller vouches.
    unsafe {
        let hasher: &'static Sha256Software = static_init!(Sha256Software, Sha256Software::new());
        hasher.register();
        let policy = components::appid::checker_sha::AppCheckerSha256Component::new(hasher)
            .finalize(components::app_checker_sha256_component_static!());
        let checker = components::appid::checker::ProcessCheckerMachineComponent::new(policy)
            .finalize(components::process_checker_machine_component_static!());
        let assigner = components::appid::assigner_tbf::AppIdAssignerTbfHeaderComponent::new()
            .finalize(components::appid_assigner_tbf_header_component_static!());
        let storage = components::storage_permissions::null::StoragePermissionsNullComponent::new()
            .finalize(components::storage_permissions_null_component_static!(
                ChipHw,
                ProcessStandardDebugFull
            ));
        components::loader::sequential::ProcessLoaderSequentialComponent::new(
            checker,
            kernel,
            chip,
            &FAULT_POLICY,
            assigner,
            storage,
            app_flash,
            app_memory,
            create_capability!(capabilities::ProcessManagementCapability),
        )
        .finalize(components::process_loader_sequential_component_static!(
            ChipHw,
            ProcessStandardDebugFull,
            NUM_PROCS
        ));
    }
}
