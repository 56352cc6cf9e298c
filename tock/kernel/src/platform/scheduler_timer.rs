// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The timer that ends the time slices of processes.

use core::cell::Cell;
use core::num::NonZeroU32;

use crate::hil::time::{Alarm, ConvertTicks, Ticks};

/// A countdown that interrupts a running process.
///
/// It counts from [`start`](Self::start) on, whether armed or not; it interrupts
/// only while armed, which is while the process runs.
pub trait SchedulerTimer {
    /// Starts a time slice of `us` microseconds, unarmed.
    fn start(&self, us: NonZeroU32);

    /// Ends the time slice: no interrupt will come of it.
    fn reset(&self);

    /// Lets the end of the time slice interrupt.
    fn arm(&self);

    /// Keeps the end of the time slice from interrupting; the count goes on.
    fn disarm(&self);

    /// Microseconds that are left; `None` when the time slice is over.
    fn get_remaining_us(&self) -> Option<NonZeroU32>;
}

/// No timer: time slices never end.
impl SchedulerTimer for () {
    fn start(&self, _us: NonZeroU32) {}

    fn reset(&self) {}

    fn arm(&self) {}

    fn disarm(&self) {}

    fn get_remaining_us(&self) -> Option<NonZeroU32> {
        // Any time that a scheduler would call plenty.
        NonZeroU32::new(10_000)
    }
}

/// A scheduler timer over an alarm, which may be a virtual one.
///
/// A virtual alarm cannot be kept from interrupting, so that arming has no
/// effect: the end of a time slice interrupts whatever runs, which does no
/// harm. The alarm needs no client.
pub struct VirtualSchedulerTimer<A: 'static + Alarm<'static>> {
    alarm: &'static A,
    /// Start of the time slice and its length, while there is one.
    slice: Cell<Option<(A::Ticks, A::Ticks)>>,
}

impl<A: 'static + Alarm<'static>> VirtualSchedulerTimer<A> {
    /// Makes a timer over `alarm`, which nobody else may use.
    pub fn new(alarm: &'static A) -> Self {
        VirtualSchedulerTimer {
            alarm,
            slice: Cell::new(None),
        }
    }
}

impl<A: 'static + Alarm<'static>> SchedulerTimer for VirtualSchedulerTimer<A> {
    fn start(&self, us: NonZeroU32) {
        let reference = self.alarm.now();
        let dt = self.alarm.ticks_from_us(us.get());
        self.slice.set(Some((reference, dt)));
        self.alarm.set_alarm(reference, dt);
    }

    fn reset(&self) {
        self.slice.set(None);
        // An alarm that cannot be disarmed wakes the kernel once too often.
        let _ = self.alarm.disarm();
    }

    fn arm(&self) {}

    fn disarm(&self) {}

    fn get_remaining_us(&self) -> Option<NonZeroU32> {
        let (reference, dt) = self.slice.get()?;
        let end = reference.wrapping_add(dt);
        let now = self.alarm.now();
        if !now.within_range(reference, end) {
            // Forgotten, lest a counter that wraps makes the slice live again.
            self.slice.set(None);
            return None;
        }
        NonZeroU32::new(self.alarm.ticks_to_us(end.wrapping_sub(now)))
    }
}
