// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The platform-level interrupt controller, as seen by hart 0 in machine mode.
//!
//! The controller is level-triggered behind a gateway per source: a source is
//! claimed, its device served until its line is down, and then completed.

use core::num::NonZeroU32;
use kernel::utilities::StaticRef;
use kernel::utilities::registers::interfaces::{Readable, Writeable};
use kernel::utilities::registers::{ReadWrite, register_structs};

/// Sources that the register map has room for; number 0 does not exist.
pub const MAX_SOURCES: usize = 1024;

register_structs! {
    pub PlicRegisters {
        /// Priority of each source; 0 means never.
        (0x00_0000 => priority: [ReadWrite<u32>; MAX_SOURCES]),
        /// One bit per source.
        (0x00_1000 => pending: [ReadWrite<u32>; MAX_SOURCES / 32]),
        (0x00_1080 => _reserved0),
        /// One bit per source, for context 0: hart 0 in machine mode.
        (0x00_2000 => enable: [ReadWrite<u32>; MAX_SOURCES / 32]),
        (0x00_2080 => _reserved1),
        /// Priorities up to this one do not interrupt context 0.
        (0x20_0000 => threshold: ReadWrite<u32>),
        /// Read: claim. Write: complete.
        (0x20_0004 => claim: ReadWrite<u32>),
        (0x20_0008 => @END),
    }
}

/// Priority of every enabled source. They are served by number.
const PRIORITY: u32 = 1;

/// A controller with sources 1 to `TOTAL_SOURCES - 1`.
pub struct Plic<const TOTAL_SOURCES: usize = 51> {
    registers: StaticRef<PlicRegisters>,
}

impl<const TOTAL_SOURCES: usize> Plic<TOTAL_SOURCES> {
    /// Takes the controller at `base`. The registers are left as they are.
    pub const fn new(base: StaticRef<PlicRegisters>) -> Self {
        assert!(TOTAL_SOURCES <= MAX_SOURCES);
        Plic { registers: base }
    }

    /// Whether there is a source of that number.
    fn exists(source: u32) -> bool {
        source > 0 && (source as usize) < TOTAL_SOURCES
    }

    /// Enables every source, all with the same priority.
    pub fn enable_all(&self) {
        for priority in &self.registers.priority[1..TOTAL_SOURCES] {
            priority.set(PRIORITY);
        }
        for (number, word) in self.registers.enable[..TOTAL_SOURCES.div_ceil(32)]
            .iter()
            .enumerate()
        {
            let sources = core::cmp::min(TOTAL_SOURCES - 32 * number, 32);
            let all = u32::MAX >> (32 - sources);
            // Bit 0 of the first word is not a source.
            word.set(if number == 0 { all & !1 } else { all });
        }
        self.registers.threshold.set(0);
    }

    /// Disables every source.
    pub fn disable_all(&self) {
        for word in &self.registers.enable[..TOTAL_SOURCES.div_ceil(32)] {
            word.set(0);
        }
    }

    /// Claims and completes whatever is pending, without serving it.
    pub fn clear_all_pending(&self) {
        while let Some(source) = self.next_pending() {
            self.complete(source.get());
        }
    }

    /// Disables one source for good, because nobody serves it.
    pub fn disable_source(&self, source: u32) {
        if Self::exists(source) {
            let word = &self.registers.enable[source as usize / 32];
            word.set(word.get() & !(1 << (source % 32)));
        }
    }

    /// Claims the pending source of the lowest number, if there is one. It
    /// must be [completed](Plic::complete) to interrupt again.
    pub fn next_pending(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.registers.claim.get())
    }

    /// Tells that `source` has been served.
    pub fn complete(&self, source: u32) {
        self.registers.claim.set(source);
    }
}
