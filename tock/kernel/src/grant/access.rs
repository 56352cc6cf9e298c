// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Entering the grants of one driver in one or all processes.

use core::cell::Cell;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use super::counts::{AllowRoSize, AllowRwSize, UpcallSize};
use super::custom::GrantRegionAllocator;
use super::kernel_data::GrantKernelData;
use super::layout::{Counts, EnteredGrant};
use crate::kernel::Kernel;
use crate::process::{Error, Process, ProcessId};

/// A driver's state of a process, while the grant is entered.
pub struct GrantData<'a, T: ?Sized> {
    data: &'a mut T,
}

impl<'a, T: ?Sized> GrantData<'a, T> {
    pub(super) fn new(data: &'a mut T) -> GrantData<'a, T> {
        GrantData { data }
    }
}

impl<T: ?Sized> Deref for GrantData<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.data
    }
}

impl<T: ?Sized> DerefMut for GrantData<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.data
    }
}

/// One `T` per process, for one driver.
///
/// Made by [`Kernel::create_grant`]. The memory is allocated when a process's
/// grant is first entered and given back when the process ends; `T` is never
/// dropped, so it must not own resources.
///
/// `T` is invariant: what refers to a grant of `&'static` must not pass for one of
/// shorter references, which would leave them behind in the process's memory.
///
/// ```compile_fail
/// use kernel::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
///
/// type Of<T> = Grant<Option<T>, UpcallCount<0>, AllowRoCount<0>, AllowRwCount<0>>;
///
/// fn shorten<'a>(grant: &'a Of<&'static u32>) -> &'a Of<&'a u32> {
///     grant
/// }
/// ```
pub struct Grant<T: Default, Upcalls: UpcallSize, AllowROs: AllowRoSize, AllowRWs: AllowRwSize> {
    kernel: &'static Kernel,
    driver_num: usize,
    grant_num: usize,
    types: PhantomData<(Cell<T>, Upcalls, AllowROs, AllowRWs)>,
}

impl<T: Default, Upcalls: UpcallSize, AllowROs: AllowRoSize, AllowRWs: AllowRwSize>
    Grant<T, Upcalls, AllowROs, AllowRWs>
{
    /// `grant_num` must be given to this grant alone: it decides the type that
    /// the memory is read as.
    pub(crate) fn new(kernel: &'static Kernel, driver_num: usize, grant_num: usize) -> Self {
        Grant {
            kernel,
            driver_num,
            grant_num,
            types: PhantomData,
        }
    }

    const COUNTS: Counts = Counts {
        upcalls: Upcalls::COUNT,
        allow_ro: AllowROs::COUNT,
        allow_rw: AllowRWs::COUNT,
    };

    /// The grant in one process, allocated if it was not.
    fn in_process(
        &self,
        processid: ProcessId,
    ) -> Result<ProcessGrant<'_, T, Upcalls, AllowROs, AllowRWs>, Error> {
        let process = self.kernel.process(processid).ok_or(Error::NoSuchApp)?;
        match process.grant_is_allocated(self.grant_num) {
            None => return Err(Error::InactiveApp),
            Some(true) => {}
            Some(false) => {
                EnteredGrant::allocate::<T>(process, self.driver_num, self.grant_num, Self::COUNTS)?
            }
        }
        Ok(ProcessGrant {
            process,
            driver_num: self.driver_num,
            grant_num: self.grant_num,
            types: PhantomData,
        })
    }

    /// Enters the grant of one process.
    ///
    /// Panics when the grant is entered already.
    ///
    /// # Errors
    ///
    /// `NoSuchApp` for a process that is gone, `InactiveApp` for one that is not
    /// running, `OutOfMemory` when it has no room for the grant.
    pub fn enter<F, R>(&self, processid: ProcessId, fun: F) -> Result<R, Error>
    where
        F: FnOnce(&mut GrantData<T>, &GrantKernelData) -> R,
    {
        Ok(self.in_process(processid)?.enter(fun))
    }

    /// As [`Grant::enter`], with a way to allocate further memory.
    pub fn enter_with_allocator<F, R>(&self, processid: ProcessId, fun: F) -> Result<R, Error>
    where
        F: FnOnce(&mut GrantData<T>, &GrantKernelData, &mut GrantRegionAllocator) -> R,
    {
        Ok(self.in_process(processid)?.enter_with_allocator(fun))
    }

    /// Enters the grant of every running process that has one.
    ///
    /// Panics when one of them is entered already.
    pub fn each<F>(&self, mut fun: F)
    where
        F: FnMut(ProcessId, &mut GrantData<T>, &GrantKernelData),
    {
        for grant in self.iter() {
            let processid = grant.processid();
            grant.enter(|data, kernel_data| fun(processid, data, kernel_data));
        }
    }

    /// The grants of every running process that has one, to be entered.
    pub fn iter(&self) -> Iter<'_, T, Upcalls, AllowROs, AllowRWs> {
        Iter {
            grant: self,
            next_slot: 0,
        }
    }
}

/// The grant of one driver in one process; it is allocated, but not entered.
pub struct ProcessGrant<
    'a,
    T: 'a,
    Upcalls: UpcallSize,
    AllowROs: AllowRoSize,
    AllowRWs: AllowRwSize,
> {
    process: &'a dyn Process,
    driver_num: usize,
    grant_num: usize,
    types: PhantomData<(Cell<T>, Upcalls, AllowROs, AllowRWs)>,
}

impl<'a, T, Upcalls: UpcallSize, AllowROs: AllowRoSize, AllowRWs: AllowRwSize>
    ProcessGrant<'a, T, Upcalls, AllowROs, AllowRWs>
{
    /// The process that this grant is of.
    pub fn processid(&self) -> ProcessId {
        self.process.processid()
    }

    /// Enters the grant. Panics when it is entered already.
    pub fn enter<F, R>(self, fun: F) -> R
    where
        F: FnOnce(&mut GrantData<T>, &GrantKernelData) -> R,
    {
        self.enter_with_allocator(|data, kernel_data, _allocator| fun(data, kernel_data))
    }

    /// Enters the grant, or returns `None` when it is entered already.
    pub fn try_enter<F, R>(self, fun: F) -> Option<R>
    where
        F: FnOnce(&mut GrantData<T>, &GrantKernelData) -> R,
    {
        self.access(|data, kernel_data, _allocator| fun(data, kernel_data))
            .ok()
    }

    /// As [`ProcessGrant::enter`], with a way to allocate further memory.
    pub fn enter_with_allocator<F, R>(self, fun: F) -> R
    where
        F: FnOnce(&mut GrantData<T>, &GrantKernelData, &mut GrantRegionAllocator) -> R,
    {
        match self.access(fun) {
            Ok(result) => result,
            Err(Error::AlreadyInUse) => {
                // Two `&mut T` to the same value must not exist, and a caller
                // that wanted to be told would have used `try_enter`.
                panic!("Attempted to re-enter a grant region.");
            }
            Err(error) => panic!("Cannot enter a grant region: {:?}", error),
        }
    }

    fn access<F, R>(self, fun: F) -> Result<R, Error>
    where
        F: FnOnce(&mut GrantData<T>, &GrantKernelData, &mut GrantRegionAllocator) -> R,
    {
        let entered = EnteredGrant::enter(self.process, self.grant_num)?;
        // SAFETY: one `Grant` owns the grant number, and it allocated the grant
        // with its own `T`.
        let mut value = unsafe { entered.value::<T>() };
        // SAFETY: `allocate` initialised the value. While `entered` lives, the
        // process refuses to enter this grant again, so this reference is the
        // only one.
        let mut data = GrantData::new(unsafe { value.as_mut() });
        let kernel_data = GrantKernelData::new(&entered, self.driver_num);
        let mut allocator = GrantRegionAllocator::new(self.process.processid());
        Ok(fun(&mut data, &kernel_data, &mut allocator))
    }
}

/// Visits the grants of one driver in all processes.
pub struct Iter<
    'a,
    T: 'a + Default,
    Upcalls: UpcallSize,
    AllowROs: AllowRoSize,
    AllowRWs: AllowRwSize,
> {
    grant: &'a Grant<T, Upcalls, AllowROs, AllowRWs>,
    next_slot: usize,
}

impl<'a, T: Default, Upcalls: UpcallSize, AllowROs: AllowRoSize, AllowRWs: AllowRwSize> Iterator
    for Iter<'a, T, Upcalls, AllowROs, AllowRWs>
{
    type Item = ProcessGrant<'a, T, Upcalls, AllowROs, AllowRWs>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let slot = self.grant.kernel.slots().get(self.next_slot)?;
            self.next_slot += 1;
            let Some(process) = slot.get().filter(|p| self.grant.kernel.owns(*p)) else {
                continue;
            };
            // `Some(true)` implies that the process is running.
            if process.grant_is_allocated(self.grant.grant_num) == Some(true) {
                return Some(ProcessGrant {
                    process,
                    driver_num: self.grant.driver_num,
                    grant_num: self.grant.grant_num,
                    types: PhantomData,
                });
            }
        }
    }
}
