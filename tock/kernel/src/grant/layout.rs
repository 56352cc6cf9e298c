// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Where the parts of a grant are, and the raw pointers to them.

use core::alloc::Layout;
use core::cell::Cell;
use core::mem::{align_of, size_of};
use core::ptr::{self, NonNull};

use crate::process::{Error, Process};
use crate::utilities::capability_ptr::CapabilityPtr;
use crate::utilities::machine_register::MachineRegister;

/// What a process subscribed: a function, or none, and its argument.
#[derive(Clone, Copy)]
pub(crate) struct SavedUpcall {
    pub(crate) appdata: MachineRegister,
    pub(crate) fn_ptr: CapabilityPtr,
}

impl Default for SavedUpcall {
    fn default() -> Self {
        SavedUpcall {
            appdata: MachineRegister::from(0usize),
            fn_ptr: CapabilityPtr::default(),
        }
    }
}

/// What a process allowed for reading.
#[derive(Clone, Copy)]
pub(crate) struct SavedAllowRo {
    pub(crate) ptr: *const u8,
    pub(crate) len: usize,
}

impl Default for SavedAllowRo {
    fn default() -> Self {
        SavedAllowRo {
            ptr: ptr::null(),
            len: 0,
        }
    }
}

/// What a process allowed for reading and writing.
#[derive(Clone, Copy)]
pub(crate) struct SavedAllowRw {
    pub(crate) ptr: *mut u8,
    pub(crate) len: usize,
}

impl Default for SavedAllowRw {
    fn default() -> Self {
        SavedAllowRw {
            ptr: ptr::null_mut(),
            len: 0,
        }
    }
}

/// The first word of a grant: how many of each the driver has.
#[derive(Clone, Copy)]
#[repr(C, align(4))]
pub(super) struct Counts {
    pub(super) upcalls: u8,
    pub(super) allow_ro: u8,
    pub(super) allow_rw: u8,
}

/// Offsets in bytes from the start of a grant.
pub(super) struct Offsets {
    upcalls: usize,
    allow_ro: usize,
    allow_rw: usize,
    /// End of the part that the kernel manages.
    end: usize,
}

impl Counts {
    pub(super) fn offsets(self) -> Offsets {
        // At most 3 * 255 entries: the sums are far from overflowing.
        let upcalls = size_of::<Counts>().next_multiple_of(align_of::<SavedUpcall>());
        let allow_ro = (upcalls + usize::from(self.upcalls) * size_of::<SavedUpcall>())
            .next_multiple_of(align_of::<SavedAllowRo>());
        let allow_rw = (allow_ro + usize::from(self.allow_ro) * size_of::<SavedAllowRo>())
            .next_multiple_of(align_of::<SavedAllowRw>());
        Offsets {
            upcalls,
            allow_ro,
            allow_rw,
            end: allow_rw + usize::from(self.allow_rw) * size_of::<SavedAllowRw>(),
        }
    }

    /// Size and alignment of a grant with these counts and a `T`, and the
    /// offset of the `T`. `None` when `T` is too large for any process.
    pub(super) fn layout_with<T>(self) -> Option<(Layout, usize)> {
        let align = align_of::<Counts>()
            .max(align_of::<SavedUpcall>())
            .max(align_of::<SavedAllowRo>())
            .max(align_of::<SavedAllowRw>());
        let kernel_part = Layout::from_size_align(self.offsets().end, align).ok()?;
        let (layout, offset) = kernel_part.extend(Layout::new::<T>()).ok()?;
        Some((layout.pad_to_align(), offset))
    }
}

/// The kernel's part of a grant that is entered; leaves it when dropped.
///
/// At most one value exists per grant of a process, because
/// [`Process::enter_grant`] refuses a second one.
pub(super) struct EnteredGrant<'a> {
    process: &'a dyn Process,
    grant_num: usize,
    base: NonNull<u8>,
    counts: Counts,
}

impl<'a> EnteredGrant<'a> {
    /// Enters a grant that was allocated and initialised.
    pub(super) fn enter(process: &'a dyn Process, grant_num: usize) -> Result<Self, Error> {
        let base = process.enter_grant(grant_num)?;
        // SAFETY: an allocated grant is at least as large and aligned as its
        // counts, and `allocate` wrote them before anybody could enter it.
        let counts = unsafe { base.cast::<Counts>().read() };
        Ok(EnteredGrant {
            process,
            grant_num,
            base,
            counts,
        })
    }

    /// Allocates and initialises a grant that is not allocated yet.
    pub(super) fn allocate<T: Default>(
        process: &'a dyn Process,
        driver_num: usize,
        grant_num: usize,
        counts: Counts,
    ) -> Result<(), Error> {
        let (layout, value_offset) = counts.layout_with::<T>().ok_or(Error::OutOfMemory)?;
        process
            .allocate_grant(grant_num, driver_num, layout.size(), layout.align())
            .map_err(|()| Error::OutOfMemory)?;
        let base = process.enter_grant(grant_num)?;
        let entered = EnteredGrant {
            process,
            grant_num,
            base,
            counts,
        };
        let offsets = counts.offsets();
        // SAFETY: the process allocated `layout.size()` bytes at `base`, aligned
        // as `layout` says, for this grant alone, and nobody else entered it.
        // All offsets come from the computation that gave `layout`, so each
        // write is within the allocation and aligned for its type.
        unsafe {
            base.cast::<Counts>().write(counts);
            fill(
                base.add(offsets.upcalls),
                counts.upcalls,
                SavedUpcall::default(),
            );
            fill(
                base.add(offsets.allow_ro),
                counts.allow_ro,
                SavedAllowRo::default(),
            );
            fill(
                base.add(offsets.allow_rw),
                counts.allow_rw,
                SavedAllowRw::default(),
            );
            base.add(value_offset).cast::<T>().write(T::default());
        }
        drop(entered);
        Ok(())
    }

    pub(super) fn process(&self) -> &'a dyn Process {
        self.process
    }

    pub(super) fn upcalls(&self) -> &[Cell<SavedUpcall>] {
        // SAFETY: offset, count and type are those of the table of upcalls,
        // which `allocate` filled.
        unsafe { self.cells(self.counts.offsets().upcalls, self.counts.upcalls) }
    }

    pub(super) fn allow_ro(&self) -> &[Cell<SavedAllowRo>] {
        // SAFETY: offset, count and type are those of the table of read-only buffers,
        // which `allocate` filled.
        unsafe { self.cells(self.counts.offsets().allow_ro, self.counts.allow_ro) }
    }

    pub(super) fn allow_rw(&self) -> &[Cell<SavedAllowRw>] {
        // SAFETY: offset, count and type are those of the table of read-write buffers,
        // which `allocate` filled.
        unsafe { self.cells(self.counts.offsets().allow_rw, self.counts.allow_rw) }
    }

    /// Cells of one of the three tables.
    ///
    /// # Safety
    ///
    /// `offset`, `count` and `S` must be those of one table of this grant, all
    /// of whose entries were written when the grant was allocated.
    unsafe fn cells<S>(&self, offset: usize, count: u8) -> &[Cell<S>] {
        // SAFETY: by the caller, the table lies in the allocation and is
        // initialised. The memory stays the grant's while it is entered, and
        // the table is only ever looked at through cells.
        unsafe {
            core::slice::from_raw_parts(
                self.base.add(offset).cast::<Cell<S>>().as_ptr(),
                usize::from(count),
            )
        }
    }

    /// Pointer to the driver's own value.
    ///
    /// # Safety
    ///
    /// `T` must be the type with which the grant was allocated.
    pub(super) unsafe fn value<T>(&self) -> NonNull<T> {
        match self.counts.layout_with::<T>() {
            // SAFETY: by the caller, this is the offset used for the allocation.
            Some((_, offset)) => unsafe { self.base.add(offset).cast::<T>() },
            None => unreachable!("a grant of an impossible size was allocated"),
        }
    }
}

impl Drop for EnteredGrant<'_> {
    fn drop(&mut self) {
        // SAFETY: every reference into the grant borrows from `self`, which
        // goes away here.
        unsafe { self.process.leave_grant(self.grant_num) }
    }
}

/// Writes `count` copies of `value`.
///
/// # Safety
///
/// The entries must lie in memory that may be written, aligned for `S`.
unsafe fn fill<S: Copy>(start: NonNull<u8>, count: u8, value: S) {
    for index in 0..usize::from(count) {
        // SAFETY: by the caller.
        unsafe { start.cast::<S>().add(index).write(value) }
    }
}
