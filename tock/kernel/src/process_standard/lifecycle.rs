// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a process is doing, and what is queued for it.

use super::control_block::ProcessStandard;
use super::debug::ProcessStandardDebug;
use crate::collections::queue::Queue;
use crate::errorcode::ErrorCode;
use crate::platform::chip::Chip;
use crate::process::{
    FaultAction, FunctionCall, FunctionCallSource, Process, State, StoppedState, Task,
};
use crate::syscall::{ContextSwitchReason, SyscallReturn, UserspaceKernelBoundary};
use crate::upcall::UpcallId;

impl<C: Chip, D: 'static + ProcessStandardDebug> ProcessStandard<'_, C, D> {
    pub(super) fn push_task(&self, task: Task) -> Result<(), ErrorCode> {
        if !self.is_running() {
            return Err(ErrorCode::NODEVICE);
        }
        if self.tasks.map_or(false, |tasks| tasks.enqueue(task)) {
            Ok(())
        } else {
            self.debug.dropped_task();
            Err(ErrorCode::NOMEM)
        }
    }

    pub(super) fn take_task_of(&self, upcall_id: UpcallId) -> Option<Task> {
        self.tasks
            .and_then(|tasks| tasks.remove_first_matching(|task| task.is_for(upcall_id)))
    }

    /// Only function calls are dropped: values that wait for no function stay.
    pub(super) fn drop_calls_of(&self, upcall_id: UpcallId) -> usize {
        self.tasks.map_or(0, |tasks| {
            let before = tasks.len();
            tasks.retain(|task| match task {
                Task::FunctionCall(call) => call.source != FunctionCallSource::Driver(upcall_id),
                Task::ReturnValue(_) | Task::IPC(_) => true,
            });
            before - tasks.len()
        })
    }

    pub(super) fn has_something_to_do(&self) -> bool {
        match self.state.get() {
            State::Running => true,
            State::Yielded => self.has_tasks(),
            // Looks at the whole queue, so that an unrelated upcall that came
            // later cannot hide the one that is waited for.
            State::YieldedFor(upcall_id) => self.tasks.map_or(false, |tasks| {
                tasks
                    .find_first_matching(|task| task.is_for(upcall_id))
                    .is_some()
            }),
            State::Stopped(_) | State::Faulted | State::Terminated => false,
        }
    }

    pub(super) fn hold(&self) {
        let stopped = match self.state.get() {
            State::Running => StoppedState::Running,
            State::Yielded => StoppedState::Yielded,
            State::YieldedFor(upcall_id) => StoppedState::YieldedFor(upcall_id),
            State::Stopped(_) | State::Faulted | State::Terminated => return,
        };
        self.state.set(State::Stopped(stopped));
    }

    pub(super) fn release(&self) {
        if let State::Stopped(stopped) = self.state.get() {
            self.state.set(match stopped {
                StoppedState::Running => State::Running,
                StoppedState::Yielded => State::Yielded,
                StoppedState::YieldedFor(upcall_id) => State::YieldedFor(upcall_id),
            });
        }
    }

    pub(super) fn apply_fault_policy(&self) {
        match self.fault_policy.action(self) {
            FaultAction::Panic => {
                self.state.set(State::Faulted);
                panic!("Process {} had a fault", self.get_process_name());
            }
            FaultAction::Restart => self.try_restart(None),
            FaultAction::Stop => {
                self.terminate(None);
                self.state.set(State::Faulted);
            }
        }
    }

    pub(super) fn end(&self, completion_code: Option<u32>) {
        if self.state.get() == State::Terminated {
            return;
        }
        self.tasks.map(|tasks| tasks.empty());
        self.forget_grants();
        self.completion_code.set(completion_code);
        self.state.set(State::Terminated);
    }

    /// Starts an ended process; it stays terminated if that fails.
    pub(super) fn start_again(&self) {
        if self.reset().is_err() {
            crate::debug!(
                "[kernel] cannot start {} again: a grant of it is entered, or the MPU refuses",
                self.get_process_name()
            );
            self.state.set(State::Terminated);
        }
    }

    pub(super) fn return_from_syscall(&self, value: SyscallReturn) {
        let start = self.memory_start.cast_const();
        let app_break = self.pointer_to(self.app_break.get()).cast_const();
        let result = self.stored_state.map(|state| {
            // SAFETY: the two addresses are the bounds of this process's RAM,
            // which is exclusively its own. It is not executing: the kernel
            // answers the system call that made it stop.
            unsafe {
                self.chip
                    .userspace_kernel_boundary()
                    .set_syscall_return_value(start, app_break, state, value)
            }
        });
        self.run_or_fault(result);
    }

    pub(super) fn call_function(&self, call: FunctionCall) {
        let start = self.memory_start.cast_const();
        let app_break = self.pointer_to(self.app_break.get()).cast_const();
        let result = self.stored_state.map(|state| {
            // SAFETY: bounds as in `return_from_syscall`. The kernel calls
            // functions of processes that have yielded, or were not started yet.
            unsafe {
                self.chip
                    .userspace_kernel_boundary()
                    .set_process_function(start, app_break, state, call)
            }
        });
        self.run_or_fault(result);
    }

    /// Goes on if the registers could be set. That fails when they are on a
    /// stack that the process moved out of its RAM.
    fn run_or_fault(&self, result: Option<Result<(), ()>>) {
        match result {
            // Whatever state a driver put its caller into, from within the
            // caller's own system call, ends here: the call returns.
            Some(Ok(())) => self.state.set(State::Running),
            Some(Err(())) | None => self.set_fault_state(),
        }
    }

    pub(super) fn execute(&self) -> Option<ContextSwitchReason> {
        if self.state.get() != State::Running {
            return None;
        }
        let start = self.memory_start.cast_const();
        let app_break = self.pointer_to(self.app_break.get()).cast_const();
        let (reason, stack_pointer) = self.stored_state.map(|state| {
            // SAFETY: bounds as in `return_from_syscall`. Only the kernel's loop
            // comes here, after it has set up and enabled the MPU for this process.
            unsafe {
                self.chip
                    .userspace_kernel_boundary()
                    .switch_to_process(start, app_break, state)
            }
        })?;
        if let Some(stack_pointer) = stack_pointer {
            self.debug.saw_stack_pointer(stack_pointer.addr());
        }
        Some(reason)
    }
}
