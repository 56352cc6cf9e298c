// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Which page holds what.
//!
//! Pages are counted from the start of the configuration region. A logical
//! page lies in an erase unit of its own.

/// Length of a logical page, in bytes.
pub const PAGE_LEN: usize = 2048;

/// What an erased byte reads as.
pub const ERASED: u8 = 0xff;

/// A page of the configuration region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Page {
    /// Written once when the device is minted, never by the device.
    Factory = 0,
    /// First configuration slot.
    SlotA = 1,
    /// Second configuration slot.
    SlotB = 2,
    /// First journal page.
    JournalA = 3,
    /// Second journal page.
    JournalB = 4,
}

impl Page {
    /// Every page, in the order of the region.
    pub const ALL: [Page; 5] = [
        Page::Factory,
        Page::SlotA,
        Page::SlotB,
        Page::JournalA,
        Page::JournalB,
    ];

    /// Page number within the region.
    pub const fn number(self) -> usize {
        self as usize
    }

    /// The other page of the same pair; the factory page has none.
    pub const fn twin(self) -> Page {
        match self {
            Page::Factory => Page::Factory,
            Page::SlotA => Page::SlotB,
            Page::SlotB => Page::SlotA,
            Page::JournalA => Page::JournalB,
            Page::JournalB => Page::JournalA,
        }
    }
}
