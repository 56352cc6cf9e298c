// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The main loop: kernel work, one process at a time, or sleep.

use core::num::NonZeroU32;

use super::{Kernel, dispatch};
use crate::capabilities::MainLoopCapability;
use crate::deferred_call::DeferredCall;
use crate::ipc;
use crate::platform::chip::Chip;
use crate::platform::mpu::MPU;
use crate::platform::scheduler_timer::SchedulerTimer;
use crate::platform::watchdog::WatchDog;
use crate::platform::{ContextSwitchCallback, KernelResources, ProcessFault};
use crate::process::{Process, ProcessId, State, StoppedExecutingReason, Task};
use crate::scheduler::{Scheduler, SchedulingDecision};
use crate::syscall::{ContextSwitchReason, SyscallReturn};

/// With this much of its timeslice left or less a process is not entered again:
/// the switch there and back would take a good part of it. In microseconds.
const MIN_QUANTA_THRESHOLD_US: u32 = 500;

impl Kernel {
    /// Runs the board for ever.
    ///
    /// Panics when a deferred call was made but not registered.
    pub fn kernel_loop<KR: KernelResources<C>, C: Chip, const NUM_PROCS: u8>(
        &self,
        resources: &KR,
        chip: &C,
        ipc: Option<&ipc::IPC<NUM_PROCS>>,
        capability: &dyn MainLoopCapability,
    ) -> ! {
        resources.watchdog().setup();
        // A client that was never registered would never get its call.
        DeferredCall::verify_setup();
        loop {
            self.kernel_loop_operation(resources, chip, ipc, false, capability);
        }
    }

    /// One iteration of the main loop.
    ///
    /// With `no_sleep` it returns at once when there is nothing to do.
    pub fn kernel_loop_operation<KR: KernelResources<C>, C: Chip, const NUM_PROCS: u8>(
        &self,
        resources: &KR,
        chip: &C,
        _ipc: Option<&ipc::IPC<NUM_PROCS>>,
        no_sleep: bool,
        _capability: &dyn MainLoopCapability,
    ) {
        let scheduler = resources.scheduler();
        resources.watchdog().tickle();
        if scheduler.do_kernel_work_now(chip) {
            scheduler.execute_kernel_work(chip);
            return;
        }
        match scheduler.next() {
            SchedulingDecision::RunProcess((processid, timeslice_us)) => {
                let (reason, time_us) = match self.process(processid) {
                    Some(process) => do_process(resources, chip, process, timeslice_us),
                    None => (StoppedExecutingReason::NoWorkLeft, None),
                };
                scheduler.result(reason, time_us);
            }
            SchedulingDecision::TrySleep => {
                // With interrupts off, none can come between the look and the
                // sleep; a pending one still wakes the core.
                chip.with_interrupts_disabled(|| {
                    if !no_sleep && !chip.has_pending_interrupts() && !DeferredCall::has_tasks() {
                        resources.watchdog().suspend();
                        chip.sleep();
                        resources.watchdog().resume();
                    }
                });
            }
        }
    }
}

/// Runs one process until it has nothing to do, its time is up or the kernel
/// has work. Returns why, and the time used in microseconds if it was limited.
fn do_process<KR: KernelResources<C>, C: Chip>(
    resources: &KR,
    chip: &C,
    process: &dyn Process,
    timeslice_us: Option<NonZeroU32>,
) -> (StoppedExecutingReason, Option<u32>) {
    // A process without a limit does not start the timer.
    let unlimited = ();
    let timer: &dyn SchedulerTimer = match timeslice_us {
        Some(_) => resources.scheduler_timer(),
        None => &unlimited,
    };
    timer.reset();
    if let Some(us) = timeslice_us {
        timer.start(us);
    }
    let reason = loop {
        let enough_time = timer
            .get_remaining_us()
            .is_some_and(|us| us.get() > MIN_QUANTA_THRESHOLD_US);
        if !enough_time {
            process.debug_timeslice_expired();
            break StoppedExecutingReason::TimesliceExpired;
        }
        let processid: ProcessId = process.processid();
        if !resources.scheduler().continue_process(processid, chip) {
            break StoppedExecutingReason::KernelPreemption;
        }
        match process.get_state() {
            State::Running => execute(resources, chip, process, timer),
            State::Yielded => match process.dequeue_task() {
                Some(Task::FunctionCall(call)) => process.set_process_function(call),
                // A value without a function wakes only a process that waits
                // for that very upcall. Here it is dropped.
                Some(Task::ReturnValue(_)) | Some(Task::IPC(_)) | None => {
                    break StoppedExecutingReason::NoWorkLeft;
                }
            },
            State::YieldedFor(upcall_id) => match process.remove_upcall(upcall_id) {
                Some(Task::FunctionCall(call)) => {
                    process.set_syscall_return_value(SyscallReturn::YieldWaitFor(
                        call.argument0,
                        call.argument1,
                        call.argument2,
                    ));
                }
                Some(Task::ReturnValue(arguments)) => {
                    process.set_syscall_return_value(SyscallReturn::YieldWaitFor(
                        arguments.argument0,
                        arguments.argument1,
                        arguments.argument2,
                    ));
                }
                Some(Task::IPC(_)) | None => break StoppedExecutingReason::NoWorkLeft,
            },
            State::Stopped(_) => break StoppedExecutingReason::Stopped,
            State::Faulted | State::Terminated => {
                assert!(!process.ready(), "a process that ended claims to be ready");
                break StoppedExecutingReason::StoppedFaulted;
            }
        }
    };
    let time_us = timeslice_us.map(|limit| {
        let remaining = timer.get_remaining_us().map_or(0, NonZeroU32::get);
        limit.get().saturating_sub(remaining)
    });
    timer.reset();
    (reason, time_us)
}

/// Executes the process until its next trap and serves that.
///
/// An interrupt needs no service here: the next round of the caller's loop sees
/// whether time is up or the kernel has work.
fn execute<KR: KernelResources<C>, C: Chip>(
    resources: &KR,
    chip: &C,
    process: &dyn Process,
    timer: &dyn SchedulerTimer,
) {
    resources
        .context_switch_callback()
        .context_switch_hook(process);
    process.setup_mpu();
    chip.mpu().enable_app_mpu();
    timer.arm();
    let reason = process.switch_to();
    timer.disarm();
    // SAFETY: the process is not executing any more; the kernel is.
    unsafe { chip.mpu().disable_app_mpu() };
    match reason {
        Some(ContextSwitchReason::SyscallFired { syscall }) => {
            dispatch::handle_syscall(resources, process, syscall);
        }
        Some(ContextSwitchReason::Fault) => {
            // The board may deal with the fault itself.
            if resources
                .process_fault()
                .process_fault_hook(process)
                .is_err()
            {
                process.set_fault_state();
            }
        }
        Some(ContextSwitchReason::Interrupted) => {}
        // It was running, so its registers cannot be gone. Should they be, the
        // process must not stay in a state in which it is tried again.
        None => process.set_fault_state(),
    }
}
