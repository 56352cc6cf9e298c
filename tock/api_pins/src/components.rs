// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The crate `components`: constructors, static memory and what comes out.

use crate::kernel::crypto_hils::Whole as Crypto;
use crate::kernel::device_hils::Whole as Device;
use crate::kernel::macros::{Defined, Whole as Capability};
use crate::kernel::platform::{PinChip, PinThread};
use crate::kernel::storage_hils::Whole as Storage;
use crate::kernel::time_hil::Whole as Clock;
use capsules_core::alarm::AlarmDriver;
use capsules_core::button::Button;
use capsules_core::console::Console;
use capsules_core::gpio::GPIO;
use capsules_core::led::LedDriver;
use capsules_core::low_level_debug::LowLevelDebug;
use capsules_core::rng::{Entropy32ToRandom, RngDriver};
use capsules_core::virtualizers::virtual_alarm::{MuxAlarm, VirtualMuxAlarm};
use capsules_core::virtualizers::virtual_flash::{FlashUser, MuxFlash};
use capsules_core::virtualizers::virtual_uart::{MuxUart, UartDevice};
use capsules_extra::process_info_driver::ProcessInfo;
use capsules_extra::sha256::Sha256Software;
use capsules_system::process_checker::basic::{AppCheckerNull, AppCheckerSha256};
use capsules_system::process_checker::tbf::AppIdAssignerTbfHeader;
use capsules_system::process_printer::ProcessPrinterText;
use components::alarm::{AlarmDriverComponent, AlarmMuxComponent};
use components::appid::assigner_name::AppIdAssignerNamesComponent;
use components::appid::assigner_tbf::AppIdAssignerTbfHeaderComponent;
use components::appid::checker::ProcessCheckerMachineComponent;
use components::appid::checker_null::AppCheckerNullComponent;
use components::appid::checker_sha::AppCheckerSha256Component;
use components::appid::checker_signature::AppCheckerSignatureComponent;
use components::button::ButtonComponent;
use components::console::{ConsoleComponent, UartMuxComponent};
use components::debug_writer::DebugWriterComponent;
use components::flash::{FlashMuxComponent, FlashUserComponent};
use components::gpio::GpioComponent;
use components::led::LedsComponent;
use components::lldb::LowLevelDebugComponent;
use components::loader::sequential::ProcessLoaderSequentialComponent;
use components::process_array::ProcessArrayComponent;
use components::process_info_driver::ProcessInfoComponent;
use components::process_printer::ProcessPrinterTextComponent;
use components::rng::{RngComponent, RngRandomComponent};
use components::sched::cooperative::CooperativeComponent;
use components::sched::priority::PriorityComponent;
use components::sched::round_robin::RoundRobinComponent;
use components::sha::ShaSoftware256Component;
use components::storage_permissions::individual::StoragePermissionsIndividualComponent;
use components::storage_permissions::null::StoragePermissionsNullComponent;
use components::storage_permissions::tbf_header::StoragePermissionsTbfHeaderComponent;
use components::virtual_scheduler_timer::VirtualSchedulerTimerComponent;
use kernel::Kernel;
use kernel::component::Component;
use kernel::hil::gpio::{ActivationMode, FloatingState};
use kernel::platform::scheduler_timer::SchedulerTimer;
use kernel::process::{
    ProcessArray, ProcessCheckerMachine, ProcessFaultPolicy, ProcessStandardDebugFull,
    ProcessStandardStoragePermissionsPolicy, SequentialProcessLoaderMachine,
};
use kernel::process_checker::{AppCredentialsPolicy, AppIdPolicy};
use kernel::scheduler::Scheduler;
use tock_tbf::types::TbfFooterV2CredentialsType::EcdsaNistP256;

type Details = ProcessStandardDebugFull;

/// The parts that every component is made from.
pub struct Parts {
    kernel: &'static Kernel,
    device: &'static Device,
    clock: &'static Clock,
    storage: &'static Storage,
    sha: &'static Crypto,
    chip: &'static PinChip,
    processes: &'static ProcessArray<3>,
}

/// Ports, consoles and debug output.
///
/// # Safety
/// Never to be called; so for all of this module.
pub unsafe fn ports(parts: &Parts, cap: fn() -> Capability) {
    // SAFETY: the promise of the function.
    unsafe {
        let mux: &'static MuxUart<'static> = UartMuxComponent::new(parts.device, 115_200u32)
            .finalize(components::uart_mux_component_static!());
        UartMuxComponent::new(parts.device, 115_200u32)
            .finalize(components::uart_mux_component_static!(128));
        let _: &'static Console<'static> = ConsoleComponent::new(parts.kernel, 1usize, mux, cap())
            .finalize(components::console_component_static!());
        ConsoleComponent::new(parts.kernel, 1usize, mux, cap())
            .finalize(components::console_component_static!(128, 32));
        let _: &'static LowLevelDebug<'static, UartDevice<'static>> =
            LowLevelDebugComponent::new(parts.kernel, 8usize, mux, cap())
                .finalize(components::low_level_debug_component_static!());
        DebugWriterComponent::new::<PinThread>(mux, cap())
            .finalize(components::debug_writer_component_static!());
        DebugWriterComponent::new_unsafe(mux, cap(), || {})
            .finalize(components::debug_writer_component_static!(4));
    }
}

/// # Safety
/// As above.
pub unsafe fn time(parts: &Parts, cap: Capability) {
    // SAFETY: the promise of the function.
    unsafe {
        let mux: &'static MuxAlarm<'static, Clock> = AlarmMuxComponent::new(parts.clock)
            .finalize(components::alarm_mux_component_static!(Clock));
        let _: &'static AlarmDriver<'static, VirtualMuxAlarm<'static, Clock>> =
            AlarmDriverComponent::new(parts.kernel, 0usize, mux, cap)
                .finalize(components::alarm_component_static!(Clock));
        let timer = VirtualSchedulerTimerComponent::new(mux)
            .finalize(components::virtual_scheduler_timer_component_static!(Clock));
        let _: &dyn SchedulerTimer = timer;
    }
}

/// # Safety
/// As above.
pub unsafe fn pins(parts: &Parts, cap: fn() -> Capability) {
    // SAFETY: the promise of the function.
    unsafe {
        let _: &'static LedDriver<'static, Device, 2> = LedsComponent::new()
            .finalize(components::led_component_static!(Device, Device, Device));
        let _: &'static Button<'static, Device> = ButtonComponent::new(
            parts.kernel,
            3usize,
            components::button_component_helper!(
                Device,
                (
                    parts.device,
                    ActivationMode::ActiveHigh,
                    FloatingState::PullNone
                )
            ),
            cap(),
        )
        .finalize(components::button_component_static!(Device));
        let _: &'static GPIO<'static, Device> = GpioComponent::new(
            parts.kernel,
            4usize,
            components::gpio_component_helper!(Device, 0 => parts.device, 2 => parts.device),
            cap(),
        )
        .finalize(components::gpio_component_static!(Device));
    }
}

/// # Safety
/// As above.
pub unsafe fn sources(parts: &Parts, cap: fn() -> Capability, defined: Defined) {
    // SAFETY: the promise of the function.
    unsafe {
        let _: &'static RngDriver<'static, Entropy32ToRandom<'static, Device>> =
            RngComponent::new(parts.kernel, 0x40001usize, parts.device, cap())
                .finalize(components::rng_component_static!(Device));
        let _: &'static RngDriver<'static, Device> =
            RngRandomComponent::new(parts.kernel, 0x40001usize, parts.device, cap())
                .finalize(components::rng_random_component_static!(Device));
        let mux: &'static MuxFlash<'static, Storage> = FlashMuxComponent::new(parts.storage)
            .finalize(components::flash_mux_component_static!(Storage));
        let _: &'static FlashUser<'static, Storage> = FlashUserComponent::new(mux)
            .finalize(components::flash_user_component_static!(Storage));
        let _: &'static ProcessInfo<Defined> =
            ProcessInfoComponent::new(parts.kernel, 0x10002usize, defined, cap())
                .finalize(components::process_info_component_static!(Defined));
    }
}

/// # Safety
/// As above.
pub unsafe fn checks(parts: &Parts, policy: &'static dyn AppCredentialsPolicy<'static>) {
    // SAFETY: the promise of the function.
    unsafe {
        let _: &'static ProcessCheckerMachine = ProcessCheckerMachineComponent::new(policy)
            .finalize(components::process_checker_machine_component_static!());
        let _: &'static AppCheckerNull = AppCheckerNullComponent::new()
            .finalize(components::app_checker_null_component_static!());
        let _: &'static AppCheckerSha256 = AppCheckerSha256Component::new(parts.sha)
            .finalize(components::app_checker_sha256_component_static!());
        let sha: &'static Sha256Software<'static> = ShaSoftware256Component::new()
            .finalize(components::sha_software_256_component_static!());
        let _: &'static dyn AppCredentialsPolicy<'static> =
            AppCheckerSignatureComponent::new(sha, parts.sha, EcdsaNistP256).finalize(
                components::app_checker_signature_component_static!(
                    Crypto,
                    Sha256Software<'static>,
                    32,
                    64
                ),
            );
        let _: &'static AppIdAssignerTbfHeader = AppIdAssignerTbfHeaderComponent::new()
            .finalize(components::appid_assigner_tbf_header_component_static!());
        let names = AppIdAssignerNamesComponent::new()
            .finalize(components::appid_assigner_names_component_static!());
        let _: &'static dyn AppIdPolicy = names;
    }
}

/// # Safety
/// As above.
pub unsafe fn loading(
    parts: &Parts,
    cap: fn() -> Capability,
    checker: &'static ProcessCheckerMachine,
    fault_policy: &'static dyn ProcessFaultPolicy,
    appid_policy: &'static dyn AppIdPolicy,
    app_flash: &'static [u8],
    app_memory: &'static mut [u8],
) {
    type StoragePolicy = dyn ProcessStandardStoragePermissionsPolicy<PinChip, Details>;
    // SAFETY: the promise of the function.
    unsafe {
        let policy: &'static StoragePolicy =
            StoragePermissionsNullComponent::<PinChip, Details>::new().finalize(
                components::storage_permissions_null_component_static!(PinChip, Details),
            );
        let _: &'static StoragePolicy = StoragePermissionsIndividualComponent::new(cap()).finalize(
            components::storage_permissions_individual_component_static!(
                PinChip, Details, Capability
            ),
        );
        let _: &'static StoragePolicy = StoragePermissionsTbfHeaderComponent::new(cap()).finalize(
            components::storage_permissions_tbf_header_component_static!(
                PinChip, Details, Capability
            ),
        );
        let _: &'static SequentialProcessLoaderMachine<'static, PinChip, Details> =
            ProcessLoaderSequentialComponent::new(
                checker,
                parts.kernel,
                parts.chip,
                fault_policy,
                appid_policy,
                policy,
                app_flash,
                app_memory,
                cap(),
            )
            .finalize(components::process_loader_sequential_component_static!(
                PinChip, Details, 3
            ));
        let _: &'static ProcessArray<3> =
            ProcessArrayComponent::new().finalize(components::process_array_component_static!(3));
        let _: &'static ProcessPrinterText = ProcessPrinterTextComponent::new()
            .finalize(components::process_printer_text_component_static!());
    }
}

/// # Safety
/// As above.
pub unsafe fn schedulers(parts: &Parts, cap: Capability) {
    fn scheduler<S: Scheduler<PinChip>>(_: &'static S) {}
    // SAFETY: the promise of the function.
    unsafe {
        scheduler(
            CooperativeComponent::new(parts.processes)
                .finalize(components::cooperative_component_static!(3)),
        );
        scheduler(
            RoundRobinComponent::new(parts.processes)
                .finalize(components::round_robin_component_static!(3)),
        );
        scheduler(
            PriorityComponent::new(parts.kernel, cap)
                .finalize(components::priority_component_static!(Capability)),
        );
    }
}
