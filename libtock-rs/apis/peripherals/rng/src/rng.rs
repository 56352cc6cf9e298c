// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Random bytes over the RNG driver (0x40001).

use core::cell::Cell;

use libtock_platform::share::{self, Handle};
use libtock_platform::subscribe::OneId;
use libtock_platform::{AllowRw, DefaultConfig, ErrorCode, Subscribe, Syscalls, Upcall};

/// The random number generator.
pub struct Rng<S: Syscalls>(S);

impl<S: Syscalls> Rng<S> {
    /// Whether the kernel has an RNG driver; an error says why not.
    pub fn exists() -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, EXISTS, 0, 0).to_result()
    }

    /// Asks for `num_bytes` random bytes in the allowed buffer. The listener is
    /// called when they are there. A new request replaces the old one.
    pub fn get_bytes_async(num_bytes: u32) -> Result<(), ErrorCode> {
        S::command(DRIVER_NUM, GET_BYTES, num_bytes, 0).to_result()
    }

    /// Says where random bytes go.
    pub fn allow_buffer<'share>(
        buffer: &'share mut [u8],
        allow_rw: Handle<AllowRw<'share, S, DRIVER_NUM, 0>>,
    ) -> Result<(), ErrorCode> {
        S::allow_rw::<DefaultConfig, DRIVER_NUM, 0>(allow_rw, buffer)
    }

    /// Takes the buffer back.
    pub fn unallow_buffer() {
        S::unallow_rw(DRIVER_NUM, 0)
    }

    /// Has `listener` called when a request is done.
    pub fn register_listener<'share, F: Fn(u32)>(
        listener: &'share RngListener<F>,
        subscribe: Handle<Subscribe<'share, S, DRIVER_NUM, 0>>,
    ) -> Result<(), ErrorCode> {
        S::subscribe::<_, _, DefaultConfig, DRIVER_NUM, 0>(subscribe, listener)
    }

    /// Has no listener called any more.
    pub fn unregister_listener() {
        S::unsubscribe(DRIVER_NUM, 0)
    }

    /// Fills the first `num_bytes` of `buffer` with random bytes and waits for
    /// them, while upcalls of other drivers run.
    ///
    /// [`ErrorCode::Size`] if the buffer is shorter, [`ErrorCode::Fail`] if the
    /// generator delivered less: bytes that are not random never pass for such.
    pub fn get_bytes_sync(buffer: &mut [u8], num_bytes: u32) -> Result<(), ErrorCode> {
        let wanted = usize::try_from(num_bytes).map_err(|_| ErrorCode::Size)?;
        if wanted > buffer.len() {
            return Err(ErrorCode::Size);
        }

        let received: Cell<Option<u32>> = Cell::new(None);
        let listener = RngListener(|bytes| received.set(Some(bytes)));
        share::scope::<(AllowRw<S, DRIVER_NUM, 0>, Subscribe<S, DRIVER_NUM, 0>), _, _>(|handle| {
            let (allow_rw, subscribe) = handle.split();

            Self::allow_buffer(buffer, allow_rw)?;
            Self::register_listener(&listener, subscribe)?;
            Self::get_bytes_async(num_bytes)?;

            loop {
                S::yield_wait();
                match received.get() {
                    None => {}
                    Some(bytes) if bytes < num_bytes => return Err(ErrorCode::Fail),
                    Some(_) => return Ok(()),
                }
            }
        })
    }
}

/// Wraps a function that is called with the number of bytes received.
pub struct RngListener<F: Fn(u32)>(pub F);

impl<F: Fn(u32)> Upcall<OneId<DRIVER_NUM, 0>> for RngListener<F> {
    fn upcall(&self, _status: u32, bytes_received: u32, _arg2: u32) {
        self.0(bytes_received)
    }
}

const DRIVER_NUM: u32 = 0x40001;

// Command numbers
const EXISTS: u32 = 0;
const GET_BYTES: u32 = 1;
