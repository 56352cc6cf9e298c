// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a task and its caller say to each other.

use crate::layout::Page;
use crate::slot::SlotHeader;
use crate::tasks::Index;

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
    /// May be asked twice by one task, then for the same header.
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
    /// The configuration does not fit or could not be sealed, its serial number
    /// is below the floor, or its nonce was used before.
    Refused,
}

/// A task in progress.
pub trait Task {
    /// Takes in what became of the last step and says what is next. `page` is
    /// the one page buffer.
    fn resume(&mut self, index: &mut Index, event: Event, page: &mut [u8]) -> Step;
}
