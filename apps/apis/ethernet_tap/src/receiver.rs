// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Receiving frames without losing one between two buffers.

use core::marker::PhantomData;
use core::ptr::NonNull;

use libtock_platform::{ErrorCode, Syscalls, syscall_class};

use crate::ethernet_tap::DRIVER_NUM;
use crate::frames::{Frames, STREAM_HEADER_LEN};

const RW_ALLOW_RECEIVE: u32 = 0;
/// Return variants of an allow (TRD 104): success and failure with two words.
const SUCCESS_2_U32: u32 = 130;

/// Two buffers: one is with the kernel, the other with the process.
///
/// `share::scope` hands out a buffer until its end, so that a buffer would have
/// to be taken back before the next one is given, and what comes in between is
/// lost. A single allow call swaps them.
pub struct Receiver<S: Syscalls> {
    /// The buffer that is with the process. `None` only within `swap`.
    idle: Option<&'static mut [u8]>,
    /// The buffer that is with the kernel: no reference to it exists.
    shared: Option<(NonNull<u8>, usize)>,
    _syscalls: PhantomData<S>,
}

impl<S: Syscalls> Receiver<S> {
    /// Gives the first buffer to the kernel.
    ///
    /// Each buffer takes frames until it is full: 8 bytes, and for each frame 12
    /// bytes and the frame.
    pub fn new(first: &'static mut [u8], second: &'static mut [u8]) -> Result<Self, ErrorCode> {
        let mut receiver = Self {
            idle: Some(first),
            shared: None,
            _syscalls: PhantomData,
        };
        receiver.exchange()?;
        receiver.idle = Some(second);
        Ok(receiver)
    }

    /// Takes the buffer that the kernel has filled and gives it the other one.
    pub fn swap(&mut self) -> Result<(), ErrorCode> {
        self.exchange()
    }

    /// The frames that were there at the last swap.
    pub fn frames(&self) -> Frames<'_> {
        Frames::new(self.idle.as_deref().unwrap_or_default())
    }

    fn exchange(&mut self) -> Result<(), ErrorCode> {
        let Some(buffer) = self.idle.take() else {
            return Err(ErrorCode::BadRVal);
        };
        if let Some(header) = buffer.get_mut(..STREAM_HEADER_LEN) {
            header.fill(0);
        }
        let length = buffer.len();
        let address = NonNull::from(buffer).cast::<u8>();
        match Self::allow(address.as_ptr(), length) {
            Ok((returned, returned_len)) => {
                self.idle = match self.shared.replace((address, length)) {
                    Some((shared, shared_len))
                        if shared.as_ptr() == returned && shared_len == returned_len =>
                    {
                        // SAFETY: `shared` was made from a `&'static mut [u8]` of
                        // this length. The kernel has just given it back, so that
                        // it does not write to it any more, and no other
                        // reference to it was made since.
                        Some(unsafe {
                            core::slice::from_raw_parts_mut(shared.as_ptr(), shared_len)
                        })
                    }
                    // The first buffer: none comes back.
                    None => None,
                    // Someone else in this process allowed a buffer under this
                    // number: ours is with nobody knows whom, and stays away.
                    Some(_) => return Err(ErrorCode::BadRVal),
                };
                Ok(())
            }
            Err(error) => {
                // SAFETY: `address` was made from a `&'static mut [u8]` of this
                // length just above, and the kernel did not take it.
                self.idle =
                    Some(unsafe { core::slice::from_raw_parts_mut(address.as_ptr(), length) });
                Err(error)
            }
        }
    }

    /// Gives a buffer to the kernel; answers with the one before.
    fn allow(address: *mut u8, length: usize) -> Result<(*mut u8, usize), ErrorCode> {
        // SAFETY: The class and its four arguments are those of a read-write
        // allow (TRD 104, section 4.4). The memory is lent for as long as the
        // kernel has it: the caller keeps no reference to it.
        let [variant, first, second, _] = unsafe {
            S::syscall4::<{ syscall_class::ALLOW_RW }>([
                DRIVER_NUM.into(),
                RW_ALLOW_RECEIVE.into(),
                address.into(),
                length.into(),
            ])
        };
        if variant.as_u32() == SUCCESS_2_U32 {
            Ok((first.into(), second.into()))
        } else {
            Err(ErrorCode::try_from(first.as_u32()).unwrap_or(ErrorCode::BadRVal))
        }
    }
}

impl<S: Syscalls> Drop for Receiver<S> {
    fn drop(&mut self) {
        // The kernel must not write to the buffers of a receiver that is gone,
        // and a revocation cannot be refused (TRD 104, section 4.4).
        let _ = Self::allow(core::ptr::null_mut(), 0);
    }
}
