// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Storing a configuration.

use crate::journal::Entry;
use crate::layout::{ERASED, Page};
use crate::slot::{HEADER_LEN, NONCE_LEN, SlotHeader, SlotPage, TAG_LEN};
use crate::tasks::erase::Erase;
use crate::tasks::{Event, Fault, Index, Record, Step, Task, Verdict};

/// Stores a configuration in the slot that is not in force.
///
/// The configuration in force stays until the new one has been read back and
/// opened; then the floor rises to the serial number of the one before, so
/// that the two newest configurations, and no older ones, can be loaded.
///
/// When none is in force, whatever the slots still hold is erased first: its
/// sequence number may be higher than the new one's, which starts anew. Then
/// either slot will do, and a worn one is passed over.
#[derive(Debug)]
pub struct Commit {
    serial: u32,
    nonce: [u8; NONCE_LEN],
    sealed_len: u16,
    state: CommitState,
}

#[derive(Debug)]
enum CommitState {
    Start,
    /// Slot B, of no use, is being erased before slot A is used.
    Clearing(Erase, SlotHeader),
    Erasing(Erase, SlotHeader),
    Sealing(Page, SlotHeader),
    Programming(Page, SlotHeader),
    ReadingBack(Page, SlotHeader),
    Opening(Page, SlotHeader),
    RaisingFloor(Record),
}

impl Commit {
    /// `sealed_len` is the length of the sealed configuration with its tag, in
    /// bytes; `nonce` must be fresh from the random number generator.
    pub fn new(serial: u32, nonce: [u8; NONCE_LEN], sealed_len: u16) -> Self {
        Self {
            serial,
            nonce,
            sealed_len,
            state: CommitState::Start,
        }
    }

    fn begin(&mut self, index: &mut Index, page: &mut [u8]) -> Option<Step> {
        let too_old = index.serial().is_some_and(|current| self.serial < current)
            || self.serial < index.values().serial_floor;
        let too_long = usize::from(self.sealed_len) < TAG_LEN
            || usize::from(self.sealed_len) > page.len().saturating_sub(HEADER_LEN);
        // A nonce that comes twice means a broken random number generator. With
        // AES-CCM it would show the difference of the two configurations.
        let nonce_used = index
            .candidates()
            .any(|(_, header)| header.nonce == self.nonce);
        if too_old || too_long || nonce_used {
            return None;
        }
        let header = SlotHeader {
            sequence: match index.current {
                Some(_) => index.next_sequence()?,
                None => 1,
            },
            serial: self.serial,
            nonce: self.nonce,
            sealed_len: self.sealed_len,
        };
        Some(match index.current {
            Some(current) => self.erase(index, current.twin(), header),
            None if index.is_slot_erased(Page::SlotB) => self.erase(index, Page::SlotA, header),
            None => {
                let (erase, step) = begin_erase(index, Page::SlotB);
                self.state = CommitState::Clearing(erase, header);
                step
            }
        })
    }

    fn erase(&mut self, index: &mut Index, target: Page, header: SlotHeader) -> Step {
        let (erase, step) = begin_erase(index, target);
        self.state = CommitState::Erasing(erase, header);
        step
    }

    /// The target does not take the configuration.
    fn give_up(
        &mut self,
        index: &mut Index,
        target: Page,
        header: SlotHeader,
        fault: Fault,
    ) -> Step {
        if index.current.is_none() && target == Page::SlotA {
            // The same header, so that the same bytes come of sealing: a nonce
            // is never used for two texts.
            self.erase(index, Page::SlotB, header)
        } else {
            Step::Finished(Err(fault))
        }
    }

    fn in_force(&mut self, index: &mut Index, target: Page, header: SlotHeader) -> Step {
        let before = index.in_force();
        *index.slot(target) = SlotPage::Candidate(header);
        index.current = Some(target);
        index.verdict = Verdict::Valid { fell_back: false };
        match before {
            Some(before) if before.serial > index.values().serial_floor => {
                let mut record = Record::new(Entry::SerialFloor(before.serial));
                let step = record.resume(index, Event::Begin, &mut []);
                self.state = CommitState::RaisingFloor(record);
                self.settle(step)
            }
            _ => Step::Finished(Ok(())),
        }
    }

    /// The configuration is stored and in force; a floor that could not be
    /// raised only leaves the one before the last loadable.
    fn settle(&self, step: Step) -> Step {
        match step {
            Step::Finished(_) => Step::Finished(Ok(())),
            step => step,
        }
    }
}

/// What the slot held is of no use from now on.
fn begin_erase(index: &mut Index, slot: Page) -> (Erase, Step) {
    *index.slot(slot) = SlotPage::Corrupt;
    let noted = index.erase_entry(slot);
    Erase::begin(index, slot, noted)
}

impl Task for Commit {
    fn resume(&mut self, index: &mut Index, event: Event, page: &mut [u8]) -> Step {
        let done = event == Event::Done;
        match &mut self.state {
            CommitState::Start => self
                .begin(index, page)
                .unwrap_or(Step::Finished(Err(Fault::Refused))),
            CommitState::Clearing(erase, header) => match erase.resume(index, event, page) {
                // A page that cannot be erased is no reason not to use the other.
                Step::Finished(_) => {
                    let header = *header;
                    self.erase(index, Page::SlotA, header)
                }
                step => step,
            },
            CommitState::Erasing(erase, header) => match erase.resume(index, event, page) {
                Step::Finished(Ok(())) => {
                    let (target, header) = (erase.slot(), *header);
                    page.fill(ERASED);
                    if header.emit(page).is_none() {
                        return Step::Finished(Err(Fault::Refused));
                    }
                    self.state = CommitState::Sealing(target, header);
                    Step::Seal(header)
                }
                Step::Finished(Err(fault)) => {
                    let (target, header) = (erase.slot(), *header);
                    self.give_up(index, target, header, fault)
                }
                step => step,
            },
            CommitState::Programming(target, header) | CommitState::ReadingBack(target, header)
                if !done =>
            {
                let (target, header) = (*target, *header);
                self.give_up(index, target, header, Fault::Flash(target))
            }
            CommitState::Sealing(..) if !done => Step::Finished(Err(Fault::Refused)),
            CommitState::Sealing(target, header) => {
                let (target, header) = (*target, *header);
                self.state = CommitState::Programming(target, header);
                Step::Program(target)
            }
            CommitState::Programming(target, header) => {
                let (target, header) = (*target, *header);
                // So that what is opened can only come from the flash.
                page.fill(ERASED);
                self.state = CommitState::ReadingBack(target, header);
                Step::Read(target)
            }
            CommitState::ReadingBack(target, header) => {
                let (target, header) = (*target, *header);
                if SlotHeader::parse(page) != SlotPage::Candidate(header) {
                    return self.give_up(index, target, header, Fault::Verify(target));
                }
                self.state = CommitState::Opening(target, header);
                Step::Open(target, header)
            }
            CommitState::Opening(target, header) => {
                let (target, header) = (*target, *header);
                if done {
                    self.in_force(index, target, header)
                } else {
                    self.give_up(index, target, header, Fault::Verify(target))
                }
            }
            CommitState::RaisingFloor(record) => {
                let step = record.resume(index, event, page);
                self.settle(step)
            }
        }
    }
}
