// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What is done to the region, one flash operation at a time.
//!
//! A task is a state machine without I/O. The caller starts it with
//! [`Event::Begin`], carries out the [`Step`] that it answers with on one page
//! buffer, and reports back with [`Event::Done`] or [`Event::Failed`], until
//! the step is [`Step::Finished`]. Cutting the power is to stop calling.

use crate::bytes::is_erased;
use crate::journal::{Entry, Journal, JournalPage, Plan, Values};
use crate::layout::{ERASED, Page};
use crate::slot::{NONCE_LEN, SlotHeader, SlotPage, TAG_LEN};

/// What the caller is to do next. Pages are read into and programmed from the
/// page buffer that is handed to `resume`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Step {
    /// Read the page into the buffer.
    Read(Page),
    /// Erase the page.
    Erase(Page),
    /// Program the erased places of the page from the buffer.
    Program(Page),
    /// Put the sealed configuration behind the header, which is in the buffer.
    Seal(SlotHeader),
    /// Open the sealed content that stands behind the header in the buffer and
    /// report whether it is whole.
    Open(Page, SlotHeader),
    /// Nothing is left to do.
    Finished(Result<(), Fault>),
}

/// What became of the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Nothing was asked yet.
    Begin,
    /// The step was carried out; for [`Step::Open`], the content is whole.
    Done,
    /// The step failed; for [`Step::Open`], the content is not what was sealed.
    Failed,
}

/// Why a task failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A flash operation failed.
    Flash(Page),
    /// The page does not read back as it was written.
    Verify(Page),
    /// The configuration does not fit, or its serial number is below the floor.
    Refused,
}

/// What the region held when it was last looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    slots: [SlotPage; 2],
    journal: Journal,
    current: Option<Page>,
    verdict: Verdict,
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
        /// The newer slot did not open, this is the one before.
        fell_back: bool,
    },
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    /// Nothing is known yet; [`Load`] fills it.
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

    /// What was found at the last [`Load`].
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Attempt counter and serial floor.
    pub fn values(&self) -> Values {
        self.journal.values()
    }

    /// The serial number of the configuration in force.
    pub fn serial(&self) -> Option<u32> {
        self.current
            .and_then(|page| self.candidate(page))
            .map(|header| header.serial)
    }

    fn slot(&mut self, page: Page) -> &mut SlotPage {
        match page {
            Page::SlotB => &mut self.slots[1],
            _ => &mut self.slots[0],
        }
    }

    fn candidate(&self, page: Page) -> Option<SlotHeader> {
        let slot = match page {
            Page::SlotB => &self.slots[1],
            _ => &self.slots[0],
        };
        match slot {
            SlotPage::Candidate(header) => Some(*header),
            _ => None,
        }
    }

    /// The newest slot of which it is not yet known that it does not open.
    fn newest(&self) -> Option<(Page, SlotHeader)> {
        let both = [Page::SlotA, Page::SlotB]
            .map(|page| self.candidate(page).map(|header| (page, header)));
        both.into_iter()
            .flatten()
            .max_by_key(|(_, header)| header.sequence)
    }

    fn next_sequence(&self) -> Option<u32> {
        match self.newest() {
            None => Some(1),
            Some((_, header)) => header.sequence.checked_add(1),
        }
    }
}

/// A task in progress.
pub trait Task {
    /// Takes in what became of the last step and says what is next. `page` is
    /// the one page buffer.
    fn resume(&mut self, index: &mut Index, event: Event, page: &mut [u8]) -> Step;
}

/// Looks at the whole region and finds the configuration in force.
///
/// When it finishes with a [`Verdict::Valid`], the last [`Step::Open`] was the
/// configuration in force.
#[derive(Debug, Default)]
pub struct Load {
    state: LoadState,
    corrupt: bool,
    rolled_back: bool,
    fell_back: bool,
}

#[derive(Debug, Default)]
enum LoadState {
    #[default]
    Start,
    /// The page is being read, to be looked at.
    Looking(Page),
    /// The slot is being read again, to be opened.
    Fetching(Page, SlotHeader),
    /// The slot is being opened.
    Opening(Page),
}

impl Load {
    fn choose(&mut self, index: &mut Index) -> Step {
        loop {
            let Some((page, header)) = index.newest() else {
                index.current = None;
                index.verdict = match (self.rolled_back, self.corrupt) {
                    (true, _) => Verdict::RolledBack,
                    (false, true) => Verdict::Corrupt,
                    (false, false) => Verdict::Erased,
                };
                return Step::Finished(Ok(()));
            };
            if header.serial < index.values().serial_floor {
                self.rolled_back = true;
                *index.slot(page) = SlotPage::Corrupt;
                continue;
            }
            self.state = LoadState::Fetching(page, header);
            return Step::Read(page);
        }
    }

    fn reject(&mut self, index: &mut Index, page: Page) -> Step {
        *index.slot(page) = SlotPage::Corrupt;
        self.corrupt = true;
        self.fell_back = true;
        self.choose(index)
    }
}

impl Task for Load {
    fn resume(&mut self, index: &mut Index, event: Event, page: &mut [u8]) -> Step {
        match self.state {
            LoadState::Start => {
                *index = Index::new();
                self.state = LoadState::Looking(Page::JournalA);
                Step::Read(Page::JournalA)
            }
            LoadState::Looking(which) => {
                let readable = event == Event::Done;
                match which {
                    Page::JournalA | Page::JournalB => {
                        if readable {
                            index.journal.learn(which, &JournalPage::parse(page));
                        }
                    }
                    _ => {
                        let found = if readable {
                            SlotHeader::parse(page)
                        } else {
                            SlotPage::Corrupt
                        };
                        self.corrupt |= found == SlotPage::Corrupt;
                        *index.slot(which) = found;
                    }
                }
                let next = match which {
                    Page::JournalA => Page::JournalB,
                    Page::JournalB => Page::SlotA,
                    Page::SlotA => Page::SlotB,
                    Page::SlotB | Page::Factory => return self.choose(index),
                };
                self.state = LoadState::Looking(next);
                Step::Read(next)
            }
            LoadState::Fetching(which, header) => {
                // Read twice, so it may differ: a page that changes is corrupt.
                if event == Event::Done && SlotHeader::parse(page) == SlotPage::Candidate(header) {
                    self.state = LoadState::Opening(which);
                    Step::Open(which, header)
                } else {
                    self.reject(index, which)
                }
            }
            LoadState::Opening(which) => {
                if event != Event::Done {
                    return self.reject(index, which);
                }
                index.current = Some(which);
                index.verdict = Verdict::Valid {
                    fell_back: self.fell_back,
                };
                Step::Finished(Ok(()))
            }
        }
    }
}

/// Makes one journal entry durable.
#[derive(Debug)]
pub struct Record {
    entry: Entry,
    state: RecordState,
}

#[derive(Debug)]
enum RecordState {
    Start,
    Fetching(Plan, Page),
    Erasing(Plan, Page),
    Programming(Plan, Page),
}

impl Record {
    /// The task that writes `entry`.
    pub fn new(entry: Entry) -> Self {
        Self {
            entry,
            state: RecordState::Start,
        }
    }
}

impl Task for Record {
    fn resume(&mut self, index: &mut Index, event: Event, page: &mut [u8]) -> Step {
        let (plan, which, image) = match self.state {
            RecordState::Start => {
                let plan = index.journal.plan();
                return match plan {
                    Plan::Append(which) => {
                        self.state = RecordState::Fetching(plan, which);
                        Step::Read(which)
                    }
                    Plan::Move(which) => {
                        self.state = RecordState::Erasing(plan, which);
                        Step::Erase(which)
                    }
                };
            }
            RecordState::Fetching(_, which)
            | RecordState::Erasing(_, which)
            | RecordState::Programming(_, which)
                if event != Event::Done =>
            {
                return Step::Finished(Err(Fault::Flash(which)));
            }
            RecordState::Fetching(plan, which) => {
                (plan, which, index.journal.append(page, self.entry))
            }
            RecordState::Erasing(plan, which) => {
                (plan, which, index.journal.snapshot(page, self.entry))
            }
            RecordState::Programming(plan, _) => {
                index.journal.written(plan, self.entry);
                return Step::Finished(Ok(()));
            }
        };
        match image {
            Some(()) => {
                self.state = RecordState::Programming(plan, which);
                Step::Program(which)
            }
            None => Step::Finished(Err(Fault::Verify(which))),
        }
    }
}

/// Stores a configuration in the slot that is not in force.
///
/// The configuration in force stays until the new one has been read back and
/// opened; then the floor rises to the serial number of the one before, so
/// that the two newest configurations, and no older ones, can be loaded.
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
    Erasing(Page, SlotHeader),
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
            || usize::from(self.sealed_len) > page.len().saturating_sub(crate::slot::HEADER_LEN);
        if too_old || too_long {
            return None;
        }
        let target = index.current.map_or(Page::SlotA, Page::twin);
        let header = SlotHeader {
            sequence: index.next_sequence()?,
            serial: self.serial,
            nonce: self.nonce,
            sealed_len: self.sealed_len,
        };
        *index.slot(target) = SlotPage::Corrupt;
        self.state = CommitState::Erasing(target, header);
        Some(Step::Erase(target))
    }

    fn in_force(&mut self, index: &mut Index, target: Page, header: SlotHeader) -> Step {
        let before = index.current.and_then(|page| index.candidate(page));
        *index.slot(target) = SlotPage::Candidate(header);
        index.current = Some(target);
        index.verdict = Verdict::Valid { fell_back: false };
        match before {
            Some(before) if before.serial > index.values().serial_floor => {
                let mut record = Record::new(Entry::SerialFloor(before.serial));
                let step = record.resume(index, Event::Begin, &mut []);
                self.state = CommitState::RaisingFloor(record);
                step
            }
            _ => Step::Finished(Ok(())),
        }
    }
}

impl Task for Commit {
    fn resume(&mut self, index: &mut Index, event: Event, page: &mut [u8]) -> Step {
        let failed = event == Event::Failed;
        match &mut self.state {
            CommitState::Start => self
                .begin(index, page)
                .unwrap_or(Step::Finished(Err(Fault::Refused))),
            CommitState::Erasing(target, _)
            | CommitState::Sealing(target, _)
            | CommitState::Programming(target, _)
            | CommitState::ReadingBack(target, _)
                if failed =>
            {
                Step::Finished(Err(Fault::Flash(*target)))
            }
            CommitState::Opening(target, _) if failed => {
                Step::Finished(Err(Fault::Verify(*target)))
            }
            CommitState::Erasing(target, header) => {
                let (target, header) = (*target, *header);
                page.fill(ERASED);
                if header.emit(page).is_none() {
                    return Step::Finished(Err(Fault::Refused));
                }
                self.state = CommitState::Sealing(target, header);
                Step::Seal(header)
            }
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
                    return Step::Finished(Err(Fault::Verify(target)));
                }
                self.state = CommitState::Opening(target, header);
                Step::Open(target, header)
            }
            CommitState::Opening(target, header) => {
                let (target, header) = (*target, *header);
                self.in_force(index, target, header)
            }
            CommitState::RaisingFloor(record) => match record.resume(index, event, page) {
                // The configuration is stored and in force; a floor that could
                // not be raised only leaves the one before the last loadable.
                Step::Finished(_) => Step::Finished(Ok(())),
                step => step,
            },
        }
    }
}

/// Erases every page that ever held a configuration.
///
/// The floor rises first: from then on, whatever a power cut leaves of the
/// slots is refused.
#[derive(Debug, Default)]
pub struct Wipe {
    state: WipeState,
}

#[derive(Debug, Default)]
enum WipeState {
    #[default]
    Start,
    RaisingFloor(Record),
    Erasing(Page),
    ReadingBack(Page),
}

impl Wipe {
    fn erase(&mut self, page: Page) -> Step {
        self.state = WipeState::Erasing(page);
        Step::Erase(page)
    }
}

impl Task for Wipe {
    fn resume(&mut self, index: &mut Index, event: Event, page: &mut [u8]) -> Step {
        match &mut self.state {
            WipeState::Start => {
                let highest = [Page::SlotA, Page::SlotB]
                    .into_iter()
                    .filter_map(|slot| index.candidate(slot))
                    .map(|header| header.serial.saturating_add(1))
                    .max();
                match highest {
                    Some(floor) if floor > index.values().serial_floor => {
                        let mut record = Record::new(Entry::SerialFloor(floor));
                        let step = record.resume(index, Event::Begin, page);
                        self.state = WipeState::RaisingFloor(record);
                        step
                    }
                    _ => self.erase(Page::SlotA),
                }
            }
            WipeState::RaisingFloor(record) => match record.resume(index, event, page) {
                // Erasing is what the person asked for, floor or not.
                Step::Finished(_) => self.erase(Page::SlotA),
                step => step,
            },
            WipeState::Erasing(which) => {
                let which = *which;
                index.current = None;
                index.verdict = Verdict::Corrupt;
                *index.slot(which) = SlotPage::Corrupt;
                if event != Event::Done {
                    return Step::Finished(Err(Fault::Flash(which)));
                }
                self.state = WipeState::ReadingBack(which);
                Step::Read(which)
            }
            WipeState::ReadingBack(which) => {
                let which = *which;
                if event != Event::Done || !is_erased(page) {
                    return Step::Finished(Err(Fault::Verify(which)));
                }
                *index.slot(which) = SlotPage::Erased;
                if which == Page::SlotA {
                    return self.erase(Page::SlotB);
                }
                index.verdict = Verdict::Erased;
                Step::Finished(Ok(()))
            }
        }
    }
}
