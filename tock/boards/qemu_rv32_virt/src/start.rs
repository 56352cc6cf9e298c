// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From `main` to the kernel's loop: all is wired here.

#[cfg(feature = "measure")]
use crate::measure::MeasureDriver;
use crate::memory_io::{MemoryLed, MemoryPin};
use crate::panic::PANIC_RESOURCES;
use crate::platform::{
    AlarmHw, ChipHw, NUM_PROCS, ProcessInfoCapability, QemuRv32VirtPlatform, ThreadIdProvider,
};
use crate::virtio_devices;
use capsules_extra::ethernet_tap::{self, EthernetTapDriver};
use kernel::component::Component;
use kernel::debug::PanicResources;
#[cfg(feature = "measure")]
use kernel::deferred_call::DeferredCallClient;
use kernel::hil::ethernet::EthernetAdapterDatapath;
use kernel::hil::gpio::{ActivationMode, FloatingState};
use kernel::platform::chip::Chip;
use kernel::utilities::registers::interfaces::ReadWriteable;
use kernel::{Kernel, capabilities, create_capability, debug, static_init};
use qemu_rv32_virt_chip::chip::QemuRv32VirtDefaultPeripherals;
use qemu_rv32_virt_chip::clint::CLINT_BASE;
use rv32i::csr::{CSR, mie::mie, mstatus::mstatus};
use rv32i::pmp::simple::SimplePMP;

/// Speed of the console, in bits per second.
const CONSOLE_BAUD: u32 = 115_200;

/// Bytes that the console takes from a process at once. The suite wants its
/// lines whole.
const CONSOLE_TX_LEN: usize = if cfg!(feature = "conformance") {
    256
} else {
    64
};

/// Room for `debug!`, in KiB.
const DEBUG_KIB: usize = if cfg!(feature = "conformance") { 16 } else { 2 };

// SAFETY: The linker script defines these symbols; a byte has any alignment.
unsafe extern "C" {
    // Bounds of the memories, from the linker script. Only their addresses
    // mean anything.
    static _sapps: u8;
    static _eapps: u8;
    static _sappmem: u8;
    static _eappmem: u8;
}

/// Sets the board up and loads the processes.
///
/// # Safety
/// To be called once, right after reset, when nothing else runs.
///
/// # Panics
/// If the machine is not the one that the board is for.
pub unsafe fn start() -> (
    &'static Kernel,
    &'static QemuRv32VirtPlatform,
    &'static ChipHw,
) {
    <ChipHw as Chip>::init();
    kernel::deferred_call::initialize_deferred_call_state::<ThreadIdProvider>();
    // Only a second call could find them bound.
    let _ = PANIC_RESOURCES.bind_to_thread::<ThreadIdProvider>(PanicResources::new());

    let memory_cap = create_capability!(capabilities::MemoryAllocationCapability);

    // SAFETY: Static memory is taken once and stays in this thread, since the
    // caller vouches that this runs once. The memories between the linker's
    // symbols are what they say, and nothing else refers to them. The PMP has
    // its entries and no other user.
    let (kernel, platform, chip, app_flash, app_memory) = unsafe {
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

        let uart_mux = components::console::UartMuxComponent::new(&peripherals.uart0, CONSOLE_BAUD)
            .finalize(components::uart_mux_component_static!());
        let console = components::console::ConsoleComponent::new(
            kernel,
            capsules_core::console::DRIVER_NUM,
            uart_mux,
            create_capability!(capabilities::MemoryAllocationCapability),
        )
        .finalize(components::console_component_static!(
            capsules_core::console::DEFAULT_BUF_SIZE,
            CONSOLE_TX_LEN
        ));
        components::debug_writer::DebugWriterComponent::new::<ThreadIdProvider>(
            uart_mux,
            create_capability!(capabilities::SetDebugWriterCapability),
        )
        .finalize(components::debug_writer_component_static!(DEBUG_KIB));
        let low_level_debug = components::lldb::LowLevelDebugComponent::new(
            kernel,
            capsules_core::low_level_debug::DRIVER_NUM,
            uart_mux,
            create_capability!(capabilities::MemoryAllocationCapability),
        )
        .finalize(components::low_level_debug_component_static!());

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

        let led = components::led::LedsComponent::new().finalize(
            components::led_component_static!(MemoryLed, MemoryLed::new(), MemoryLed::new()),
        );
        let button_pin: &'static MemoryPin = static_init!(MemoryPin, MemoryPin::new());
        let button = components::button::ButtonComponent::new(
            kernel,
            capsules_core::button::DRIVER_NUM,
            components::button_component_helper!(
                MemoryPin,
                (
                    button_pin,
                    ActivationMode::ActiveHigh,
                    FloatingState::PullNone
                )
            ),
            create_capability!(capabilities::MemoryAllocationCapability),
        )
        .finalize(components::button_component_static!(MemoryPin));

        let rng = virtio_devices::rng(peripherals).map(|rng| {
            components::rng::RngRandomComponent::new(
                kernel,
                capsules_core::rng::DRIVER_NUM,
                rng,
                create_capability!(capabilities::MemoryAllocationCapability),
            )
            .finalize(components::rng_random_component_static!(
                crate::platform::RngHw
            ))
        });
        let ethernet = virtio_devices::net(peripherals).map(|net| {
            let driver = static_init!(
                EthernetTapDriver<'static, crate::platform::NetHw>,
                EthernetTapDriver::new(
                    net,
                    kernel.create_grant(ethernet_tap::DRIVER_NUM, &memory_cap),
                    static_init!([u8; ethernet_tap::MAX_MTU], [0; ethernet_tap::MAX_MTU]),
                )
            );
            let driver: &'static EthernetTapDriver<'static, _> = driver;
            net.set_client(driver);
            driver.initialize();
            driver
        });

        let process_info = components::process_info_driver::ProcessInfoComponent::new(
            kernel,
            capsules_extra::process_info_driver::DRIVER_NUM,
            ProcessInfoCapability::new(),
            create_capability!(capabilities::MemoryAllocationCapability),
        )
        .finalize(components::process_info_component_static!(
            ProcessInfoCapability
        ));
        #[cfg(feature = "conformance")]
        let conformance = crate::conformance::driver(kernel, alarm_mux, button_pin);
        #[cfg(feature = "measure")]
        let measure: &'static MeasureDriver = {
            let grant = kernel.create_grant(crate::measure::DRIVER_NUM, &memory_cap);
            static_init!(MeasureDriver, MeasureDriver::new(grant))
        };
        #[cfg(feature = "measure")]
        measure.register();

        let platform = static_init!(
            QemuRv32VirtPlatform,
            QemuRv32VirtPlatform {
                alarm,
                console,
                low_level_debug,
                led,
                button,
                rng,
                ethernet,
                process_info,
                #[cfg(feature = "conformance")]
                conformance,
                #[cfg(feature = "measure")]
                measure,
                scheduler,
                scheduler_timer,
            }
        );
        let platform: &'static QemuRv32VirtPlatform = platform;

        let start = |symbol: *const u8| symbol.cast_mut();
        let length = |start: *const u8, end: *const u8| end as usize - start as usize;
        let app_flash = core::slice::from_raw_parts(
            &raw const _sapps,
            length(&raw const _sapps, &raw const _eapps),
        );
        let app_memory = core::slice::from_raw_parts_mut(
            start(&raw const _sappmem),
            length(&raw const _sappmem, &raw const _eappmem),
        );
        (kernel, platform, chip, app_flash, app_memory)
    };

    chip.enable_plic_interrupts();
    CSR.mie
        .modify(mie::mext::SET + mie::mtimer::SET + mie::msoft::CLEAR);
    CSR.mstatus.modify(mstatus::mie::SET);

    debug!("QEMU riscv32 virt machine, initialization complete.");
    if platform.rng.is_none() {
        debug!("- no virtio-rng device");
    }
    if platform.ethernet.is_none() {
        debug!("- no virtio-net device");
    }

    #[cfg(feature = "conformance")]
    // SAFETY: Called once, as the caller vouches.
    unsafe {
        crate::conformance::load(kernel, chip, app_flash, app_memory)
    };
    #[cfg(feature = "signed")]
    // SAFETY: Called once, as the caller vouches.
    unsafe {
        crate::signed::load(kernel, chip, app_flash, app_memory)
    };
    #[cfg(not(any(feature = "conformance", feature = "signed")))]
    load(kernel, chip, app_flash, app_memory);
    (kernel, platform, chip)
}

/// Makes processes of what is in flash.
#[cfg(not(any(feature = "conformance", feature = "signed")))]
fn load(
    kernel: &'static Kernel,
    chip: &'static ChipHw,
    app_flash: &'static [u8],
    app_memory: &'static mut [u8],
) {
    let management = create_capability!(capabilities::ProcessManagementCapability);
    if let Err(error) = kernel::process::load_processes(
        kernel,
        chip,
        app_flash,
        app_memory,
        &crate::platform::FAULT_POLICY,
        &management,
    ) {
        debug!("Not all processes are loaded: {:?}", error);
    }
}
