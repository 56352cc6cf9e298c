// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Worn cells, torn headers, pages put back, numbers at their ends.

mod support;

use provisioning_storage::journal::{
    ATTEMPTS_UNKNOWN, Entry, JournalPage, RECORDS_PER_PAGE, Values,
};
use provisioning_storage::layout::{ERASED, PAGE_LEN, Page};
use provisioning_storage::slot::{NONCE_LEN, SlotHeader, SlotPage, TAG_LEN};
use provisioning_storage::tasks::{Commit, Fault, Verdict};
use support::{Config, Device, Random, Worn};

/// Where the fields of a slot header are, in bytes.
const SEQUENCE: usize = 8;
const SERIAL: usize = 12;
/// Where the first record of a journal page is, in bytes.
const FIRST_RECORD: usize = 32;

const DONE: Result<Result<(), Fault>, support::Cut> = Ok(Ok(()));

fn config(serial: u32) -> Config {
    Config::random(serial, 80, &mut Random(u64::from(serial)))
}

/// A device that stored these serial numbers one after another.
fn device_with(serials: &[u32]) -> Device {
    let mut device = Device::new(9);
    device.boot();
    for serial in serials {
        assert_eq!(device.store(&config(*serial)), DONE);
    }
    device
}

fn journal_of(device: &Device, page: Page) -> JournalPage {
    JournalPage::parse(&device.flash.pages[page.number()])
}

#[test]
fn a_cell_that_takes_no_record_costs_a_move_not_the_device() {
    for worn in [Worn::Program, Worn::Stuck(FIRST_RECORD)] {
        let mut device = Device::new(1);
        device.boot();
        assert_eq!(device.record(Entry::Attempts(1)), DONE);
        device.flash.worn.push((Page::JournalA, worn));
        assert_eq!(device.record(Entry::Attempts(2)), DONE);
        assert_eq!(device.values().attempts, 2);
        device.boot();
        assert_eq!(device.values().attempts, 2);
        assert!(matches!(
            journal_of(&device, Page::JournalB),
            JournalPage::Valid { generation: 2, .. }
        ));
    }
}

#[test]
fn a_count_that_does_not_read_back_is_not_counted() {
    let mut device = Device::new(1);
    device.boot();
    assert_eq!(device.record(Entry::Attempts(1)), DONE);
    device.flash.worn = vec![
        (Page::JournalA, Worn::Stuck(FIRST_RECORD)),
        (Page::JournalB, Worn::Stuck(0)),
    ];
    assert_eq!(
        device.record(Entry::Attempts(2)),
        Ok(Err(Fault::Verify(Page::JournalB)))
    );
    assert_eq!(device.values().attempts, 1);
    device.boot();
    assert_eq!(device.values().attempts, 1);
}

#[test]
fn a_disturbed_read_is_not_programmed_in() {
    let mut device = Device::new(1);
    device.boot();
    assert_eq!(device.record(Entry::Attempts(1)), DONE);
    assert_eq!(device.record(Entry::Attempts(0x55)), DONE);
    let before = device.flash.pages[Page::JournalA.number()];
    device.flash.worn = vec![(Page::JournalA, Worn::Disturbed(FIRST_RECORD))];
    assert_eq!(device.record(Entry::Attempts(0x56)), DONE);
    assert_eq!(device.flash.pages[Page::JournalA.number()], before);
    device.boot();
    assert_eq!(device.values().attempts, 0x56);
}

#[test]
fn a_journal_page_that_cannot_be_read_is_not_written_over() {
    for unreadable in [Page::JournalA, Page::JournalB] {
        let mut device = device_with(&[5, 6]);
        for count in 1..=RECORDS_PER_PAGE as u32 + 9 {
            assert_eq!(device.record(Entry::Attempts(count)), DONE);
        }
        let values = device.values();
        device.flash.worn.push((unreadable, Worn::Read));
        assert_eq!(device.boot(), Some(config(6)), "tenants still start");
        assert_eq!(device.values().attempts, ATTEMPTS_UNKNOWN);
        let before = device.flash.pages;
        assert_eq!(
            device.record(Entry::Attempts(1)),
            Ok(Err(Fault::Flash(unreadable)))
        );
        assert_eq!(device.flash.pages, before);
        // A wipe and a new configuration do not depend on it.
        assert_eq!(device.wipe(), DONE);
        assert_eq!(device.store(&config(8)), DONE);
        assert_eq!(device.store(&config(9)), DONE);
        device.flash.worn.clear();
        assert_eq!(device.boot(), Some(config(9)));
        assert_eq!(device.values(), values, "nothing of it was lost");
    }
}

#[test]
fn a_journal_lost_beyond_power_cuts_does_not_forget_attempts() {
    let mut device = device_with(&[5]);
    for count in 1..=RECORDS_PER_PAGE as u32 + 9 {
        assert_eq!(device.record(Entry::Attempts(count)), DONE);
    }
    for page in [Page::JournalA, Page::JournalB] {
        assert!(matches!(
            journal_of(&device, page),
            JournalPage::Valid { .. }
        ));
        device.flash.page(page)[4] ^= 1;
    }
    assert_eq!(device.boot(), Some(config(5)));
    assert_eq!(device.values().attempts, ATTEMPTS_UNKNOWN);
    // A floor written meanwhile does not clear them, a confirmed session does.
    assert_eq!(device.record(Entry::SerialFloor(5)), DONE);
    device.boot();
    assert_eq!(
        device.values(),
        Values {
            attempts: ATTEMPTS_UNKNOWN,
            serial_floor: 5,
            ..Values::default()
        }
    );
    assert_eq!(device.record(Entry::Attempts(0)), DONE);
    device.boot();
    assert_eq!(
        device.values(),
        Values {
            attempts: 0,
            serial_floor: 5,
            ..Values::default()
        }
    );
}

#[test]
fn a_journal_that_was_never_written_counts_from_nothing() {
    let mut device = Device::new(1);
    device.boot();
    assert_eq!(device.values(), Values::default());
    // What a cut within the very first record leaves.
    device.flash.page(Page::JournalA)[..7].copy_from_slice(b"TPJ2\x01\0\0");
    device.boot();
    assert_eq!(device.values(), Values::default());
    assert_eq!(device.record(Entry::Attempts(1)), DONE);
}

#[test]
fn generations_go_past_their_end() {
    let mut device = Device::new(1);
    device.boot();
    assert_eq!(device.record(Entry::Attempts(7)), DONE);
    // A snapshot with the last generation, made as the library makes it.
    let page = device.flash.page(Page::JournalA);
    page[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC).checksum(&page[..28]);
    page[28..32].copy_from_slice(&crc.to_le_bytes());
    device.boot();
    assert_eq!(device.values().attempts, 7);
    for count in 1..=2 * RECORDS_PER_PAGE as u32 + 5 {
        assert_eq!(device.record(Entry::Attempts(count)), DONE);
        if count % 50 == 0 {
            device.boot();
            assert_eq!(device.values().attempts, count);
        }
    }
    assert!(matches!(
        journal_of(&device, Page::JournalB),
        JournalPage::Valid { generation: 0, .. }
    ));
    assert!(matches!(
        journal_of(&device, Page::JournalA),
        JournalPage::Valid { generation: 1, .. }
    ));
}

#[test]
fn a_worn_slot_is_passed_over_when_the_other_is_free() {
    for worn in [
        Worn::Erase,
        Worn::Program,
        Worn::Stuck(0),
        Worn::Stuck(60),
        Worn::Read,
    ] {
        let mut device = Device::new(1);
        device.flash.worn.push((Page::SlotA, worn));
        device.boot();
        let stored = device.store(&config(3));
        // A page that cannot be erased but is erased will still do.
        assert_eq!(stored, DONE, "{worn:?}");
        assert_eq!(device.index.current(), Some(Page::SlotB));
        assert_eq!(device.boot(), Some(config(3)), "{worn:?}");
        // The next one has nowhere to go, and the one in force stays.
        assert!(matches!(device.store(&config(4)), Ok(Err(_))), "{worn:?}");
        assert_eq!(device.boot(), Some(config(3)), "{worn:?}");
    }
}

#[test]
fn two_worn_slots_are_a_fault() {
    let mut device = Device::new(1);
    device.flash.worn = vec![(Page::SlotA, Worn::Program), (Page::SlotB, Worn::Program)];
    device.boot();
    assert_eq!(device.store(&config(3)), Ok(Err(Fault::Flash(Page::SlotB))));
    assert_eq!(device.boot(), None);
}

#[test]
fn a_configuration_that_cannot_be_sealed_is_refused() {
    let mut device = device_with(&[5]);
    let mut task = Commit::new(6, [1; NONCE_LEN], 100);
    assert_eq!(device.run(&mut task, None), Ok(Err(Fault::Refused)));
    assert_eq!(device.boot(), Some(config(5)));
}

#[test]
fn a_wipe_spares_nothing_for_a_slot_that_cannot_be_erased() {
    for (worn, other) in [(Page::SlotA, Page::SlotB), (Page::SlotB, Page::SlotA)] {
        let mut device = device_with(&[5, 6]);
        device.flash.worn.push((worn, Worn::Erase));
        assert_eq!(device.wipe(), Ok(Err(Fault::Flash(worn))));
        assert!(device.flash.page(other).iter().all(|byte| *byte == ERASED));
        assert_eq!(device.boot(), None, "the floor refuses what is left");
        assert_eq!(device.index.verdict(), Verdict::RolledBack);
    }
}

#[test]
fn a_wipe_works_when_the_journal_does_not() {
    let mut device = device_with(&[5, 6]);
    device.flash.worn = [Page::JournalA, Page::JournalB]
        .iter()
        .map(|page| (*page, Worn::Program))
        .collect();
    assert_eq!(device.wipe(), DONE);
    device.assert_no_secret();
    assert_eq!(device.boot(), None);
}

/// The floor cannot go above the last serial number, so that a wipe that is cut
/// has only the order of the slots to keep the older configuration away.
#[test]
fn a_wipe_of_the_last_serial_number_does_not_bring_back_the_one_before() {
    for stores in 2..=3 {
        let fresh = device_with(&[u32::MAX, u32::MAX, u32::MAX][..stores]);
        let mut older = config(u32::MAX);
        older.text[0] ^= 1;
        let mut newer = older.clone();
        newer.text[0] ^= 2;
        let mut fresh = fresh.clone();
        assert_eq!(fresh.store(&older), DONE);
        assert_eq!(fresh.store(&newer), DONE);
        for cut in 0..8 {
            for seed in 0..50 {
                let mut device = fresh.clone();
                device.flash.seed(seed);
                device.flash.fuse = Some(cut);
                let cut = device.wipe();
                let seen = device.boot();
                assert!(seen.is_none() || (cut.is_err() && seen.as_ref() == Some(&newer)));
            }
        }
        // The last serial number stays good for provisioning anew.
        assert_eq!(fresh.wipe(), DONE);
        assert_eq!(fresh.store(&newer), DONE);
        assert_eq!(fresh.boot(), Some(newer));
    }
}

#[test]
fn a_torn_serial_number_does_not_become_the_floor() {
    // What an erase that is cut may leave of the slot that is not in force.
    let mut device = device_with(&[5, 6]);
    device.flash.page(Page::SlotA)[SERIAL..SERIAL + 4].fill(0xff);
    assert_eq!(device.boot(), Some(config(6)));
    assert_eq!(device.wipe(), DONE);
    assert_eq!(device.values().serial_floor, 7);
    assert_eq!(device.store(&config(7)), DONE);
}

#[test]
fn a_torn_sequence_number_does_not_stop_provisioning() {
    let mut device = device_with(&[5]);
    device.flash.page(Page::SlotA)[SEQUENCE..SEQUENCE + 4].fill(0xff);
    assert_eq!(device.boot(), None);
    assert_eq!(device.index.verdict(), Verdict::Corrupt);
    assert_eq!(device.store(&config(6)), DONE);
    assert_eq!(device.boot(), Some(config(6)));
    assert_eq!(device.index.verdict(), Verdict::Valid { fell_back: false });
}

#[test]
fn a_slot_that_reads_again_does_not_win_over_what_was_stored_since() {
    let mut device = device_with(&[5, 6]);
    device.flash.worn = vec![(Page::SlotA, Worn::Read), (Page::SlotB, Worn::Read)];
    assert_eq!(device.boot(), None);
    assert_eq!(device.index.verdict(), Verdict::Corrupt);
    device.flash.worn.clear();
    assert_eq!(device.store(&config(7)), DONE);
    assert_eq!(device.boot(), Some(config(7)));
}

#[test]
fn what_a_cut_wipe_left_is_gone_once_the_next_configuration_is_stored() {
    let mut device = device_with(&[5, 6]);
    let old = device.secrets.clone();
    // The floor is up, the erase is noted; the power goes away within it.
    device.flash.fuse = Some(4);
    device.flash.seed(3);
    assert!(device.wipe().is_err());
    assert_eq!(device.boot(), None);
    assert_eq!(device.store(&config(8)), DONE);
    let runs = device.flash.runs();
    let mut pieces = old.iter().flat_map(|secret| secret.windows(8));
    assert!(!pieces.any(|piece| runs.contains(piece)));
    assert_eq!(device.boot(), Some(config(8)));
}

#[test]
fn a_nonce_is_not_taken_twice() {
    let mut device = Device::new(1);
    device.boot();
    let text = config(5);
    let len = (text.text.len() + TAG_LEN) as u16;
    let commit = |device: &mut Device, serial, nonce| {
        device.run(
            &mut Commit::new(serial, [nonce; NONCE_LEN], len),
            Some(&config(serial)),
        )
    };
    assert_eq!(commit(&mut device, 5, 1), DONE);
    assert_eq!(commit(&mut device, 6, 2), DONE);
    for nonce in [1, 2] {
        let before = device.flash.pages;
        assert_eq!(commit(&mut device, 7, nonce), Ok(Err(Fault::Refused)));
        assert_eq!(device.flash.pages, before);
        assert_eq!(device.boot(), Some(config(6)));
    }
    assert_eq!(commit(&mut device, 7, 3), DONE);
}

#[test]
fn an_old_image_of_a_slot_is_refused() {
    let mut device = device_with(&[5]);
    let old = device.flash.pages[Page::SlotA.number()];
    for serial in [6, 7] {
        assert_eq!(device.store(&config(serial)), DONE);
    }
    // Put back over both, and over each.
    for pages in [
        &[Page::SlotA, Page::SlotB][..],
        &[Page::SlotA],
        &[Page::SlotB],
    ] {
        let mut attacked = device.clone();
        for page in pages {
            *attacked.flash.page(*page) = old;
        }
        let seen = attacked.boot();
        assert_ne!(seen, Some(config(5)));
        if pages.len() == 2 {
            assert_eq!(attacked.index.verdict(), Verdict::RolledBack);
        }
        assert_eq!(attacked.store(&config(5)), Ok(Err(Fault::Refused)));
        assert_eq!(attacked.store(&config(8)), DONE);
        assert_eq!(attacked.boot(), Some(config(8)));
    }
}

#[test]
fn after_a_wipe_no_image_of_before_is_taken() {
    let mut device = device_with(&[5, 6]);
    let old = device.flash.pages;
    assert_eq!(device.wipe(), DONE);
    for slot in [Page::SlotA, Page::SlotB] {
        device.flash.pages[slot.number()] = old[slot.number()];
    }
    assert_eq!(device.boot(), None);
    assert_eq!(device.index.verdict(), Verdict::RolledBack);
}

#[test]
fn a_lower_serial_number_is_refused_the_same_one_is_not() {
    let mut device = device_with(&[5, 6]);
    assert_eq!(device.store(&config(5)), Ok(Err(Fault::Refused)));
    assert_eq!(device.store(&config(6)), DONE);
    assert_eq!(device.wipe(), DONE);
    assert_eq!(device.store(&config(6)), Ok(Err(Fault::Refused)));
    assert_eq!(device.store(&config(7)), DONE);
}

#[test]
fn each_flipped_bit_of_a_slot_falls_back_or_is_without_effect() {
    let fresh = device_with(&[5, 6]);
    let used = provisioning_storage::slot::HEADER_LEN + 80 + TAG_LEN;
    for bit in 0..used * 8 {
        let mut device = fresh.clone();
        device.flash.page(Page::SlotB)[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(device.boot(), Some(config(5)), "bit {bit}");
        // A lower serial number is taken for an older image, a lower sequence
        // for the slot before, which is not opened.
        let damaged = SlotHeader::parse(&device.flash.pages[Page::SlotB.number()]);
        let looks_older = matches!(damaged, SlotPage::Candidate(header)
            if header.serial < device.values().serial_floor || header.sequence == 0);
        assert_eq!(
            device.index.verdict(),
            Verdict::Valid {
                fell_back: !looks_older
            },
            "bit {bit}"
        );
    }
    for bit in used * 8..PAGE_LEN * 8 {
        let mut device = fresh.clone();
        device.flash.page(Page::SlotB)[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(device.boot(), Some(config(6)), "bit {bit}");
    }
}

#[test]
fn three_answers_stay_apart() {
    let mut device = Device::new(1);
    assert_eq!(
        (device.boot(), device.index.verdict()),
        (None, Verdict::Erased)
    );
    device.flash.page(Page::SlotB)[PAGE_LEN - 1] = 0;
    assert_eq!(
        (device.boot(), device.index.verdict()),
        (None, Verdict::Corrupt)
    );
    let mut device = device_with(&[5]);
    assert_eq!(device.boot(), Some(config(5)));
    assert_eq!(device.index.verdict(), Verdict::Valid { fell_back: false });
}

#[test]
fn a_configuration_copied_to_another_device_does_not_open() {
    let source = device_with(&[5]);
    let mut copy = Device::new(2);
    copy.flash.pages = source.flash.pages;
    copy.set_root([0x9a; 32]);
    assert_eq!(copy.boot(), None);
    assert_eq!(copy.index.verdict(), Verdict::Corrupt);
}

#[test]
fn an_erased_journal_is_no_way_to_more_guesses() {
    // The floor was in it: what is put back along with that opens.
    let mut device = device_with(&[5]);
    let old = device.flash.pages[Page::SlotA.number()];
    for serial in [6, 7, 8] {
        assert_eq!(device.store(&config(serial)), DONE);
    }
    device.record(Entry::Attempts(9)).unwrap().unwrap();
    for page in [Page::SlotA, Page::SlotB] {
        *device.flash.page(page) = old;
    }
    for page in [Page::JournalA, Page::JournalB] {
        device.flash.page(page).fill(ERASED);
    }
    assert_eq!(device.boot(), Some(config(5)));
    assert_eq!(device.values().attempts, ATTEMPTS_UNKNOWN);
    // Until a person or a right code decides.
    device.record(Entry::Attempts(0)).unwrap().unwrap();
    assert_eq!(device.boot(), Some(config(5)));
    assert_eq!(device.values().attempts, 0);
}

#[test]
fn a_wiped_slot_with_the_highest_serial_is_refused_when_it_is_put_back() {
    // No session lets a higher one in (`MAX_SERIAL` of the protocol).
    let mut device = device_with(&[u32::MAX - 1]);
    let old = device.flash.pages[Page::SlotA.number()];
    assert_eq!(device.wipe(), DONE);
    *device.flash.page(Page::SlotA) = old;
    assert_eq!(device.boot(), None);
    assert_eq!(device.index.verdict(), Verdict::RolledBack);
}
