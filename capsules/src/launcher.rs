// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Holds every application after loading and starts it when its time comes.
//!
//! ```text
//!      supervisor                 process loader
//!          |                           | ProcessLoadingAsyncClient
//!    +--------------------------------------+
//!    |               Launcher               |   <- this file
//!    +--------------------------------------+
//!          | terminate, start (with capabilities)
//!       processes
//! ```
//! A held process is `Terminated`: it has no grants, gets no upcalls, and only
//! the holder of the start capability can start it. The loader reports in the
//! same deferred call that fills the process slots, so that no application
//! runs an instruction before it is held.

use core::cell::Cell;

use kernel::capabilities::{ProcessManagementCapability, ProcessStartCapability};
use kernel::debug;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::process::{Process, ProcessLoadError, ProcessLoadingAsyncClient, State};
use kernel::utilities::cells::OptionalCell;
use kernel::{ErrorCode, Kernel};

use crate::interfaces::{Launch, LauncherClient};
use crate::policy::{Policy, Role};

/// Starts and stops applications by role.
pub struct Launcher<C: ProcessManagementCapability + ProcessStartCapability> {
    kernel: &'static Kernel,
    capability: C,
    policy: Policy,
    wanted: Cell<Wanted>,
    deferred_call: DeferredCall,
    client: OptionalCell<&'static dyn LauncherClient>,
}

/// Which role is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// None: applications are being loaded, or the board is about to restart.
    Nobody,
    /// Only the provisioner.
    Provisioner,
    /// Only the tenants.
    Tenants,
}

impl<C: ProcessManagementCapability + ProcessStartCapability> Launcher<C> {
    /// A launcher that lets no application run yet.
    pub fn new(kernel: &'static Kernel, capability: C, policy: Policy) -> Self {
        Self {
            kernel,
            capability,
            policy,
            wanted: Cell::new(Wanted::Nobody),
            deferred_call: DeferredCall::new(),
            client: OptionalCell::empty(),
        }
    }

    /// Sets who is told that everything is loaded.
    pub fn set_client(&self, client: &'static dyn LauncherClient) {
        self.client.set(client);
    }

    /// Stops the tenants and starts the provisioner.
    pub fn run_provisioner(&self) {
        self.want(Wanted::Provisioner);
    }

    /// Stops the provisioner and starts the tenants, in the order of the flash.
    pub fn run_tenants(&self) {
        self.want(Wanted::Tenants);
    }

    /// Stops everything.
    pub fn stop_all(&self) {
        self.want(Wanted::Nobody);
    }

    /// Processes are never stopped or started from within a system call: the
    /// kernel would undo that for the caller when the call returns.
    fn want(&self, wanted: Wanted) {
        self.wanted.set(wanted);
        self.deferred_call.set();
    }

    fn may_run(&self, process: &dyn Process) -> bool {
        match (self.wanted.get(), self.policy.role(process.short_app_id())) {
            (Wanted::Provisioner, Role::Provisioner) | (Wanted::Tenants, Role::Tenant) => true,
            (Wanted::Nobody | Wanted::Provisioner | Wanted::Tenants, _) => false,
        }
    }

    fn hold(&self, process: &dyn Process) {
        if process.get_state() != State::Terminated {
            process.terminate(None);
        }
    }

    fn start(&self, process: &dyn Process) -> Result<(), ErrorCode> {
        match process.get_state() {
            State::Running | State::Yielded | State::YieldedFor(_) => return Ok(()),
            State::Stopped(_) => process.resume(),
            State::Faulted => {
                process.terminate(None);
                process.start(&self.capability);
            }
            State::Terminated => process.start(&self.capability),
        }
        // `start` answers nothing; a process that could not be set up again
        // stays terminated.
        if process.is_running() {
            Ok(())
        } else {
            Err(ErrorCode::FAIL)
        }
    }

    /// See [`Launch::provisioner_stopped`].
    pub fn provisioner_stopped(&self) -> bool {
        // What was asked for is not done yet.
        if self.wanted.get() != Wanted::Provisioner || self.deferred_call.is_pending() {
            return false;
        }
        let installed = Cell::new(false);
        let runs = Cell::new(false);
        self.kernel
            .process_each_capability(&self.capability, |process| {
                if self.may_run(process) {
                    installed.set(true);
                    runs.set(runs.get() || process.is_running());
                }
            });
        installed.get() && !runs.get()
    }

    fn apply(&self) {
        let found = Cell::new(false);
        self.kernel
            .process_each_capability(&self.capability, |process| {
                if !self.may_run(process) {
                    self.hold(process);
                    return;
                }
                found.set(true);
                if self.start(process).is_err() {
                    debug!(
                        "provisioning: application {} could not be started",
                        process.get_process_name()
                    );
                }
            });
        if self.wanted.get() == Wanted::Provisioner && !found.get() {
            debug!("provisioning: no provisioner application is installed");
        }
    }
}

impl<C: ProcessManagementCapability + ProcessStartCapability> ProcessLoadingAsyncClient
    for Launcher<C>
{
    /// Carries no identity and comes while slots are still being filled.
    /// The loader has already said why an application was left out.
    fn process_loaded(&self, _result: Result<(), ProcessLoadError>) {}

    fn process_loading_finished(&self) {
        self.apply();
        self.client.map(|client| client.loaded());
    }
}

impl<C: ProcessManagementCapability + ProcessStartCapability> DeferredCallClient for Launcher<C> {
    fn handle_deferred_call(&self) {
        self.apply();
    }

    fn register(&'static self) {
        self.deferred_call.register(self);
    }
}

impl<C: ProcessManagementCapability + ProcessStartCapability> Launch for Launcher<C> {
    fn run_provisioner(&self) {
        Launcher::run_provisioner(self);
    }

    fn run_tenants(&self) {
        Launcher::run_tenants(self);
    }

    fn stop_all(&self) {
        Launcher::stop_all(self);
    }

    fn provisioner_stopped(&self) -> bool {
        Launcher::provisioner_stopped(self)
    }
}
