// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The alarm mux over an alarm whose time the test moves.

use std::cell::{Cell, RefCell};

use capsules_core::virtualizers::virtual_alarm::{MuxAlarm, VirtualMuxAlarm};
use kernel::ErrorCode;
use kernel::hil::time::{Alarm, AlarmClient, Freq1MHz, Ticks, Ticks32, Ticks64, Time};

/// An alarm that fires when the test lets time pass.
struct FakeAlarm<T: Ticks> {
    now: Cell<T>,
    armed: Cell<Option<(T, T)>>,
    client: Cell<Option<&'static dyn AlarmClient>>,
}

impl<T: Ticks> FakeAlarm<T> {
    fn is_due(&self) -> bool {
        self.armed
            .get()
            .is_some_and(|(start, dt)| !self.now.get().within_range(start, start.wrapping_add(dt)))
    }

    /// Lets `ticks` pass one at a time, firing as soon as the alarm is due.
    fn pass(&self, ticks: u32) {
        self.settle();
        for _ in 0..ticks {
            self.now.set(self.now.get().wrapping_add(T::from(1u32)));
            self.settle();
        }
    }

    /// Moves the clock without service, as long disabled interrupts do.
    fn jump(&self, ticks: u32) {
        self.now.set(self.now.get().wrapping_add(T::from(ticks)));
    }

    /// Fires until the alarm is not due any more.
    fn settle(&self) {
        let mut rounds = 0;
        while self.is_due() {
            self.armed.set(None);
            self.client.get().unwrap().alarm();
            rounds += 1;
            assert!(rounds < 100, "the alarm never comes to rest");
        }
    }
}

impl<T: Ticks> Time for FakeAlarm<T> {
    type Frequency = Freq1MHz;
    type Ticks = T;

    fn now(&self) -> T {
        self.now.get()
    }
}

impl<T: Ticks> Alarm<'static> for FakeAlarm<T> {
    fn set_alarm_client(&self, client: &'static dyn AlarmClient) {
        self.client.set(Some(client));
    }

    fn set_alarm(&self, reference: T, dt: T) {
        self.armed.set(Some((reference, dt)));
    }

    fn get_alarm(&self) -> T {
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

    fn minimum_dt(&self) -> T {
        T::from(1u32)
    }
}

type Virtual<T> = VirtualMuxAlarm<'static, FakeAlarm<T>>;

/// Notes when it is called, and then does what the test wants.
struct Client<T: Ticks + 'static> {
    hardware: &'static FakeAlarm<T>,
    fired: RefCell<Vec<T>>,
    then: RefCell<Box<dyn FnMut()>>,
}

impl<T: Ticks + 'static> AlarmClient for Client<T> {
    fn alarm(&self) {
        self.fired.borrow_mut().push(self.hardware.now());
        (self.then.borrow_mut())();
    }
}

struct Bench<T: Ticks + 'static> {
    hardware: &'static FakeAlarm<T>,
    alarms: Vec<(&'static Virtual<T>, &'static Client<T>)>,
}

impl<T: Ticks + 'static> Bench<T> {
    fn new(now: T, count: usize) -> Self {
        let hardware: &'static FakeAlarm<T> = Box::leak(Box::new(FakeAlarm {
            now: Cell::new(now),
            armed: Cell::new(None),
            client: Cell::new(None),
        }));
        let mux: &'static MuxAlarm<'static, FakeAlarm<T>> =
            Box::leak(Box::new(MuxAlarm::new(hardware)));
        hardware.set_alarm_client(mux);
        let alarms = (0..count)
            .map(|_| {
                let alarm: &'static Virtual<T> = Box::leak(Box::new(VirtualMuxAlarm::new(mux)));
                alarm.setup();
                let client: &'static Client<T> = Box::leak(Box::new(Client {
                    hardware,
                    fired: RefCell::new(Vec::new()),
                    then: RefCell::new(Box::new(|| {})),
                }));
                alarm.set_alarm_client(client);
                (alarm, client)
            })
            .collect();
        Self { hardware, alarms }
    }

    fn arm(&self, index: usize, dt: u32) {
        let alarm = self.alarms[index].0;
        alarm.set_alarm(alarm.now(), T::from(dt));
    }

    fn then(&self, index: usize, action: impl FnMut() + 'static) {
        *self.alarms[index].1.then.borrow_mut() = Box::new(action);
    }

    fn fired(&self, index: usize) -> Vec<T> {
        self.alarms[index].1.fired.borrow().clone()
    }
}

fn t(value: u32) -> Ticks32 {
    Ticks32::from(value)
}

#[test]
fn each_fires_once_at_its_time() {
    let bench = Bench::new(t(100), 3);
    bench.arm(0, 30);
    bench.arm(1, 10);
    bench.arm(2, 20);
    bench.hardware.pass(100);
    assert_eq!(bench.fired(0), [t(130)]);
    assert_eq!(bench.fired(1), [t(110)]);
    assert_eq!(bench.fired(2), [t(120)]);
    assert!(!bench.hardware.is_armed());
}

#[test]
fn alarms_due_together_all_fire() {
    let bench = Bench::new(t(0), 3);
    for index in 0..3 {
        bench.arm(index, 5);
    }
    bench.hardware.pass(5);
    for index in 0..3 {
        assert_eq!(bench.fired(index), [t(5)]);
    }
}

#[test]
fn alarm_in_the_past_fires_at_once_but_not_from_within() {
    let bench = Bench::new(t(1000), 1);
    bench.alarms[0].0.set_alarm(t(100), t(50));
    assert_eq!(bench.fired(0), []);
    bench.hardware.pass(0);
    assert_eq!(bench.fired(0), [t(1000)]);
}

#[test]
fn overdue_alarm_goes_before_a_later_one() {
    let bench = Bench::new(t(1000), 2);
    bench.arm(0, 1);
    bench.alarms[1].0.set_alarm(t(0), t(999));
    bench.hardware.pass(0);
    assert_eq!(bench.fired(1), [t(1000)]);
    assert_eq!(bench.fired(0), []);
    bench.hardware.pass(1);
    assert_eq!(bench.fired(0), [t(1001)]);
}

#[test]
fn counter_may_wrap_before_the_alarm() {
    let bench = Bench::new(t(u32::MAX - 9), 2);
    bench.arm(0, 30);
    bench.arm(1, 5);
    bench.hardware.pass(100);
    assert_eq!(bench.fired(0), [t(20)]);
    assert_eq!(bench.fired(1), [t(u32::MAX - 4)]);
}

#[test]
fn longest_dt_does_not_fire_early() {
    let bench = Bench::new(t(7), 2);
    bench.arm(0, u32::MAX);
    bench.arm(1, 3);
    bench.hardware.pass(1000);
    assert_eq!(bench.fired(0), []);
    assert_eq!(bench.fired(1), [t(10)]);
    bench.hardware.jump(u32::MAX - 1000);
    bench.hardware.pass(0);
    assert_eq!(bench.fired(0), [t(6)]);
}

#[test]
fn zero_dt_fires() {
    let bench = Bench::new(t(7), 1);
    bench.arm(0, 0);
    bench.hardware.pass(0);
    assert_eq!(bench.fired(0), [t(7)]);
}

#[test]
fn alarm_may_be_armed_from_its_own_callback() {
    let bench = Bench::new(t(0), 1);
    let alarm = bench.alarms[0].0;
    bench.then(0, move || alarm.set_alarm(alarm.now(), t(10)));
    bench.arm(0, 10);
    bench.hardware.pass(35);
    assert_eq!(bench.fired(0), [t(10), t(20), t(30)]);
    assert!(alarm.is_armed());
}

#[test]
fn alarm_armed_by_anothers_callback_while_time_passes_is_not_early() {
    // The reference is later than the time at which the mux looked.
    for (first, second) in [(0, 1), (1, 0)] {
        let bench = Bench::new(t(0), 2);
        let (hardware, other) = (bench.hardware, bench.alarms[second].0);
        bench.then(first, move || {
            hardware.jump(3);
            other.set_alarm(other.now(), t(50));
        });
        bench.arm(first, 10);
        bench.hardware.pass(10);
        assert_eq!(bench.fired(second), []);
        bench.hardware.pass(50);
        assert_eq!(bench.fired(second), [t(63)]);
    }
}

#[test]
fn alarm_that_is_due_may_be_put_off_by_anothers_callback() {
    for (first, second) in [(0, 1), (1, 0)] {
        let bench = Bench::new(t(0), 2);
        let both = [bench.alarms[first].0, bench.alarms[second].0];
        // Whichever goes first puts the other off.
        let (a, b) = (both[1], both[0]);
        bench.then(first, move || a.set_alarm(a.now(), t(5)));
        bench.then(second, move || b.set_alarm(b.now(), t(5)));
        bench.arm(first, 10);
        bench.arm(second, 10);
        bench.hardware.pass(10);
        assert_eq!(bench.fired(first).len() + bench.fired(second).len(), 1);
    }
}

#[test]
fn callback_may_disarm_another_that_is_due() {
    let bench = Bench::new(t(0), 2);
    for (index, other) in [(0, 1), (1, 0)] {
        let other = bench.alarms[other].0;
        bench.then(index, move || other.disarm().unwrap());
    }
    bench.arm(0, 10);
    bench.arm(1, 10);
    bench.hardware.pass(100);
    assert_eq!(bench.fired(0).len() + bench.fired(1).len(), 1);
    assert!(!bench.hardware.is_armed());
}

#[test]
fn zero_dt_from_a_callback_does_not_starve_the_others() {
    let bench = Bench::new(t(0), 2);
    let alarm = bench.alarms[0].0;
    let mut rounds = 0;
    bench.then(0, move || {
        rounds += 1;
        if rounds < 10 {
            alarm.set_alarm(alarm.now(), t(0));
        }
    });
    bench.arm(0, 5);
    bench.arm(1, 5);
    bench.hardware.pass(5);
    assert_eq!(bench.fired(0).len(), 10);
    assert_eq!(bench.fired(1), [t(5)]);
}

#[test]
fn disarmed_alarm_does_not_fire_and_leaves_the_others() {
    let bench = Bench::new(t(0), 2);
    bench.arm(0, 5);
    bench.arm(1, 10);
    bench.alarms[0].0.disarm().unwrap();
    assert!(!bench.alarms[0].0.is_armed());
    assert_eq!(bench.hardware.get_alarm(), t(10));
    bench.hardware.pass(20);
    assert_eq!(bench.fired(0), []);
    assert_eq!(bench.fired(1), [t(10)]);
}

#[test]
fn last_disarm_disarms_the_hardware() {
    let bench = Bench::new(t(0), 2);
    bench.arm(0, 5);
    bench.alarms[0].0.disarm().unwrap();
    assert!(!bench.hardware.is_armed());
    // Once more is no error, and changes nothing.
    bench.alarms[0].0.disarm().unwrap();
    assert!(!bench.hardware.is_armed());
}

#[test]
fn arming_again_replaces() {
    let bench = Bench::new(t(0), 1);
    bench.arm(0, 5);
    bench.arm(0, 50);
    bench.hardware.pass(100);
    assert_eq!(bench.fired(0), [t(50)]);
}

#[test]
fn late_service_fires_all_that_have_passed() {
    let bench = Bench::new(t(0), 3);
    bench.arm(0, 5);
    bench.arm(1, 50);
    bench.arm(2, 500);
    bench.hardware.jump(100);
    bench.hardware.pass(0);
    assert_eq!(bench.fired(0), [t(100)]);
    assert_eq!(bench.fired(1), [t(100)]);
    assert_eq!(bench.fired(2), []);
}

#[test]
fn wide_counter_keeps_its_high_bits() {
    let start = Ticks64::from_or_max(0xffff_fff0);
    let bench = Bench::new(start, 2);
    bench.arm(0, 0x20);
    bench.arm(1, 8);
    bench.hardware.pass(0x40);
    assert_eq!(bench.fired(0), [Ticks64::from_or_max(0x1_0000_0010)]);
    assert_eq!(bench.fired(1), [Ticks64::from_or_max(0xffff_fff8)]);
}

#[test]
fn wide_counter_waits_longer_than_32_bits() {
    let bench = Bench::new(Ticks64::from(0u32), 1);
    let dt = Ticks64::from_or_max(0x1_0000_0005);
    bench.alarms[0].0.set_alarm(Ticks64::from(0u32), dt);
    bench.hardware.jump(u32::MAX);
    bench.hardware.pass(5);
    assert_eq!(bench.fired(0), []);
    bench.hardware.pass(1);
    assert_eq!(bench.fired(0), [dt]);
}

/// Random arming against a model that looks at every tick.
#[test]
fn behaves_like_separate_alarms() {
    let mut seed = 0x2545_f491u32;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed
    };
    for start in [0, u32::MAX - 500] {
        let bench = Bench::new(t(start), 4);
        let mut model: [Option<u32>; 4] = [None; 4];
        let mut expected = [const { Vec::new() }; 4];
        for tick in 0..2000u32 {
            let now = t(start.wrapping_add(tick));
            for (index, model) in model.iter_mut().enumerate() {
                match random() % 40 {
                    0 => {
                        let dt = random() % 60 + 1;
                        bench.arm(index, dt);
                        *model = Some(tick + dt);
                    }
                    1 => {
                        bench.alarms[index].0.disarm().unwrap();
                        *model = None;
                    }
                    _ => {}
                }
            }
            bench.hardware.pass(1);
            for (model, expected) in model.iter_mut().zip(&mut expected) {
                if model.take_if(|end| *end == tick + 1).is_some() {
                    expected.push(now.wrapping_add(t(1)));
                }
            }
        }
        for (index, expected) in expected.iter().enumerate() {
            assert_eq!(&bench.fired(index), expected);
            assert!(expected.len() > 10);
        }
    }
}
