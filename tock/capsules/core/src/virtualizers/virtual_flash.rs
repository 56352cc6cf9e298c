// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! One flash controller shared by any number of kernel clients.
//!
//! Each [`FlashUser`] may have one operation outstanding. Operations run one
//! after the other, the users taking turns. Which pages a user may touch is
//! not this file's matter: the users are trusted capsules.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let mux = static_init!(MuxFlash<'static, F>, MuxFlash::new(flash));
//! hil::flash::HasClient::set_client(flash, mux);
//!
//! let user = static_init!(FlashUser<'static, F>, FlashUser::new(mux));
//! hil::flash::HasClient::set_client(user, client);
//! ```

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::collections::list::{List, ListLink, ListNode};
use kernel::hil::flash::{self, Flash};
use kernel::utilities::cells::{OptionalCell, TakeCell};

/// The owner of the flash controller.
pub struct MuxFlash<'a, F: Flash + 'static> {
    flash: &'a F,
    users: List<'a, FlashUser<'a, F>>,
    /// The user whose operation the hardware has.
    inflight: OptionalCell<&'a FlashUser<'a, F>>,
    /// The user served last, after which the next turn begins.
    last: OptionalCell<&'a FlashUser<'a, F>>,
    /// A client is being called because its operation ended.
    completing: Cell<bool>,
}

impl<'a, F: Flash + 'static> MuxFlash<'a, F> {
    /// Makes a mux over `flash`, whose client it must be made.
    pub const fn new(flash: &'a F) -> MuxFlash<'a, F> {
        MuxFlash {
            flash,
            users: List::new(),
            inflight: OptionalCell::empty(),
            last: OptionalCell::empty(),
            completing: Cell::new(false),
        }
    }

    fn next_in_turn(&self) -> Option<&'a FlashUser<'a, F>> {
        let last = self.last.get();
        let waiting = |user: &&'a FlashUser<'a, F>| user.operation.get() != Operation::Idle;
        self.users
            .iter()
            .skip_while(|user| last.is_some_and(|last| !core::ptr::eq(*user, last)))
            .skip(usize::from(last.is_some()))
            .find(waiting)
            .or_else(|| self.users.iter().find(waiting))
    }

    /// Hands waiting operations to the hardware until it takes one.
    fn start_next(&self) {
        while self.inflight.is_none() {
            let Some(user) = self.next_in_turn() else {
                return;
            };
            let operation = user.operation.replace(Operation::Idle);
            let buffer = user.buffer.take();
            if let Err((_, buffer)) = self.start(user, operation, buffer) {
                user.complete(operation, buffer, Err(flash::Error::FlashError));
            }
        }
    }

    /// Hands an operation to the hardware, or its buffer back.
    fn start(
        &self,
        user: &'a FlashUser<'a, F>,
        operation: Operation,
        buffer: Option<&'static mut F::Page>,
    ) -> Result<(), (ErrorCode, Option<&'static mut F::Page>)> {
        self.inflight.set(user);
        self.last.set(user);
        user.running.set(operation);
        match (operation, buffer) {
            (Operation::Read(page), Some(buffer)) => self
                .flash
                .read_page(page, buffer)
                .map_err(|(error, buffer)| (error, Some(buffer))),
            (Operation::Write(page), Some(buffer)) => self
                .flash
                .write_page(page, buffer)
                .map_err(|(error, buffer)| (error, Some(buffer))),
            (Operation::Erase(page), buffer) => {
                self.flash.erase_page(page).map_err(|error| (error, buffer))
            }
            (_, buffer) => Err((ErrorCode::FAIL, buffer)),
        }
        .inspect_err(|_| {
            self.inflight.clear();
            user.running.set(Operation::Idle);
        })
    }

    fn finish(&self, buffer: Option<&'static mut F::Page>, result: Result<(), flash::Error>) {
        // The client may start again at once, but not ahead of those that
        // have been waiting.
        self.completing.set(true);
        if let Some(user) = self.inflight.take() {
            let operation = user.running.replace(Operation::Idle);
            user.complete(operation, buffer, result);
        }
        self.completing.set(false);
        self.start_next();
    }
}

impl<F: Flash + 'static> flash::Client<F> for MuxFlash<'_, F> {
    fn read_complete(&self, read_buffer: &'static mut F::Page, result: Result<(), flash::Error>) {
        self.finish(Some(read_buffer), result);
    }

    fn write_complete(&self, write_buffer: &'static mut F::Page, result: Result<(), flash::Error>) {
        self.finish(Some(write_buffer), result);
    }

    fn erase_complete(&self, result: Result<(), flash::Error>) {
        self.finish(None, result);
    }
}

/// What a user wants done, with the page number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Idle,
    Read(usize),
    Write(usize),
    Erase(usize),
}

/// One of the users that share a [`MuxFlash`].
///
/// It takes part from the moment its client is set.
pub struct FlashUser<'a, F: Flash + 'static> {
    mux: &'a MuxFlash<'a, F>,
    /// An operation that waits for its turn, and its buffer.
    operation: Cell<Operation>,
    buffer: TakeCell<'static, F::Page>,
    /// The operation that the hardware has.
    running: Cell<Operation>,
    next: ListLink<'a, FlashUser<'a, F>>,
    client: OptionalCell<&'a dyn flash::Client<FlashUser<'a, F>>>,
}

impl<'a, F: Flash + 'static> FlashUser<'a, F> {
    /// Makes a user of `mux`.
    pub fn new(mux: &'a MuxFlash<'a, F>) -> FlashUser<'a, F> {
        FlashUser {
            mux,
            operation: Cell::new(Operation::Idle),
            buffer: TakeCell::empty(),
            running: Cell::new(Operation::Idle),
            next: ListLink::empty(),
            client: OptionalCell::empty(),
        }
    }

    fn complete(
        &self,
        operation: Operation,
        buffer: Option<&'static mut F::Page>,
        result: Result<(), flash::Error>,
    ) {
        self.client.map(move |client| match (operation, buffer) {
            (Operation::Read(_), Some(buffer)) => client.read_complete(buffer, result),
            (Operation::Write(_), Some(buffer)) => client.write_complete(buffer, result),
            (Operation::Erase(_), _) => client.erase_complete(result),
            _ => {}
        });
    }

    /// Starts the operation if the hardware is free, else notes it.
    fn submit(
        &self,
        operation: Operation,
        buffer: Option<&'static mut F::Page>,
    ) -> Result<(), (ErrorCode, Option<&'static mut F::Page>)> {
        if self.operation.get() != Operation::Idle || self.running.get() != Operation::Idle {
            return Err((ErrorCode::BUSY, buffer));
        }
        let mux = self.mux;
        if mux.inflight.is_some() || mux.completing.get() {
            self.operation.set(operation);
            self.buffer.put(buffer);
            return Ok(());
        }
        match mux
            .users
            .iter()
            .find(|user| core::ptr::addr_eq(*user, self))
        {
            Some(user) => mux.start(user, operation, buffer),
            // Without a client, which would have entered it in the list,
            // there is nobody to give the buffer back to.
            None => Err((ErrorCode::OFF, buffer)),
        }
    }
}

impl<'a, F: Flash + 'static> ListNode<'a, FlashUser<'a, F>> for FlashUser<'a, F> {
    fn next(&'a self) -> &'a ListLink<'a, FlashUser<'a, F>> {
        &self.next
    }
}

impl<'a, F: Flash + 'static, C: flash::Client<FlashUser<'a, F>>> flash::HasClient<'a, C>
    for FlashUser<'a, F>
{
    fn set_client(&'a self, client: &'a C) {
        if self.client.is_none() {
            self.mux.users.push_head(self);
        }
        self.client.set(client);
    }
}

/// The buffer of a page operation that could not be started. Only an erase
/// has none, so that page operations always find it.
type Refused<P> = (ErrorCode, &'static mut P);

impl<F: Flash + 'static> Flash for FlashUser<'_, F> {
    type Page = F::Page;

    fn read_page(
        &self,
        page_number: usize,
        buf: &'static mut Self::Page,
    ) -> Result<(), Refused<Self::Page>> {
        match self.submit(Operation::Read(page_number), Some(buf)) {
            Err((error, Some(buffer))) => Err((error, buffer)),
            _ => Ok(()),
        }
    }

    fn write_page(
        &self,
        page_number: usize,
        buf: &'static mut Self::Page,
    ) -> Result<(), Refused<Self::Page>> {
        match self.submit(Operation::Write(page_number), Some(buf)) {
            Err((error, Some(buffer))) => Err((error, buffer)),
            _ => Ok(()),
        }
    }

    fn erase_page(&self, page_number: usize) -> Result<(), ErrorCode> {
        self.submit(Operation::Erase(page_number), None)
            .map_err(|(error, _)| error)
    }
}
