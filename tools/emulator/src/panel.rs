// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The board's LEDs, read from the ring of changes in its memory.
//!
//! The kernel writes each change with its virtual time into the symbol
//! `PANEL_TRACE`; nothing of it goes over the console, so times are exact.

use std::fs;
use std::path::Path;
use std::time::Duration;

use object::{Object, ObjectSymbol};

use crate::clock;
use crate::failure::{Failure, Result, While};
use crate::memory;
use crate::qmp::Qmp;

const SYMBOL: &str = "PANEL_TRACE";
/// "PANL", little-endian.
const MAGIC: u32 = 0x4c4e_4150;
const HEADER: usize = 16;
const ENTRY: usize = 16;
/// More entries than any board would spend memory on.
const MOST_ENTRIES: u32 = 65_536;

const LEFT: u32 = 1;
const RIGHT: u32 = 2;
const RELEASED: u32 = 4;

/// What the two LEDs show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lamps {
    pub left: bool,
    pub right: bool,
    /// They belong to the tenant.
    pub released: bool,
}

impl Lamps {
    fn from_word(word: u32) -> Lamps {
        Lamps {
            left: word & LEFT != 0,
            right: word & RIGHT != 0,
            released: word & RELEASED != 0,
        }
    }
}

/// One change of the LEDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// Virtual time since power-on.
    pub at: Duration,
    pub lamps: Lamps,
}

/// Where the trace lies in the board's memory.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    address: u64,
}

/// The trace as it was at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub lamps: Lamps,
    /// Changes ever written.
    count: u32,
    /// The newest of them, oldest first.
    recent: Vec<Change>,
}

impl Panel {
    /// Finds the trace in the kernel's ELF file.
    pub fn locate(kernel: &Path) -> Result<Panel> {
        let doing = || format!("looking for {SYMBOL} in {}", kernel.display());
        let bytes = fs::read(kernel).doing(doing)?;
        let file = object::File::parse(&*bytes).doing(doing)?;
        file.symbols()
            .find(|symbol| symbol.name() == Ok(SYMBOL))
            .map(|symbol| Panel {
                address: symbol.address(),
            })
            .ok_or_else(|| Failure::new(doing(), "the kernel has no such symbol"))
    }

    /// Reads the trace. `None` until the kernel has set it up.
    pub fn read(&self, qmp: &mut Qmp, scratch: &Path) -> Result<Option<Snapshot>> {
        let header = memory::read(qmp, self.address, HEADER as u64, scratch)?;
        let capacity = word(&header, 12);
        if word(&header, 0) != MAGIC || capacity > MOST_ENTRIES {
            return Ok(None);
        }
        let length = HEADER + capacity as usize * ENTRY;
        let bytes = memory::read(qmp, self.address, length as u64, scratch)?;
        Ok(parse(&bytes))
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..at + 4).and_then(|raw| raw.try_into().ok()) {
        Some(raw) => u32::from_le_bytes(raw),
        None => 0,
    }
}

fn parse(bytes: &[u8]) -> Option<Snapshot> {
    let (count, capacity) = (word(bytes, 8), word(bytes, 12));
    if word(bytes, 0) != MAGIC || !capacity.is_power_of_two() {
        return None;
    }
    if bytes.len() < HEADER + capacity as usize * ENTRY {
        return None;
    }
    let recent = (count.saturating_sub(capacity)..count)
        .map(|index| {
            let at = HEADER + (index % capacity) as usize * ENTRY;
            let ticks = u64::from(word(bytes, at + 4)) << 32 | u64::from(word(bytes, at));
            Change {
                at: clock::duration(ticks),
                lamps: Lamps::from_word(word(bytes, at + 8)),
            }
        })
        .collect();
    Some(Snapshot {
        lamps: Lamps::from_word(word(bytes, 4)),
        count,
        recent,
    })
}

/// All changes since power-on, gathered from snapshots.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    pub changes: Vec<Change>,
    /// Changes that were overwritten before anyone read them.
    pub lost: u32,
    seen: u32,
}

impl Trace {
    /// Takes over what is new in a snapshot.
    pub fn merge(&mut self, snapshot: &Snapshot) {
        let new = snapshot.count.saturating_sub(self.seen) as usize;
        let kept = new.min(snapshot.recent.len());
        self.lost += (new - kept) as u32;
        let start = snapshot.recent.len() - kept;
        self.changes.extend_from_slice(&snapshot.recent[start..]);
        self.seen = snapshot.count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(state: u32, count: u32, capacity: u32, entries: &[(u64, u32)]) -> Vec<u8> {
        let mut words = vec![MAGIC, state, count, capacity];
        for &(ticks, state) in entries {
            words.extend([ticks as u32, (ticks >> 32) as u32, state, 0]);
        }
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn a_ring_that_has_wrapped_is_read_oldest_first() {
        let bytes = image(3, 5, 4, &[(50, 3), (20, 1), (30, 2), (40, 0)]);
        let snapshot = parse(&bytes).expect("a valid trace");
        let ticks: Vec<u64> = snapshot
            .recent
            .iter()
            .map(|change| change.at.as_nanos() as u64 / 100)
            .collect();
        assert_eq!(ticks, [20, 30, 40, 50]);
        assert!(snapshot.lamps.left && snapshot.lamps.right && !snapshot.lamps.released);
    }

    #[test]
    fn memory_that_is_not_set_up_is_no_trace() {
        assert_eq!(parse(&[0; 64]), None);
        assert_eq!(parse(&image(0, 0, 3, &[])), None);
        assert_eq!(
            parse(&image(0, 1, 4, &[(1, 1)])),
            None,
            "shorter than it says"
        );
    }

    #[test]
    fn merging_takes_each_change_once_and_counts_lost_ones() {
        let mut trace = Trace::default();
        trace.merge(&parse(&image(1, 2, 2, &[(10, 1), (20, 0)])).expect("valid"));
        trace.merge(&parse(&image(1, 2, 2, &[(10, 1), (20, 0)])).expect("valid"));
        assert_eq!((trace.changes.len(), trace.lost), (2, 0));
        trace.merge(&parse(&image(1, 5, 2, &[(50, 1), (40, 0)])).expect("valid"));
        assert_eq!((trace.changes.len(), trace.lost), (4, 1));
        assert_eq!(trace.changes[3].at, clock::duration(50));
    }
}
