// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Any five pages: looking at them never panics, and what is done next works.
//!
//! The first byte says which operations fail and which slots open. After it
//! come pieces: page, offset and length (three bytes), and the bytes there.
//! Checks that bytes from nowhere would not pass are put right on request, so
//! that the fuzzer gets behind them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use provisioning_storage::factory::{FACTORY_LEN, FactoryData, FactoryPage};
use provisioning_storage::journal::{Entry, JournalPage};
use provisioning_storage::layout::{ERASED, PAGE_LEN, Page};
use provisioning_storage::slot::{self, SlotHeader, SlotPage};
use provisioning_storage::tasks::{
    Commit, Event, Fault, Index, Load, Record, Step, Task, Verdict, Wipe,
};

type Region = [[u8; PAGE_LEN]; 5];

/// Carries a task out on the region.
fn run(
    region: &mut Region,
    index: &mut Index,
    task: &mut impl Task,
    mut fails: impl FnMut(&Step) -> bool,
) -> Result<(), Fault> {
    let mut page = [0; PAGE_LEN];
    let mut event = Event::Begin;
    for _ in 0..64 {
        let step = task.resume(index, event, &mut page);
        let failed = fails(&step);
        event = if failed { Event::Failed } else { Event::Done };
        match step {
            Step::Finished(result) => return result,
            _ if failed => {}
            Step::Read(which) => page = region[which.number()],
            Step::Erase(which) => {
                assert_ne!(which, Page::Factory);
                region[which.number()].fill(ERASED);
            }
            Step::Program(which) => {
                assert_ne!(which, Page::Factory);
                let old = &mut region[which.number()];
                if old.iter().zip(page).any(|(old, new)| new & !old != 0) {
                    event = Event::Failed;
                } else {
                    *old = page;
                }
            }
            Step::Seal(header) | Step::Open(_, header) => {
                assert!(slot::split(&mut page, &header).is_some());
            }
        }
    }
    panic!("the task does not end");
}

fn fill(region: &mut Region, mut data: &[u8]) {
    while let Some(([page, offset, len], rest)) = data.split_first_chunk() {
        let page = &mut region[usize::from(*page) % Page::ALL.len()];
        let start = usize::from(*offset) * 8;
        let len = usize::from(*len).min(rest.len()).min(PAGE_LEN - start);
        let (bytes, rest) = rest.split_at(len);
        page[start..start + len].copy_from_slice(bytes);
        data = rest;
    }
}

/// CRC-32 (ISO-HDLC), bit by bit.
fn crc_32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// Makes a header or snapshot of what stands in the page.
fn put_right(region: &mut Region, which: u8) {
    for page in [Page::SlotA, Page::SlotB] {
        if which & 1 << page.number() != 0 {
            let page = &mut region[page.number()];
            page[..6].copy_from_slice(b"TPCS\x01\0");
            page[7] &= 7;
            page[29..32].fill(0);
        }
    }
    for page in [Page::JournalA, Page::JournalB] {
        if which & 1 << page.number() != 0 {
            let page = &mut region[page.number()];
            // The factory page's bit says which of the two formats.
            let (magic, end) = match which & 1 {
                0 => (b"TPCJ", 20),
                _ => (b"TPJ2", 28),
            };
            page[..4].copy_from_slice(magic);
            let check = crc_32(&page[..end]);
            page[end..end + 4].copy_from_slice(&check.to_le_bytes());
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let [failing, right, rest @ ..] = data else {
        return;
    };
    let mut region = [[ERASED; PAGE_LEN]; 5];
    fill(&mut region, rest);
    put_right(&mut region, *right);

    for page in &region {
        let used = &page[..FACTORY_LEN];
        match FactoryData::parse(page) {
            FactoryPage::Erased => assert!(used.iter().all(|byte| *byte == ERASED)),
            FactoryPage::Corrupt => {}
            FactoryPage::Valid(data) => {
                // What lies behind a shorter version stays.
                let mut again = *page;
                data.emit(&mut again).unwrap();
                assert_eq!(again, *page);
            }
        }
        if let SlotPage::Candidate(header) = SlotHeader::parse(page) {
            let mut again = *page;
            header.emit(&mut again).unwrap();
            assert_eq!(again, *page);
        }
        if let JournalPage::Valid { next, .. } = JournalPage::parse(page) {
            assert!(next <= PAGE_LEN && page[next..].iter().all(|byte| *byte == ERASED));
        }
    }

    let factory = region[0];
    let mut index = Index::new();
    let fails = |step: &Step| match step {
        Step::Read(page) => failing & 1 << page.number() != 0,
        Step::Open(Page::SlotA, _) => failing & 1 << 5 != 0,
        Step::Open(..) => failing & 1 << 6 != 0,
        _ => false,
    };
    let before = region;
    assert_eq!(
        run(&mut region, &mut index, &mut Load::default(), fails),
        Ok(())
    );
    assert_eq!(region, before);
    let valid = matches!(index.verdict(), Verdict::Valid { .. });
    assert_eq!(
        (valid, valid),
        (index.current().is_some(), index.serial().is_some())
    );
    if let Some(serial) = index.serial() {
        assert!(serial >= index.values().serial_floor);
    }

    // From any region, with flash that works from here on: a count holds, a
    // configuration can be stored unless its number or nonce is refused, and a
    // wipe leaves nothing.
    let works = |_: &Step| false;
    let attempts = index.values().attempts.wrapping_add(1);
    let mut record = Record::new(Entry::Attempts(attempts));
    if run(&mut region, &mut index, &mut record, works).is_ok() {
        assert_eq!(index.values().attempts, attempts);
        let mut again = Index::new();
        assert_eq!(
            run(&mut region, &mut again, &mut Load::default(), works),
            Ok(())
        );
        assert_eq!(again.values().attempts, attempts);
    }
    let floor = index.values().serial_floor;
    let mut commit = Commit::new(u32::MAX, [0x17; 13], 100);
    match run(&mut region, &mut index, &mut commit, works) {
        Ok(()) => assert_eq!(index.serial(), Some(u32::MAX)),
        Err(fault) => assert_eq!(fault, Fault::Refused),
    }
    assert!(index.values().serial_floor >= floor);
    assert_eq!(
        run(&mut region, &mut index, &mut Wipe::default(), works),
        Ok(())
    );
    assert_eq!((index.current(), index.verdict()), (None, Verdict::Erased));
    for slot in [Page::SlotA, Page::SlotB] {
        assert_eq!(region[slot.number()], [ERASED; PAGE_LEN]);
    }
    assert_eq!(region[0], factory);
});
