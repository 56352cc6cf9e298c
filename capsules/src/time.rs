// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Milliseconds on a clock that does not wrap, from any Tock clock.
//!
//! The flow machines count in milliseconds since the board started. Ticks may
//! be narrow and wrap; as long as the clock is read at least once per wrap,
//! which the capsules' own alarms see to, no time is lost.

use core::cell::Cell;

use kernel::hil::time::{Alarm, ConvertTicks, Frequency, Ticks, Time};

/// Longest single alarm, in milliseconds. Far below half a wrap of a 32-bit
/// counter at 10 MHz (214 s).
const LONGEST_ALARM_MS: u64 = 60_000;

/// A clock that counts milliseconds since it was first read.
pub struct Clock<'a, A: Alarm<'a>> {
    alarm: &'a A,
    last: Cell<Option<A::Ticks>>,
    /// Whole milliseconds so far.
    millis: Cell<u64>,
    /// Ticks that do not make a millisecond yet.
    rest: Cell<u64>,
}

impl<'a, A: Alarm<'a>> Clock<'a, A> {
    /// A clock over `alarm`, which the owner uses for nothing else.
    pub const fn new(alarm: &'a A) -> Self {
        Self {
            alarm,
            last: Cell::new(None),
            millis: Cell::new(0),
            rest: Cell::new(0),
        }
    }

    /// Milliseconds since the first call.
    pub fn now(&self) -> u64 {
        let now = self.alarm.now();
        let last = self.last.replace(Some(now)).unwrap_or(now);
        let passed = u64::from(now.wrapping_sub(last).into_u32()) * 1_000 + self.rest.get();
        let per_milli = u64::from(<A as Time>::Frequency::frequency()).max(1);
        self.rest.set(passed % per_milli);
        self.millis.set(self.millis.get() + passed / per_milli);
        self.millis.get()
    }

    /// Arms the alarm for `at`, or for an intermediate reading of the clock if
    /// that is far away; disarms it for `None`. The alarm may come early: the
    /// machines are told the time and ask again.
    pub fn wake_at(&self, at: Option<u64>) {
        let Some(at) = at else {
            // An alarm that was not armed is as good as disarmed.
            let _ = self.alarm.disarm();
            return;
        };
        let wait = at.saturating_sub(self.now()).clamp(1, LONGEST_ALARM_MS);
        let dt = self.alarm.ticks_from_ms(wait as u32);
        self.alarm.set_alarm(self.alarm.now(), dt);
    }
}
