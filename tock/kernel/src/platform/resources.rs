// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a board hands to the kernel's main loop.

use crate::errorcode::ErrorCode;
use crate::platform::chip::Chip;
use crate::platform::{scheduler_timer, watchdog};
use crate::process;
use crate::scheduler::Scheduler;
use crate::syscall::{Syscall, SyscallDriver};

/// All that the main loop needs of a board.
pub trait KernelResources<C: Chip> {
    /// Finds drivers by number.
    type SyscallDriverLookup: SyscallDriverLookup;
    /// Refuses system calls.
    type SyscallFilter: SyscallFilter;
    /// Hears of faults first.
    type ProcessFault: ProcessFault;
    /// Hears of each switch to a process.
    type ContextSwitchCallback: ContextSwitchCallback;
    /// Chooses processes.
    type Scheduler: Scheduler<C>;
    /// Ends time slices.
    type SchedulerTimer: scheduler_timer::SchedulerTimer;
    /// Resets the chip when the kernel hangs.
    type WatchDog: watchdog::WatchDog;

    /// Finds drivers by number.
    fn syscall_driver_lookup(&self) -> &Self::SyscallDriverLookup;
    /// Refuses system calls.
    fn syscall_filter(&self) -> &Self::SyscallFilter;
    /// Hears of faults first.
    fn process_fault(&self) -> &Self::ProcessFault;
    /// Hears of each switch to a process.
    fn context_switch_callback(&self) -> &Self::ContextSwitchCallback;
    /// Chooses processes.
    fn scheduler(&self) -> &Self::Scheduler;
    /// Ends time slices.
    fn scheduler_timer(&self) -> &Self::SchedulerTimer;
    /// Resets the chip when the kernel hangs.
    fn watchdog(&self) -> &Self::WatchDog;
}

/// A board's table of drivers.
pub trait SyscallDriverLookup {
    /// Runs `f` with the driver of that number, or with `None`.
    fn with_driver<F, R>(&self, driver_num: usize, f: F) -> R
    where
        F: FnOnce(Option<&dyn SyscallDriver>) -> R;
}

/// A board's say on which system calls a process may make.
pub trait SyscallFilter {
    /// Decides on a call to a driver; yield, memop and exit are never asked.
    ///
    /// # Errors
    ///
    /// What the refused call is to return.
    fn filter_syscall(
        &self,
        _process: &dyn process::Process,
        _syscall: &Syscall,
    ) -> Result<(), ErrorCode> {
        Ok(())
    }
}

impl SyscallFilter for () {}

/// A board's chance to handle the fault of a process by itself.
pub trait ProcessFault {
    /// `Ok` if the board has handled the fault.
    ///
    /// # Errors
    ///
    /// The kernel is to do what the process's fault policy says.
    fn process_fault_hook(&self, _process: &dyn process::Process) -> Result<(), ()> {
        Err(())
    }
}

impl ProcessFault for () {}

/// Hears of each switch to a process.
pub trait ContextSwitchCallback {
    /// Called right before `process` runs.
    fn context_switch_hook(&self, process: &dyn process::Process);
}

impl ContextSwitchCallback for () {
    fn context_switch_hook(&self, _process: &dyn process::Process) {}
}
