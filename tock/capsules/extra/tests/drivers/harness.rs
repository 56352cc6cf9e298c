// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A kernel with two processes on a chip whose user mode is the test.

use std::cell::Cell;
use std::fmt;

use kernel::capabilities::{
    MainLoopCapability, MemoryAllocationCapability, ProcessManagementCapability,
};
use kernel::platform::chip::{Chip, ThreadIdProvider};
use kernel::platform::mpu::{MPU, Permissions, Region};
use kernel::platform::{KernelResources, SyscallDriverLookup};
use kernel::process::{
    FaultAction, FunctionCall, FunctionCallSource, Process, ProcessArray, ProcessFaultPolicy,
    ProcessId, StoppedExecutingReason,
};
use kernel::processbuffer::ReadableProcessBuffer;
use kernel::scheduler::{Scheduler, SchedulingDecision};
use kernel::syscall::{
    ContextSwitchReason, Syscall, SyscallDriver, SyscallReturn, UserspaceKernelBoundary,
    YieldVariant,
};
use kernel::{ErrorCode, Kernel, create_capability};

pub const NUM_PROCS: usize = 2;

const FLASH_PER_PROCESS: usize = 4096;
const RAM_PER_PROCESS: u32 = 32 * 1024;

/// Memory that user code of a process may use, in bytes.
const APP_RAM: usize = 16 * 1024;

/// An upcall as the process sees it: number and arguments.
pub type Upcall = (usize, (usize, usize, usize));

/// User mode: does the one system call that the test has put here.
#[derive(Default)]
pub struct UserMode {
    /// The system call that is to come, and the RAM of the process that
    /// makes it.
    next: Cell<Option<(*const u8, Syscall)>>,
    result: Cell<Option<SyscallReturn>>,
    upcall: Cell<Option<Upcall>>,
    /// An interrupt takes the processor away when there is nothing to do.
    interrupt: Cell<bool>,
}

impl UserspaceKernelBoundary for UserMode {
    type StoredState = ();

    fn initial_process_app_brk_size(&self) -> usize {
        0
    }

    unsafe fn initialize_process(
        &self,
        _start: *const u8,
        _brk: *const u8,
        _state: &mut (),
    ) -> Result<(), ()> {
        Ok(())
    }

    unsafe fn set_syscall_return_value(
        &self,
        _start: *const u8,
        _brk: *const u8,
        _state: &mut (),
        return_value: SyscallReturn,
    ) -> Result<(), ()> {
        self.result.set(Some(return_value));
        Ok(())
    }

    unsafe fn set_process_function(
        &self,
        _start: *const u8,
        _brk: *const u8,
        _state: &mut (),
        call: FunctionCall,
    ) -> Result<(), ()> {
        if let FunctionCallSource::Driver(id) = call.source {
            let arguments = (call.argument0, call.argument1, call.argument2);
            self.upcall.set(Some((id.subscribe_num, arguments)));
        }
        Ok(())
    }

    unsafe fn switch_to_process(
        &self,
        start: *const u8,
        _brk: *const u8,
        _state: &mut (),
    ) -> (ContextSwitchReason, Option<*const u8>) {
        match self.next.take() {
            Some((process, syscall)) if process == start => {
                (ContextSwitchReason::SyscallFired { syscall }, None)
            }
            other => {
                self.next.set(other);
                self.interrupt.set(true);
                (ContextSwitchReason::Interrupted, None)
            }
        }
    }

    unsafe fn print_context(
        &self,
        _start: *const u8,
        _brk: *const u8,
        _state: &(),
        _writer: &mut dyn fmt::Write,
    ) {
    }

    fn store_context(&self, _state: &(), _out: &mut [u8]) -> Result<usize, ErrorCode> {
        Err(ErrorCode::NOSUPPORT)
    }
}

/// Grants whatever is asked for: there is no user code to keep out.
pub struct NoMpu;

pub struct NoConfig;

impl fmt::Display for NoConfig {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

// SAFETY: no user code runs that would have to be kept out of anything.
unsafe impl MPU for NoMpu {
    type MpuConfig = NoConfig;

    fn enable_app_mpu(&self) {}

    unsafe fn disable_app_mpu(&self) {}

    fn number_total_regions(&self) -> usize {
        8
    }

    fn new_config(&self) -> Option<NoConfig> {
        Some(NoConfig)
    }

    fn reset_config(&self, _config: &mut NoConfig) {}

    fn allocate_region(
        &self,
        start: *const u8,
        _size: usize,
        min_size: usize,
        _permissions: Permissions,
        _config: &mut NoConfig,
    ) -> Option<Region> {
        Some(Region::new(start, min_size))
    }

    fn remove_memory_region(&self, _region: Region, _config: &mut NoConfig) -> Result<(), ()> {
        Ok(())
    }

    fn allocate_app_memory_region(
        &self,
        start: *const u8,
        size: usize,
        min_size: usize,
        app_size: usize,
        kernel_size: usize,
        _permissions: Permissions,
        _config: &mut NoConfig,
    ) -> Option<(*const u8, usize)> {
        let wanted = min_size.max(app_size + kernel_size).next_multiple_of(16);
        (wanted <= size).then_some((start, wanted))
    }

    fn update_app_memory_region(
        &self,
        app_break: *const u8,
        kernel_break: *const u8,
        _permissions: Permissions,
        _config: &mut NoConfig,
    ) -> Result<(), ()> {
        if app_break <= kernel_break {
            Ok(())
        } else {
            Err(())
        }
    }

    unsafe fn configure_mpu(&self, _config: &NoConfig) {}
}

pub struct Thread;

// SAFETY: nothing asks for it in these tests, which share no state.
unsafe impl ThreadIdProvider for Thread {
    fn running_thread_id() -> usize {
        1
    }
}

pub struct FakeChip {
    user_mode: UserMode,
    mpu: NoMpu,
}

impl FakeChip {
    pub fn new() -> FakeChip {
        FakeChip {
            user_mode: UserMode::default(),
            mpu: NoMpu,
        }
    }
}

impl Chip for FakeChip {
    type MPU = NoMpu;
    type ThreadIdProvider = Thread;
    type UserspaceKernelBoundary = UserMode;

    fn init() {}

    fn service_pending_interrupts(&self) {
        self.user_mode.interrupt.set(false);
    }

    fn has_pending_interrupts(&self) -> bool {
        self.user_mode.interrupt.get()
    }

    fn mpu(&self) -> &NoMpu {
        &self.mpu
    }

    fn userspace_kernel_boundary(&self) -> &UserMode {
        &self.user_mode
    }

    fn sleep(&self) {}

    fn with_interrupts_disabled<F, R>(&self, f: F) -> R
    where
        F: FnOnce() -> R,
    {
        f()
    }

    unsafe fn print_state(_this: Option<&Self>, _writer: &mut dyn fmt::Write) {}
}

/// Runs the process that the test plays.
pub struct OneAtATime {
    current: Cell<Option<ProcessId>>,
}

impl Scheduler<FakeChip> for OneAtATime {
    fn next(&self) -> SchedulingDecision {
        match self.current.get() {
            Some(process_id) => SchedulingDecision::RunProcess((process_id, None)),
            None => SchedulingDecision::TrySleep,
        }
    }

    fn result(&self, _result: StoppedExecutingReason, _time: Option<u32>) {}

    fn execute_kernel_work(&self, chip: &FakeChip) {
        chip.service_pending_interrupts();
    }

    fn do_kernel_work_now(&self, chip: &FakeChip) -> bool {
        chip.has_pending_interrupts()
    }

    fn continue_process(&self, _process: ProcessId, chip: &FakeChip) -> bool {
        !chip.has_pending_interrupts()
    }
}

type Drivers = Vec<(usize, &'static dyn SyscallDriver)>;

pub struct Resources {
    drivers: Drivers,
    scheduler: OneAtATime,
}

impl SyscallDriverLookup for Resources {
    fn with_driver<F, R>(&self, driver_num: usize, f: F) -> R
    where
        F: FnOnce(Option<&dyn SyscallDriver>) -> R,
    {
        let driver = self
            .drivers
            .iter()
            .find(|(number, _)| *number == driver_num);
        f(driver.map(|(_, driver)| *driver))
    }
}

impl KernelResources<FakeChip> for Resources {
    type SyscallDriverLookup = Self;
    type SyscallFilter = ();
    type ProcessFault = ();
    type ContextSwitchCallback = ();
    type Scheduler = OneAtATime;
    type SchedulerTimer = ();
    type WatchDog = ();

    fn syscall_driver_lookup(&self) -> &Self {
        self
    }

    fn syscall_filter(&self) -> &() {
        &()
    }

    fn process_fault(&self) -> &() {
        &()
    }

    fn context_switch_callback(&self) -> &() {
        &()
    }

    fn scheduler(&self) -> &OneAtATime {
        &self.scheduler
    }

    fn scheduler_timer(&self) -> &() {
        &()
    }

    fn watchdog(&self) -> &() {
        &()
    }
}

struct StopPolicy;

impl ProcessFaultPolicy for StopPolicy {
    fn action(&self, _process: &dyn Process) -> FaultAction {
        FaultAction::Stop
    }
}

/// A program: a header of base, Main, PackageName, KernelVersion and, if it
/// has one, ShortId, and no code.
pub fn program(name: &[u8; 4], short_id: Option<u32>) -> Vec<u8> {
    let header_size = if short_id.is_some() { 56 } else { 48 };
    let mut words: Vec<u32> = vec![2 | (header_size << 16), FLASH_PER_PROCESS as u32, 1, 0];
    words.extend([1 | (12 << 16), 0, 0, RAM_PER_PROCESS]);
    words.extend([3 | (4 << 16), u32::from_le_bytes(*name)]);
    words.extend([8 | (4 << 16), 2]);
    if let Some(short_id) = short_id {
        words.extend([10 | (4 << 16), short_id]);
    }
    words[3] = words.iter().fold(0, |sum, word| sum ^ word);
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    bytes.resize(FLASH_PER_PROCESS, 0);
    bytes
}

/// RAM for processes, with room for what the kernel keeps of each.
pub fn process_memory(count: usize) -> &'static mut [u8] {
    let words = vec![0u128; count * RAM_PER_PROCESS as usize / 8].leak();
    // SAFETY: integers of 16 bytes consist of bytes, and the memory is leaked,
    // so that this is the only reference to it.
    let (_, bytes, _) = unsafe { words.align_to_mut::<u8>() };
    bytes
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Memory of a process.
#[derive(Clone, Copy)]
pub struct Buffer {
    /// `None` for no memory at all.
    process: Option<&'static dyn Process>,
    pub address: *mut u8,
    pub length: usize,
}

impl Buffer {
    pub const NONE: Buffer = Buffer {
        process: None,
        address: std::ptr::null_mut(),
        length: 0,
    };

    pub fn bytes(&self) -> Vec<u8> {
        let Some(process) = self.process else {
            return Vec::new();
        };
        let buffer = process.build_readonly_process_buffer(self.address, self.length);
        buffer
            .unwrap()
            .enter(|slice| slice.iter().map(|byte| byte.get()).collect())
            .unwrap()
    }

    pub fn write(&self, bytes: &[u8]) {
        assert!(bytes.len() <= self.length);
        for (index, byte) in bytes.iter().enumerate() {
            let address = self.address.wrapping_add(index);
            // SAFETY: nothing runs that could have entered a buffer.
            let written = self.process.map(|p| unsafe { p.set_byte(address, *byte) });
            assert_eq!(written, Some(true));
        }
    }
}

pub struct Bench {
    kernel: &'static Kernel,
    chip: &'static FakeChip,
    resources: &'static Resources,
    processes: [&'static dyn Process; NUM_PROCS],
    /// First free byte of the RAM of each process.
    free: [Cell<usize>; NUM_PROCS],
}

impl Bench {
    /// Makes a kernel with the drivers that `make` makes.
    pub fn new(
        make: impl FnOnce(&'static Kernel, &dyn MemoryAllocationCapability) -> Drivers,
    ) -> Self {
        Self::loaded_by(make, |kernel, chip, ram| {
            let flash = [program(b"one ", None), program(b"two ", None)].concat();
            let capability = create_capability!(ProcessManagementCapability);
            kernel::process::load_processes(
                kernel,
                chip,
                flash.leak(),
                ram,
                leak(StopPolicy),
                &capability,
            )
            .unwrap();
        })
    }

    /// The same with two processes that `load` loads into the RAM it is given.
    pub fn loaded_by(
        make: impl FnOnce(&'static Kernel, &dyn MemoryAllocationCapability) -> Drivers,
        load: impl FnOnce(&'static Kernel, &'static FakeChip, &'static mut [u8]),
    ) -> Self {
        let array: &'static ProcessArray<NUM_PROCS> = leak(ProcessArray::new());
        let kernel = leak(Kernel::new(array.as_slice()));
        let drivers = make(kernel, &create_capability!(MemoryAllocationCapability));
        let chip = leak(FakeChip::new());
        load(kernel, chip, process_memory(NUM_PROCS));
        let processes = [0, 1].map(|index| array[index].get().expect("not loaded"));
        let resources = leak(Resources {
            drivers,
            scheduler: OneAtATime {
                current: Cell::new(None),
            },
        });
        let bench = Self {
            kernel,
            chip,
            resources,
            processes,
            free: processes.map(|process| Cell::new(process.get_addresses().sram_start)),
        };
        for process in 0..NUM_PROCS {
            let sbrk = Syscall::Memop {
                operand: 1,
                arg0: APP_RAM,
            };
            let result = bench.syscall(process, sbrk);
            assert!(!matches!(result, SyscallReturn::Failure(_)), "{result:?}");
        }
        bench
    }

    pub fn process(&self, process: usize) -> &'static dyn Process {
        self.processes[process]
    }

    fn run(&self, process: usize, syscall: Syscall) {
        let start = self.processes[process].get_addresses().sram_start;
        let start = std::ptr::without_provenance(start);
        let user_mode = &self.chip.user_mode;
        self.resources
            .scheduler
            .current
            .set(Some(self.processes[process].processid()));
        user_mode.next.set(Some((start, syscall)));
        let capability = create_capability!(MainLoopCapability);
        for _ in 0..4 {
            self.kernel.kernel_loop_operation(
                self.resources,
                self.chip,
                None::<&kernel::ipc::IPC<0>>,
                true,
                &capability,
            );
        }
        assert!(user_mode.next.take().is_none(), "the process did not run");
    }

    pub fn syscall(&self, process: usize, syscall: Syscall) -> SyscallReturn {
        self.chip.user_mode.result.set(None);
        self.run(process, syscall);
        self.chip.user_mode.result.take().expect("no result")
    }

    pub fn command(
        &self,
        process: usize,
        driver_number: usize,
        subdriver_number: usize,
        arg0: usize,
        arg1: usize,
    ) -> SyscallReturn {
        self.syscall(
            process,
            Syscall::Command {
                driver_number,
                subdriver_number,
                arg0,
                arg1,
            },
        )
    }

    pub fn subscribe(&self, process: usize, driver_number: usize, subdriver_number: usize) {
        let addresses = self.processes[process].get_addresses();
        let result = self.syscall(
            process,
            Syscall::Subscribe {
                driver_number,
                subdriver_number,
                upcall_ptr: addresses.flash_non_protected_start.into(),
                appdata: 0usize.into(),
            },
        );
        assert!(
            matches!(result, SyscallReturn::SubscribeSuccess(..)),
            "{result:?}"
        );
    }

    pub fn allow_rw(&self, process: usize, driver_number: usize, number: usize, buffer: Buffer) {
        let result = self.syscall(
            process,
            Syscall::ReadWriteAllow {
                driver_number,
                subdriver_number: number,
                allow_address: buffer.address,
                allow_size: buffer.length,
            },
        );
        assert!(
            matches!(result, SyscallReturn::AllowReadWriteSuccess(..)),
            "{result:?}"
        );
    }

    pub fn allow_ro(&self, process: usize, driver_number: usize, number: usize, buffer: Buffer) {
        let result = self.syscall(
            process,
            Syscall::ReadOnlyAllow {
                driver_number,
                subdriver_number: number,
                allow_address: buffer.address,
                allow_size: buffer.length,
            },
        );
        assert!(
            matches!(result, SyscallReturn::AllowReadOnlySuccess(..)),
            "{result:?}"
        );
    }

    /// Takes memory from the RAM of a process.
    pub fn buffer(&self, process: usize, length: usize) -> Buffer {
        let address = self.free[process].get();
        let end = self.processes[process].get_addresses().sram_app_brk;
        assert!(address + length <= end, "the process is out of memory");
        self.free[process].set(address + length);
        Buffer {
            process: Some(self.processes[process]),
            address: std::ptr::without_provenance_mut(address),
            length,
        }
    }

    /// Lets the process yield until it has no upcall any more.
    pub fn upcalls(&self, process: usize) -> Vec<Upcall> {
        let mut upcalls = Vec::new();
        loop {
            self.run(
                process,
                Syscall::Yield {
                    yield_type: YieldVariant::NoWait {
                        ptr: std::ptr::null_mut(),
                    },
                },
            );
            match self.chip.user_mode.upcall.take() {
                Some(upcall) => upcalls.push(upcall),
                None => return upcalls,
            }
        }
    }
}

/// The value of a command that gives one.
#[track_caller]
pub fn value(result: SyscallReturn) -> u32 {
    match result {
        SyscallReturn::SuccessU32(value) => value,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub fn assert_success(result: SyscallReturn) {
    assert!(matches!(result, SyscallReturn::Success), "{result:?}");
}

#[track_caller]
pub fn assert_failure(result: SyscallReturn, error: ErrorCode) {
    match result {
        SyscallReturn::Failure(found) => assert_eq!(found, error),
        other => panic!("{other:?}"),
    }
}
