// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a process subscribed and allowed for a driver.

use super::layout::{EnteredGrant, SavedAllowRo, SavedAllowRw, SavedUpcall};
use crate::errorcode::ErrorCode;
use crate::process::{self, FunctionCall, FunctionCallSource, Process, ReturnArguments, Task};
use crate::processbuffer::{
    ReadOnlyProcessBuffer, ReadOnlyProcessBufferRef, ReadWriteProcessBuffer,
    ReadWriteProcessBufferRef,
};
use crate::upcall::{UpcallError, UpcallId};

/// The upcalls and buffers of an entered grant.
pub struct GrantKernelData<'a> {
    grant: &'a EnteredGrant<'a>,
    driver_num: usize,
}

impl<'a> GrantKernelData<'a> {
    pub(super) fn new(grant: &'a EnteredGrant<'a>, driver_num: usize) -> GrantKernelData<'a> {
        GrantKernelData { grant, driver_num }
    }

    fn upcall_id(&self, subscribe_num: usize) -> UpcallId {
        UpcallId {
            driver_num: self.driver_num,
            subscribe_num,
        }
    }

    /// Queues an upcall with the arguments `r`.
    ///
    /// It is queued without a function too, for a process that waits for it.
    ///
    /// # Errors
    ///
    /// `InvalidSubscribeNum` when the driver has no such upcall, `QueueFull`
    /// when the process does not keep up, `KernelError` when it is not running.
    pub fn schedule_upcall(
        &self,
        subscribe_num: usize,
        r: (usize, usize, usize),
    ) -> Result<(), UpcallError> {
        let saved = self
            .grant
            .upcalls()
            .get(subscribe_num)
            .ok_or(UpcallError::InvalidSubscribeNum)?
            .get();
        let upcall_id = self.upcall_id(subscribe_num);
        let task = if saved.fn_ptr.addr() == 0 {
            Task::ReturnValue(ReturnArguments {
                upcall_id,
                argument0: r.0,
                argument1: r.1,
                argument2: r.2,
            })
        } else {
            Task::FunctionCall(FunctionCall {
                source: FunctionCallSource::Driver(upcall_id),
                argument0: r.0,
                argument1: r.1,
                argument2: r.2,
                argument3: saved.appdata,
                pc: saved.fn_ptr,
            })
        };
        match self.grant.process().enqueue_task(task) {
            Ok(()) => Ok(()),
            Err(ErrorCode::NOMEM) => Err(UpcallError::QueueFull),
            Err(_) => Err(UpcallError::KernelError),
        }
    }

    /// Takes the oldest queued task of an upcall out of the queue.
    pub fn remove_upcall(&self, subscribe_num: usize) -> Option<process::Task> {
        self.grant
            .process()
            .remove_upcall(self.upcall_id(subscribe_num))
    }

    /// Drops the queued calls of an upcall; returns how many there were.
    pub fn remove_pending_upcalls(&self, subscribe_num: usize) -> usize {
        self.grant
            .process()
            .remove_pending_upcalls(self.upcall_id(subscribe_num))
    }

    /// The read-only buffer `allow_ro_num`; empty if nothing is allowed.
    ///
    /// # Errors
    ///
    /// `AddressOutOfBounds` when the driver has no such buffer.
    pub fn get_readonly_processbuffer(
        &self,
        allow_ro_num: usize,
    ) -> Result<ReadOnlyProcessBufferRef<'_>, process::Error> {
        let saved = self
            .grant
            .allow_ro()
            .get(allow_ro_num)
            .ok_or(process::Error::AddressOutOfBounds)?
            .get();
        // SAFETY: only `swap_readonly` writes the table, with buffers that the
        // same run of this process had checked, or the default, which is empty.
        Ok(unsafe {
            ReadOnlyProcessBufferRef::new(saved.ptr, saved.len, self.grant.process().processid())
        })
    }

    /// The read-write buffer `allow_rw_num`; empty if nothing is allowed.
    ///
    /// # Errors
    ///
    /// `AddressOutOfBounds` when the driver has no such buffer.
    pub fn get_readwrite_processbuffer(
        &self,
        allow_rw_num: usize,
    ) -> Result<ReadWriteProcessBufferRef<'_>, process::Error> {
        let saved = self
            .grant
            .allow_rw()
            .get(allow_rw_num)
            .ok_or(process::Error::AddressOutOfBounds)?
            .get();
        // SAFETY: only `swap_readwrite` writes the table, with buffers that the
        // same run of this process had checked, or the default, which is empty.
        Ok(unsafe {
            ReadWriteProcessBufferRef::new(saved.ptr, saved.len, self.grant.process().processid())
        })
    }
}

/// Enters the grant of a driver on behalf of a system call.
fn enter_for_driver(
    process: &dyn Process,
    driver_num: usize,
) -> Result<EnteredGrant<'_>, ErrorCode> {
    let grant_num = process
        .lookup_grant_from_driver_num(driver_num)
        .map_err(ErrorCode::from)?;
    EnteredGrant::enter(process, grant_num).map_err(ErrorCode::from)
}

/// Subscribes `new` and returns what was subscribed before.
///
/// # Errors
///
/// `NOMEM` when the grant of the driver is not allocated, `NOSUPPORT` when the
/// driver has no such upcall.
pub(crate) fn swap_upcall(
    process: &dyn Process,
    upcall_id: UpcallId,
    new: SavedUpcall,
) -> Result<SavedUpcall, ErrorCode> {
    let grant = enter_for_driver(process, upcall_id.driver_num)?;
    let upcall = grant
        .upcalls()
        .get(upcall_id.subscribe_num)
        .ok_or(ErrorCode::NOSUPPORT)?;
    let old = upcall.replace(new);
    // A call to the function that was replaced must not happen any more.
    process.remove_pending_upcalls(upcall_id);
    Ok(old)
}

/// Allows `buffer` for reading and returns what was allowed before.
///
/// On failure the buffer comes back with the error; errors as [`swap_upcall`].
pub(crate) fn swap_readonly(
    process: &dyn Process,
    driver_num: usize,
    allow_num: usize,
    buffer: ReadOnlyProcessBuffer,
) -> Result<(*const u8, usize), (ReadOnlyProcessBuffer, ErrorCode)> {
    let grant = match enter_for_driver(process, driver_num) {
        Ok(grant) => grant,
        Err(error) => return Err((buffer, error)),
    };
    let Some(saved) = grant.allow_ro().get(allow_num) else {
        return Err((buffer, ErrorCode::NOSUPPORT));
    };
    let (ptr, len) = buffer.consume();
    let old = saved.replace(SavedAllowRo { ptr, len });
    Ok((old.ptr, old.len))
}

/// Allows `buffer` for reading and writing and returns what was allowed before.
///
/// On failure the buffer comes back with the error; errors as [`swap_upcall`].
pub(crate) fn swap_readwrite(
    process: &dyn Process,
    driver_num: usize,
    allow_num: usize,
    buffer: ReadWriteProcessBuffer,
) -> Result<(*mut u8, usize), (ReadWriteProcessBuffer, ErrorCode)> {
    let grant = match enter_for_driver(process, driver_num) {
        Ok(grant) => grant,
        Err(error) => return Err((buffer, error)),
    };
    let Some(saved) = grant.allow_rw().get(allow_num) else {
        return Err((buffer, ErrorCode::NOSUPPORT));
    };
    let (ptr, len) = buffer.consume();
    let old = saved.replace(SavedAllowRw { ptr, len });
    Ok((old.ptr, old.len))
}
