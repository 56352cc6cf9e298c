// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Erasing a slot.

use crate::journal::Entry;
use crate::layout::Page;
use crate::tasks::{Event, Fault, Index, Record, Step, Task};

/// Erases a slot once that is noted in the journal. Where the journal takes no
/// note, the slot is erased all the same: a count is no reason to lose a store,
/// or to keep what a person wants gone.
#[derive(Debug)]
pub(super) struct Erase {
    slot: Page,
    state: EraseState,
}

#[derive(Debug)]
enum EraseState {
    /// The journal is told of the erase.
    Noting(Record),
    Erasing,
}

impl Erase {
    /// Begins; `noted` is [`Index::erase_entry`] of the slot.
    pub(super) fn begin(index: &mut Index, slot: Page, noted: Entry) -> (Self, Step) {
        let mut erase = Self {
            slot,
            state: EraseState::Noting(Record::new(noted)),
        };
        let step = erase.resume(index, Event::Begin, &mut []);
        (erase, step)
    }

    pub(super) fn slot(&self) -> Page {
        self.slot
    }
}

impl Task for Erase {
    fn resume(&mut self, index: &mut Index, event: Event, page: &mut [u8]) -> Step {
        match &mut self.state {
            EraseState::Noting(record) => match record.resume(index, event, page) {
                Step::Finished(_) => {
                    self.state = EraseState::Erasing;
                    Step::Erase(self.slot)
                }
                step => step,
            },
            EraseState::Erasing if event == Event::Done => Step::Finished(Ok(())),
            EraseState::Erasing => Step::Finished(Err(Fault::Flash(self.slot))),
        }
    }
}
