// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The kernel object: it knows every process and every grant.

mod dispatch;
mod scheduling;

use core::cell::Cell;

use crate::capabilities::{
    ExternalProcessCapability, MemoryAllocationCapability, ProcessManagementCapability,
};
use crate::grant::{AllowRoSize, AllowRwSize, Grant, UpcallSize};
use crate::process::{Process, ProcessId, ProcessSlot};

/// The kernel of a board; there is one.
pub struct Kernel {
    processes: &'static [ProcessSlot],
    /// Identifier of the next process run. Never given out twice.
    next_identifier: Cell<usize>,
    grant_count: Cell<usize>,
    /// Set once a process exists: its table of grants cannot grow any more.
    grants_finalized: Cell<bool>,
    /// How many custom grants are entered, of whichever processes.
    custom_grants_entered: Cell<usize>,
}

impl Kernel {
    /// A kernel whose processes live in `processes`.
    pub const fn new(processes: &'static [ProcessSlot]) -> Kernel {
        Kernel {
            processes,
            next_identifier: Cell::new(0),
            grant_count: Cell::new(0),
            grants_finalized: Cell::new(false),
            custom_grants_entered: Cell::new(0),
        }
    }

    pub(crate) fn slots(&self) -> &'static [ProcessSlot] {
        self.processes
    }

    /// Whether this kernel made the process.
    pub(crate) fn owns(&self, process: &dyn Process) -> bool {
        core::ptr::eq(process.processid().kernel, self)
    }

    pub(crate) fn enter_custom_grant(&self) {
        self.custom_grants_entered
            .set(self.custom_grants_entered.get() + 1);
    }

    pub(crate) fn leave_custom_grant(&self) {
        self.custom_grants_entered
            .set(self.custom_grants_entered.get() - 1);
    }

    /// Whether a driver holds a reference into some custom grant.
    pub(crate) fn any_custom_grant_entered(&self) -> bool {
        self.custom_grants_entered.get() != 0
    }

    /// Every process, in whatever state it is.
    pub(crate) fn processes(&self) -> impl Iterator<Item = &'static dyn Process> + use<> {
        self.processes.iter().filter_map(ProcessSlot::get)
    }

    /// The process that `processid` names, if it is still that one.
    ///
    /// A process of another kernel is none, even if the two share an array: the
    /// number of a grant decides its type, and each kernel counts its own.
    pub(crate) fn process(&self, processid: ProcessId) -> Option<&'static dyn Process> {
        self.processes
            .get(processid.index)?
            .get()
            .filter(|process| process.processid() == processid && self.owns(*process))
    }

    pub(crate) fn process_map_or<F, R>(&self, default: R, processid: ProcessId, closure: F) -> R
    where
        F: FnOnce(&dyn Process) -> R,
    {
        match self.process(processid) {
            Some(process) => closure(process),
            None => default,
        }
    }

    /// Index and slot of the first slot without a process.
    pub(crate) fn free_slot(&self) -> Option<(usize, &'static ProcessSlot)> {
        self.processes
            .iter()
            .enumerate()
            .find(|(_, slot)| slot.get().is_none())
    }

    /// An identifier that no process had before.
    pub(crate) fn create_process_identifier(&self) -> usize {
        let identifier = self.next_identifier.get();
        self.next_identifier.set(identifier + 1);
        identifier
    }

    /// Number of grants; from now on no more can be made.
    pub(crate) fn grant_count_and_finalize(&self) -> usize {
        self.grants_finalized.set(true);
        self.grant_count.get()
    }

    /// Makes the grant of the driver with number `driver_num`.
    ///
    /// Panics once any process was created, whose grant table has a fixed size.
    pub fn create_grant<
        T: Default,
        Upcalls: UpcallSize,
        AllowROs: AllowRoSize,
        AllowRWs: AllowRwSize,
    >(
        &'static self,
        driver_num: usize,
        _capability: &dyn MemoryAllocationCapability,
    ) -> Grant<T, Upcalls, AllowROs, AllowRWs> {
        assert!(
            !self.grants_finalized.get(),
            "Grants must be created before the first process."
        );
        let grant_num = self.grant_count.get();
        self.grant_count.set(grant_num + 1);
        Grant::new(self, driver_num, grant_num)
    }

    /// Calls `closure` with a process, or returns `default` if it is gone.
    pub fn process_map_or_external<F, R>(
        &self,
        default: R,
        processid: ProcessId,
        closure: F,
        _capability: &dyn ProcessManagementCapability,
    ) -> R
    where
        F: FnOnce(&dyn Process) -> R,
    {
        self.process_map_or(default, processid, closure)
    }

    /// Calls `closure` with every process, in whatever state it is.
    pub fn process_each_capability<F>(
        &'static self,
        _capability: &dyn ProcessManagementCapability,
        closure: F,
    ) where
        F: FnMut(&dyn Process),
    {
        let mut closure = closure;
        for process in self.processes() {
            closure(process);
        }
    }

    /// Every process, in whatever state it is.
    pub fn process_iter_capability(
        &self,
        _capability: &dyn ProcessManagementCapability,
    ) -> impl Iterator<Item = &dyn Process> {
        self.processes().map(|process| process as &dyn Process)
    }

    /// Puts every process into the fault state, as the fault policy says.
    pub fn hardfault_all_apps<C: ProcessManagementCapability>(&self, _capability: &C) {
        for process in self.processes() {
            process.set_fault_state();
        }
    }

    /// Number of grants, for code outside this crate that makes processes; from
    /// now on no more grants can be made.
    pub fn get_grant_count_and_finalize_external(
        &self,
        _capability: &dyn ExternalProcessCapability,
    ) -> usize {
        self.grant_count_and_finalize()
    }
}
