// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Forgetting the configuration.

use crate::bytes::is_erased;
use crate::journal::Entry;
use crate::layout::Page;
use crate::slot::SlotPage;
use crate::tasks::erase::Erase;
use crate::tasks::{Event, Fault, Index, Record, Step, Task, Verdict};

/// Erases every page that ever held a configuration.
///
/// The floor rises first: from then on, whatever a power cut leaves of the
/// slots is refused. The slot in force is erased last, so that a cut cannot
/// bring back the configuration before it even if the floor cannot rise. A
/// page that cannot be erased does not spare the other one.
#[derive(Debug, Default)]
pub struct Wipe {
    state: WipeState,
    fault: Option<Fault>,
}

#[derive(Debug, Default)]
enum WipeState {
    #[default]
    Start,
    RaisingFloor(Record),
    Erasing(Erase, Rest),
    ReadingBack(Page, Rest),
}

/// What is still to be erased after the page at hand.
#[derive(Clone, Copy, Debug)]
enum Rest {
    /// This slot, of which this is to be noted.
    Slot(Page, Entry),
    Nothing,
}

impl Wipe {
    fn erase_slots(&mut self, index: &mut Index) -> Step {
        let last = index.current.unwrap_or(Page::SlotB);
        // While the sequence number in force is known: it tells of erases that
        // older firmware did not note.
        let [first, then] = [last.twin(), last].map(|slot| index.erase_entry(slot));
        index.current = None;
        index.verdict = Verdict::Corrupt;
        self.erase(index, last.twin(), first, Rest::Slot(last, then))
    }

    fn erase(&mut self, index: &mut Index, slot: Page, noted: Entry, rest: Rest) -> Step {
        let (erase, step) = Erase::begin(index, slot, noted);
        self.state = WipeState::Erasing(erase, rest);
        step
    }

    fn next(&mut self, index: &mut Index, rest: Rest) -> Step {
        match (rest, self.fault) {
            (Rest::Slot(page, entry), _) => self.erase(index, page, entry, Rest::Nothing),
            (Rest::Nothing, Some(fault)) => Step::Finished(Err(fault)),
            (Rest::Nothing, None) => {
                index.verdict = Verdict::Erased;
                Step::Finished(Ok(()))
            }
        }
    }
}

impl Task for Wipe {
    fn resume(&mut self, index: &mut Index, event: Event, page: &mut [u8]) -> Step {
        match &mut self.state {
            WipeState::Start => {
                // Only the header in force was authenticated: a floor taken
                // from torn bytes could lock out every serial number to come.
                match index.serial().map(|serial| serial.saturating_add(1)) {
                    Some(floor) if floor > index.values().serial_floor => {
                        let mut record = Record::new(Entry::SerialFloor(floor));
                        let step = record.resume(index, Event::Begin, page);
                        self.state = WipeState::RaisingFloor(record);
                        match step {
                            Step::Finished(_) => self.erase_slots(index),
                            step => step,
                        }
                    }
                    _ => self.erase_slots(index),
                }
            }
            WipeState::RaisingFloor(record) => match record.resume(index, event, page) {
                // Erasing is what the person asked for, floor or not.
                Step::Finished(_) => self.erase_slots(index),
                step => step,
            },
            WipeState::Erasing(erase, rest) => match erase.resume(index, event, page) {
                Step::Finished(result) => {
                    let (which, rest) = (erase.slot(), *rest);
                    *index.slot(which) = SlotPage::Corrupt;
                    if let Err(fault) = result {
                        self.fault.get_or_insert(fault);
                        return self.next(index, rest);
                    }
                    // So that what is checked can only come from the flash.
                    page.fill(0);
                    self.state = WipeState::ReadingBack(which, rest);
                    Step::Read(which)
                }
                step => step,
            },
            WipeState::ReadingBack(which, rest) => {
                let (which, rest) = (*which, *rest);
                if event == Event::Done && is_erased(page) {
                    *index.slot(which) = SlotPage::Erased;
                } else {
                    self.fault.get_or_insert(Fault::Verify(which));
                }
                self.next(index, rest)
            }
        }
    }
}
