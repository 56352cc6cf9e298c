// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What is remembered of processes by name, across their restarts.

use crate::fault_report::Fault;
use core::cell::Cell;

/// Counters of each name.
pub(crate) const COUNTERS: usize = 4;

/// What is remembered.
#[derive(Clone, Copy, Default)]
pub(crate) struct Record {
    pub(crate) counters: [u32; COUNTERS],
    /// The last fault that was left to the policy.
    pub(crate) fault: Option<Fault>,
    name: &'static str,
}

/// A record for each of at most `N` names.
pub(crate) struct Records<const N: usize> {
    records: [Cell<Record>; N],
}

impl<const N: usize> Records<N> {
    pub(crate) fn new() -> Self {
        Records {
            records: core::array::from_fn(|_| Cell::default()),
        }
    }

    /// Changes the record of `name`; `None` if there is no room for it. Nameless
    /// processes have none.
    pub(crate) fn update<R>(
        &self,
        name: &'static str,
        change: impl FnOnce(&mut Record) -> R,
    ) -> Option<R> {
        if name.is_empty() {
            return None;
        }
        let find = |name: &str| self.records.iter().find(|r| r.get().name == name);
        let place = find(name).or_else(|| find(""))?;
        let mut record = place.get();
        record.name = name;
        let result = change(&mut record);
        place.set(record);
        Some(result)
    }
}
