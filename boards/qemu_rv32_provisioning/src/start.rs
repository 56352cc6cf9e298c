// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From `main` to the kernel's loop: all is wired here.

use crate::applications::POLICY;
use crate::config_flash::{self, FlashHw};
use crate::panel::{self, PanelRestart, TracedIndicator};
use crate::panic::PANIC_RESOURCES;
use crate::platform::{AlarmHw, ChipHw, NUM_PROCS, Platform, TenantLed, ThreadIdProvider};
use crate::random::NoRandomness;
use crate::virtio_devices;
use crate::window::WINDOW_MS;
use capsules_core::virtualizers::virtual_rng::{MuxRngMaster, VirtualRngMasterDevice};
use capsules_extra::ethernet_tap::{self, EthernetTapDriver};
use capsules_provisioning::session::About;
use capsules_provisioning::{provisioning_driver, tenant_config_driver};
use capsules_system::process_policies::ThresholdRestartFaultPolicy;
use capsules_system::storage_permissions::null::NullStoragePermissions;
use capsules_system::syscall_filter::tbf_header_filter::TbfHeaderFilterDefaultAllow;
use cfi_flash::CfiFlash;
use emulated_panel::{KeyPin, PanelLed};
use kernel::component::Component;
use kernel::debug::PanicResources;
use kernel::deferred_call::DeferredCallClient;
use kernel::hil::ethernet::EthernetAdapterDatapath;
use kernel::hil::gpio::{ActivationMode, FloatingState};
use kernel::hil::rng::Rng;
use kernel::platform::chip::Chip;
use kernel::process::ProcessStandardDebugFull;
use kernel::utilities::registers::interfaces::ReadWriteable;
use kernel::{
    Kernel, capabilities, create_capability, create_typed_capability, debug, static_init,
};
use provisioning_components as provisioning;
use qemu_rv32_virt_chip::chip::QemuRv32VirtDefaultPeripherals;
use qemu_rv32_virt_chip::clint::CLINT_BASE;
use rv32i::csr::{CSR, mie::mie, mstatus::mstatus};
use rv32i::pmp::simple::SimplePMP;

/// Speed of the console, in bits per second.
const CONSOLE_BAUD: u32 = 115_200;

/// What the board calls itself towards the daemon.
const ABOUT: About = About {
    board: "qemu_rv32_provisioning",
    firmware: concat!("tock-provisioning ", env!("CARGO_PKG_VERSION")),
    // Whoever holds this board's image holds its factory data as well.
    attempt_limit: None,
};

/// A process that faults is restarted this often, then stopped for good.
const RESTARTS: usize = 3;

static FAULT_POLICY: ThresholdRestartFaultPolicy = ThresholdRestartFaultPolicy::new(RESTARTS);
static STORAGE_POLICY: NullStoragePermissions = NullStoragePermissions {};
static NO_RANDOMNESS: NoRandomness = NoRandomness;
static RESTART: PanelRestart = PanelRestart;

// SAFETY: The linker script defines these symbols; a byte has any alignment.
unsafe extern "C" {
    // Bounds of the memories, from the linker script. Only their addresses
    // mean anything.
    static _sapps: u8;
    static _eapps: u8;
    static _sappmem: u8;
    static _eappmem: u8;
}

/// Sets the board up. The processes are loaded, and held, by the kernel's loop.
///
/// # Safety
/// To be called once, right after reset, when nothing else runs.
///
/// # Panics
/// If the machine is not the one that the board is for.
pub unsafe fn start() -> (&'static Kernel, &'static Platform, &'static ChipHw) {
    <ChipHw as Chip>::init();
    kernel::deferred_call::initialize_deferred_call_state::<ThreadIdProvider>();
    // Only a second call could find them bound.
    let _ = PANIC_RESOURCES.bind_to_thread::<ThreadIdProvider>(PanicResources::new());

    let memory_cap = create_capability!(capabilities::MemoryAllocationCapability);
    create_typed_capability!(
        launcher_cap,
        LauncherCapability: capabilities::ProcessManagementCapability,
        capabilities::ProcessStartCapability
    );

    // SAFETY: Static memory is taken once and stays in this thread, since the
    // caller vouches that this runs once. The memories between the linker's
    // symbols are what they say, and nothing else refers to them. The PMP has
    // its entries and no other user.
    unsafe {
        let processes = components::process_array::ProcessArrayComponent::new()
            .finalize(components::process_array_component_static!(NUM_PROCS));
        let kernel = static_init!(Kernel, Kernel::new(processes.as_slice()));
        let kernel: &'static Kernel = kernel;

        let peripherals = static_init!(
            QemuRv32VirtDefaultPeripherals<'static>,
            QemuRv32VirtDefaultPeripherals::new()
        );
        let timer = static_init!(AlarmHw, AlarmHw::new(&CLINT_BASE));
        timer.disable_machine_timer();
        let pmp = SimplePMP::new().unwrap_or_else(|()| panic!("firmware has locked the PMP"));
        let chip = static_init!(ChipHw, ChipHw::new(peripherals, timer, pmp));
        let chip: &'static ChipHw = chip;

        let printer = components::process_printer::ProcessPrinterTextComponent::new()
            .finalize(components::process_printer_text_component_static!());
        if let Some(resources) = PANIC_RESOURCES.get() {
            resources.chip.put(chip);
            resources.processes.put(processes.as_slice());
            resources.printer.put(printer);
        }

        // Console and debug output.
        let uart_mux = components::console::UartMuxComponent::new(&peripherals.uart0, CONSOLE_BAUD)
            .finalize(components::uart_mux_component_static!());
        let console = components::console::ConsoleComponent::new(
            kernel,
            capsules_core::console::DRIVER_NUM,
            uart_mux,
            create_capability!(capabilities::MemoryAllocationCapability),
        )
        .finalize(components::console_component_static!());
        components::debug_writer::DebugWriterComponent::new::<ThreadIdProvider>(
            uart_mux,
            create_capability!(capabilities::SetDebugWriterCapability),
        )
        .finalize(components::debug_writer_component_static!());
        let low_level_debug = components::lldb::LowLevelDebugComponent::new(
            kernel,
            capsules_core::low_level_debug::DRIVER_NUM,
            uart_mux,
            create_capability!(capabilities::MemoryAllocationCapability),
        )
        .finalize(components::low_level_debug_component_static!());

        // Time.
        let alarm_mux = components::alarm::AlarmMuxComponent::new(timer)
            .finalize(components::alarm_mux_component_static!(AlarmHw));
        let alarm = components::alarm::AlarmDriverComponent::new(
            kernel,
            capsules_core::alarm::DRIVER_NUM,
            alarm_mux,
            create_capability!(capabilities::MemoryAllocationCapability),
        )
        .finalize(components::alarm_component_static!(AlarmHw));
        let scheduler_timer =
            components::virtual_scheduler_timer::VirtualSchedulerTimerComponent::new(alarm_mux)
                .finalize(components::virtual_scheduler_timer_component_static!(
                    AlarmHw
                ));
        let scheduler = components::sched::round_robin::RoundRobinComponent::new(processes)
            .finalize(components::round_robin_component_static!(NUM_PROCS));
        #[cfg(feature = "measure")]
        let scheduler = {
            crate::measure::begin::<ThreadIdProvider>();
            static_init!(
                crate::measure::Measured,
                crate::measure::Measured(scheduler)
            )
        };

        // LEDs: the kernel's until they are released, then the tenants'.
        let left: &'static PanelLed = static_init!(PanelLed, panel::left_led());
        let right: &'static PanelLed = static_init!(PanelLed, panel::right_led());
        let indicator = provisioning::indicator::IndicatorComponent::new(alarm_mux, left, right)
            .finalize(provisioning::indicator_component_static!(AlarmHw, PanelLed));
        let traced_indicator: &'static TracedIndicator =
            static_init!(TracedIndicator, TracedIndicator(indicator));
        let led =
            components::led::LedsComponent::new().finalize(components::led_component_static!(
                TenantLed,
                TenantLed::new(indicator, left),
                TenantLed::new(indicator, right)
            ));

        // The button, seen by the kernel in the boot window and by tenants.
        let kernel_pin: &'static KeyPin = static_init!(KeyPin, panel::button());
        let tenant_pin: &'static KeyPin = static_init!(KeyPin, panel::button());
        let pins = static_init!([&'static KeyPin; 2], [kernel_pin, tenant_pin]);
        let reset_button = provisioning::reset_button::ResetButtonComponent::new(
            alarm_mux,
            kernel_pin,
            ActivationMode::ActiveHigh,
        )
        .finalize(provisioning::reset_button_component_static!(
            AlarmHw, KeyPin
        ));
        let button = components::button::ButtonComponent::new(
            kernel,
            capsules_core::button::DRIVER_NUM,
            components::button_component_helper!(
                KeyPin,
                (
                    tenant_pin,
                    ActivationMode::ActiveHigh,
                    FloatingState::PullNone
                )
            ),
            create_capability!(capabilities::MemoryAllocationCapability),
        )
        .finalize(components::button_component_static!(KeyPin));
        let keyboard = virtio_devices::keyboard(peripherals, pins);

        // Random numbers, for the session and for applications.
        let rng_hw = virtio_devices::rng(peripherals);
        let rng_source: &'static dyn Rng<'static> = match rng_hw {
            Some(rng) => rng,
            None => &NO_RANDOMNESS,
        };
        let rng_mux: &'static MuxRngMaster<'static> =
            static_init!(MuxRngMaster<'static>, MuxRngMaster::new(rng_source));
        rng_source.set_client(rng_mux);
        let rng = rng_hw.map(|_| {
            let device = static_init!(
                VirtualRngMasterDevice<'static>,
                VirtualRngMasterDevice::new(rng_mux)
            );
            components::rng::RngRandomComponent::new(
                kernel,
                capsules_core::rng::DRIVER_NUM,
                &*device,
                create_capability!(capabilities::MemoryAllocationCapability),
            )
            .finalize(components::rng_random_component_static!(
                VirtualRngMasterDevice<'static>
            ))
        });

        // Ethernet, for applications.
        let ethernet = virtio_devices::net(peripherals).map(|net| {
            let driver = static_init!(
                crate::platform::EthernetTapDriver,
                EthernetTapDriver::new(
                    net,
                    kernel.create_grant(ethernet_tap::DRIVER_NUM, &memory_cap),
                    static_init!([u8; ethernet_tap::MAX_MTU], [0; ethernet_tap::MAX_MTU]),
                )
            );
            let driver: &'static crate::platform::EthernetTapDriver = driver;
            net.set_client(driver);
            driver.initialize();
            driver
        });

        // The configuration, its flash and its keys.
        let flash = static_init!(
            FlashHw,
            CfiFlash::new(config_flash::bus(), config_flash::BLOCK_LEN)
        );
        let flash: &'static FlashHw = flash;
        flash.register();
        let key_store = provisioning::key_store::KeyStoreComponent::new()
            .finalize(provisioning::key_store_component_static!());
        // The machine has no key engine.
        let root = provisioning::factory_page_root::FactoryPageRootComponent::new(key_store)
            .finalize(provisioning::factory_page_root_component_static!());
        let config_store = provisioning::config_store::ConfigStoreComponent::new(
            flash,
            config_flash::FIRST_PAGE,
            key_store,
            root,
        )
        .finalize(provisioning::config_store_component_static!(FlashHw));

        // Applications: found, checked, loaded and held.
        let checker = components::appid::checker::ProcessCheckerMachineComponent::new(
            components::appid::checker_null::AppCheckerNullComponent::new()
                .finalize(components::app_checker_null_component_static!()),
        )
        .finalize(components::process_checker_machine_component_static!());
        let assigner = components::appid::assigner_tbf::AppIdAssignerTbfHeaderComponent::new()
            .finalize(components::appid_assigner_tbf_header_component_static!());
        let app_flash = core::slice::from_raw_parts(
            &raw const _sapps,
            (&raw const _eapps).addr() - (&raw const _sapps).addr(),
        );
        let app_memory = core::slice::from_raw_parts_mut(
            (&raw const _sappmem).cast_mut(),
            (&raw const _eappmem).addr() - (&raw const _sappmem).addr(),
        );
        let loader = components::loader::sequential::ProcessLoaderSequentialComponent::new(
            checker,
            kernel,
            chip,
            &FAULT_POLICY,
            assigner,
            &STORAGE_POLICY,
            app_flash,
            app_memory,
            create_capability!(capabilities::ProcessManagementCapability),
        )
        .finalize(components::process_loader_sequential_component_static!(
            ChipHw,
            ProcessStandardDebugFull,
            NUM_PROCS
        ));
        let launcher =
            provisioning::launcher::LauncherComponent::new(kernel, loader, POLICY, launcher_cap)
                .finalize(provisioning::launcher_component_static!(LauncherCapability));

        // Provisioning. The session comes after all others that defer work.
        let session = provisioning::session::SessionComponent::new(
            alarm_mux,
            rng_mux,
            key_store,
            config_store,
            ABOUT,
        )
        .finalize(provisioning::session_component_static!(AlarmHw));
        let tenant_config = provisioning::tenant_config::TenantConfigComponent::new(
            kernel,
            tenant_config_driver::DRIVER_NUM,
            key_store,
            POLICY,
            create_capability!(capabilities::MemoryAllocationCapability),
        )
        .finalize(provisioning::tenant_config_component_static!());
        let supervisor = provisioning::supervisor::SupervisorComponent {
            alarm_mux,
            window_ms: WINDOW_MS,
            indicator: traced_indicator,
            button: reset_button,
            store: config_store,
            launcher,
            session,
            tenants: tenant_config,
            restart: &RESTART,
        }
        .finalize(provisioning::supervisor_component_static!(AlarmHw));
        let provisioning_driver = provisioning::provisioning::ProvisioningComponent::new(
            kernel,
            provisioning_driver::DRIVER_NUM,
            session,
            supervisor,
            POLICY,
            create_capability!(capabilities::MemoryAllocationCapability),
        )
        .finalize(provisioning::provisioning_component_static!());

        let platform = static_init!(
            Platform,
            Platform {
                alarm,
                console,
                low_level_debug,
                led,
                button,
                rng,
                ethernet,
                provisioning: provisioning_driver,
                tenant_config,
                syscall_filter: TbfHeaderFilterDefaultAllow {},
                scheduler,
                scheduler_timer,
            }
        );

        chip.enable_plic_interrupts();
        CSR.mie
            .modify(mie::mext::SET + mie::mtimer::SET + mie::msoft::CLEAR);
        CSR.mstatus.modify(mstatus::mie::SET);

        debug!("provisioning: board {}, {}", ABOUT.board, ABOUT.firmware);
        if keyboard.is_none() {
            debug!("provisioning: no virtio-keyboard device, so there is no button");
        }
        if platform.rng.is_none() {
            debug!("provisioning: no virtio-rng device, so no daemon can be talked to");
        }
        if platform.ethernet.is_none() {
            debug!("provisioning: no virtio-net device, so no daemon can be found");
        }
        (kernel, platform, chip)
    }
}
