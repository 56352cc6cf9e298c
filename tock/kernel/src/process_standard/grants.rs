// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The table of grants of a process.

use core::cell::Cell;
use core::ptr::{self, NonNull};

use super::control_block::ProcessStandard;
use super::debug::ProcessStandardDebug;
use crate::platform::chip::Chip;
use crate::process::{Error, Process, ProcessCustomGrantIdentifier};

/// Set in a grant pointer while the grant is entered. Every grant is aligned to
/// more than a byte, so the bit is free.
const ENTERED: usize = 1;

/// Where the grant with this entry's number is.
pub(super) struct GrantPointerEntry {
    driver_num: Cell<usize>,
    /// Null when not allocated, but for the mark [`ENTERED`].
    pointer: Cell<*mut u8>,
}

impl GrantPointerEntry {
    pub(super) const fn empty() -> GrantPointerEntry {
        GrantPointerEntry {
            driver_num: Cell::new(0),
            pointer: Cell::new(ptr::null_mut()),
        }
    }

    fn is_allocated(&self) -> bool {
        self.pointer.get().addr() & !ENTERED != 0
    }

    fn is_entered(&self) -> bool {
        self.pointer.get().addr() & ENTERED != 0
    }
}

impl<C: Chip, D: 'static + ProcessStandardDebug> ProcessStandard<'_, C, D> {
    /// Gives all grants up. Of one that is entered the mark stays, until it is
    /// left: see [`Self::any_grant_entered`].
    pub(super) fn forget_grants(&self) {
        for entry in self.grants {
            let mark = entry.pointer.get().addr() & ENTERED;
            entry.driver_num.set(0);
            entry.pointer.set(ptr::without_provenance_mut(mark));
        }
    }

    /// Whether a driver holds references into a grant, which may be one that
    /// was given up meanwhile. Its memory must not be given out again.
    pub(super) fn any_grant_entered(&self) -> bool {
        self.grants.iter().any(GrantPointerEntry::is_entered)
    }

    pub(super) fn allocate_numbered_grant(
        &self,
        grant_num: usize,
        driver_num: usize,
        size: usize,
        align: usize,
    ) -> Option<()> {
        if !self.is_running() {
            return None;
        }
        let entry = self.grants.get(grant_num)?;
        if entry.is_allocated() {
            return None;
        }
        let memory = self.allocate_from_kernel_break(size, align)?;
        entry.driver_num.set(driver_num);
        entry.pointer.set(memory.as_ptr());
        Some(())
    }

    pub(super) fn allocate_unnumbered_grant(
        &self,
        size: usize,
        align: usize,
    ) -> Option<(ProcessCustomGrantIdentifier, NonNull<u8>)> {
        if !self.is_running() {
            return None;
        }
        let memory = self.allocate_from_kernel_break(size, align)?;
        let offset = self.memory_end() - memory.as_ptr().addr();
        Some((ProcessCustomGrantIdentifier { offset }, memory))
    }

    pub(super) fn enter_numbered_grant(&self, grant_num: usize) -> Result<NonNull<u8>, Error> {
        if !self.is_running() {
            return Err(Error::InactiveApp);
        }
        let entry = self
            .grants
            .get(grant_num)
            .ok_or(Error::AddressOutOfBounds)?;
        if entry.is_entered() {
            return Err(Error::AlreadyInUse);
        }
        let pointer = entry.pointer.get();
        let memory = NonNull::new(pointer).ok_or(Error::OutOfMemory)?;
        entry.pointer.set(pointer.map_addr(|addr| addr | ENTERED));
        Ok(memory)
    }

    pub(super) fn leave_numbered_grant(&self, grant_num: usize) {
        if let Some(entry) = self.grants.get(grant_num) {
            // Becomes null if the process was terminated meanwhile.
            let pointer = entry.pointer.get();
            entry.pointer.set(pointer.map_addr(|addr| addr & !ENTERED));
        }
    }

    pub(super) fn enter_unnumbered_grant(
        &self,
        identifier: ProcessCustomGrantIdentifier,
    ) -> Result<*mut u8, Error> {
        if !self.is_running() {
            return Err(Error::InactiveApp);
        }
        // An identifier of an earlier run could point below what is allocated.
        let address = self
            .memory_end()
            .checked_sub(identifier.offset)
            .filter(|address| *address >= self.kernel_break.get())
            .ok_or(Error::AddressOutOfBounds)?;
        Ok(self.pointer_to(address))
    }

    pub(super) fn allocated_grants(&self) -> Option<usize> {
        if !self.is_running() {
            return None;
        }
        Some(self.grants.iter().filter(|e| e.is_allocated()).count())
    }

    pub(super) fn is_grant_allocated(&self, grant_num: usize) -> Option<bool> {
        if !self.is_running() {
            return None;
        }
        Some(self.grants.get(grant_num)?.is_allocated())
    }

    /// `OutOfMemory` when no grant of the driver is allocated: the system call
    /// that looks for it ends in that error, unless the driver allocates one.
    pub(super) fn grant_of_driver(&self, driver_num: usize) -> Result<usize, Error> {
        self.grants
            .iter()
            .position(|entry| entry.is_allocated() && entry.driver_num.get() == driver_num)
            .ok_or(Error::OutOfMemory)
    }
}
