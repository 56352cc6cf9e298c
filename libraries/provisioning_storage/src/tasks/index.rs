// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What is known of the region between tasks.

use crate::journal::{Entry, Journal, Values};
use crate::layout::Page;
use crate::slot::{SlotHeader, SlotPage};

/// What the region held when it was last looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    slots: [SlotPage; 2],
    pub(super) journal: Journal,
    pub(super) current: Option<Page>,
    pub(super) verdict: Verdict,
}

/// The answer to "is there a configuration?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both slots are erased.
    Erased,
    /// Something is in a slot, but no slot opens.
    Corrupt,
    /// Whole, but older than what the journal says was stored.
    RolledBack,
    /// The slot that [`Index::current`] names opens.
    Valid {
        /// The other slot is corrupt: a newer configuration was not stored
        /// whole or was damaged later, and this is the one before.
        fell_back: bool,
    },
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    /// Nothing is known yet; [`super::Load`] fills it.
    pub const fn new() -> Self {
        Self {
            slots: [SlotPage::Erased; 2],
            journal: Journal::EMPTY,
            current: None,
            verdict: Verdict::Erased,
        }
    }

    /// The slot that holds the configuration in force.
    pub fn current(&self) -> Option<Page> {
        self.current
    }

    /// What was found at the last [`super::Load`].
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// What the journal keeps. The attempt counter is
    /// [`crate::journal::ATTEMPTS_UNKNOWN`] when the journal is damaged.
    pub fn values(&self) -> Values {
        self.journal.values()
    }

    /// How often the slot was erased, as far as is known: what was noted, or
    /// what the sequence number tells, which older firmware did not note.
    pub fn slot_erases(&self, page: Page) -> u32 {
        let [a, b] = self.values().slot_erases;
        let noted = match page {
            Page::SlotB => b,
            _ => a,
        };
        // Slots take turns, and the one in force was the last.
        let told = self
            .in_force()
            .map_or(0, |header| match self.current == Some(page) {
                true => header.sequence.div_ceil(2),
                false => header.sequence / 2,
            });
        noted.max(told)
    }

    /// What the journal is to be told when the slot is about to be erased.
    pub(super) fn erase_entry(&self, page: Page) -> Entry {
        let erases = self.slot_erases(page).saturating_add(1);
        match page {
            Page::SlotB => Entry::ErasesOfSlotB(erases),
            _ => Entry::ErasesOfSlotA(erases),
        }
    }

    /// The serial number of the configuration in force.
    pub fn serial(&self) -> Option<u32> {
        self.in_force().map(|header| header.serial)
    }

    /// The header of the configuration in force. Unlike that of the other
    /// slot, it was authenticated.
    pub(super) fn in_force(&self) -> Option<SlotHeader> {
        self.current.and_then(|page| self.candidate(page))
    }

    pub(super) fn slot(&mut self, page: Page) -> &mut SlotPage {
        match page {
            Page::SlotB => &mut self.slots[1],
            _ => &mut self.slots[0],
        }
    }

    pub(super) fn is_slot_erased(&self, page: Page) -> bool {
        let [a, b] = &self.slots;
        *match page {
            Page::SlotB => b,
            _ => a,
        } == SlotPage::Erased
    }

    pub(super) fn candidate(&self, page: Page) -> Option<SlotHeader> {
        let [a, b] = self.slots;
        match match page {
            Page::SlotB => b,
            _ => a,
        } {
            SlotPage::Candidate(header) => Some(header),
            SlotPage::Erased | SlotPage::Corrupt => None,
        }
    }

    /// The slots of which it is not known that they do not open.
    pub(super) fn candidates(&self) -> impl Iterator<Item = (Page, SlotHeader)> {
        [Page::SlotA, Page::SlotB]
            .map(|page| self.candidate(page).map(|header| (page, header)))
            .into_iter()
            .flatten()
    }

    /// The newest of [`Self::candidates`].
    pub(super) fn newest(&self) -> Option<(Page, SlotHeader)> {
        self.candidates().max_by_key(|(_, header)| header.sequence)
    }

    pub(super) fn next_sequence(&self) -> Option<u32> {
        match self.newest() {
            None => Some(1),
            Some((_, header)) => header.sequence.checked_add(1),
        }
    }
}
