// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A board put together from every component, on fakes.

#[allow(dead_code)]
#[path = "../../../capsules/extra/tests/drivers/harness.rs"]
mod harness;

mod fakes;

use std::cell::RefCell;

use fakes::{Clock, Page, Pin, Port, Source, Storage};
use harness::{FakeChip, Thread};
use kernel::capabilities::{
    ApplicationStorageCapability, MemoryAllocationCapability, ProcessManagementCapability,
    ProcessStartCapability, SetDebugWriterCapability,
};
use kernel::component::Component;
use kernel::deferred_call::{DeferredCall, initialize_deferred_call_state};
use kernel::hil::flash::HasClient;
use kernel::hil::gpio::{ActivationMode, FloatingState};
use kernel::hil::led::LedHigh;
use kernel::process::{
    Process, ProcessLoadError, ProcessLoadingAsync, ProcessLoadingAsyncClient,
    ProcessStandardDebugFull, ShortId, State, StoppedExecutingReason,
};
use kernel::scheduler::{Scheduler, SchedulingDecision};
use kernel::utilities::binary_write::BinaryWrite;
use kernel::{
    Kernel, ProcessId, create_capability, debug, define_capability_type, mint_defined_capability,
    static_init,
};

const NUM_PROCS: usize = 3;

define_capability_type!(ManageCap: ProcessManagementCapability, ProcessStartCapability);
define_capability_type!(StorageCap: ApplicationStorageCapability);

#[derive(Default)]
struct LoadLog {
    loaded: RefCell<Vec<Result<(), ProcessLoadError>>>,
    finished: RefCell<usize>,
}

impl ProcessLoadingAsyncClient for LoadLog {
    fn process_loaded(&self, result: Result<(), ProcessLoadError>) {
        self.loaded.borrow_mut().push(result);
    }

    fn process_loading_finished(&self) {
        *self.finished.borrow_mut() += 1;
    }
}

struct Text(String);

impl BinaryWrite for Text {
    fn write_buffer(&mut self, buffer: &[u8]) -> Result<usize, ()> {
        self.0.push_str(core::str::from_utf8(buffer).map_err(drop)?);
        Ok(buffer.len())
    }
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// The process that a scheduler runs next, and for how long.
fn next(scheduler: &impl Scheduler<FakeChip>) -> Option<(ProcessId, Option<u32>)> {
    match scheduler.next() {
        SchedulingDecision::RunProcess((process_id, time)) => {
            Some((process_id, time.map(|time| time.get())))
        }
        SchedulingDecision::TrySleep => None,
    }
}

fn result(
    scheduler: &impl Scheduler<FakeChip>,
    reason: StoppedExecutingReason,
    time_us: Option<u32>,
) {
    Scheduler::<FakeChip>::result(scheduler, reason, time_us);
}

/// All in one: components set memory aside once per program.
#[test]
fn board_of_all_components_loads_and_schedules_processes() {
    initialize_deferred_call_state::<Thread>();
    // SAFETY: the test decides who may do what, and runs this once.
    let (manage, storage_cap) = unsafe {
        (
            mint_defined_capability!(ManageCap),
            mint_defined_capability!(StorageCap),
        )
    };
    let memory = || create_capability!(MemoryAllocationCapability);

    // SAFETY: static memory is taken here only, and this runs once.
    unsafe {
        let processes = components::process_array::ProcessArrayComponent::new()
            .finalize(components::process_array_component_static!(NUM_PROCS));
        let board_kernel = static_init!(Kernel, Kernel::new(processes.as_slice()));
        let board_kernel: &'static Kernel = board_kernel;
        let chip = leak(harness::FakeChip::new());

        // Serial port, console, debug output.
        let port = leak(Port::default());
        let uart_mux = components::console::UartMuxComponent::new(port, 115200)
            .finalize(components::uart_mux_component_static!());
        let _console = components::console::ConsoleComponent::new(
            board_kernel,
            capsules_core::console::DRIVER_NUM,
            uart_mux,
            memory(),
        )
        .finalize(components::console_component_static!(128, 32));
        components::debug_writer::DebugWriterComponent::new::<Thread>(
            uart_mux,
            create_capability!(SetDebugWriterCapability),
        )
        .finalize(components::debug_writer_component_static!());
        let _lldb = components::lldb::LowLevelDebugComponent::new(
            board_kernel,
            capsules_core::low_level_debug::DRIVER_NUM,
            uart_mux,
            memory(),
        )
        .finalize(components::low_level_debug_component_static!());
        debug!("ready: {}", 42);
        assert!(port.drain().contains("ready: 42"));

        // Time.
        let clock = leak(Clock::default());
        let alarm_mux = components::alarm::AlarmMuxComponent::new(clock)
            .finalize(components::alarm_mux_component_static!(Clock));
        let _alarm = components::alarm::AlarmDriverComponent::new(
            board_kernel,
            capsules_core::alarm::DRIVER_NUM,
            alarm_mux,
            memory(),
        )
        .finalize(components::alarm_component_static!(Clock));
        let timer =
            components::virtual_scheduler_timer::VirtualSchedulerTimerComponent::new(alarm_mux)
                .finalize(components::virtual_scheduler_timer_component_static!(Clock));
        check_scheduler_timer(clock, timer);

        // Pins.
        let pins = leak([const { Pin::new() }; 4]);
        let leds =
            components::led::LedsComponent::new().finalize(components::led_component_static!(
                LedHigh<'static, Pin>,
                LedHigh::new(&pins[0]),
                LedHigh::new(&pins[1]),
            ));
        let _leds: &capsules_core::led::LedDriver<'static, LedHigh<'static, Pin>, 2> = leds;
        let _button = components::button::ButtonComponent::new(
            board_kernel,
            capsules_core::button::DRIVER_NUM,
            components::button_component_helper!(
                Pin,
                (&pins[2], ActivationMode::ActiveLow, FloatingState::PullUp),
            ),
            memory(),
        )
        .finalize(components::button_component_static!(Pin));
        let _gpio = components::gpio::GpioComponent::new(
            board_kernel,
            capsules_core::gpio::DRIVER_NUM,
            components::gpio_component_helper!(Pin, 5 => &pins[3]),
            memory(),
        )
        .finalize(components::gpio_component_static!(Pin));

        // Random numbers, flash, process information.
        let source = leak(Source);
        let _rng = components::rng::RngComponent::new(
            board_kernel,
            capsules_core::rng::DRIVER_NUM,
            source,
            memory(),
        )
        .finalize(components::rng_component_static!(Source));
        let _random =
            components::rng::RngRandomComponent::new(board_kernel, 0x8000_0001, source, memory())
                .finalize(components::rng_random_component_static!(Source));
        let flash = leak(Storage);
        let mux_flash = components::flash::FlashMuxComponent::new(flash)
            .finalize(components::flash_mux_component_static!(Storage));
        let user = components::flash::FlashUserComponent::new(mux_flash)
            .finalize(components::flash_user_component_static!(Storage));
        let pages = leak(
            capsules_extra::nonvolatile_to_pages::NonvolatileToPages::new(
                user,
                Box::leak(Box::<Page>::default()),
            ),
        );
        user.set_client(pages);
        let _info = components::process_info_driver::ProcessInfoComponent::new(
            board_kernel,
            capsules_extra::process_info_driver::DRIVER_NUM,
            manage,
            memory(),
        )
        .finalize(components::process_info_component_static!(ManageCap));

        // Loading: the first policy is used, the others must build.
        let checking_policy = components::appid::checker_null::AppCheckerNullComponent::new()
            .finalize(components::app_checker_null_component_static!());
        let _names = components::appid::assigner_name::AppIdAssignerNamesComponent::new()
            .finalize(components::appid_assigner_names_component_static!());
        let assigner = components::appid::assigner_tbf::AppIdAssignerTbfHeaderComponent::new()
            .finalize(components::appid_assigner_tbf_header_component_static!());
        let checker =
            components::appid::checker::ProcessCheckerMachineComponent::new(checking_policy)
                .finalize(components::process_checker_machine_component_static!());
        type Debug = ProcessStandardDebugFull;
        let _null = components::storage_permissions::null::StoragePermissionsNullComponent::<
            FakeChip,
            Debug,
        >::new()
        .finalize(components::storage_permissions_null_component_static!(
            FakeChip, Debug
        ));
        let _listed =
            components::storage_permissions::tbf_header::StoragePermissionsTbfHeaderComponent::<
                FakeChip,
                Debug,
                StorageCap,
            >::new(mint_defined_capability!(StorageCap))
            .finalize(
                components::storage_permissions_tbf_header_component_static!(
                    FakeChip, Debug, StorageCap
                ),
            );
        let storage_policy =
            components::storage_permissions::individual::StoragePermissionsIndividualComponent::new(
                storage_cap,
            )
            .finalize(components::storage_permissions_individual_component_static!(
                FakeChip, Debug, StorageCap
            ));
        let fault_policy = leak(capsules_system::process_policies::StopFaultPolicy {});
        let programs: &'static [u8] = [
            harness::program(b"one ", Some(0x1001)),
            harness::program(b"two ", None),
        ]
        .concat()
        .leak();
        let app_memory = harness::process_memory(NUM_PROCS);
        let loader = components::loader::sequential::ProcessLoaderSequentialComponent::new(
            checker,
            board_kernel,
            chip,
            fault_policy,
            assigner,
            storage_policy,
            programs,
            app_memory,
            mint_defined_capability!(ManageCap),
        )
        .finalize(components::process_loader_sequential_component_static!(
            FakeChip, Debug, NUM_PROCS
        ));
        let log = leak(LoadLog::default());
        loader.set_client(log);
        DeferredCall::verify_setup();
        while DeferredCall::has_tasks() {
            DeferredCall::service_next_pending();
        }
        let loaded = log.loaded.borrow().iter().filter(|r| r.is_ok()).count();
        assert_eq!((loaded, *log.finished.borrow()), (2, 1));

        let [one, two] = [0, 1].map(|index| processes[index].get().expect("not loaded"));
        assert!(one.short_app_id() == ShortId::Fixed(0x1001.try_into().unwrap()));
        assert!(two.short_app_id() != two.short_app_id());
        assert_eq!(one.get_storage_permissions().get_write_id(), Some(0x1001));
        assert_eq!(two.get_storage_permissions().get_write_id(), None);

        let printer = components::process_printer::ProcessPrinterTextComponent::new()
            .finalize(components::process_printer_text_component_static!());
        let mut text = Text(String::new());
        let rest = kernel::process::ProcessPrinter::print_overview(printer, one, &mut text, None);
        assert!(rest.is_none() && text.0.contains("one "), "{}", text.0);

        let cooperative = components::sched::cooperative::CooperativeComponent::new(processes)
            .finalize(components::cooperative_component_static!(NUM_PROCS));
        let round_robin = components::sched::round_robin::RoundRobinComponent::new(processes)
            .finalize(components::round_robin_component_static!(NUM_PROCS));
        let priority = components::sched::priority::PriorityComponent::new(
            board_kernel,
            mint_defined_capability!(ManageCap),
        )
        .finalize(components::priority_component_static!(ManageCap));
        check_cooperative(cooperative, one, two);
        check_round_robin(round_robin, one, two);
        check_priority(priority, chip, one, two);
    }
}

fn check_scheduler_timer(
    clock: &Clock,
    timer: &impl kernel::platform::scheduler_timer::SchedulerTimer,
) {
    assert_eq!(timer.get_remaining_us(), None);
    timer.start(100.try_into().unwrap());
    clock.pass(99);
    assert_eq!(timer.get_remaining_us().map(|us| us.get()), Some(1));
    clock.pass(1);
    assert_eq!(timer.get_remaining_us(), None);
    timer.start(100.try_into().unwrap());
    timer.reset();
    assert_eq!(timer.get_remaining_us(), None);
}

fn check_cooperative(scheduler: &impl Scheduler<FakeChip>, one: &dyn Process, two: &dyn Process) {
    let (one_id, two_id) = (one.processid(), two.processid());
    assert_eq!(next(scheduler), Some((one_id, None)));
    // Work of the kernel does not end a turn.
    result(scheduler, StoppedExecutingReason::KernelPreemption, None);
    assert_eq!(next(scheduler), Some((one_id, None)));
    result(scheduler, StoppedExecutingReason::NoWorkLeft, None);
    assert_eq!(next(scheduler), Some((two_id, None)));
    result(scheduler, StoppedExecutingReason::NoWorkLeft, None);
    assert_eq!(next(scheduler), Some((one_id, None)));
    one.stop();
    two.stop();
    assert_eq!(next(scheduler), None);
    two.resume();
    assert_eq!(next(scheduler), Some((two_id, None)));
    one.resume();
}

fn check_round_robin(scheduler: &impl Scheduler<FakeChip>, one: &dyn Process, two: &dyn Process) {
    let (one_id, two_id) = (one.processid(), two.processid());
    assert_eq!(next(scheduler), Some((one_id, Some(10_000))));
    // Work of the kernel leaves the rest of the slice, until that is used.
    result(
        scheduler,
        StoppedExecutingReason::KernelPreemption,
        Some(3_000),
    );
    assert_eq!(next(scheduler), Some((one_id, Some(7_000))));
    result(
        scheduler,
        StoppedExecutingReason::KernelPreemption,
        Some(7_000),
    );
    assert_eq!(next(scheduler), Some((two_id, Some(10_000))));
    result(
        scheduler,
        StoppedExecutingReason::TimesliceExpired,
        Some(10_000),
    );
    assert_eq!(next(scheduler), Some((one_id, Some(10_000))));
    // The rest of a slice is not for the next process.
    result(
        scheduler,
        StoppedExecutingReason::KernelPreemption,
        Some(9_000),
    );
    one.stop();
    assert_eq!(next(scheduler), Some((two_id, Some(10_000))));
    two.stop();
    assert_eq!(next(scheduler), None);
    one.resume();
    two.resume();
}

fn check_priority(
    scheduler: &impl Scheduler<FakeChip>,
    chip: &FakeChip,
    one: &dyn Process,
    two: &dyn Process,
) {
    let (one_id, two_id) = (one.processid(), two.processid());
    one.stop();
    assert_eq!(next(scheduler), Some((two_id, None)));
    assert!(scheduler.continue_process(two_id, chip));
    one.resume();
    assert!(!scheduler.continue_process(two_id, chip));
    assert_eq!(next(scheduler), Some((one_id, None)));
    two.terminate(None);
    assert!(matches!(two.get_state(), State::Terminated));
    one.terminate(None);
    assert_eq!(next(scheduler), None);
}
