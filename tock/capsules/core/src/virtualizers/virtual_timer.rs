// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Timers, oneshot and repeating, shared by any number of kernel clients.
//!
//! Each [`VirtualTimer`] is in the list of a [`MuxTimer`], which owns one
//! alarm, usually a virtual one.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let mux = static_init!(MuxTimer<'static, A>, MuxTimer::new(virtual_alarm));
//! virtual_alarm.set_alarm_client(mux);
//!
//! let timer = static_init!(VirtualTimer<'static, A>, VirtualTimer::new(mux));
//! timer.setup();
//! timer.repeating(timer.ticks_from_ms(100));
//! ```

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::collections::list::{List, ListLink, ListNode};
use kernel::hil::time::{Alarm, AlarmClient, Ticks, Time, Timer, TimerClient};
use kernel::utilities::cells::OptionalCell;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Disabled,
    Oneshot,
    Repeating,
}

/// One of the timers that share a [`MuxTimer`].
pub struct VirtualTimer<'a, A: Alarm<'a>> {
    mux: &'a MuxTimer<'a, A>,
    /// When the current interval began.
    reference: Cell<A::Ticks>,
    interval: Cell<A::Ticks>,
    mode: Cell<Mode>,
    /// Found expired by the mux, client not called yet.
    due: Cell<bool>,
    next: ListLink<'a, VirtualTimer<'a, A>>,
    client: OptionalCell<&'a dyn TimerClient>,
}

impl<'a, A: Alarm<'a>> ListNode<'a, VirtualTimer<'a, A>> for VirtualTimer<'a, A> {
    fn next(&'a self) -> &'a ListLink<'a, VirtualTimer<'a, A>> {
        &self.next
    }
}

impl<'a, A: Alarm<'a>> VirtualTimer<'a, A> {
    /// Makes a disabled timer. [`setup`](Self::setup) must follow once the
    /// timer is at its final place.
    pub fn new(mux: &'a MuxTimer<'a, A>) -> VirtualTimer<'a, A> {
        let zero = A::Ticks::from(0u32);
        VirtualTimer {
            mux,
            reference: Cell::new(zero),
            interval: Cell::new(zero),
            mode: Cell::new(Mode::Disabled),
            due: Cell::new(false),
            next: ListLink::empty(),
            client: OptionalCell::empty(),
        }
    }

    /// Enters the timer in the list of its mux; to be called exactly once.
    pub fn setup(&'a self) {
        self.mux.timers.push_head(self);
    }

    fn start(&self, interval: A::Ticks, mode: Mode) -> A::Ticks {
        let interval = interval.max(self.mux.alarm.minimum_dt());
        self.reference.set(self.mux.alarm.now());
        self.interval.set(interval);
        self.mode.set(mode);
        self.due.set(false);
        self.mux.update();
        interval
    }

    /// Ticks from `now` until the interval ends; zero if it has ended.
    fn remaining(&self, now: A::Ticks) -> A::Ticks {
        let reference = self.reference.get();
        let expiration = reference.wrapping_add(self.interval.get());
        if now.within_range(reference, expiration) {
            expiration.wrapping_sub(now)
        } else {
            A::Ticks::from(0u32)
        }
    }
}

impl<'a, A: Alarm<'a>> Time for VirtualTimer<'a, A> {
    type Frequency = A::Frequency;
    type Ticks = A::Ticks;

    fn now(&self) -> Self::Ticks {
        self.mux.alarm.now()
    }
}

impl<'a, A: Alarm<'a>> Timer<'a> for VirtualTimer<'a, A> {
    fn set_timer_client(&self, client: &'a dyn TimerClient) {
        self.client.set(client);
    }

    fn oneshot(&self, interval: Self::Ticks) -> Self::Ticks {
        self.start(interval, Mode::Oneshot)
    }

    fn repeating(&self, interval: Self::Ticks) -> Self::Ticks {
        self.start(interval, Mode::Repeating)
    }

    fn interval(&self) -> Option<Self::Ticks> {
        self.is_enabled().then(|| self.interval.get())
    }

    fn is_oneshot(&self) -> bool {
        self.mode.get() == Mode::Oneshot
    }

    fn is_repeating(&self) -> bool {
        self.mode.get() == Mode::Repeating
    }

    fn time_remaining(&self) -> Option<Self::Ticks> {
        self.is_enabled().then(|| self.remaining(self.now()))
    }

    fn is_enabled(&self) -> bool {
        self.mode.get() != Mode::Disabled
    }

    fn cancel(&self) -> Result<(), ErrorCode> {
        self.due.set(false);
        if self.mode.replace(Mode::Disabled) != Mode::Disabled {
            self.mux.update();
        }
        Ok(())
    }
}

/// The owner of the alarm that drives the timers.
pub struct MuxTimer<'a, A: Alarm<'a>> {
    alarm: &'a A,
    timers: List<'a, VirtualTimer<'a, A>>,
    firing: Cell<bool>,
}

impl<'a, A: Alarm<'a>> MuxTimer<'a, A> {
    /// Makes a mux over `alarm`, whose client it must be made.
    pub const fn new(alarm: &'a A) -> MuxTimer<'a, A> {
        MuxTimer {
            alarm,
            timers: List::new(),
            firing: Cell::new(false),
        }
    }

    /// Sets the alarm for the timer that ends first.
    fn update(&self) {
        if self.firing.get() {
            return;
        }
        let now = self.alarm.now();
        let first = self
            .timers
            .iter()
            .filter(|timer| timer.is_enabled())
            .min_by_key(|timer| timer.remaining(now));
        match first {
            Some(timer) => self
                .alarm
                .set_alarm(timer.reference.get(), timer.interval.get()),
            None => {
                // An alarm that cannot be disarmed finds no timer due.
                let _ = self.alarm.disarm();
            }
        }
    }
}

impl<'a, A: Alarm<'a>> AlarmClient for MuxTimer<'a, A> {
    fn alarm(&self) {
        self.firing.set(true);

        // Settled before any client runs: see the virtual alarm.
        let now = self.alarm.now();
        let zero = A::Ticks::from(0u32);
        for timer in self.timers.iter() {
            timer
                .due
                .set(timer.is_enabled() && timer.remaining(now) == zero);
        }
        for timer in self.timers.iter() {
            if !timer.due.replace(false) {
                continue;
            }
            if timer.is_repeating() {
                // From the end of the last interval, not from now, so that
                // late service does not add up to drift.
                let end = timer.reference.get().wrapping_add(timer.interval.get());
                timer.reference.set(end);
            } else {
                timer.mode.set(Mode::Disabled);
            }
            timer.client.map(|client| client.timer());
        }

        self.firing.set(false);
        self.update();
    }
}
