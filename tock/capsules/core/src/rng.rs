// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System call driver for random numbers, and an adapter from entropy.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let random = static_init!(
//!     Entropy32ToRandom<'static, Trng>,
//!     Entropy32ToRandom::new(trng)
//! );
//! let rng = static_init!(
//!     RngDriver<'static, Entropy32ToRandom<'static, Trng>>,
//!     RngDriver::new(random, kernel.create_grant(rng::DRIVER_NUM, &cap))
//! );
//! trng.set_client(random);
//! random.set_client(rng);
//! ```
//!
//! System call interface
//! ---------------------
//!
//! | Command | Arguments | Result                                 |
//! |---------|-----------|----------------------------------------|
//! | 0       |           | Success                                |
//! | 1       | count     | asks for that many bytes, then upcall 0 |
//!
//! Read-write allow 0 takes the bytes. Upcall 0: `(status, bytes written, 0)`.
//! A request replaces the one before. If the source refuses to start there is
//! no upcall.

use core::cell::Cell;

use kernel::grant::{AllowRoCount, AllowRwCount, Grant, UpcallCount};
use kernel::hil::entropy;
use kernel::hil::rng::{Client, Continue, Rng};
use kernel::processbuffer::WriteableProcessBuffer;
use kernel::syscall::{CommandReturn, SyscallDriver};
use kernel::utilities::cells::OptionalCell;
use kernel::{ErrorCode, ProcessId};

pub const DRIVER_NUM: usize = crate::driver::NUM::Rng as usize;

mod upcall {
    /// The request is done.
    pub const DONE: usize = 0;
    pub const COUNT: u8 = 1;
}

mod rw_allow {
    /// Takes the random bytes.
    pub const BUFFER: usize = 0;
    pub const COUNT: u8 = 1;
}

/// The request of a process.
#[derive(Default)]
pub struct App {
    /// Bytes still wanted, while there is a request.
    remaining: Option<usize>,
    /// Bytes written.
    position: usize,
}

/// The random number driver.
pub struct RngDriver<'a, R: Rng<'a>> {
    rng: &'a R,
    apps: Grant<
        App,
        UpcallCount<{ upcall::COUNT }>,
        AllowRoCount<0>,
        AllowRwCount<{ rw_allow::COUNT }>,
    >,
    /// The source has been asked.
    getting: Cell<bool>,
}

impl<'a, R: Rng<'a>> RngDriver<'a, R> {
    /// Makes a driver over `rng`, whose client it must be made.
    pub fn new(
        rng: &'a R,
        grant: Grant<
            App,
            UpcallCount<{ upcall::COUNT }>,
            AllowRoCount<0>,
            AllowRwCount<{ rw_allow::COUNT }>,
        >,
    ) -> Self {
        Self {
            rng,
            apps: grant,
            getting: Cell::new(false),
        }
    }
}

impl<'a, R: Rng<'a>> Client for RngDriver<'a, R> {
    fn randomness_available(
        &self,
        randomness: &mut dyn Iterator<Item = u32>,
        error: Result<(), ErrorCode>,
    ) -> Continue {
        let mut more = false;
        self.apps.each(|_, app, kernel_data| {
            let Some(remaining) = app.remaining else {
                return;
            };
            let position = app.position;
            let (written, full) = kernel_data
                .get_readwrite_processbuffer(rw_allow::BUFFER)
                .and_then(|buffer| {
                    buffer.mut_enter(|buffer| {
                        let space = buffer.get(position..);
                        let space = space.map_or(0, |space| space.len()).min(remaining);
                        if error.is_err() {
                            return (0, true);
                        }
                        // A word that is begun is not shared: what one
                        // process has left over no other may see.
                        let bytes = (&mut *randomness)
                            .take(space.div_ceil(4))
                            .flat_map(u32::to_ne_bytes)
                            .take(space);
                        let mut written = 0;
                        for byte in bytes {
                            if let Some(cell) = buffer.get(position + written) {
                                cell.set(byte);
                            }
                            written += 1;
                        }
                        (written, written == space)
                    })
                })
                .unwrap_or((0, true));
            app.position += written;
            if full {
                app.remaining = None;
                // A process whose queue is full loses the upcall; the kernel
                // counts that.
                let _ = kernel_data.schedule_upcall(
                    upcall::DONE,
                    (kernel::errorcode::into_statuscode(error), app.position, 0),
                );
            } else {
                app.remaining = Some(remaining - written);
                more = true;
            }
        });

        if more {
            Continue::More
        } else {
            self.getting.set(false);
            Continue::Done
        }
    }
}

impl<'a, R: Rng<'a>> SyscallDriver for RngDriver<'a, R> {
    fn command(
        &self,
        command_num: usize,
        count: usize,
        _: usize,
        process_id: ProcessId,
    ) -> CommandReturn {
        match command_num {
            0 => CommandReturn::success(),
            1 => {
                let entered = self.apps.enter(process_id, |app, _| {
                    app.remaining = Some(count);
                    app.position = 0;
                });
                match entered {
                    Ok(()) => {
                        if !self.getting.get() {
                            // A source that refuses is asked again at the
                            // next request.
                            self.getting.set(self.rng.get().is_ok());
                        }
                        CommandReturn::success()
                    }
                    Err(error) => error.into(),
                }
            }
            _ => CommandReturn::failure(ErrorCode::NOSUPPORT),
        }
    }

    fn allocate_grant(&self, process_id: ProcessId) -> Result<(), kernel::process::Error> {
        self.apps.enter(process_id, |_, _| {})
    }
}

/// Offers a source of entropy as a source of random numbers, word by word.
pub struct Entropy32ToRandom<'a, E: entropy::Entropy32<'a>> {
    egen: &'a E,
    client: OptionalCell<&'a dyn Client>,
}

impl<'a, E: entropy::Entropy32<'a>> Entropy32ToRandom<'a, E> {
    /// Makes an adapter over `egen`, whose client it must be made.
    pub fn new(egen: &'a E) -> Self {
        Self {
            egen,
            client: OptionalCell::empty(),
        }
    }
}

impl<'a, E: entropy::Entropy32<'a>> Rng<'a> for Entropy32ToRandom<'a, E> {
    fn get(&self) -> Result<(), ErrorCode> {
        self.egen.get()
    }

    fn cancel(&self) -> Result<(), ErrorCode> {
        self.egen.cancel()
    }

    fn set_client(&'a self, client: &'a dyn Client) {
        self.egen.set_client(self);
        self.client.set(client);
    }
}

impl<'a, E: entropy::Entropy32<'a>> entropy::Client32 for Entropy32ToRandom<'a, E> {
    fn entropy_available(
        &self,
        entropy: &mut dyn Iterator<Item = u32>,
        error: Result<(), ErrorCode>,
    ) -> entropy::Continue {
        let answer = self
            .client
            .map(|client| client.randomness_available(entropy, error));
        match answer {
            Some(Continue::More) => entropy::Continue::More,
            Some(Continue::Done) | None => entropy::Continue::Done,
        }
    }
}
