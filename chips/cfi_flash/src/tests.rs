// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The driver on a model of the chips.

mod chips;

use std::boxed::Box;
use std::cell::{Cell, RefCell};
use std::vec::Vec;

use kernel::ErrorCode;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::hil::flash::{self, Flash, HasClient};

use crate::flash::{CfiFlash, PAGE_LEN, Page};
use chips::{BLOCK_WORDS, ERASE_ERROR, FakeChips, PROGRAM_ERROR};

type Driver = CfiFlash<'static, &'static FakeChips>;

#[derive(Debug, PartialEq)]
enum Told {
    Read(Result<(), flash::Error>),
    Written(Result<(), flash::Error>),
    Erased(Result<(), flash::Error>),
}

#[derive(Default)]
struct Client {
    told: RefCell<Vec<Told>>,
    page: Cell<Option<&'static mut Page>>,
}

impl flash::Client<Driver> for Client {
    fn read_complete(&self, page: &'static mut Page, result: Result<(), flash::Error>) {
        self.page.set(Some(page));
        self.told.borrow_mut().push(Told::Read(result));
    }

    fn write_complete(&self, page: &'static mut Page, result: Result<(), flash::Error>) {
        self.page.set(Some(page));
        self.told.borrow_mut().push(Told::Written(result));
    }

    fn erase_complete(&self, result: Result<(), flash::Error>) {
        self.told.borrow_mut().push(Told::Erased(result));
    }
}

struct Board {
    chips: &'static FakeChips,
    driver: &'static Driver,
    client: &'static Client,
}

impl Board {
    fn new() -> Self {
        let chips: &'static FakeChips = Box::leak(Box::new(FakeChips::new()));
        let driver: &'static Driver = Box::leak(Box::new(CfiFlash::new(chips, BLOCK_WORDS * 4)));
        let client: &'static Client = Box::leak(Box::new(Client::default()));
        client.page.set(Some(Box::leak(Box::new(Page::default()))));
        driver.register();
        driver.set_client(client);
        Self {
            chips,
            driver,
            client,
        }
    }

    /// The page's buffer, filled by `fill` from each byte's index.
    fn page(&self, fill: impl Fn(usize) -> u8) -> &'static mut Page {
        let page = self.client.page.take().unwrap();
        for (index, byte) in page.0.iter_mut().enumerate() {
            *byte = fill(index);
        }
        page
    }

    /// Runs what was begun; answers what was told and how many deferred calls
    /// it took.
    fn finish(&self) -> (Told, usize) {
        assert!(self.client.told.borrow().is_empty());
        let mut calls = 0;
        while DeferredCall::service_next_pending().is_some() {
            calls += 1;
        }
        assert!(self.chips.is_at_rest());
        let told = self.client.told.borrow_mut().pop().unwrap();
        assert!(self.client.told.borrow().is_empty());
        (told, calls)
    }

    fn write(&self, number: usize, fill: impl Fn(usize) -> u8) -> Told {
        assert!(self.driver.write_page(number, self.page(fill)).is_ok());
        self.finish().0
    }

    /// Whether the page reads as `expected` says.
    fn reads(&self, number: usize, expected: impl Fn(usize) -> u8) -> bool {
        assert!(self.driver.read_page(number, self.page(|_| 0xaa)).is_ok());
        assert_eq!(self.finish().0, Told::Read(Ok(())));
        let page = self.client.page.take().unwrap();
        let equal = (0..PAGE_LEN).all(|index| page.0[index] == expected(index));
        self.client.page.set(Some(page));
        equal
    }
}

fn pattern(index: usize) -> u8 {
    (index * 7 + index / 256) as u8
}

#[test]
fn what_was_written_is_read() {
    let board = Board::new();
    assert_eq!(board.write(1, pattern), Told::Written(Ok(())));
    assert!(board.reads(1, pattern));
    for other in [0, 2, 3] {
        assert!(board.reads(other, |_| 0xff));
    }
}

#[test]
fn a_page_is_the_start_of_its_erase_block() {
    let board = Board::new();
    board.write(2, pattern);
    assert_eq!(
        board.chips.word(2 * BLOCK_WORDS),
        u32::from_le_bytes([pattern(0), pattern(1), pattern(2), pattern(3)])
    );
    assert_eq!(board.chips.word(2 * BLOCK_WORDS + PAGE_LEN / 4), u32::MAX);
}

#[test]
fn an_erase_takes_one_page_only() {
    let board = Board::new();
    board.write(1, pattern);
    board.write(2, pattern);
    assert!(board.driver.erase_page(1).is_ok());
    assert_eq!(board.finish().0, Told::Erased(Ok(())));
    assert!(board.reads(1, |_| 0xff));
    assert!(board.reads(2, pattern));
}

#[test]
fn a_bit_that_would_have_to_rise_is_refused_before_anything_is_written() {
    let board = Board::new();
    board.write(0, |_| 0xf0);
    let before = board.chips.programs.get();
    // All bytes but the last would only fall.
    let page = board.page(|index| if index == PAGE_LEN - 1 { 0xf1 } else { 0 });
    match board.driver.write_page(0, page) {
        Err((ErrorCode::INVAL, page)) => board.client.page.set(Some(page)),
        _ => panic!("written over"),
    }
    assert_eq!(board.chips.programs.get(), before);
    assert!(board.reads(0, |_| 0xf0));
}

#[test]
fn words_that_hold_the_value_already_are_left_alone() {
    let board = Board::new();
    board.write(0, |index| if index < 8 { pattern(index) } else { 0xff });
    assert_eq!(board.chips.programs.get(), 2);
    board.write(0, |index| if index < 12 { pattern(index) } else { 0xff });
    assert_eq!(board.chips.programs.get(), 3);
}

#[test]
fn no_deferred_call_programs_more_than_a_word() {
    let board = Board::new();
    assert!(board.driver.write_page(0, board.page(|_| 0)).is_ok());
    let mut last = 0;
    while DeferredCall::service_next_pending().is_some() {
        let programs = board.chips.programs.get();
        assert!(programs <= last + 1);
        last = programs;
    }
    assert_eq!(last, PAGE_LEN / 4);
}

#[test]
fn busy_chips_are_waited_for_without_blocking() {
    let board = Board::new();
    board.chips.patience.set(100);
    assert!(board.driver.erase_page(0).is_ok());
    let (told, calls) = board.finish();
    assert_eq!(told, Told::Erased(Ok(())));
    // Each looks at the status once.
    assert_eq!(calls, 101);
}

#[test]
fn one_operation_runs_at_a_time() {
    let board = Board::new();
    assert!(board.driver.erase_page(0).is_ok());
    assert_eq!(board.driver.erase_page(1), Err(ErrorCode::BUSY));
    let page = board.page(|_| 0);
    let Err((ErrorCode::BUSY, page)) = board.driver.write_page(1, page) else {
        panic!("a second operation was begun");
    };
    let Err((ErrorCode::BUSY, page)) = board.driver.read_page(1, page) else {
        panic!("a second operation was begun");
    };
    board.client.page.set(Some(page));
    assert_eq!(board.finish().0, Told::Erased(Ok(())));
    assert_eq!(board.chips.erases.get(), 1);
}

#[test]
fn errors_of_the_chips_are_told_and_cleared() {
    let board = Board::new();
    let failed = Err(flash::Error::FlashError);
    // Of one chip, of the other, and of both.
    for half in [0xffff, 0xffff_0000, u32::MAX] {
        board.chips.fault.set(PROGRAM_ERROR & half);
        assert_eq!(board.write(0, pattern), Told::Written(failed));
        board.chips.fault.set(ERASE_ERROR & half);
        assert!(board.driver.erase_page(0).is_ok());
        assert_eq!(board.finish().0, Told::Erased(failed));
    }
    assert_eq!(board.write(0, pattern), Told::Written(Ok(())));
    assert!(board.reads(0, pattern));
}

#[test]
fn pages_that_are_not_on_the_chips_are_refused() {
    let board = Board::new();
    for number in [4, usize::MAX] {
        assert_eq!(board.driver.erase_page(number), Err(ErrorCode::INVAL));
        let Err((ErrorCode::INVAL, page)) = board.driver.read_page(number, board.page(|_| 0))
        else {
            panic!("page {number} was read");
        };
        let Err((ErrorCode::INVAL, page)) = board.driver.write_page(number, page) else {
            panic!("page {number} was written");
        };
        board.client.page.set(Some(page));
    }
    // A refusal leaves the driver ready.
    assert!(board.reads(3, |_| 0xff));
}
