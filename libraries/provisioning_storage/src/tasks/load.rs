// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Finding the configuration in force.

use crate::journal::JournalPage;
use crate::layout::Page;
use crate::slot::{SlotHeader, SlotPage};
use crate::tasks::{Event, Index, Step, Task, Verdict};

/// Looks at the whole region and finds the configuration in force.
///
/// When it finishes with a [`Verdict::Valid`], the last [`Step::Open`] was the
/// configuration in force.
#[derive(Debug, Default)]
pub struct Load {
    state: LoadState,
    corrupt: bool,
    rolled_back: bool,
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
    fn look(&mut self, index: &mut Index, which: Page, readable: bool, page: &[u8]) {
        match which {
            Page::JournalA | Page::JournalB if readable => {
                index.journal.learn(which, &JournalPage::parse(page));
            }
            Page::JournalA | Page::JournalB => index.journal.cannot_read(which),
            Page::SlotA | Page::SlotB | Page::Factory => {
                let found = if readable {
                    SlotHeader::parse(page)
                } else {
                    SlotPage::Corrupt
                };
                self.corrupt |= found == SlotPage::Corrupt;
                *index.slot(which) = found;
            }
        }
    }

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
                self.look(index, which, event == Event::Done, page);
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
                index.journal.configuration_found();
                index.verdict = Verdict::Valid {
                    fell_back: self.corrupt,
                };
                Step::Finished(Ok(()))
            }
        }
    }
}
