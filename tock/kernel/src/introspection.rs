// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Questions that a capsule may ask about the processes of the board.

use crate::capabilities::ProcessManagementCapability;
use crate::kernel::Kernel;
use crate::process::{Process, ProcessId};

/// Answers questions about processes to holders of the capability.
pub struct KernelInfo {
    kernel: &'static Kernel,
}

impl KernelInfo {
    /// Makes the tool for `kernel`.
    pub fn new(kernel: &'static Kernel) -> KernelInfo {
        KernelInfo { kernel }
    }

    /// Number of processes that were loaded, in whatever state they are.
    pub fn number_loaded_processes(&self, _capability: &dyn ProcessManagementCapability) -> usize {
        self.kernel.processes().count()
    }

    /// Number of processes that are neither faulted nor terminated.
    pub fn number_active_processes(&self, _capability: &dyn ProcessManagementCapability) -> usize {
        self.kernel.processes().filter(|p| p.is_running()).count()
    }

    /// Number of processes that are faulted or terminated.
    pub fn number_inactive_processes(
        &self,
        _capability: &dyn ProcessManagementCapability,
    ) -> usize {
        self.kernel.processes().filter(|p| !p.is_running()).count()
    }

    /// Name of a process, or the empty string when it is gone.
    pub fn process_name(
        &self,
        process_id: ProcessId,
        _capability: &dyn ProcessManagementCapability,
    ) -> &'static str {
        self.kernel
            .process_map_or("", process_id, |process| process.get_process_name())
    }

    /// Number of system calls that a process made since its last start.
    pub fn number_app_syscalls(
        &self,
        process_id: ProcessId,
        _capability: &dyn ProcessManagementCapability,
    ) -> usize {
        self.of(process_id, |process| process.debug_syscall_count())
    }

    /// Number of upcalls for a process that found its queue full.
    pub fn number_app_dropped_upcalls(
        &self,
        process_id: ProcessId,
        _capability: &dyn ProcessManagementCapability,
    ) -> usize {
        self.of(process_id, |process| process.debug_dropped_upcall_count())
    }

    /// Number of times a process was started again.
    pub fn number_app_restarts(
        &self,
        process_id: ProcessId,
        _capability: &dyn ProcessManagementCapability,
    ) -> usize {
        self.of(process_id, |process| process.get_restart_count())
    }

    /// Number of timeslices that a process used up.
    pub fn number_app_timeslice_expirations(
        &self,
        process_id: ProcessId,
        _capability: &dyn ProcessManagementCapability,
    ) -> usize {
        self.of(process_id, |process| {
            process.debug_timeslice_expiration_count()
        })
    }

    fn of(&self, process_id: ProcessId, question: fn(&dyn Process) -> usize) -> usize {
        self.kernel.process_map_or(0, process_id, question)
    }
}
