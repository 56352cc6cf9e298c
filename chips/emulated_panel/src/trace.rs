// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! LED states with their times, for a reader outside of the emulator.
//!
//! A static of this type, under the symbol `PANEL_TRACE`, is found in the
//! kernel's ELF and read from the machine's memory: nothing appears on the
//! console, and the times are the machine's own.

use core::sync::atomic::{AtomicU32, Ordering};

/// Events that are kept; a power of two.
pub const CAPACITY: usize = 1024;

const MAGIC: u32 = u32::from_le_bytes(*b"PANL");

/// One change of the LEDs.
#[repr(C)]
struct Entry {
    time_low: AtomicU32,
    time_high: AtomicU32,
    state: AtomicU32,
    reserved: AtomicU32,
}

impl Entry {
    const fn new() -> Self {
        Self {
            time_low: AtomicU32::new(0),
            time_high: AtomicU32::new(0),
            state: AtomicU32::new(0),
            reserved: AtomicU32::new(0),
        }
    }
}

/// The state of the LEDs now, and its last changes. The layout is read by
/// other programs.
#[repr(C)]
pub struct PanelTrace {
    magic: AtomicU32,
    state: AtomicU32,
    count: AtomicU32,
    capacity: AtomicU32,
    entries: [Entry; CAPACITY],
}

impl Default for PanelTrace {
    fn default() -> Self {
        Self::new()
    }
}

impl PanelTrace {
    /// A trace without events, all LEDs dark.
    pub const fn new() -> Self {
        Self {
            magic: AtomicU32::new(MAGIC),
            state: AtomicU32::new(0),
            count: AtomicU32::new(0),
            capacity: AtomicU32::new(CAPACITY as u32),
            entries: [const { Entry::new() }; CAPACITY],
        }
    }

    /// The bits that are set now.
    pub fn state(&self) -> u32 {
        self.state.load(Ordering::Relaxed)
    }

    /// Sets or clears the bits in `mask` at `time` (ticks of the machine timer).
    pub fn write(&self, mask: u32, set: bool, time: u64) {
        let before = self.state();
        let after = if set { before | mask } else { before & !mask };
        if before == after {
            return;
        }
        let count = self.count.load(Ordering::Relaxed);
        if let Some(entry) = self.entries.get(count as usize % CAPACITY) {
            entry.time_low.store(time as u32, Ordering::Relaxed);
            entry
                .time_high
                .store((time >> 32) as u32, Ordering::Relaxed);
            entry.state.store(after, Ordering::Relaxed);
        }
        self.state.store(after, Ordering::Relaxed);
        // Last, so that a reader never counts an entry that is not written.
        self.count.store(count.wrapping_add(1), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_what_readers_expect() {
        assert_eq!(core::mem::size_of::<PanelTrace>(), 16 + 16 * CAPACITY);
        assert_eq!(core::mem::offset_of!(PanelTrace, count), 8);
        assert_eq!(core::mem::offset_of!(PanelTrace, entries), 16);
        assert_eq!(MAGIC, 0x4c4e_4150);
    }

    #[test]
    fn only_changes_are_events() {
        let trace = PanelTrace::new();
        trace.write(1, true, 5);
        trace.write(1, true, 6);
        trace.write(2, true, 7);
        trace.write(1, false, 8);
        assert_eq!(trace.count.load(Ordering::Relaxed), 3);
        assert_eq!(trace.state(), 2);
        assert_eq!(trace.entries[2].time_low.load(Ordering::Relaxed), 8);
    }
}
