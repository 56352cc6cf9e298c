// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Small pages on NOR flash with large erase blocks.
//!
//! ```text
//!    +------------+  hil::flash::Flash
//!    |  CfiFlash  |   <- this file
//!    +------------+
//!         | Bus
//!    two x16 chips
//! ```
//! Logical page n is the start of erase block n, so that each page can be
//! erased alone. A word is programmed per deferred call: the kernel does not
//! stall while a page is written. Words that already hold the value are left
//! alone; a write that would have to turn a 0 into a 1 is refused, since only
//! an erase does that.
//!
//! Source: Intel, "Common Flash Interface and Command Sets" (application note
//! 646) and the "Intel StrataFlash Memory (J3)" datasheet, section "Command
//! set".

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::hil::flash::{self, Client, HasClient};
use kernel::utilities::cells::OptionalCell;

use crate::bus::Bus;

/// Length of a logical page, in bytes.
pub const PAGE_LEN: usize = 2048;
const WORD_LEN: usize = 4;
const PAGE_WORDS: usize = PAGE_LEN / WORD_LEN;

/// A logical page.
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

/// Commands, for both chips at once.
mod command {
    pub const READ_ARRAY: u32 = 0x00ff_00ff;
    pub const CLEAR_STATUS: u32 = 0x0050_0050;
    pub const PROGRAM_WORD: u32 = 0x0040_0040;
    pub const ERASE_BLOCK: u32 = 0x0020_0020;
    pub const CONFIRM: u32 = 0x00d0_00d0;
}

/// Bits of the status register, for both chips at once.
mod status {
    /// SR.7: ready.
    pub const READY: u32 = 0x0080_0080;
    /// SR.5 erase error, SR.4 program error, SR.3 programming voltage, SR.1
    /// block locked.
    pub const ERRORS: u32 = 0x003a_003a;
}

/// What is under way. The variant owns the buffer.
enum State {
    Idle,
    /// A read is done but for telling the client.
    Reading(&'static mut Page),
    /// The word at the offset is being programmed, or is next.
    Programming {
        page: &'static mut Page,
        start: usize,
        next: usize,
        waiting: bool,
    },
    /// The block is being erased.
    Erasing {
        start: usize,
    },
}

/// The chips as `hil::flash::Flash`.
pub struct CfiFlash<'a, B: Bus> {
    bus: B,
    /// Words from one erase block to the next.
    block_words: usize,
    state: Cell<State>,
    deferred_call: DeferredCall,
    client: OptionalCell<&'a dyn Client<CfiFlash<'a, B>>>,
}

impl<'a, B: Bus> CfiFlash<'a, B> {
    /// Chips whose erase blocks are `block_len` bytes apart, both chips
    /// together.
    pub fn new(bus: B, block_len: usize) -> Self {
        Self {
            bus,
            block_words: block_len / WORD_LEN,
            state: Cell::new(State::Idle),
            deferred_call: DeferredCall::new(),
            client: OptionalCell::empty(),
        }
    }

    /// First word of the page, or an error when it is not on the chips.
    fn start_of(&self, page_number: usize) -> Result<usize, ErrorCode> {
        page_number
            .checked_mul(self.block_words)
            .filter(|start| {
                start
                    .checked_add(PAGE_WORDS)
                    .is_some_and(|end| end <= self.bus.len())
            })
            .ok_or(ErrorCode::INVAL)
    }

    fn begin(&self, state: State) {
        self.state.set(state);
        self.deferred_call.set();
    }

    fn is_idle(&self) -> bool {
        match self.state.replace(State::Idle) {
            State::Idle => true,
            busy => {
                self.state.set(busy);
                false
            }
        }
    }

    /// The status once the chips are ready. Leaves them in array mode.
    fn outcome(&self, word: usize) -> Option<Result<(), flash::Error>> {
        let status = self.bus.read(word);
        if status & status::READY != status::READY {
            return None;
        }
        if status & status::ERRORS != 0 {
            self.bus.write(word, command::CLEAR_STATUS);
        }
        self.bus.write(word, command::READ_ARRAY);
        Some(if status & status::ERRORS == 0 {
            Ok(())
        } else {
            Err(flash::Error::FlashError)
        })
    }

    /// Programs the next word that differs, or finishes.
    fn program(&self, page: &'static mut Page, start: usize, next: usize, waiting: bool) {
        let mut next = next;
        if waiting {
            match self.outcome(start + next) {
                None => {
                    self.begin(State::Programming {
                        page,
                        start,
                        next,
                        waiting,
                    });
                    return;
                }
                Some(Err(error)) => return self.write_done(page, Err(error)),
                Some(Ok(())) => next += 1,
            }
        }
        while let Some(value) = word_of(page, next) {
            if self.bus.read(start + next) != value {
                self.bus.write(start + next, command::PROGRAM_WORD);
                self.bus.write(start + next, value);
                self.begin(State::Programming {
                    page,
                    start,
                    next,
                    waiting: true,
                });
                return;
            }
            next += 1;
        }
        self.write_done(page, Ok(()));
    }

    fn write_done(&self, page: &'static mut Page, result: Result<(), flash::Error>) {
        self.client
            .map(move |client| client.write_complete(page, result));
    }
}

/// The word at `index` of the page, as the bus carries it.
fn word_of(page: &Page, index: usize) -> Option<u32> {
    let start = index.checked_mul(WORD_LEN)?;
    let bytes = page.0.get(start..start.checked_add(WORD_LEN)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

impl<'a, B: Bus, C: Client<CfiFlash<'a, B>>> HasClient<'a, C> for CfiFlash<'a, B> {
    fn set_client(&'a self, client: &'a C) {
        self.client.set(client);
    }
}

impl<'a, B: Bus> flash::Flash for CfiFlash<'a, B> {
    type Page = Page;

    fn read_page(
        &self,
        page_number: usize,
        buf: &'static mut Page,
    ) -> Result<(), (ErrorCode, &'static mut Page)> {
        if !self.is_idle() {
            return Err((ErrorCode::BUSY, buf));
        }
        let start = match self.start_of(page_number) {
            Ok(start) => start,
            Err(error) => return Err((error, buf)),
        };
        for (index, bytes) in buf.0.chunks_exact_mut(WORD_LEN).enumerate() {
            bytes.copy_from_slice(&self.bus.read(start + index).to_le_bytes());
        }
        self.begin(State::Reading(buf));
        Ok(())
    }

    /// Programs the page. `INVAL` when the page is not on the chips or when a
    /// bit would have to turn from 0 to 1, which takes an erase.
    fn write_page(
        &self,
        page_number: usize,
        buf: &'static mut Page,
    ) -> Result<(), (ErrorCode, &'static mut Page)> {
        if !self.is_idle() {
            return Err((ErrorCode::BUSY, buf));
        }
        let start = match self.start_of(page_number) {
            Ok(start) => start,
            Err(error) => return Err((error, buf)),
        };
        let needs_erase = (0..PAGE_WORDS).any(|index| {
            word_of(buf, index).is_some_and(|value| value & !self.bus.read(start + index) != 0)
        });
        if needs_erase {
            return Err((ErrorCode::INVAL, buf));
        }
        self.begin(State::Programming {
            page: buf,
            start,
            next: 0,
            waiting: false,
        });
        Ok(())
    }

    fn erase_page(&self, page_number: usize) -> Result<(), ErrorCode> {
        if !self.is_idle() {
            return Err(ErrorCode::BUSY);
        }
        let start = self.start_of(page_number)?;
        self.bus.write(start, command::ERASE_BLOCK);
        self.bus.write(start, command::CONFIRM);
        self.begin(State::Erasing { start });
        Ok(())
    }
}

impl<'a, B: Bus> DeferredCallClient for CfiFlash<'a, B> {
    fn handle_deferred_call(&self) {
        match self.state.replace(State::Idle) {
            State::Idle => {}
            State::Reading(page) => {
                self.client
                    .map(move |client| client.read_complete(page, Ok(())));
            }
            State::Programming {
                page,
                start,
                next,
                waiting,
            } => self.program(page, start, next, waiting),
            State::Erasing { start } => match self.outcome(start) {
                None => self.begin(State::Erasing { start }),
                Some(result) => {
                    self.client.map(|client| client.erase_complete(result));
                }
            },
        }
    }

    fn register(&'static self) {
        self.deferred_call.register(self);
    }
}
