// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! NOR flash in RAM that watches how it is used, and fails when told to.

use std::boxed::Box;
use std::cell::{Cell, RefCell};
use std::vec;
use std::vec::Vec;

use kernel::ErrorCode;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::hil::flash::{Client, Error, Flash, HasClient};
use kernel::utilities::cells::OptionalCell;
use provisioning_storage::layout::PAGE_LEN;

/// Pages of the configuration region.
pub const PAGES: usize = 5;

/// The content of the flash.
pub type Pages = Vec<[u8; PAGE_LEN]>;

/// A page's buffer.
pub struct Page(pub [u8; PAGE_LEN]);

impl Default for Page {
    fn default() -> Self {
        Self([0; PAGE_LEN])
    }
}

impl AsMut<[u8]> for Page {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

enum Operation {
    Read(usize, &'static mut Page),
    Write(usize, &'static mut Page),
    Erase(usize),
}

/// The flash. Writing programs without erasing; a bit that would have to turn
/// from 0 to 1 is a mistake of the caller and ends the test.
pub struct RamFlash {
    pages: RefCell<Pages>,
    under_way: Cell<Option<Operation>>,
    /// Changes until the power is cut in the middle of one.
    budget: Cell<Option<usize>>,
    protected: Cell<bool>,
    /// Answers from within the call that begins an operation, which no driver
    /// may do.
    hasty: Cell<bool>,
    /// Answers no more.
    silent: Cell<bool>,
    changes: Cell<usize>,
    deferred_call: DeferredCall,
    client: OptionalCell<&'static dyn Client<RamFlash>>,
}

impl RamFlash {
    /// A flash that holds `pages`.
    pub fn new(pages: Pages) -> &'static Self {
        let flash = Box::leak(Box::new(Self {
            pages: RefCell::new(pages),
            under_way: Cell::new(None),
            budget: Cell::new(None),
            protected: Cell::new(false),
            hasty: Cell::new(false),
            silent: Cell::new(false),
            changes: Cell::new(0),
            deferred_call: DeferredCall::new(),
            client: OptionalCell::empty(),
        }));
        flash.register();
        flash
    }

    /// An erased flash.
    pub fn erased() -> Pages {
        vec![[0xff; PAGE_LEN]; PAGES]
    }

    /// Cuts the power in the middle of the change after `changes` more.
    pub fn cut_after(&self, changes: usize) {
        self.budget.set(Some(changes));
    }

    /// Lets every change fail from now on, as a protected flash does.
    pub fn protect(&self) {
        self.protected.set(true);
    }

    /// Breaks the rules of the HIL from now on: completions come from within
    /// the call.
    pub fn hurry(&self) {
        self.hasty.set(true);
    }

    /// Takes what it is asked from now on, and never comes back.
    pub fn fall_silent(&self) {
        self.silent.set(true);
    }

    /// What a reader of the chip would find.
    pub fn content(&self) -> Pages {
        self.pages.borrow().clone()
    }

    /// Pages programmed and erased so far.
    pub fn changes(&self) -> usize {
        self.changes.get()
    }

    fn begin(&self, operation: Operation) {
        assert!(self.under_way.replace(Some(operation)).is_none());
        if self.hasty.get() {
            self.handle_deferred_call();
        } else if !self.silent.get() {
            self.deferred_call.set();
        }
    }

    fn is_busy(&self) -> bool {
        let current = self.under_way.take();
        let busy = current.is_some();
        self.under_way.set(current);
        busy
    }

    /// How much of this change is done: all, a part before the power is gone,
    /// or none because it is gone already.
    fn spend(&self) -> Power {
        self.changes.set(self.changes.get() + 1);
        match self.budget.get() {
            None => Power::On,
            Some(0) => {
                self.budget.set(Some(usize::MAX));
                Power::Fails
            }
            Some(usize::MAX) => Power::Off,
            Some(left) => {
                self.budget.set(Some(left - 1));
                Power::On
            }
        }
    }

    fn program(&self, number: usize, page: &Page, len: usize) {
        for (place, byte) in self.pages.borrow_mut()[number]
            .iter_mut()
            .zip(page.0)
            .take(len)
        {
            assert_eq!(byte & !*place, 0, "page {number} was not erased before");
            *place &= byte;
        }
    }
}

enum Power {
    On,
    Fails,
    Off,
}

impl<C: Client<RamFlash>> HasClient<'static, C> for RamFlash {
    fn set_client(&'static self, client: &'static C) {
        self.client.set(client);
    }
}

impl Flash for RamFlash {
    type Page = Page;

    fn read_page(
        &self,
        page_number: usize,
        buf: &'static mut Page,
    ) -> Result<(), (ErrorCode, &'static mut Page)> {
        if self.is_busy() {
            return Err((ErrorCode::BUSY, buf));
        }
        self.begin(Operation::Read(page_number, buf));
        Ok(())
    }

    fn write_page(
        &self,
        page_number: usize,
        buf: &'static mut Page,
    ) -> Result<(), (ErrorCode, &'static mut Page)> {
        if self.is_busy() {
            return Err((ErrorCode::BUSY, buf));
        }
        self.begin(Operation::Write(page_number, buf));
        Ok(())
    }

    fn erase_page(&self, page_number: usize) -> Result<(), ErrorCode> {
        if self.is_busy() {
            return Err(ErrorCode::BUSY);
        }
        self.begin(Operation::Erase(page_number));
        Ok(())
    }
}

impl DeferredCallClient for RamFlash {
    fn handle_deferred_call(&self) {
        let protected = self.protected.get();
        match self.under_way.take() {
            None => {}
            Some(Operation::Read(number, page)) => {
                page.0 = self.pages.borrow()[number];
                self.client.map(|client| client.read_complete(page, Ok(())));
            }
            Some(Operation::Write(_, page)) if protected => {
                self.client
                    .map(|client| client.write_complete(page, Err(Error::FlashError)));
            }
            Some(Operation::Erase(_)) if protected => {
                self.client
                    .map(|client| client.erase_complete(Err(Error::FlashError)));
            }
            Some(Operation::Write(number, page)) => match self.spend() {
                Power::On => {
                    self.program(number, page, PAGE_LEN);
                    self.client
                        .map(|client| client.write_complete(page, Ok(())));
                }
                Power::Fails => {
                    // In the middle of what is not erased in the page.
                    let used = page.0.iter().rposition(|byte| *byte != 0xff);
                    self.program(number, page, used.unwrap_or(0) / 2);
                }
                Power::Off => {}
            },
            Some(Operation::Erase(number)) => match self.spend() {
                Power::On => {
                    self.pages.borrow_mut()[number] = [0xff; PAGE_LEN];
                    self.client.map(|client| client.erase_complete(Ok(())));
                }
                Power::Fails => {
                    self.pages.borrow_mut()[number][..PAGE_LEN / 2].fill(0xff);
                }
                Power::Off => {}
            },
        }
    }

    fn register(&'static self) {
        self.deferred_call.register(self);
    }
}
