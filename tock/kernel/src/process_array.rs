// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The array of slots that holds every process of a board.

use core::cell::Cell;
use core::ops::Index;

use crate::capabilities::ExternalProcessCapability;
use crate::process::Process;

/// Room for one process.
#[derive(Clone)]
pub struct ProcessSlot {
    process: Cell<Option<&'static dyn Process>>,
}

impl ProcessSlot {
    /// A slot without a process.
    const fn empty() -> ProcessSlot {
        ProcessSlot {
            process: Cell::new(None),
        }
    }

    /// The process in this slot.
    pub fn get(&self) -> Option<&'static dyn Process> {
        self.process.get()
    }

    pub(crate) fn set(&self, process: &'static dyn Process) {
        self.process.set(Some(process));
    }

    /// Puts a process into this slot that code outside this crate manages.
    pub fn set_external(
        &self,
        process: &'static dyn Process,
        _capability: &dyn ExternalProcessCapability,
    ) {
        self.set(process);
    }

    /// Whether the process with this identifier lives here.
    pub fn contains_process_with_id(&self, identifier: usize) -> bool {
        self.get()
            .is_some_and(|process| process.processid().id() == identifier)
    }
}

/// Room for `NUM_PROCS` processes.
pub struct ProcessArray<const NUM_PROCS: usize> {
    slots: [ProcessSlot; NUM_PROCS],
}

impl<const NUM_PROCS: usize> ProcessArray<NUM_PROCS> {
    /// An array of empty slots.
    pub const fn new() -> ProcessArray<NUM_PROCS> {
        ProcessArray {
            slots: [const { ProcessSlot::empty() }; NUM_PROCS],
        }
    }

    /// The slots, as [`Kernel::new`](crate::Kernel::new) takes them.
    pub const fn as_slice(&self) -> &[ProcessSlot] {
        &self.slots
    }
}

impl<const NUM_PROCS: usize> Default for ProcessArray<NUM_PROCS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const NUM_PROCS: usize> Index<usize> for ProcessArray<NUM_PROCS> {
    type Output = ProcessSlot;

    fn index(&self, index: usize) -> &ProcessSlot {
        &self.slots[index]
    }
}
