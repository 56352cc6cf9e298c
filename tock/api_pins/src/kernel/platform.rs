// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a chip and a board give to the kernel.

use core::fmt::{Display, Write};
use core::num::NonZeroU32;

use crate::implements;
use crate::kernel::processes::Policy;
use crate::kernel::syscalls::Boundary;
use kernel::ErrorCode;
use kernel::ProcessId;
use kernel::platform::chip::{
    Chip, ClockInterface, InterruptService, NO_CLOCK_CONTROL, NoClockControl, PanicWriter,
    ThreadIdProvider,
};
use kernel::platform::mpu::{self, MPU, Permissions};
use kernel::platform::scheduler_timer::SchedulerTimer;
use kernel::platform::watchdog::WatchDog;
use kernel::platform::{
    ContextSwitchCallback, KernelResources, ProcessFault, SyscallDriverLookup, SyscallFilter,
};
use kernel::process::{Process, StoppedExecutingReason};
use kernel::scheduler::{Scheduler, SchedulingDecision};
use kernel::syscall::{Syscall, SyscallDriver};
use kernel::utilities::io_write::IoWrite;

pub struct PinChip;

impl Chip for PinChip {
    type MPU = PinMpu;
    type ThreadIdProvider = PinThread;
    type UserspaceKernelBoundary = Boundary;

    fn init() {}
    fn service_pending_interrupts(&self) {}
    fn has_pending_interrupts(&self) -> bool {
        false
    }
    fn mpu(&self) -> &PinMpu {
        &PinMpu
    }
    fn userspace_kernel_boundary(&self) -> &Boundary {
        &Boundary
    }
    fn sleep(&self) {}
    fn with_interrupts_disabled<F, R>(&self, f: F) -> R
    where
        F: FnOnce() -> R,
    {
        f()
    }
    unsafe fn print_state(_: Option<&Self>, _: &mut dyn Write) {}
}

pub struct PinThread;

// SAFETY: never run.
unsafe impl ThreadIdProvider for PinThread {
    fn running_thread_id() -> usize {
        0
    }
}

pub struct PinMpu;

pub struct PinMpuConfig;

impl Display for PinMpuConfig {
    fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        Ok(())
    }
}

// SAFETY: it gives out no region and no memory, so there is nothing to protect.
unsafe impl MPU for PinMpu {
    type MpuConfig = PinMpuConfig;

    fn enable_app_mpu(&self) {}
    unsafe fn disable_app_mpu(&self) {}
    fn number_total_regions(&self) -> usize {
        0
    }
    fn new_config(&self) -> Option<PinMpuConfig> {
        None
    }
    fn reset_config(&self, _: &mut PinMpuConfig) {}
    fn allocate_region(
        &self,
        _: *const u8,
        _: usize,
        _: usize,
        _: Permissions,
        _: &mut PinMpuConfig,
    ) -> Option<mpu::Region> {
        None
    }
    fn remove_memory_region(&self, _: mpu::Region, _: &mut PinMpuConfig) -> Result<(), ()> {
        Err(())
    }
    fn allocate_app_memory_region(
        &self,
        _: *const u8,
        _: usize,
        _: usize,
        _: usize,
        _: usize,
        _: Permissions,
        _: &mut PinMpuConfig,
    ) -> Option<(*const u8, usize)> {
        None
    }
    fn update_app_memory_region(
        &self,
        _: *const u8,
        _: *const u8,
        _: Permissions,
        _: &mut PinMpuConfig,
    ) -> Result<(), ()> {
        Err(())
    }
    unsafe fn configure_mpu(&self, _: &PinMpuConfig) {}
}

pub fn mpu_permissions(permissions: Permissions) {
    match permissions {
        Permissions::ReadWriteExecute
        | Permissions::ReadWriteOnly
        | Permissions::ReadExecuteOnly
        | Permissions::ReadOnly
        | Permissions::ExecuteOnly => {}
    }
}

const _: fn(*const u8, usize) -> mpu::Region = mpu::Region::new;
const _: fn(&mpu::Region) -> *const u8 = mpu::Region::start_address;
const _: fn(&mpu::Region) -> usize = mpu::Region::size;

pub struct Whole;

impl InterruptService for Whole {
    fn service_interrupt(&self, _: u32) -> bool {
        false
    }
}

impl ClockInterface for Whole {
    fn is_enabled(&self) -> bool {
        true
    }
    fn enable(&self) {}
    fn disable(&self) {}
}

const _: fn() -> NoClockControl = || NO_CLOCK_CONTROL;

pub struct Written;

impl IoWrite for Written {
    fn write(&mut self, _: &[u8]) -> usize {
        0
    }
}

impl Write for Written {
    fn write_str(&mut self, _: &str) -> core::fmt::Result {
        Ok(())
    }
}

impl PanicWriter for Whole {
    type Config = ();

    unsafe fn create_panic_writer(_: ()) -> impl IoWrite + Write {
        Written
    }
}

impl SyscallFilter for Whole {
    fn filter_syscall(&self, _: &dyn Process, _: &Syscall) -> Result<(), ErrorCode> {
        Ok(())
    }
}

impl ProcessFault for Whole {
    fn process_fault_hook(&self, _: &dyn Process) -> Result<(), ()> {
        Err(())
    }
}

impl ContextSwitchCallback for Whole {
    fn context_switch_hook(&self, _: &dyn Process) {}
}

impl SchedulerTimer for Whole {
    fn start(&self, _: NonZeroU32) {}
    fn reset(&self) {}
    fn arm(&self) {}
    fn disarm(&self) {}
    fn get_remaining_us(&self) -> Option<NonZeroU32> {
        None
    }
}

impl WatchDog for Whole {
    fn setup(&self) {}
    fn tickle(&self) {}
    fn suspend(&self) {}
    fn resume(&self) {}
}

impl<C: Chip> Scheduler<C> for Whole {
    fn next(&self) -> SchedulingDecision {
        SchedulingDecision::TrySleep
    }
    fn result(&self, _: StoppedExecutingReason, _: Option<u32>) {}
    fn execute_kernel_work(&self, _: &C) {}
    fn do_kernel_work_now(&self, _: &C) -> bool {
        false
    }
    fn continue_process(&self, _: ProcessId, _: &C) -> bool {
        true
    }
}

/// What has provided methods, without them.
pub struct Least;

impl SyscallFilter for Least {}
impl ProcessFault for Least {}
impl WatchDog for Least {}
impl<C: Chip> Scheduler<C> for Least {
    fn next(&self) -> SchedulingDecision {
        SchedulingDecision::TrySleep
    }
    fn result(&self, _: StoppedExecutingReason, _: Option<u32>) {}
}

implements!((): SyscallFilter, ProcessFault, ContextSwitchCallback, WatchDog);
implements!((): SchedulerTimer, InterruptService);

pub fn decisions(decision: SchedulingDecision) -> Option<(ProcessId, Option<NonZeroU32>)> {
    match decision {
        SchedulingDecision::RunProcess(pair) => Some(pair),
        SchedulingDecision::TrySleep => None,
    }
}

pub struct PinBoard {
    whole: Whole,
}

impl SyscallDriverLookup for PinBoard {
    fn with_driver<F, R>(&self, _: usize, f: F) -> R
    where
        F: FnOnce(Option<&dyn SyscallDriver>) -> R,
    {
        f(None)
    }
}

impl KernelResources<PinChip> for PinBoard {
    type SyscallDriverLookup = Self;
    type SyscallFilter = Whole;
    type ProcessFault = Whole;
    type ContextSwitchCallback = Whole;
    type Scheduler = Whole;
    type SchedulerTimer = Whole;
    type WatchDog = Whole;

    fn syscall_driver_lookup(&self) -> &Self {
        self
    }
    fn syscall_filter(&self) -> &Whole {
        &self.whole
    }
    fn process_fault(&self) -> &Whole {
        &self.whole
    }
    fn context_switch_callback(&self) -> &Whole {
        &self.whole
    }
    fn scheduler(&self) -> &Whole {
        &self.whole
    }
    fn scheduler_timer(&self) -> &Whole {
        &self.whole
    }
    fn watchdog(&self) -> &Whole {
        &self.whole
    }
}

/// `kernel::Scheduler` is the same trait as `kernel::scheduler::Scheduler`.
pub fn same<C: Chip, S: kernel::Scheduler<C>>() {
    fn there<C: Chip, S: Scheduler<C>>() {}
    there::<C, S>();
}

const _: &Policy = &Policy;
