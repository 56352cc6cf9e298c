// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Fault policies: what becomes of a process that has faulted.

use kernel::debug;
use kernel::process::{FaultAction, Process, ProcessFaultPolicy};

/// Panics the kernel, so that the developer sees all there is.
pub struct PanicFaultPolicy {}

impl ProcessFaultPolicy for PanicFaultPolicy {
    fn action(&self, _process: &dyn Process) -> FaultAction {
        FaultAction::Panic
    }
}

/// Stops the process.
pub struct StopFaultPolicy {}

impl ProcessFaultPolicy for StopFaultPolicy {
    fn action(&self, _process: &dyn Process) -> FaultAction {
        FaultAction::Stop
    }
}

/// Stops the process and says so.
pub struct StopWithDebugFaultPolicy {}

impl ProcessFaultPolicy for StopWithDebugFaultPolicy {
    fn action(&self, process: &dyn Process) -> FaultAction {
        debug!("Process {} faulted: stopped.", process.get_process_name());
        FaultAction::Stop
    }
}

/// Restarts the process, however often it faults.
pub struct RestartFaultPolicy {}

impl ProcessFaultPolicy for RestartFaultPolicy {
    fn action(&self, _process: &dyn Process) -> FaultAction {
        FaultAction::Restart
    }
}

/// Restarts the process and says so.
pub struct RestartWithDebugFaultPolicy {}

impl ProcessFaultPolicy for RestartWithDebugFaultPolicy {
    fn action(&self, process: &dyn Process) -> FaultAction {
        debug!("Process {} faulted: restarted.", process.get_process_name());
        FaultAction::Restart
    }
}

/// Restarts the process up to a number of times, then stops it.
pub struct ThresholdRestartFaultPolicy {
    threshold: usize,
}

impl ThresholdRestartFaultPolicy {
    /// Makes a policy that allows `threshold` restarts.
    pub const fn new(threshold: usize) -> ThresholdRestartFaultPolicy {
        ThresholdRestartFaultPolicy { threshold }
    }
}

impl ProcessFaultPolicy for ThresholdRestartFaultPolicy {
    fn action(&self, process: &dyn Process) -> FaultAction {
        if process.get_restart_count() < self.threshold {
            FaultAction::Restart
        } else {
            FaultAction::Stop
        }
    }
}

/// Restarts the process up to a number of times, then panics the kernel.
pub struct ThresholdRestartThenPanicFaultPolicy {
    threshold: usize,
}

impl ThresholdRestartThenPanicFaultPolicy {
    /// Makes a policy that allows `threshold` restarts.
    pub const fn new(threshold: usize) -> ThresholdRestartThenPanicFaultPolicy {
        ThresholdRestartThenPanicFaultPolicy { threshold }
    }
}

impl ProcessFaultPolicy for ThresholdRestartThenPanicFaultPolicy {
    fn action(&self, process: &dyn Process) -> FaultAction {
        if process.get_restart_count() < self.threshold {
            FaultAction::Restart
        } else {
            FaultAction::Panic
        }
    }
}
