// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! How often pages are erased, counted.

mod support;

use provisioning_storage::journal::{Entry, RECORDS_PER_PAGE};
use provisioning_storage::layout::{ERASED, Page};
use support::{Config, Device, Random};

/// Erases that any page may see in a million counted attempts.
const LIMIT: u32 = 10_000;

#[test]
fn a_million_attempts_stay_within_the_erases_of_a_page() {
    const ATTEMPTS: u32 = 1_000_000;
    let mut device = Device::new(1);
    device.boot();
    for attempts in 1..=ATTEMPTS {
        device.record(Entry::Attempts(attempts)).unwrap().unwrap();
    }
    device.boot();
    assert_eq!(device.values().attempts, ATTEMPTS);
    assert!(device.flash.erases.iter().all(|erases| *erases <= LIMIT));

    // A snapshot holds a count as well, so that a page takes one more.
    let moves = ATTEMPTS.div_ceil(RECORDS_PER_PAGE as u32 + 1);
    let [factory, slot_a, slot_b, journal_a, journal_b] = device.flash.erases;
    assert_eq!((factory, slot_a, slot_b), (0, 0, 0));
    assert_eq!(journal_a + journal_b, moves);
    assert_eq!(journal_a.abs_diff(journal_b), moves % 2);
}

#[test]
fn a_configuration_costs_one_erase_of_one_slot() {
    let mut device = Device::new(1);
    device.boot();
    let mut random = Random(1);
    for serial in 1..=100 {
        let before = device.flash.erases;
        let config = Config::random(serial, 100, &mut random);
        device.store(&config).unwrap().unwrap();
        let [_, a, b, ..] = device.flash.erases;
        assert_eq!(a + b, before[1] + before[2] + 1);
    }
    let [factory, a, b, ..] = device.flash.erases;
    assert_eq!((factory, a, b), (0, 50, 50));
}

#[test]
fn erases_of_the_slots_are_known_across_wipes_and_restarts() {
    let mut device = Device::new(1);
    device.boot();
    for serial in 1..=60 {
        let config = Config::random(10 * serial, 100, &mut Random(u64::from(serial)));
        device.store(&config).unwrap().unwrap();
        if serial % 7 == 0 {
            device.wipe().unwrap().unwrap();
        }
        if serial % 5 == 0 {
            device.boot();
        }
        for slot in [Page::SlotA, Page::SlotB] {
            let erases = device.flash.erases[slot.number()];
            assert_eq!(device.index.slot_erases(slot), erases, "{slot:?}");
        }
    }
}

#[test]
fn what_older_firmware_did_not_note_is_known_from_the_sequence_number() {
    let mut device = Device::new(1);
    device.boot();
    for serial in 1..=5 {
        let config = Config::random(serial, 100, &mut Random(u64::from(serial)));
        device.store(&config).unwrap().unwrap();
    }
    for journal in [Page::JournalA, Page::JournalB] {
        device.flash.page(journal).fill(ERASED);
    }
    device.boot();
    let erases =
        |device: &Device| [Page::SlotA, Page::SlotB].map(|slot| device.index.slot_erases(slot));
    assert_eq!(erases(&device), [3, 2]);
    device.wipe().unwrap().unwrap();
    assert_eq!(erases(&device), [4, 3]);
    device.boot();
    assert_eq!(erases(&device), [4, 3]);
}

#[test]
fn a_wipe_costs_one_erase_of_each_slot() {
    let mut device = Device::new(1);
    device.boot();
    for serial in [1, 3, 5, 7] {
        let config = Config::random(serial, 100, &mut Random(1));
        device.store(&config).unwrap().unwrap();
        let before = device.flash.erases;
        device.wipe().unwrap().unwrap();
        for slot in [Page::SlotA, Page::SlotB] {
            let slot = slot.number();
            assert_eq!(device.flash.erases[slot], before[slot] + 1);
        }
    }
}
