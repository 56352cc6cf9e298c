// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The journal: numbers that must survive a wipe and must not go back.
//!
//! A page starts with a snapshot and is followed by records, each in a place of
//! its own that was erased before, so that a count costs a few programmed bytes
//! and no erase. When a page is full, the snapshot moves to the other page,
//! which counts only once its check is right. A record torn by a power cut is
//! skipped: what it was to permit has not happened yet.

use crc::{CRC_24_OPENPGP, CRC_32_ISO_HDLC, Crc, NoTable};

use crate::bytes::{Reader, Writer, is_erased};
use crate::layout::{ERASED, PAGE_LEN, Page};

const MAGIC: u32 = u32::from_le_bytes(*b"TPJ2");
const SNAPSHOT_LEN: usize = 32;
/// Of the first format, whose snapshot holds no erase counts. It is read, and
/// records are added to it until its page is full.
const FIRST_MAGIC: u32 = u32::from_le_bytes(*b"TPCJ");
const FIRST_SNAPSHOT_LEN: usize = 24;
const RECORD_LEN: usize = 8;
const ERASED_RECORD: [u8; RECORD_LEN] = [ERASED; RECORD_LEN];

/// How many records fit a page before its snapshot has to move.
pub const RECORDS_PER_PAGE: usize = (PAGE_LEN - SNAPSHOT_LEN) / RECORD_LEN;

const SNAPSHOT_CRC: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);
const RECORD_CRC: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_24_OPENPGP);

/// What the attempt counter says when the journal is damaged beyond what a power
/// cut leaves. A board that locks is then locked until somebody holds the button: the
/// other answer, none, would make damage a way to more guesses.
pub const ATTEMPTS_UNKNOWN: u32 = u32::MAX;

/// What the journal keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Key agreements begun since the last one that was confirmed.
    pub attempts: u32,
    /// Configurations with a lower serial number are refused.
    pub serial_floor: u32,
    /// Restarts in a row that a failure was the reason for.
    pub restarts: u32,
    /// How often slot A and slot B were erased. Noted before each erase: too
    /// high by one for each power cut in between, never too low.
    pub slot_erases: [u32; 2],
}

impl Values {
    const NONE: Self = Self {
        attempts: 0,
        serial_floor: 0,
        restarts: 0,
        slot_erases: [0; 2],
    };
}

/// One change of [`Values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The number of attempts is now this.
    Attempts(u32),
    /// The serial floor is now this.
    SerialFloor(u32),
    /// The number of restarts in a row is now this.
    Restarts(u32),
    /// Slot A is erased for this time.
    ErasesOfSlotA(u32),
    /// Slot B is erased for this time.
    ErasesOfSlotB(u32),
}

impl Entry {
    fn kind_and_value(self) -> (u8, u32) {
        match self {
            Entry::Attempts(value) => (1, value),
            Entry::SerialFloor(value) => (2, value),
            Entry::Restarts(value) => (3, value),
            Entry::ErasesOfSlotA(value) => (4, value),
            Entry::ErasesOfSlotB(value) => (5, value),
        }
    }

    fn emit(self) -> [u8; RECORD_LEN] {
        let (kind, value) = self.kind_and_value();
        let word = u32::from(kind) << 24 | Self::check(kind, value);
        let mut record = [0; RECORD_LEN];
        record[..4].copy_from_slice(&value.to_le_bytes());
        record[4..].copy_from_slice(&word.to_le_bytes());
        record
    }

    fn parse(record: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(record);
        let value = reader.u32()?;
        let word = reader.u32()?;
        let kind = (word >> 24) as u8;
        if word & 0x00ff_ffff != Self::check(kind, value) {
            return None;
        }
        match kind {
            1 => Some(Entry::Attempts(value)),
            2 => Some(Entry::SerialFloor(value)),
            3 => Some(Entry::Restarts(value)),
            4 => Some(Entry::ErasesOfSlotA(value)),
            5 => Some(Entry::ErasesOfSlotB(value)),
            _ => None,
        }
    }

    fn check(kind: u8, value: u32) -> u32 {
        let [a, b, c, d] = value.to_le_bytes();
        RECORD_CRC.checksum(&[kind, a, b, c, d])
    }

    fn apply(self, values: &mut Values) {
        match self {
            Entry::Attempts(value) => values.attempts = value,
            // A floor that a later record lowers cannot come from this code.
            Entry::SerialFloor(value) => values.serial_floor = values.serial_floor.max(value),
            Entry::Restarts(value) => values.restarts = value,
            Entry::ErasesOfSlotA(value) => values.slot_erases[0] = value,
            Entry::ErasesOfSlotB(value) => values.slot_erases[1] = value,
        }
    }
}

/// What a journal page turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalPage {
    /// Holds nothing.
    Erased,
    /// No snapshot that makes sense: torn while it was moved, or worn.
    Corrupt,
    /// A snapshot and its records.
    Valid {
        /// Rises by one each time the snapshot moves, from `u32::MAX` to 0;
        /// the later one counts.
        generation: u32,
        /// The values after the last record.
        values: Values,
        /// Offset of the first place for another record, in bytes.
        next: usize,
    },
}

impl JournalPage {
    /// Reads a journal page.
    pub fn parse(page: &[u8]) -> Self {
        if is_erased(page) {
            return Self::Erased;
        }
        Self::parse_valid(page).unwrap_or(Self::Corrupt)
    }

    fn parse_valid(page: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(page);
        let (snapshot_len, counts_erases) = match reader.u32()? {
            MAGIC => (SNAPSHOT_LEN, true),
            FIRST_MAGIC => (FIRST_SNAPSHOT_LEN, false),
            _ => return None,
        };
        let generation = reader.u32()?;
        let mut values = Values {
            attempts: reader.u32()?,
            serial_floor: reader.u32()?,
            restarts: reader.u32()?,
            slot_erases: match counts_erases {
                true => [reader.u32()?, reader.u32()?],
                false => [0; 2],
            },
        };
        if reader.u32()? != SNAPSHOT_CRC.checksum(page.get(..snapshot_len - 4)?) {
            return None;
        }
        let mut next = snapshot_len;
        for (index, record) in page
            .get(snapshot_len..)?
            .chunks_exact(RECORD_LEN)
            .enumerate()
        {
            if record == ERASED_RECORD {
                continue;
            }
            // Anything not erased cannot be programmed again, torn or not.
            next = snapshot_len + (index + 1) * RECORD_LEN;
            if let Some(entry) = Entry::parse(record) {
                entry.apply(&mut values);
            }
        }
        Some(Self::Valid {
            generation,
            values,
            next,
        })
    }
}

fn emit_snapshot(page: &mut [u8], generation: u32, values: &Values) -> Option<()> {
    page.fill(ERASED);
    let (content, check) = page
        .get_mut(..SNAPSHOT_LEN)?
        .split_at_mut_checked(SNAPSHOT_LEN - 4)?;
    let mut writer = Writer::new(content);
    writer.put(&MAGIC.to_le_bytes())?;
    writer.put(&generation.to_le_bytes())?;
    writer.put(&values.attempts.to_le_bytes())?;
    writer.put(&values.serial_floor.to_le_bytes())?;
    writer.put(&values.restarts.to_le_bytes())?;
    for erases in values.slot_erases {
        writer.put(&erases.to_le_bytes())?;
    }
    check.copy_from_slice(&SNAPSHOT_CRC.checksum(content).to_le_bytes());
    Some(())
}

/// Where the journal stands, kept in memory between writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journal {
    values: Values,
    /// The page that counts; `None` until a snapshot was ever written.
    active: Option<Active>,
    /// A page that could not be read: it may be the one that counts.
    unreadable: Option<Page>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Active {
    page: Page,
    generation: u32,
    next: usize,
}

/// Which of two generations was written later. They are neighbours, so that
/// the half of the range ahead tells (RFC 1982), past `u32::MAX` as well.
fn is_later(generation: u32, than: u32) -> bool {
    let ahead = generation.wrapping_sub(than);
    ahead != 0 && ahead <= u32::MAX / 2
}

impl Journal {
    /// A journal of which nothing is known: no page counts.
    pub(crate) const EMPTY: Self = Self {
        values: Values::NONE,
        active: None,
        unreadable: None,
    };

    /// Takes in a page, A before B; of two valid ones the later generation
    /// counts.
    pub(crate) fn learn(&mut self, page: Page, content: &JournalPage) {
        match *content {
            JournalPage::Valid {
                generation,
                values,
                next,
            } => {
                if self
                    .active
                    .is_none_or(|other| is_later(generation, other.generation))
                {
                    self.active = Some(Active {
                        page,
                        generation,
                        next,
                    });
                    if self.unreadable.is_none() {
                        self.values = values;
                    } else {
                        self.values.serial_floor = values.serial_floor;
                        self.values.restarts = values.restarts;
                        self.values.slot_erases = values.slot_erases;
                    }
                }
            }
            // Page B is first touched when page A is valid, and a move never
            // touches the valid page: no power cut leaves this.
            JournalPage::Corrupt if page == Page::JournalB && self.active.is_none() => {
                self.values.attempts = ATTEMPTS_UNKNOWN;
            }
            JournalPage::Corrupt | JournalPage::Erased => {}
        }
    }

    /// Takes in that a page cannot be read. It may be the one that counts, so
    /// that nothing is written over it before it was read.
    pub(crate) fn cannot_read(&mut self, page: Page) {
        self.values.attempts = ATTEMPTS_UNKNOWN;
        self.unreadable = Some(page);
    }

    /// Takes in that a configuration is stored. Attempts are counted before that,
    /// and a power cut leaves one page valid from then on: without one, what was
    /// counted is lost.
    pub(crate) fn configuration_found(&mut self) {
        if self.active.is_none() {
            self.values.attempts = ATTEMPTS_UNKNOWN;
        }
    }

    /// The values after the last record.
    pub fn values(&self) -> Values {
        self.values
    }

    /// How the next record gets to flash.
    pub(crate) fn plan(&self) -> Plan {
        match (self.unreadable, self.active) {
            (Some(page), _) => Plan::Refuse(page),
            (None, Some(active)) if active.next + RECORD_LEN <= PAGE_LEN => {
                Plan::Append(active.page)
            }
            (None, Some(active)) => Plan::Move(active.page.twin()),
            (None, None) => Plan::Move(Page::JournalA),
        }
    }

    /// Adds the record to the image of the active page. `None` when the image
    /// is not what it should be: programming it would make the damage last.
    pub(crate) fn append(&mut self, page: &mut [u8], entry: Entry) -> Option<()> {
        let as_known = self.matches(page, &self.values);
        let active = self.active.as_mut()?;
        let place = page.get_mut(active.next..active.next.checked_add(RECORD_LEN)?)?;
        // Used up even if the write fails: a half-written place is lost.
        active.next += RECORD_LEN;
        if !as_known || !is_erased(place) {
            return None;
        }
        place.copy_from_slice(&entry.emit());
        Some(())
    }

    /// Whether the image is of the active page and comes to these values.
    fn matches(&self, page: &[u8], expected: &Values) -> bool {
        match (JournalPage::parse(page), self.active) {
            (
                JournalPage::Valid {
                    generation, values, ..
                },
                Some(active),
            ) => generation == active.generation && values == *expected,
            _ => false,
        }
    }

    /// Makes the image of a fresh page that holds the values with the entry.
    pub(crate) fn snapshot(&self, page: &mut [u8], entry: Entry) -> Option<()> {
        emit_snapshot(page, self.next_generation(), &self.values_with(entry))
    }

    /// Whether the image, read back, holds what was planned.
    pub(crate) fn holds(&self, plan: Plan, entry: Entry, page: &[u8]) -> bool {
        match plan {
            Plan::Append(_) => self.active.is_some_and(|active| {
                page.get(active.next.saturating_sub(RECORD_LEN)..active.next)
                    == Some(&entry.emit()[..])
            }),
            Plan::Move(_) => {
                JournalPage::parse(page)
                    == JournalPage::Valid {
                        generation: self.next_generation(),
                        values: self.values_with(entry),
                        next: SNAPSHOT_LEN,
                    }
            }
            Plan::Refuse(_) => false,
        }
    }

    /// The entry is durable.
    pub(crate) fn written(&mut self, plan: Plan, entry: Entry) {
        self.values = self.values_with(entry);
        if let Plan::Move(page) = plan {
            self.active = Some(Active {
                page,
                generation: self.next_generation(),
                next: SNAPSHOT_LEN,
            });
        }
    }

    fn values_with(&self, entry: Entry) -> Values {
        let mut values = self.values;
        entry.apply(&mut values);
        values
    }

    fn next_generation(&self) -> u32 {
        self.active
            .map_or(1, |active| active.generation.wrapping_add(1))
    }
}

/// Which page a record goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Into the next erased place of this page.
    Append(Page),
    /// This page is erased and gets a fresh snapshot.
    Move(Page),
    /// Nowhere: this page could not be read and may be the one that counts.
    Refuse(Page),
}

impl Plan {
    pub(crate) fn page(self) -> Page {
        match self {
            Plan::Append(page) | Plan::Move(page) | Plan::Refuse(page) => page,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page_with(entries: &[Entry]) -> [u8; PAGE_LEN] {
        let mut page = [0xff; PAGE_LEN];
        emit_snapshot(&mut page, 1, &Values::default()).unwrap();
        let mut journal = Journal::EMPTY;
        journal.learn(Page::JournalA, &JournalPage::parse(&page));
        for entry in entries {
            journal.append(&mut page, *entry).unwrap();
            journal.written(Plan::Append(Page::JournalA), *entry);
        }
        page
    }

    fn values_of(page: &[u8]) -> Values {
        match JournalPage::parse(page) {
            JournalPage::Valid { values, .. } => values,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_last_record_of_a_kind_counts() {
        let page = page_with(&[
            Entry::Attempts(1),
            Entry::SerialFloor(5),
            Entry::Restarts(7),
            Entry::Attempts(2),
            Entry::ErasesOfSlotB(3),
            Entry::Restarts(8),
            Entry::ErasesOfSlotB(4),
            Entry::ErasesOfSlotA(1),
        ]);
        assert_eq!(
            values_of(&page),
            Values {
                attempts: 2,
                serial_floor: 5,
                restarts: 8,
                slot_erases: [1, 4],
            }
        );
    }

    #[test]
    fn a_snapshot_keeps_every_value() {
        let values = Values {
            attempts: 1,
            serial_floor: 2,
            restarts: 3,
            slot_erases: [4, 5],
        };
        let mut page = [0xff; PAGE_LEN];
        emit_snapshot(&mut page, 1, &values).unwrap();
        assert_eq!(values_of(&page), values);
    }

    /// A snapshot as the first firmware wrote it.
    fn first_format(values: [u32; 3]) -> [u8; PAGE_LEN] {
        let mut page = [0xff; PAGE_LEN];
        page[..4].copy_from_slice(b"TPCJ");
        page[4..8].copy_from_slice(&9u32.to_le_bytes());
        for (index, value) in values.iter().enumerate() {
            page[8 + 4 * index..12 + 4 * index].copy_from_slice(&value.to_le_bytes());
        }
        let check = SNAPSHOT_CRC.checksum(&page[..20]);
        page[20..24].copy_from_slice(&check.to_le_bytes());
        page
    }

    #[test]
    fn the_first_format_is_read_added_to_and_moved_to_the_second() {
        let mut page = first_format([1, 2, 3]);
        let mut journal = Journal::EMPTY;
        journal.learn(Page::JournalA, &JournalPage::parse(&page));
        let mut expected = Values {
            attempts: 1,
            serial_floor: 2,
            restarts: 3,
            slot_erases: [0; 2],
        };
        assert_eq!(journal.values(), expected);
        for entry in [Entry::Attempts(4), Entry::ErasesOfSlotA(7)] {
            assert_eq!(journal.plan(), Plan::Append(Page::JournalA));
            journal.append(&mut page, entry).unwrap();
            assert!(journal.holds(Plan::Append(Page::JournalA), entry, &page));
            journal.written(Plan::Append(Page::JournalA), entry);
        }
        expected.attempts = 4;
        expected.slot_erases = [7, 0];
        assert_eq!(values_of(&page), expected);
        assert_eq!(
            page[24..28],
            4u32.to_le_bytes(),
            "right behind the snapshot"
        );

        let mut other = [0; PAGE_LEN];
        journal
            .snapshot(&mut other, Entry::ErasesOfSlotB(8))
            .unwrap();
        let plan = Plan::Move(Page::JournalB);
        assert!(journal.holds(plan, Entry::ErasesOfSlotB(8), &other));
        expected.slot_erases = [7, 8];
        assert_eq!(values_of(&other), expected);
        assert_eq!(other[..4], *b"TPJ2");
        // Each bit of the older snapshot counts as well.
        for bit in 0..FIRST_SNAPSHOT_LEN * 8 {
            let mut damaged = first_format([1, 2, 3]);
            damaged[bit / 8] ^= 1 << (bit % 8);
            let found = JournalPage::parse(&damaged);
            assert_eq!(found, JournalPage::Corrupt, "bit {bit}");
        }
    }

    #[test]
    fn a_floor_never_sinks() {
        let page = page_with(&[Entry::SerialFloor(5), Entry::SerialFloor(4)]);
        assert_eq!(values_of(&page).serial_floor, 5);
    }

    #[test]
    fn a_torn_record_is_skipped_and_its_place_not_used_again() {
        let whole = page_with(&[Entry::Attempts(3), Entry::Attempts(4)]);
        let last = SNAPSHOT_LEN + RECORD_LEN;
        for kept in 1..RECORD_LEN {
            let mut torn = whole;
            torn[last + kept..last + RECORD_LEN].fill(0xff);
            let JournalPage::Valid { values, next, .. } = JournalPage::parse(&torn) else {
                panic!("snapshot lost");
            };
            if torn == whole {
                continue;
            }
            assert_eq!(values.attempts, 3, "kept {kept}");
            assert_eq!(next, last + RECORD_LEN);
        }
    }

    #[test]
    fn a_torn_snapshot_is_corrupt() {
        let whole = page_with(&[]);
        for kept in 1..SNAPSHOT_LEN {
            let mut torn = whole;
            torn[kept..SNAPSHOT_LEN].fill(0xff);
            assert_eq!(
                JournalPage::parse(&torn),
                JournalPage::Corrupt,
                "kept {kept}"
            );
        }
    }

    #[test]
    fn the_later_generation_counts_in_either_order() {
        let mut old = [0xff; PAGE_LEN];
        let mut new = [0xff; PAGE_LEN];
        emit_snapshot(
            &mut old,
            7,
            &Values {
                attempts: 1,
                serial_floor: 1,
                ..Values::default()
            },
        )
        .unwrap();
        emit_snapshot(
            &mut new,
            8,
            &Values {
                attempts: 2,
                serial_floor: 2,
                ..Values::default()
            },
        )
        .unwrap();
        for order in [[&old, &new], [&new, &old]] {
            let mut journal = Journal::EMPTY;
            journal.learn(Page::JournalA, &JournalPage::parse(order[0]));
            journal.learn(Page::JournalB, &JournalPage::parse(order[1]));
            assert_eq!(journal.values().attempts, 2);
        }
    }

    #[test]
    fn a_generation_past_the_last_is_later() {
        for (old, new) in [(u32::MAX - 1, u32::MAX), (u32::MAX, 0), (0, 1)] {
            assert!(is_later(new, old) && !is_later(old, new), "{old} {new}");
            assert!(!is_later(old, old));
            let mut page = [0xff; PAGE_LEN];
            emit_snapshot(&mut page, old, &Values::default()).unwrap();
            let mut journal = Journal::EMPTY;
            journal.learn(Page::JournalA, &JournalPage::parse(&page));
            assert_eq!(journal.next_generation(), new);
            emit_snapshot(
                &mut page,
                new,
                &Values {
                    attempts: 9,
                    serial_floor: 9,
                    ..Values::default()
                },
            )
            .unwrap();
            journal.learn(Page::JournalB, &JournalPage::parse(&page));
            assert_eq!(journal.values().attempts, 9);
        }
    }

    #[test]
    fn a_full_page_moves() {
        let mut page = [0xff; PAGE_LEN];
        emit_snapshot(&mut page, 1, &Values::default()).unwrap();
        let mut journal = Journal::EMPTY;
        journal.learn(Page::JournalA, &JournalPage::parse(&page));
        for count in 0..RECORDS_PER_PAGE {
            assert_eq!(journal.plan(), Plan::Append(Page::JournalA), "{count}");
            journal.append(&mut page, Entry::Attempts(1)).unwrap();
            journal.written(Plan::Append(Page::JournalA), Entry::Attempts(1));
        }
        assert_eq!(journal.plan(), Plan::Move(Page::JournalB));
    }
}
