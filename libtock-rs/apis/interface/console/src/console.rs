// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Writing and reading over the console driver (0x1).

use core::cell::Cell;
use core::fmt;
use core::marker::PhantomData;

use libtock_platform as platform;
use platform::{share, AllowRo, AllowRw, DefaultConfig, ErrorCode, Subscribe, Syscalls};

/// The console.
///
/// Both operations wait in [`Syscalls::yield_wait`], so upcalls of other drivers
/// run meanwhile.
pub struct Console<S: Syscalls, C: Config = DefaultConfig>(S, C);

impl<S: Syscalls, C: Config> Console<S, C> {
    /// Whether the kernel has a console driver.
    pub fn exists() -> bool {
        S::command(DRIVER_NUM, EXISTS, 0, 0).is_success()
    }

    /// Writes all of `s` and waits until the console has taken it.
    pub fn write(s: &[u8]) -> Result<(), ErrorCode> {
        let mut rest = s;
        while !rest.is_empty() {
            let written = Self::write_part(rest)? as usize;
            // A driver that neither advances nor fails would keep us forever.
            if written == 0 {
                return Err(ErrorCode::Fail);
            }
            rest = rest.get(written..).ok_or(ErrorCode::BadRVal)?;
        }
        Ok(())
    }

    /// Writes what the driver takes at once and returns how much that was.
    fn write_part(s: &[u8]) -> Result<u32, ErrorCode> {
        let length = u32::try_from(s.len()).unwrap_or(u32::MAX);
        let written: Cell<Option<(u32,)>> = Cell::new(None);
        share::scope::<
            (
                AllowRo<S, DRIVER_NUM, { allow_ro::WRITE }>,
                Subscribe<S, DRIVER_NUM, { subscribe::WRITE }>,
            ),
            _,
            _,
        >(|handle| {
            let (allow_ro, subscribe) = handle.split();

            S::allow_ro::<C, DRIVER_NUM, { allow_ro::WRITE }>(allow_ro, s)?;
            S::subscribe::<_, _, C, DRIVER_NUM, { subscribe::WRITE }>(subscribe, &written)?;
            S::command(DRIVER_NUM, WRITE, length, 0).to_result::<(), ErrorCode>()?;

            loop {
                S::yield_wait();
                if let Some((written,)) = written.get() {
                    return Ok(written);
                }
            }
        })
    }

    /// Reads until `buf` is full, or the driver gives up.
    ///
    /// Returns how many bytes were read, which may be some even if the read
    /// failed. The kernel bounds a single read by a buffer of its own (64 bytes
    /// on most boards) and refuses longer ones with [`ErrorCode::Invalid`].
    pub fn read(buf: &mut [u8]) -> (usize, Result<(), ErrorCode>) {
        let capacity = buf.len();
        let length = u32::try_from(capacity).unwrap_or(u32::MAX);
        let done: Cell<Option<(u32, u32)>> = Cell::new(None);
        let result = share::scope::<
            (
                AllowRw<S, DRIVER_NUM, { allow_rw::READ }>,
                Subscribe<S, DRIVER_NUM, { subscribe::READ }>,
            ),
            _,
            _,
        >(|handle| {
            let (allow_rw, subscribe) = handle.split();

            S::allow_rw::<C, DRIVER_NUM, { allow_rw::READ }>(allow_rw, buf)?;
            S::subscribe::<_, _, C, DRIVER_NUM, { subscribe::READ }>(subscribe, &done)?;
            S::command(DRIVER_NUM, READ, length, 0).to_result::<(), ErrorCode>()?;

            loop {
                S::yield_wait();
                if let Some(done) = done.get() {
                    return Ok(done);
                }
            }
        });
        match result {
            Ok((status, read)) => {
                let status = match status {
                    0 => Ok(()),
                    code => Err(ErrorCode::try_from(code).unwrap_or(ErrorCode::BadRVal)),
                };
                // Callers use the number as an index into their buffer.
                ((read as usize).min(capacity), status)
            }
            Err(error) => (0, Err(error)),
        }
    }

    /// Something to give to `write!`.
    pub fn writer() -> ConsoleWriter<S> {
        ConsoleWriter {
            _syscalls: PhantomData,
        }
    }
}

/// Formats text straight onto the console.
pub struct ConsoleWriter<S: Syscalls> {
    _syscalls: PhantomData<S>,
}

impl<S: Syscalls> fmt::Write for ConsoleWriter<S> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        Console::<S>::write(s.as_bytes()).map_err(|_| fmt::Error)
    }
}

/// What the calls of this driver do about surprises.
pub trait Config:
    platform::allow_ro::Config + platform::allow_rw::Config + platform::subscribe::Config
{
}

impl<T: platform::allow_ro::Config + platform::allow_rw::Config + platform::subscribe::Config>
    Config for T
{
}

const DRIVER_NUM: u32 = 0x1;

// Command numbers
const EXISTS: u32 = 0;
const WRITE: u32 = 1;
const READ: u32 = 2;

mod subscribe {
    pub const WRITE: u32 = 1;
    pub const READ: u32 = 2;
}

mod allow_ro {
    pub const WRITE: u32 = 1;
}

mod allow_rw {
    pub const READ: u32 = 1;
}
