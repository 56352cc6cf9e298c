// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Fault policies by the name of the process, so that one kernel shows all.

use capsules_system::process_policies::{
    PanicFaultPolicy, RestartFaultPolicy, RestartWithDebugFaultPolicy, StopFaultPolicy,
    StopWithDebugFaultPolicy, ThresholdRestartFaultPolicy, ThresholdRestartThenPanicFaultPolicy,
};
use kernel::process::{FaultAction, Process, ProcessFaultPolicy};

/// Restarts before the policies with a threshold give up.
const THRESHOLD: usize = 3;

/// Asks the policy that the process is named after.
pub(crate) struct PolicyByName;

impl ProcessFaultPolicy for PolicyByName {
    fn action(&self, process: &dyn Process) -> FaultAction {
        let policy: &dyn ProcessFaultPolicy = match process.get_process_name() {
            "policy_panic" => &PanicFaultPolicy {},
            "policy_stop" => &StopFaultPolicy {},
            "policy_restart" => &RestartFaultPolicy {},
            "policy_restart_debug" => &RestartWithDebugFaultPolicy {},
            "policy_threshold" => &ThresholdRestartFaultPolicy::new(THRESHOLD),
            "policy_threshold_panic" => &ThresholdRestartThenPanicFaultPolicy::new(THRESHOLD),
            _ => &StopWithDebugFaultPolicy {},
        };
        policy.action(process)
    }
}
