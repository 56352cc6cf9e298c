// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The timer mux over an alarm whose time the test moves.

use std::cell::{Cell, RefCell};

use capsules_core::virtualizers::virtual_timer::{MuxTimer, VirtualTimer};
use kernel::ErrorCode;
use kernel::hil::time::{Alarm, AlarmClient, Freq1MHz, Ticks, Ticks32, Time, Timer, TimerClient};

#[derive(Default)]
struct Clock {
    now: Cell<u32>,
    armed: Cell<Option<(Ticks32, Ticks32)>>,
    client: Cell<Option<&'static dyn AlarmClient>>,
}

impl Clock {
    fn pass(&self, ticks: u32) {
        for _ in 0..ticks {
            self.jump(1);
        }
    }

    /// Moves the clock without service in between.
    fn jump(&self, ticks: u32) {
        self.now.set(self.now.get().wrapping_add(ticks));
        let mut rounds = 0;
        while let Some((start, dt)) = self.armed.get() {
            if self.now().within_range(start, start.wrapping_add(dt)) {
                break;
            }
            self.armed.set(None);
            self.client.get().unwrap().alarm();
            rounds += 1;
            assert!(rounds < 100, "the alarm never comes to rest");
        }
    }
}

impl Time for Clock {
    type Frequency = Freq1MHz;
    type Ticks = Ticks32;

    fn now(&self) -> Ticks32 {
        Ticks32::from(self.now.get())
    }
}

impl Alarm<'static> for Clock {
    fn set_alarm_client(&self, client: &'static dyn AlarmClient) {
        self.client.set(Some(client));
    }

    fn set_alarm(&self, reference: Ticks32, dt: Ticks32) {
        self.armed.set(Some((reference, dt)));
    }

    fn get_alarm(&self) -> Ticks32 {
        let (reference, dt) = self.armed.get().unwrap();
        reference.wrapping_add(dt)
    }

    fn disarm(&self) -> Result<(), ErrorCode> {
        self.armed.set(None);
        Ok(())
    }

    fn is_armed(&self) -> bool {
        self.armed.get().is_some()
    }

    fn minimum_dt(&self) -> Ticks32 {
        Ticks32::from(2u32)
    }
}

struct Log {
    clock: &'static Clock,
    fired: RefCell<Vec<u32>>,
}

impl TimerClient for Log {
    fn timer(&self) {
        self.fired.borrow_mut().push(self.clock.now.get());
    }
}

type Device = VirtualTimer<'static, Clock>;

fn bench(now: u32) -> (&'static Clock, Vec<(&'static Device, &'static Log)>) {
    let clock: &'static Clock = Box::leak(Box::default());
    clock.now.set(now);
    let mux: &'static MuxTimer<'static, Clock> = Box::leak(Box::new(MuxTimer::new(clock)));
    clock.set_alarm_client(mux);
    let timers = (0..2)
        .map(|_| {
            let timer: &'static Device = Box::leak(Box::new(VirtualTimer::new(mux)));
            timer.setup();
            let log: &'static Log = Box::leak(Box::new(Log {
                clock,
                fired: RefCell::default(),
            }));
            timer.set_timer_client(log);
            (timer, log)
        })
        .collect();
    (clock, timers)
}

fn t(value: u32) -> Ticks32 {
    Ticks32::from(value)
}

#[test]
fn oneshot_and_repeating_share_the_alarm() {
    let (clock, timers) = bench(u32::MAX - 4);
    timers[0].0.oneshot(t(12));
    timers[1].0.repeating(t(5));
    assert!(timers[0].0.is_oneshot() && timers[1].0.is_repeating());
    clock.pass(16);
    assert_eq!(*timers[0].1.fired.borrow(), [7]);
    assert_eq!(*timers[1].1.fired.borrow(), [0, 5, 10]);
    assert!(!timers[0].0.is_enabled());
    assert_eq!(timers[1].0.time_remaining(), Some(t(4)));
}

#[test]
fn late_service_does_not_make_a_repeating_timer_drift() {
    let (clock, timers) = bench(0);
    timers[0].0.repeating(t(10));
    clock.jump(13);
    clock.pass(20);
    assert_eq!(*timers[0].1.fired.borrow(), [13, 20, 30]);
}

#[test]
fn cancelled_timer_does_not_fire() {
    let (clock, timers) = bench(0);
    timers[0].0.repeating(t(10));
    timers[1].0.oneshot(t(15));
    timers[0].0.cancel().unwrap();
    assert_eq!(timers[0].0.interval(), None);
    clock.pass(30);
    assert_eq!(*timers[0].1.fired.borrow(), []);
    assert_eq!(*timers[1].1.fired.borrow(), [15]);
    assert!(!clock.is_armed());
}

#[test]
fn interval_is_at_least_what_the_alarm_can_do() {
    let (_, timers) = bench(0);
    assert_eq!(timers[0].0.oneshot(t(0)), t(2));
    assert_eq!(timers[0].0.interval(), Some(t(2)));
}
