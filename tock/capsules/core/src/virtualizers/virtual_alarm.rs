// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! One hardware alarm shared by any number of kernel clients.
//!
//! ```text
//!   client        client        client        (hil::time::AlarmClient)
//!     |             |             |
//! +---------+  +---------+  +---------+
//! | Virtual |  | Virtual |  | Virtual |       this file
//! | Mux     |  | Mux     |  | Mux     |
//! | Alarm   |  | Alarm   |  | Alarm   |
//! +---------+  +---------+  +---------+
//!        \          |          /
//!         +-------------------+
//!         |     MuxAlarm      |
//!         +-------------------+
//!                   |                         hil::time::Alarm
//!            hardware counter
//! ```
//!
//! The hardware alarm is always set for the virtual alarm that is due first.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let mux = static_init!(MuxAlarm<'static, Clint>, MuxAlarm::new(clint));
//! hil::time::Alarm::set_alarm_client(clint, mux);
//!
//! let alarm = static_init!(VirtualMuxAlarm<'static, Clint>, VirtualMuxAlarm::new(mux));
//! alarm.setup();
//! ```

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::collections::list::{List, ListLink, ListNode};
use kernel::hil::time::{Alarm, AlarmClient, Ticks, Time};
use kernel::utilities::cells::OptionalCell;

/// One of the alarms that share a [`MuxAlarm`].
pub struct VirtualMuxAlarm<'a, A: Alarm<'a>> {
    mux: &'a MuxAlarm<'a, A>,
    reference: Cell<A::Ticks>,
    dt: Cell<A::Ticks>,
    state: Cell<State>,
    next: ListLink<'a, VirtualMuxAlarm<'a, A>>,
    client: OptionalCell<&'a dyn AlarmClient>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not armed; left by `set_alarm`.
    Disarmed,
    /// Waiting for its time; left when the mux sees the time, or by `disarm`.
    Armed,
    /// The mux has seen that its time has come and is about to call the
    /// client. Arming again meanwhile starts anew, so that an alarm set by
    /// another alarm's client is never taken for the one that has passed.
    Due,
}

impl<'a, A: Alarm<'a>> ListNode<'a, VirtualMuxAlarm<'a, A>> for VirtualMuxAlarm<'a, A> {
    fn next(&'a self) -> &'a ListLink<'a, VirtualMuxAlarm<'a, A>> {
        &self.next
    }
}

impl<'a, A: Alarm<'a>> VirtualMuxAlarm<'a, A> {
    /// Makes a disarmed alarm. [`setup`](Self::setup) must follow once the
    /// alarm is at its final place.
    pub fn new(mux: &'a MuxAlarm<'a, A>) -> VirtualMuxAlarm<'a, A> {
        let zero = A::Ticks::from(0u32);
        VirtualMuxAlarm {
            mux,
            reference: Cell::new(zero),
            dt: Cell::new(zero),
            state: Cell::new(State::Disarmed),
            next: ListLink::empty(),
            client: OptionalCell::empty(),
        }
    }

    /// Enters the alarm in the list of its mux. To be called exactly once:
    /// an alarm that is not listed never fires.
    pub fn setup(&'a self) {
        self.mux.alarms.push_head(self);
    }

    /// Ticks from `now` until this alarm is due; zero if it is overdue.
    fn remaining(&self, now: A::Ticks) -> A::Ticks {
        let expiration = self.get_alarm();
        if now.within_range(self.reference.get(), expiration) {
            expiration.wrapping_sub(now)
        } else {
            A::Ticks::from(0u32)
        }
    }
}

impl<'a, A: Alarm<'a>> Time for VirtualMuxAlarm<'a, A> {
    type Frequency = A::Frequency;
    type Ticks = A::Ticks;

    fn now(&self) -> Self::Ticks {
        self.mux.alarm.now()
    }
}

impl<'a, A: Alarm<'a>> Alarm<'a> for VirtualMuxAlarm<'a, A> {
    fn set_alarm_client(&self, client: &'a dyn AlarmClient) {
        self.client.set(client);
    }

    fn set_alarm(&self, reference: Self::Ticks, dt: Self::Ticks) {
        self.reference.set(reference);
        self.dt.set(dt);
        self.state.set(State::Armed);
        self.mux.update();
    }

    fn get_alarm(&self) -> Self::Ticks {
        self.reference.get().wrapping_add(self.dt.get())
    }

    fn disarm(&self) -> Result<(), ErrorCode> {
        if self.state.replace(State::Disarmed) != State::Disarmed {
            self.mux.update();
        }
        Ok(())
    }

    fn is_armed(&self) -> bool {
        self.state.get() != State::Disarmed
    }

    fn minimum_dt(&self) -> Self::Ticks {
        self.mux.alarm.minimum_dt()
    }
}

/// The owner of the hardware alarm.
pub struct MuxAlarm<'a, A: Alarm<'a>> {
    alarm: &'a A,
    alarms: List<'a, VirtualMuxAlarm<'a, A>>,
    /// Set while clients are being called. The hardware is then left alone:
    /// it is set once, after the last client.
    firing: Cell<bool>,
}

impl<'a, A: Alarm<'a>> MuxAlarm<'a, A> {
    /// Makes a mux over `alarm`, whose client it must be made.
    pub const fn new(alarm: &'a A) -> MuxAlarm<'a, A> {
        MuxAlarm {
            alarm,
            alarms: List::new(),
            firing: Cell::new(false),
        }
    }

    /// Sets the hardware for the virtual alarm that is due first.
    fn update(&self) {
        if self.firing.get() {
            return;
        }
        let now = self.alarm.now();
        let first = self
            .alarms
            .iter()
            .filter(|alarm| alarm.is_armed())
            .min_by_key(|alarm| alarm.remaining(now));
        match first {
            // An alarm that is overdue goes to the hardware as it is: by the
            // contract of `set_alarm` it then fires as soon as it can, and not
            // from within this call.
            Some(alarm) => self.alarm.set_alarm(alarm.reference.get(), alarm.dt.get()),
            None => {
                // If the hardware cannot be disarmed, its alarm finds
                // nothing due, which is harmless.
                let _ = self.alarm.disarm();
            }
        }
    }
}

impl<'a, A: Alarm<'a>> AlarmClient for MuxAlarm<'a, A> {
    fn alarm(&self) {
        self.firing.set(true);

        // Who is due is settled before any client runs. A client can arm
        // alarms with a reference later than this `now`, against which they
        // would look as if the counter had wrapped past them.
        let now = self.alarm.now();
        let zero = A::Ticks::from(0u32);
        for alarm in self.alarms.iter() {
            if alarm.state.get() == State::Armed && alarm.remaining(now) == zero {
                alarm.state.set(State::Due);
            }
        }
        for alarm in self.alarms.iter() {
            if alarm.state.get() == State::Due {
                alarm.state.set(State::Disarmed);
                alarm.client.map(|client| client.alarm());
            }
        }

        self.firing.set(false);
        self.update();
    }
}
