// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! An alarm whose time the test moves.

use std::cell::Cell;

use kernel::ErrorCode;
use kernel::hil::time::{Alarm, AlarmClient, Freq10MHz, Ticks, Ticks32, Time};
use kernel::utilities::cells::OptionalCell;

const TICKS_PER_MS: u64 = 10_000;

/// A 32-bit counter at 10 MHz, which wraps after seven minutes.
pub struct FakeAlarm {
    ticks: Cell<u64>,
    /// When the alarm goes off.
    deadline: Cell<Option<u64>>,
    client: OptionalCell<&'static dyn AlarmClient>,
}

impl FakeAlarm {
    /// Starts shortly before the counter wraps.
    pub fn new() -> Self {
        Self {
            ticks: Cell::new((1 << 32) - 3 * TICKS_PER_MS),
            deadline: Cell::new(None),
            client: OptionalCell::empty(),
        }
    }

    /// Lets time pass; alarms on the way go off at their times.
    pub fn pass_ms(&self, ms: u64) {
        self.pass_ticks(ms * TICKS_PER_MS);
    }

    /// As [`FakeAlarm::pass_ms`], in ticks.
    pub fn pass_ticks(&self, ticks: u64) {
        let end = self.ticks.get() + ticks;
        while let Some(deadline) = self.deadline.get().filter(|at| *at <= end) {
            self.deadline.set(None);
            self.ticks.set(deadline.max(self.ticks.get()));
            self.client.map(|client| client.alarm());
        }
        self.ticks.set(end);
    }
}

impl Time for FakeAlarm {
    type Frequency = Freq10MHz;
    type Ticks = Ticks32;

    fn now(&self) -> Ticks32 {
        Ticks32::from(self.ticks.get() as u32)
    }
}

impl Alarm<'static> for FakeAlarm {
    fn set_alarm_client(&self, client: &'static dyn AlarmClient) {
        self.client.set(client);
    }

    fn set_alarm(&self, reference: Ticks32, dt: Ticks32) {
        let passed = self.now().wrapping_sub(reference).into_u32();
        let wait = dt.into_u32().saturating_sub(passed);
        self.deadline.set(Some(self.ticks.get() + u64::from(wait)));
    }

    fn get_alarm(&self) -> Ticks32 {
        Ticks32::from(self.deadline.get().unwrap_or_default() as u32)
    }

    fn disarm(&self) -> Result<(), ErrorCode> {
        self.deadline.set(None);
        Ok(())
    }

    fn is_armed(&self) -> bool {
        self.deadline.get().is_some()
    }

    fn minimum_dt(&self) -> Ticks32 {
        Ticks32::from(1)
    }
}
