// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Memory beyond a grant's own type, allocated one by one.

use core::alloc::Layout;
use core::cell::{Cell, UnsafeCell};
use core::marker::PhantomData;

use super::access::GrantData;
use crate::process::{Error, ProcessCustomGrantIdentifier, ProcessId};

/// What stands in process memory for a [`CustomGrant`].
struct Block<T> {
    /// Set while the value is lent out: two `&mut T` must not exist.
    entered: Cell<bool>,
    value: UnsafeCell<T>,
}

/// A value in a process's grant memory, outside of a [`Grant`](super::Grant).
pub struct CustomGrant<T> {
    identifier: ProcessCustomGrantIdentifier,
    processid: ProcessId,
    /// Invariant in `T`, as [`Grant`](super::Grant) is.
    value: PhantomData<Cell<T>>,
}

impl<T> CustomGrant<T> {
    /// The process whose memory holds the value.
    pub fn processid(&self) -> ProcessId {
        self.processid
    }

    /// Uses the value.
    ///
    /// # Errors
    ///
    /// `NoSuchApp` when the process ended or restarted since, `InactiveApp` when
    /// it is not running, `AlreadyInUse` when the value is entered already.
    pub fn enter<F, R>(&self, fun: F) -> Result<R, Error>
    where
        F: FnOnce(GrantData<'_, T>) -> R,
    {
        let process = self
            .processid
            .kernel
            .process(self.processid)
            .ok_or(Error::NoSuchApp)?;
        let block = process
            .enter_custom_grant(self.identifier)?
            .cast::<Block<T>>();
        // SAFETY: the identifier was made by `alloc_with` in this same run of
        // the process, with this `T`, and the block was written then. It stays
        // where it is until the process ends. All access is through cells.
        let block = unsafe { &*block };
        if block.entered.replace(true) {
            return Err(Error::AlreadyInUse);
        }
        self.processid.kernel.enter_custom_grant();
        // SAFETY: `entered` was false, so no other reference to the value lives,
        // and it stays true until this one is gone. Until then the process does
        // not start anew, should `fun` end it, so that its memory stays as it is.
        let result = fun(GrantData::new(unsafe { &mut *block.value.get() }));
        self.processid.kernel.leave_custom_grant();
        block.entered.set(false);
        Ok(result)
    }
}

/// Allocates further memory from the process of an entered grant.
pub struct GrantRegionAllocator {
    processid: ProcessId,
}

impl GrantRegionAllocator {
    pub(super) fn new(processid: ProcessId) -> GrantRegionAllocator {
        GrantRegionAllocator { processid }
    }

    /// Allocates a value. It lives until the process ends.
    ///
    /// # Errors
    ///
    /// `OutOfMemory` when the process has no room for it.
    pub fn alloc_with<T, F: FnOnce() -> T>(&self, init: F) -> Result<CustomGrant<T>, Error> {
        let process = self
            .processid
            .kernel
            .process(self.processid)
            .ok_or(Error::NoSuchApp)?;
        let layout = Layout::new::<Block<T>>();
        let (identifier, memory) = process
            .allocate_custom_grant(layout.size(), layout.align())
            .map_err(|()| Error::OutOfMemory)?;
        let block = Block {
            entered: Cell::new(false),
            value: UnsafeCell::new(init()),
        };
        // SAFETY: the process allocated memory of this size and alignment for
        // this value alone.
        unsafe { memory.cast::<Block<T>>().write(block) };
        Ok(CustomGrant {
            identifier,
            processid: self.processid,
            value: PhantomData,
        })
    }

    /// Allocates an array, its items made by `init` from their index.
    ///
    /// # Errors
    ///
    /// `OutOfMemory` when the process has no room for it.
    pub fn alloc_n_with<T, F: FnMut(usize) -> T, const N: usize>(
        &self,
        init: F,
    ) -> Result<CustomGrant<[T; N]>, Error> {
        self.alloc_with(|| core::array::from_fn(init))
    }
}
