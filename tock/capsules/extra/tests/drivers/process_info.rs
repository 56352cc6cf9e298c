// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The process information driver looks at the processes of the bench.

use capsules_extra::process_info_driver::{DRIVER_NUM, ProcessInfo};
use kernel::ErrorCode;
use kernel::capabilities::{ProcessManagementCapability, ProcessStartCapability};
use kernel::define_capability_type;
use kernel::mint_defined_capability;
use kernel::process::{State, StoppedState};

use crate::harness::{Bench, assert_failure, assert_success, value};

define_capability_type!(Capability: ProcessManagementCapability, ProcessStartCapability);

fn bench() -> Bench {
    Bench::new(|kernel, memory| {
        // SAFETY: a test decides who may do what.
        let capability = unsafe { mint_defined_capability!(Capability) };
        let driver: &'static ProcessInfo<Capability> = Box::leak(Box::new(ProcessInfo::new(
            kernel,
            kernel.create_grant(DRIVER_NUM, memory),
            capability,
        )));
        vec![(DRIVER_NUM, driver)]
    })
}

fn word(bytes: &[u8], index: usize) -> u32 {
    u32::from_le_bytes(bytes[4 * index..4 * index + 4].try_into().unwrap())
}

#[test]
fn processes_are_counted_and_listed() {
    let bench = bench();
    let buffer = bench.buffer(0, 8);
    bench.allow_rw(0, DRIVER_NUM, 0, buffer);
    assert_eq!(value(bench.command(0, DRIVER_NUM, 1, 0, 0)), 2);
    assert_eq!(value(bench.command(0, DRIVER_NUM, 2, 0, 0)), 2);
    for index in 0..2 {
        let id = bench.process(index).processid().id();
        assert_eq!(word(&buffer.bytes(), index), id as u32);
    }
    assert_eq!(value(bench.command(0, DRIVER_NUM, 3, 0, 0)), 2);
    assert_eq!(buffer.bytes(), [0; 8]);
}

#[test]
fn list_is_cut_to_the_buffer() {
    let bench = bench();
    let buffer = bench.buffer(0, 7);
    buffer.write(&[0xaa; 7]);
    bench.allow_rw(0, DRIVER_NUM, 0, buffer);
    assert_eq!(value(bench.command(0, DRIVER_NUM, 2, 0, 0)), 2);
    assert_eq!(buffer.bytes()[4..], [0xaa; 3]);
}

#[test]
fn name_and_counts_are_told() {
    let bench = bench();
    let id = bench.process(1).processid().id();
    let buffer = bench.buffer(0, 16);
    bench.allow_rw(0, DRIVER_NUM, 0, buffer);
    assert_eq!(value(bench.command(0, DRIVER_NUM, 4, id, 0)), 4);
    assert_eq!(&buffer.bytes()[..4], b"two ");
    assert_success(bench.command(0, DRIVER_NUM, 5, id, 0));
    assert_eq!(word(&buffer.bytes(), 2), 0);
    assert_failure(bench.command(0, DRIVER_NUM, 5, 999, 0), ErrorCode::INVAL);
    bench.allow_rw(0, DRIVER_NUM, 0, bench.buffer(0, 15));
    assert_failure(bench.command(0, DRIVER_NUM, 5, id, 0), ErrorCode::SIZE);
}

#[test]
fn other_process_is_stopped_resumed_ended_and_started() {
    let bench = bench();
    let other = bench.process(1);
    let id = other.processid().id();
    let control = |id, operation| bench.command(0, DRIVER_NUM, 6, id, operation);

    assert_success(control(id, 2));
    assert!(matches!(
        other.get_state(),
        State::Stopped(StoppedState::Running)
    ));
    assert_success(control(id, 1));
    assert!(matches!(other.get_state(), State::Running));
    assert_success(control(id, 4));
    assert!(matches!(other.get_state(), State::Terminated));
    assert_success(control(id, 5));
    assert!(matches!(other.get_state(), State::Yielded));
    // The process that was started is a new one.
    assert_failure(control(id, 2), ErrorCode::INVAL);
    let id = other.processid().id();
    assert_failure(control(id, 9), ErrorCode::INVAL);
    assert_success(control(id, 3));
    assert!(matches!(other.get_state(), State::Faulted));
}
