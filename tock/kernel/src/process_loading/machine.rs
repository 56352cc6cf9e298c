// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Loads processes in the background, with identities and credentials.
//!
//! ```text
//!  start()        +----------+  a binary   +----------+
//!  -------------->| Discover |------------>| Checking |
//!                 |          |<------------|          |
//!                 +----------+   checked   +----------+
//!                      | end of flash
//!                      v
//!                 +----------+  all in one deferred call, the client's
//!                 |   Load   |  process_loading_finished() included
//!                 +----------+
//! ```

use core::cell::Cell;

use super::selection::{is_preferred, is_running_already, short_id};
use super::{
    ProcessLoadError, ProcessLoadingAsync, ProcessLoadingAsyncClient, tell_loaded, tell_skipped,
};
use crate::capabilities::ProcessManagementCapability;
use crate::deferred_call::{DeferredCall, DeferredCallClient};
use crate::kernel::Kernel;
use crate::platform::chip::Chip;
use crate::process::{
    ProcessBinary, ProcessCheckerMachine, ProcessFaultPolicy, ProcessStandard,
    ProcessStandardDebug, ProcessStandardStoragePermissionsPolicy,
};
use crate::process_binary::{Discovered, ProcessBinaryError, discover};
use crate::process_checker::{
    AcceptedCredential, AppIdPolicy, ProcessCheckError, ProcessCheckerMachineClient,
};
use crate::process_standard::Surroundings;
use crate::utilities::cells::{MapCell, OptionalCell};

/// Where the machine is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing to do, until `start` or `load_new_process_binary`.
    Idle,
    /// The next deferred call looks for a binary.
    Discover,
    /// A binary is with the checker, which calls back.
    Checking,
    /// The next deferred call makes the processes.
    Load,
}

/// Who asked for what is being loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Occasion {
    /// The board, when it started.
    Boot,
    /// Somebody who wrote a binary into flash while the board was running.
    Runtime,
}

/// Finds all binaries, has them checked, then makes processes of them.
pub struct SequentialProcessLoaderMachine<'a, C: Chip + 'static, D: ProcessStandardDebug + 'static>
{
    client: OptionalCell<&'a dyn ProcessLoadingAsyncClient>,
    runtime_client: OptionalCell<&'a dyn ProcessLoadingAsyncClient>,
    checker: &'static ProcessCheckerMachine,
    policy: OptionalCell<&'a dyn AppIdPolicy>,
    binaries: MapCell<&'static mut [Option<ProcessBinary>]>,
    kernel: &'static Kernel,
    chip: &'static C,
    /// All flash for applications.
    flash_bank: &'static [u8],
    /// The part of it not looked at yet.
    flash: Cell<&'static [u8]>,
    app_memory: MapCell<&'static mut [u8]>,
    fault_policy: &'static dyn ProcessFaultPolicy,
    storage_policy: &'static dyn ProcessStandardStoragePermissionsPolicy<C, D>,
    phase: Cell<Phase>,
    occasion: Cell<Occasion>,
    deferred_call: DeferredCall,
}

impl<'a, C: Chip + 'static, D: ProcessStandardDebug + 'static>
    SequentialProcessLoaderMachine<'a, C, D>
{
    /// A machine that loads from `flash` into `app_memory`.
    ///
    /// `proc_binaries` is room for as many binaries as may be found; the machine
    /// must be made the client of `checker`.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        checker: &'static ProcessCheckerMachine,
        proc_binaries: &'static mut [Option<ProcessBinary>],
        kernel: &'static Kernel,
        chip: &'static C,
        flash: &'static [u8],
        app_memory: &'static mut [u8],
        fault_policy: &'static dyn ProcessFaultPolicy,
        storage_policy: &'static dyn ProcessStandardStoragePermissionsPolicy<C, D>,
        policy: &'static dyn AppIdPolicy,
        _capability: &dyn ProcessManagementCapability,
    ) -> Self {
        SequentialProcessLoaderMachine {
            client: OptionalCell::empty(),
            runtime_client: OptionalCell::empty(),
            checker,
            policy: OptionalCell::new(policy),
            binaries: MapCell::new(proc_binaries),
            kernel,
            chip,
            flash_bank: flash,
            flash: Cell::new(flash),
            app_memory: MapCell::new(app_memory),
            fault_policy,
            storage_policy,
            phase: Cell::new(Phase::Idle),
            occasion: Cell::new(Occasion::Boot),
            deferred_call: DeferredCall::new(),
        }
    }

    /// Sets who is told about binaries that are loaded while the board runs.
    pub fn set_runtime_client(&self, client: &'a dyn ProcessLoadingAsyncClient) {
        self.runtime_client.set(client);
    }

    /// Whether `length` bytes from the address `offset` are flash for
    /// applications.
    pub fn check_if_within_flash_bounds(&self, offset: usize, length: usize) -> bool {
        self.flash_at(offset, length).is_some()
    }

    /// Loads the binary of `app_size` bytes at `app_address`, which was written
    /// after the board started. The runtime client is called later.
    ///
    /// # Errors
    ///
    /// `InternalError` while other loading is under way, `NotEnoughFlash` when
    /// the binary is not within the flash for applications.
    pub fn load_new_process_binary(
        &self,
        app_address: usize,
        app_size: usize,
    ) -> Result<(), ProcessLoadError> {
        if self.phase.get() != Phase::Idle {
            return Err(ProcessLoadError::InternalError);
        }
        let flash = self
            .flash_at(app_address, app_size)
            .ok_or(ProcessLoadError::BinaryError(
                ProcessBinaryError::NotEnoughFlash,
            ))?;
        self.begin(Occasion::Runtime, flash);
        Ok(())
    }

    fn flash_at(&self, address: usize, length: usize) -> Option<&'static [u8]> {
        let start = address.checked_sub(self.flash_bank.as_ptr().addr())?;
        self.flash_bank.get(start..start.checked_add(length)?)
    }

    fn begin(&self, occasion: Occasion, flash: &'static [u8]) {
        self.occasion.set(occasion);
        self.flash.set(flash);
        self.enter_phase(Phase::Discover);
    }

    /// Goes on in `phase` with the next deferred call.
    fn enter_phase(&self, phase: Phase) {
        self.phase.set(phase);
        self.deferred_call.set();
    }

    fn tell(&self, to_client: impl FnOnce(&dyn ProcessLoadingAsyncClient)) {
        let client = match self.occasion.get() {
            Occasion::Boot => self.client.get(),
            Occasion::Runtime => self.runtime_client.get(),
        };
        if let Some(client) = client {
            to_client(client);
        }
    }

    fn tell_failure(&self, error: ProcessLoadError) {
        self.tell(|client| client.process_loaded(Err(error)));
    }

    /// Looks at the next place in flash: one per deferred call.
    fn discover_one(&self) {
        let flash = self.flash.get();
        match discover(flash) {
            Discovered::Binary(binary, rest) => {
                self.flash.set(rest);
                let name = binary.name();
                self.phase.set(Phase::Checking);
                if let Err(error) = self.checker.check(binary) {
                    crate::debug!("[loader] app {} skipped: {:?}", name, error);
                    self.tell_failure(ProcessLoadError::CheckError(error));
                    self.enter_phase(Phase::Discover);
                }
            }
            Discovered::Skipped(error, rest) => {
                self.flash.set(rest);
                tell_skipped(flash.as_ptr().addr(), &error);
                self.tell_failure(ProcessLoadError::BinaryError(error));
                self.enter_phase(Phase::Discover);
            }
            Discovered::End => self.enter_phase(Phase::Load),
        }
    }

    /// Keeps a binary until all are found.
    fn keep(&self, binary: ProcessBinary) {
        let name = binary.name();
        let kept = self.binaries.map_or(false, |binaries| {
            match binaries.iter_mut().find(|place| place.is_none()) {
                Some(place) => {
                    *place = Some(binary);
                    true
                }
                None => false,
            }
        });
        if !kept {
            crate::debug!("[loader] app {} skipped: the process array is full", name);
            self.tell_failure(ProcessLoadError::NoProcessSlot);
        }
    }

    /// Makes processes of all binaries that are kept, and says that this was
    /// all. No process can execute in between.
    fn load_all(&self) {
        // Out of its cell, so that a client may call back into the machine.
        if let Some(binaries) = self.binaries.take() {
            self.drop_superseded(binaries);
            for binary in binaries.iter_mut().filter_map(Option::take) {
                self.load(binary);
            }
            self.binaries.put(binaries);
        }
        self.phase.set(Phase::Idle);
        self.tell(|client| client.process_loading_finished());
    }

    /// Leaves one binary of each application.
    ///
    /// What drops out does so because of another one that is there still, so
    /// the order in which they are looked at does not matter.
    fn drop_superseded(&self, binaries: &mut [Option<ProcessBinary>]) {
        for index in 0..binaries.len() {
            if is_preferred(self.policy.get(), binaries, index) {
                continue;
            }
            if let Some(binary) = binaries[index].take() {
                crate::debug!(
                    "[loader] app {} version {} skipped: another binary of it is preferred",
                    binary.name(),
                    binary.header.get_app_version()
                );
            }
        }
    }

    /// Makes a process of one binary and tells the client how that went.
    fn load(&self, binary: ProcessBinary) {
        let name = binary.name();
        let policy = self.policy.get();
        if is_running_already(policy, self.kernel, &binary) {
            crate::debug!("[loader] app {} skipped: it is running already", name);
            return;
        }
        let result = match (self.kernel.free_slot(), self.app_memory.take()) {
            (None, Some(memory)) => {
                self.app_memory.put(memory);
                Err(ProcessLoadError::NoProcessSlot)
            }
            (_, None) => Err(ProcessLoadError::InternalError),
            (Some((index, slot)), Some(memory)) => {
                let surroundings = Surroundings {
                    kernel: self.kernel,
                    chip: self.chip,
                    fault_policy: self.fault_policy,
                    storage_policy: self.storage_policy,
                };
                let app_id = short_id(policy, &binary);
                match ProcessStandard::create(&surroundings, binary, app_id, index, memory) {
                    Ok((process, rest)) => {
                        slot.set(process);
                        self.app_memory.put(rest);
                        tell_loaded(process);
                        Ok(())
                    }
                    Err((error, rest)) => {
                        self.app_memory.put(rest);
                        Err(error)
                    }
                }
            }
        };
        if let Err(error) = &result {
            crate::debug!("[loader] app {} skipped: {:?}", name, error);
        }
        self.tell(|client| client.process_loaded(result));
    }
}

impl<C: Chip + 'static, D: ProcessStandardDebug + 'static> DeferredCallClient
    for SequentialProcessLoaderMachine<'_, C, D>
{
    fn handle_deferred_call(&self) {
        match self.phase.get() {
            Phase::Discover => self.discover_one(),
            Phase::Load => self.load_all(),
            Phase::Idle | Phase::Checking => {}
        }
    }

    fn register(&'static self) {
        self.deferred_call.register(self);
    }
}

impl<C: Chip + 'static, D: ProcessStandardDebug + 'static> ProcessCheckerMachineClient
    for SequentialProcessLoaderMachine<'_, C, D>
{
    fn done(
        &self,
        process_binary: ProcessBinary,
        result: Result<Option<AcceptedCredential>, ProcessCheckError>,
    ) {
        if self.phase.get() != Phase::Checking {
            return;
        }
        match result {
            Ok(credential) => {
                process_binary.credential.insert(credential);
                self.keep(process_binary);
            }
            Err(error) => {
                crate::debug!(
                    "[loader] app {} skipped: {:?}",
                    process_binary.name(),
                    error
                );
                self.tell_failure(ProcessLoadError::CheckError(error));
            }
        }
        self.enter_phase(Phase::Discover);
    }
}

impl<'a, C: Chip + 'static, D: ProcessStandardDebug + 'static> ProcessLoadingAsync<'a>
    for SequentialProcessLoaderMachine<'a, C, D>
{
    fn set_client(&self, client: &'a dyn ProcessLoadingAsyncClient) {
        self.client.set(client);
    }

    fn set_policy(&self, policy: &'a dyn AppIdPolicy) {
        self.policy.set(policy);
    }

    fn start(&self) {
        if self.phase.get() == Phase::Idle {
            self.begin(Occasion::Boot, self.flash_bank);
        }
    }
}
