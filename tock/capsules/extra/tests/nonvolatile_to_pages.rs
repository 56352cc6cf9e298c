// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Byte-wise storage over a flash in RAM that can fail.

use std::cell::{Cell, RefCell};

use capsules_extra::nonvolatile_to_pages::NonvolatileToPages;
use kernel::ErrorCode;
use kernel::hil::flash::{self, Client, Flash};
use kernel::hil::nonvolatile_storage::{NonvolatileStorage, NonvolatileStorageClient};

const PAGE: usize = 16;
const PAGES: usize = 4;

#[derive(Default)]
struct Page([u8; PAGE]);

impl AsMut<[u8]> for Page {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

struct RamFlash {
    bytes: RefCell<[u8; PAGE * PAGES]>,
    ended: Cell<Option<(&'static mut Page, bool)>>,
    /// Operations that still succeed.
    luck: Cell<usize>,
    reads: Cell<usize>,
}

impl RamFlash {
    fn start(
        &self,
        number: usize,
        buffer: &'static mut Page,
        is_write: bool,
    ) -> Result<(), (ErrorCode, &'static mut Page)> {
        if number >= PAGES {
            return Err((ErrorCode::INVAL, buffer));
        }
        let range = number * PAGE..(number + 1) * PAGE;
        if self.luck.get() > 0 {
            if is_write {
                self.bytes.borrow_mut()[range].copy_from_slice(&buffer.0);
            } else {
                self.reads.set(self.reads.get() + 1);
                buffer.0.copy_from_slice(&self.bytes.borrow()[range]);
            }
        }
        self.ended.set(Some((buffer, is_write)));
        Ok(())
    }

    fn run(&self, client: &impl Client<RamFlash>) {
        while let Some((buffer, is_write)) = self.ended.take() {
            let result = match self.luck.get() {
                0 => Err(flash::Error::FlashError),
                luck => {
                    self.luck.set(luck - 1);
                    Ok(())
                }
            };
            if is_write {
                client.write_complete(buffer, result);
            } else {
                client.read_complete(buffer, result);
            }
        }
    }
}

impl Flash for RamFlash {
    type Page = Page;

    fn read_page(
        &self,
        number: usize,
        buffer: &'static mut Page,
    ) -> Result<(), (ErrorCode, &'static mut Page)> {
        self.start(number, buffer, false)
    }

    fn write_page(
        &self,
        number: usize,
        buffer: &'static mut Page,
    ) -> Result<(), (ErrorCode, &'static mut Page)> {
        self.start(number, buffer, true)
    }

    fn erase_page(&self, _number: usize) -> Result<(), ErrorCode> {
        panic!("nothing is to be erased")
    }
}

#[derive(Default)]
struct Owner {
    done: RefCell<Option<(&'static str, Vec<u8>, usize)>>,
}

impl NonvolatileStorageClient for Owner {
    fn read_done(&self, buffer: &'static mut [u8], length: usize) {
        *self.done.borrow_mut() = Some(("read", buffer.to_vec(), length));
    }

    fn write_done(&self, buffer: &'static mut [u8], length: usize) {
        *self.done.borrow_mut() = Some(("write", buffer.to_vec(), length));
    }
}

type Storage = NonvolatileToPages<'static, RamFlash>;

fn bench() -> (&'static RamFlash, &'static Storage, &'static Owner) {
    let flash: &'static RamFlash = Box::leak(Box::new(RamFlash {
        bytes: RefCell::new(std::array::from_fn(|index| index as u8)),
        ended: Cell::new(None),
        luck: Cell::new(usize::MAX),
        reads: Cell::new(0),
    }));
    let page = Box::leak(Box::default());
    let storage: &'static Storage = Box::leak(Box::new(NonvolatileToPages::new(flash, page)));
    let owner: &'static Owner = Box::leak(Box::default());
    storage.set_client(owner);
    (flash, storage, owner)
}

fn buffer(bytes: &[u8]) -> &'static mut [u8] {
    bytes.to_vec().leak()
}

#[test]
fn every_range_reads_and_writes_like_an_array() {
    // Miri takes a tenth of a second for each.
    let (addresses, lengths) = if cfg!(miri) { (7, 9) } else { (1, 1) };
    for address in (0..PAGE * PAGES).step_by(addresses) {
        for length in (1..=PAGE * PAGES - address).step_by(lengths) {
            let (flash, storage, owner) = bench();
            storage.read(buffer(&[0; 64]), address, length).unwrap();
            flash.run(storage);
            let (what, bytes, done) = owner.done.take().unwrap();
            let expected: Vec<u8> = (address..address + length).map(|i| i as u8).collect();
            assert_eq!((what, done), ("read", length));
            assert_eq!(bytes[..length], expected);

            let mut model = *flash.bytes.borrow();
            model[address..address + length].fill(0xee);
            storage.write(buffer(&[0xee; 64]), address, length).unwrap();
            flash.run(storage);
            let (what, _, done) = owner.done.take().unwrap();
            assert_eq!((what, done), ("write", length));
            assert_eq!(*flash.bytes.borrow(), model);
        }
    }
}

#[test]
fn whole_pages_are_written_without_a_look() {
    let (flash, storage, owner) = bench();
    storage.write(buffer(&[1; 32]), 16, 32).unwrap();
    flash.run(storage);
    assert!(owner.done.take().is_some());
    assert_eq!(flash.reads.get(), 0);
}

#[test]
fn failure_gives_the_buffer_back_with_what_is_through() {
    // Reading and writing the first part, writing the whole page, reading
    // and writing the last part: five operations that may fail.
    for (luck, through) in [(0, 0), (1, 0), (2, 8), (3, 24), (4, 24), (5, 32)] {
        let (flash, storage, owner) = bench();
        flash.luck.set(luck);
        storage.write(buffer(&[0xee; 32]), 8, 32).unwrap();
        flash.run(storage);
        let (what, bytes, done) = owner.done.take().unwrap();
        assert_eq!((what, bytes.len(), done), ("write", 32, through));

        flash.luck.set(usize::MAX);
        storage.read(buffer(&[0; 4]), 0, 4).unwrap();
        flash.run(storage);
        assert_eq!(owner.done.take().unwrap().2, 4);
    }
}

#[test]
fn range_that_leaves_the_flash_ends_there() {
    let (flash, storage, owner) = bench();
    storage.read(buffer(&[0; 32]), 56, 32).unwrap();
    flash.run(storage);
    assert_eq!(owner.done.take().unwrap().2, 8);
    assert_eq!(storage.read(buffer(&[0; 4]), 64, 4), Err(ErrorCode::INVAL));
    storage.read(buffer(&[0; 4]), 60, 4).unwrap();
}

#[test]
fn bad_requests_are_refused() {
    let (_, storage, _) = bench();
    assert_eq!(storage.read(buffer(&[0; 4]), 0, 5), Err(ErrorCode::INVAL));
    assert_eq!(storage.read(buffer(&[0; 4]), 0, 0), Err(ErrorCode::INVAL));
    assert_eq!(
        storage.write(buffer(&[0; 4]), usize::MAX, 4),
        Err(ErrorCode::INVAL)
    );
    storage.read(buffer(&[0; 4]), 0, 4).unwrap();
    assert_eq!(storage.read(buffer(&[0; 4]), 0, 4), Err(ErrorCode::BUSY));
}
