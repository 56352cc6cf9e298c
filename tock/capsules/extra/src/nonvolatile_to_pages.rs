// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Byte-wise nonvolatile storage over page-wise flash.
//!
//! ```text
//!   client
//!     |                      hil::nonvolatile_storage::NonvolatileStorage
//! +---------------------+
//! | NonvolatileToPages  |    this file
//! +---------------------+
//!     |                      hil::flash::Flash
//!   flash
//! ```
//!
//! A page that is written in part is read first. A power cut may leave any
//! page that was being written in any state.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let storage = static_init!(
//!     NonvolatileToPages<'static, F>,
//!     NonvolatileToPages::new(flash, page)
//! );
//! hil::flash::HasClient::set_client(flash, storage);
//! storage.set_client(client);
//! ```

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::hil::flash::{self, Flash};
use kernel::hil::nonvolatile_storage::{NonvolatileStorage, NonvolatileStorageClient};
use kernel::utilities::cells::{OptionalCell, TakeCell};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Read,
    Write,
}

/// An operation under way.
#[derive(Clone, Copy)]
struct Job {
    operation: Operation,
    /// Where it began.
    address: usize,
    length: usize,
    /// Bytes that are through.
    done: usize,
}

/// The part of a job that lies in one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    page: usize,
    /// Where it begins in the page.
    offset: usize,
    length: usize,
}

impl Job {
    fn span(&self, page_size: usize) -> Span {
        let address = self.address + self.done;
        let offset = address % page_size;
        Span {
            page: address / page_size,
            offset,
            length: (self.length - self.done).min(page_size - offset),
        }
    }
}

/// The adapter.
pub struct NonvolatileToPages<'a, F: Flash + 'static> {
    driver: &'a F,
    client: OptionalCell<&'a dyn NonvolatileStorageClient>,
    /// The page buffer, unless the flash has it.
    pagebuffer: TakeCell<'static, F::Page>,
    /// The buffer of the client, while there is a job.
    buffer: TakeCell<'static, [u8]>,
    job: Cell<Option<Job>>,
}

impl<'a, F: Flash + 'static> NonvolatileToPages<'a, F> {
    /// Makes an adapter over `driver`, whose client it must be made.
    pub fn new(driver: &'a F, buffer: &'static mut F::Page) -> NonvolatileToPages<'a, F> {
        NonvolatileToPages {
            driver,
            client: OptionalCell::empty(),
            pagebuffer: TakeCell::new(buffer),
            buffer: TakeCell::empty(),
            job: Cell::new(None),
        }
    }

    fn start(
        &self,
        operation: Operation,
        buffer: &'static mut [u8],
        address: usize,
        length: usize,
    ) -> Result<(), ErrorCode> {
        if self.job.get().is_some() {
            return Err(ErrorCode::BUSY);
        }
        if length == 0 || length > buffer.len() || address.checked_add(length).is_none() {
            return Err(ErrorCode::INVAL);
        }
        let pagebuffer = self.pagebuffer.take().ok_or(ErrorCode::RESERVE)?;
        self.buffer.replace(buffer);
        self.step(
            Job {
                operation,
                address,
                length,
                done: 0,
            },
            pagebuffer,
        )
        .inspect_err(|_| {
            // The contract has the buffer lost to the caller.
            self.buffer.take();
        })
    }

    /// Asks the flash for the next page of the job.
    fn step(&self, job: Job, pagebuffer: &'static mut F::Page) -> Result<(), ErrorCode> {
        let page_size = pagebuffer.as_mut().len();
        if page_size == 0 {
            self.pagebuffer.replace(pagebuffer);
            return Err(ErrorCode::FAIL);
        }
        let span = job.span(page_size);
        self.job.set(Some(job));
        let started = if job.operation == Operation::Write && span.length == page_size {
            // What the page holds does not matter.
            self.fill(job, span, pagebuffer);
            self.driver.write_page(span.page, pagebuffer)
        } else {
            self.driver.read_page(span.page, pagebuffer)
        };
        started.map_err(|(error, pagebuffer)| {
            self.pagebuffer.replace(pagebuffer);
            self.job.set(None);
            error
        })
    }

    /// Copies what is to be written into the page.
    fn fill(&self, job: Job, span: Span, pagebuffer: &mut F::Page) {
        self.buffer.map(|buffer| {
            pagebuffer.as_mut()[span.offset..span.offset + span.length]
                .copy_from_slice(&buffer[job.done..job.done + span.length]);
        });
    }

    /// Goes on behind a page that is through, or ends the job.
    fn advance(&self, job: Job, span: Span, pagebuffer: &'static mut F::Page) {
        let job = Job {
            done: job.done + span.length,
            ..job
        };
        if job.done == job.length {
            self.finish(job, pagebuffer);
        } else if self.step(job, pagebuffer).is_err() {
            self.report(job);
        }
    }

    fn finish(&self, job: Job, pagebuffer: &'static mut F::Page) {
        self.pagebuffer.replace(pagebuffer);
        self.job.set(None);
        self.report(job);
    }

    /// Gives the buffer back. The callback carries no error: the bytes that
    /// are through tell.
    fn report(&self, job: Job) {
        if let Some(buffer) = self.buffer.take() {
            self.client.map(move |client| match job.operation {
                Operation::Read => client.read_done(buffer, job.done),
                Operation::Write => client.write_done(buffer, job.done),
            });
        }
    }
}

impl<'a, F: Flash + 'static> NonvolatileStorage<'a> for NonvolatileToPages<'a, F> {
    fn set_client(&self, client: &'a dyn NonvolatileStorageClient) {
        self.client.set(client);
    }

    fn read(
        &self,
        buffer: &'static mut [u8],
        address: usize,
        length: usize,
    ) -> Result<(), ErrorCode> {
        self.start(Operation::Read, buffer, address, length)
    }

    fn write(
        &self,
        buffer: &'static mut [u8],
        address: usize,
        length: usize,
    ) -> Result<(), ErrorCode> {
        self.start(Operation::Write, buffer, address, length)
    }
}

impl<F: Flash + 'static> flash::Client<F> for NonvolatileToPages<'_, F> {
    fn read_complete(&self, pagebuffer: &'static mut F::Page, result: Result<(), flash::Error>) {
        let Some(job) = self.job.get() else {
            self.pagebuffer.replace(pagebuffer);
            return;
        };
        if result.is_err() {
            self.finish(job, pagebuffer);
            return;
        }
        let span = job.span(pagebuffer.as_mut().len());
        match job.operation {
            Operation::Read => {
                self.buffer.map(|buffer| {
                    buffer[job.done..job.done + span.length].copy_from_slice(
                        &pagebuffer.as_mut()[span.offset..span.offset + span.length],
                    );
                });
                self.advance(job, span, pagebuffer);
            }
            Operation::Write => {
                self.fill(job, span, pagebuffer);
                if let Err((_, pagebuffer)) = self.driver.write_page(span.page, pagebuffer) {
                    self.finish(job, pagebuffer);
                }
            }
        }
    }

    fn write_complete(&self, pagebuffer: &'static mut F::Page, result: Result<(), flash::Error>) {
        match self.job.get() {
            Some(job) if result.is_ok() => {
                let span = job.span(pagebuffer.as_mut().len());
                self.advance(job, span, pagebuffer);
            }
            Some(job) => self.finish(job, pagebuffer),
            None => {
                self.pagebuffer.replace(pagebuffer);
            }
        }
    }

    fn erase_complete(&self, _result: Result<(), flash::Error>) {
        // Nothing is ever erased from here: writing a page includes it.
    }
}
