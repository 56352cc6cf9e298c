// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The alarm driver over an alarm whose time the test moves.

use std::cell::Cell;

use capsules_core::alarm::{AlarmDriver, DRIVER_NUM};
use kernel::ErrorCode;
use kernel::hil::time::{Alarm, AlarmClient, Freq10MHz, Ticks, Ticks64, Time};

use crate::harness::{Bench, assert_failure, assert_success, value};

struct Clock {
    now: Cell<Ticks64>,
    armed: Cell<Option<(Ticks64, Ticks64)>>,
    client: Cell<Option<&'static dyn AlarmClient>>,
}

impl Clock {
    fn pass(&self, ticks: u32) {
        for _ in 0..ticks {
            self.now
                .set(self.now.get().wrapping_add(Ticks64::from(1u32)));
            while let Some((start, dt)) = self.armed.get() {
                if self.now.get().within_range(start, start.wrapping_add(dt)) {
                    break;
                }
                self.armed.set(None);
                self.client.get().unwrap().alarm();
            }
        }
    }
}

impl Time for Clock {
    type Frequency = Freq10MHz;
    type Ticks = Ticks64;

    fn now(&self) -> Ticks64 {
        self.now.get()
    }
}

impl Alarm<'static> for Clock {
    fn set_alarm_client(&self, client: &'static dyn AlarmClient) {
        self.client.set(Some(client));
    }

    fn set_alarm(&self, reference: Ticks64, dt: Ticks64) {
        self.armed.set(Some((reference, dt)));
    }

    fn get_alarm(&self) -> Ticks64 {
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

    fn minimum_dt(&self) -> Ticks64 {
        Ticks64::from(1u32)
    }
}

fn bench(now: u64) -> (Bench, &'static Clock) {
    let clock: &'static Clock = Box::leak(Box::new(Clock {
        now: Cell::new(Ticks64::from_or_max(now)),
        armed: Cell::new(None),
        client: Cell::new(None),
    }));
    let bench = Bench::new(|kernel, capability| {
        let alarm: &'static AlarmDriver<'static, Clock> = Box::leak(Box::new(AlarmDriver::new(
            clock,
            kernel.create_grant(DRIVER_NUM, capability),
        )));
        clock.set_alarm_client(alarm);
        vec![(DRIVER_NUM, alarm)]
    });
    for process in 0..2 {
        bench.subscribe(process, DRIVER_NUM, 0);
    }
    (bench, clock)
}

#[test]
fn frequency_and_low_bits_of_the_time_are_told() {
    let (bench, _) = bench(0x7_0000_0005);
    assert_success(bench.command(0, DRIVER_NUM, 0, 0, 0));
    assert_eq!(value(bench.command(0, DRIVER_NUM, 1, 0, 0)), 10_000_000);
    assert_eq!(value(bench.command(0, DRIVER_NUM, 2, 0, 0)), 5);
    assert_failure(bench.command(0, DRIVER_NUM, 4, 0, 0), ErrorCode::NOSUPPORT);
}

#[test]
fn alarms_of_two_processes_fire_each_at_its_time() {
    let (bench, clock) = bench(0x7_ffff_fff0);
    assert_eq!(value(bench.command(0, DRIVER_NUM, 5, 0x20, 0)), 0x10);
    assert_eq!(value(bench.command(1, DRIVER_NUM, 5, 8, 0)), 0xffff_fff8);
    clock.pass(8);
    assert_eq!(bench.upcalls(0), []);
    assert_eq!(bench.upcalls(1), [(0, (0xffff_fff8, 0xffff_fff8, 0))]);
    clock.pass(0x18);
    assert_eq!(bench.upcalls(0), [(0, (0x10, 0x10, 0))]);
    clock.pass(100);
    assert_eq!(bench.upcalls(0), []);
}

#[test]
fn second_argument_counts_from_the_reference() {
    let (bench, clock) = bench(1000);
    assert_eq!(value(bench.command(0, DRIVER_NUM, 6, 990, 30)), 1020);
    clock.pass(19);
    assert_eq!(bench.upcalls(0), []);
    clock.pass(1);
    assert_eq!(bench.upcalls(0), [(0, (1020, 1020, 0))]);
}

#[test]
fn alarm_in_the_past_fires() {
    let (bench, clock) = bench(1000);
    assert_eq!(value(bench.command(0, DRIVER_NUM, 6, 100, 30)), 130);
    clock.pass(1);
    assert_eq!(bench.upcalls(0), [(0, (1001, 130, 0))]);
}

#[test]
fn alarm_may_be_stopped_once() {
    let (bench, clock) = bench(0);
    assert_failure(bench.command(0, DRIVER_NUM, 3, 0, 0), ErrorCode::ALREADY);
    value(bench.command(0, DRIVER_NUM, 5, 10, 0));
    value(bench.command(1, DRIVER_NUM, 5, 20, 0));
    assert_success(bench.command(0, DRIVER_NUM, 3, 0, 0));
    assert_failure(bench.command(0, DRIVER_NUM, 3, 0, 0), ErrorCode::ALREADY);
    clock.pass(30);
    assert_eq!(bench.upcalls(0), []);
    assert_eq!(bench.upcalls(1), [(0, (20, 20, 0))]);
    assert!(!clock.is_armed());
}

#[test]
fn setting_again_replaces() {
    let (bench, clock) = bench(0);
    value(bench.command(0, DRIVER_NUM, 5, 10, 0));
    value(bench.command(0, DRIVER_NUM, 5, 20, 0));
    clock.pass(30);
    assert_eq!(bench.upcalls(0), [(0, (20, 20, 0))]);
}
