// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Making one number durable.

use crate::journal::{Entry, Plan};
use crate::layout::Page;
use crate::tasks::{Event, Fault, Index, Step, Task};

/// Makes one journal entry durable.
///
/// It is read back before it counts: what it permits (an attempt, a wipe) must
/// not rest on a worn cell. A place that does not take the record costs a move
/// to the other page, not the device.
#[derive(Debug)]
pub struct Record {
    entry: Entry,
    state: RecordState,
}

#[derive(Debug)]
enum RecordState {
    Start,
    /// The page in use is being read, for the record to be added to it.
    Fetching(Page),
    /// The other page is being erased, for a snapshot.
    Erasing(Page),
    Programming(Plan),
    ReadingBack(Plan),
}

impl Record {
    /// The task that writes `entry`.
    pub fn new(entry: Entry) -> Self {
        Self {
            entry,
            state: RecordState::Start,
        }
    }

    fn erase(&mut self, which: Page) -> Step {
        self.state = RecordState::Erasing(which);
        Step::Erase(which)
    }

    fn program(&mut self, plan: Plan) -> Step {
        self.state = RecordState::Programming(plan);
        Step::Program(plan.page())
    }

    fn give_up(&mut self, plan: Plan, fault: Fault) -> Step {
        match plan {
            Plan::Append(which) => self.erase(which.twin()),
            Plan::Move(_) | Plan::Refuse(_) => Step::Finished(Err(fault)),
        }
    }
}

impl Task for Record {
    fn resume(&mut self, index: &mut Index, event: Event, page: &mut [u8]) -> Step {
        let done = event == Event::Done;
        match self.state {
            RecordState::Start => match index.journal.plan() {
                Plan::Append(which) => {
                    self.state = RecordState::Fetching(which);
                    Step::Read(which)
                }
                Plan::Move(which) => self.erase(which),
                Plan::Refuse(which) => Step::Finished(Err(Fault::Flash(which))),
            },
            RecordState::Fetching(which) => {
                if done && index.journal.append(page, self.entry).is_some() {
                    self.program(Plan::Append(which))
                } else {
                    self.erase(which.twin())
                }
            }
            RecordState::Erasing(which) => {
                if !done {
                    return Step::Finished(Err(Fault::Flash(which)));
                }
                match index.journal.snapshot(page, self.entry) {
                    Some(()) => self.program(Plan::Move(which)),
                    None => Step::Finished(Err(Fault::Verify(which))),
                }
            }
            RecordState::Programming(plan) => {
                if !done {
                    return self.give_up(plan, Fault::Flash(plan.page()));
                }
                // So that what is checked can only come from the flash.
                page.fill(0);
                self.state = RecordState::ReadingBack(plan);
                Step::Read(plan.page())
            }
            RecordState::ReadingBack(plan) => {
                if !done {
                    return self.give_up(plan, Fault::Flash(plan.page()));
                }
                if !index.journal.holds(plan, self.entry, page) {
                    return self.give_up(plan, Fault::Verify(plan.page()));
                }
                index.journal.written(plan, self.entry);
                Step::Finished(Ok(()))
            }
        }
    }
}
