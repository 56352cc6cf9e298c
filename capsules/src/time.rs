// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Milliseconds on a clock that does not wrap, from any Tock clock.
//!
//! The flow machines count in milliseconds since the board started. Ticks may
//! be narrow and wrap. While a machine waits for a time, its alarm has the clock
//! read often enough that none is lost; while none waits, nobody compares.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::{FakeAlarm, leak};

    #[test]
    fn time_goes_on_when_the_ticks_wrap() {
        let alarm: &FakeAlarm = leak(FakeAlarm::new());
        let clock = Clock::new(alarm);
        assert_eq!(clock.now(), 0);
        alarm.pass_ms(2);
        assert_eq!(clock.now(), 2);
        // The counter wraps 3 ms after the start.
        alarm.pass_ms(5);
        assert_eq!(clock.now(), 7);
    }

    #[test]
    fn parts_of_a_millisecond_add_up() {
        let alarm: &FakeAlarm = leak(FakeAlarm::new());
        let clock = Clock::new(alarm);
        let start = clock.now();
        for _ in 0..10 {
            // 0.3 ms each.
            alarm.pass_ticks(3_000);
            clock.now();
        }
        assert_eq!(clock.now() - start, 3);
    }

    #[test]
    fn a_distant_time_is_reached_in_several_alarms() {
        let alarm: &FakeAlarm = leak(FakeAlarm::new());
        let clock = Clock::new(alarm);
        clock.wake_at(Some(1_000_000));
        let armed_for = alarm.get_alarm().wrapping_sub(alarm.now()).into_u32();
        assert_eq!(armed_for, LONGEST_ALARM_MS as u32 * 10_000);
        clock.wake_at(None);
        assert!(!alarm.is_armed());
    }

    #[test]
    fn a_time_that_has_passed_still_wakes() {
        let alarm: &FakeAlarm = leak(FakeAlarm::new());
        let clock = Clock::new(alarm);
        alarm.pass_ms(50);
        clock.wake_at(Some(10));
        assert!(alarm.is_armed());
    }
}
