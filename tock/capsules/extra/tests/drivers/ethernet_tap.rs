// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The Ethernet tap over an interface that the test plays.

use std::cell::{Cell, RefCell};

use capsules_extra::ethernet_tap::{DRIVER_NUM, EthernetTapDriver, MAX_MTU};
use kernel::ErrorCode;
use kernel::hil::ethernet::{EthernetAdapterDatapath, EthernetAdapterDatapathClient};
use kernel::syscall::SyscallReturn;

use crate::harness::{Bench, Buffer, assert_failure, assert_success};

#[derive(Default)]
struct Interface {
    client: Cell<Option<&'static dyn EthernetAdapterDatapathClient>>,
    receiving: Cell<bool>,
    transmitting: Cell<Option<(&'static mut [u8], u16, usize)>>,
    sent: RefCell<Vec<(Vec<u8>, usize)>>,
    refusal: Cell<Option<ErrorCode>>,
}

impl Interface {
    fn finish(&self, result: Result<(), ErrorCode>, timestamp: Option<u64>) {
        let (buffer, length, id) = self.transmitting.take().expect("nothing is being sent");
        let frame = buffer[..usize::from(length)].to_vec();
        self.sent.borrow_mut().push((frame, id));
        let client = self.client.get().unwrap();
        client.transmit_frame_done(result, buffer, length, id, timestamp);
    }

    fn receive(&self, frame: &[u8], timestamp: Option<u64>) {
        assert!(self.receiving.get());
        self.client.get().unwrap().received_frame(frame, timestamp);
    }
}

impl EthernetAdapterDatapath<'static> for Interface {
    fn set_client(&self, client: &'static dyn EthernetAdapterDatapathClient) {
        self.client.set(Some(client));
    }

    fn enable_receive(&self) {
        self.receiving.set(true);
    }

    fn disable_receive(&self) {
        self.receiving.set(false);
    }

    fn transmit_frame(
        &self,
        buffer: &'static mut [u8],
        length: u16,
        id: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])> {
        if let Some(error) = self.refusal.take() {
            return Err((error, buffer));
        }
        self.transmitting.set(Some((buffer, length, id)));
        Ok(())
    }
}

fn bench() -> (Bench, &'static Interface) {
    let interface: &'static Interface = Box::leak(Box::default());
    let bench = Bench::new(|kernel, capability| {
        let tap: &'static EthernetTapDriver<'static, Interface> =
            Box::leak(Box::new(EthernetTapDriver::new(
                interface,
                kernel.create_grant(DRIVER_NUM, capability),
                Box::leak(Box::new([0; MAX_MTU])),
            )));
        interface.set_client(tap);
        tap.initialize();
        vec![(DRIVER_NUM, tap)]
    });
    for process in 0..2 {
        bench.subscribe(process, DRIVER_NUM, 0);
        bench.subscribe(process, DRIVER_NUM, 1);
    }
    (bench, interface)
}

fn share(bench: &Bench, process: usize, frame: &[u8]) {
    let buffer = bench.buffer(process, frame.len());
    buffer.write(frame);
    bench.allow_ro(process, DRIVER_NUM, 0, buffer);
}

fn counts(bench: &Bench, process: usize) -> (u32, u32, u32) {
    match bench.command(process, DRIVER_NUM, 1, 0, 0) {
        SyscallReturn::SuccessU32U32U32(frames, bytes, dropped) => (frames, bytes, dropped),
        other => panic!("{other:?}"),
    }
}

#[test]
fn frame_goes_out_and_its_end_is_told() {
    let (bench, interface) = bench();
    share(&bench, 0, b"frame and more");
    assert_success(bench.command(0, DRIVER_NUM, 3, 5, 77));
    assert_eq!(bench.upcalls(0), []);
    interface.finish(Ok(()), None);
    assert_eq!(*interface.sent.borrow(), [(b"frame".to_vec(), 77)]);
    assert_eq!(bench.upcalls(0), [(1, (0, 5, 77))]);
}

#[test]
fn time_of_sending_is_stored_big_endian() {
    let (bench, interface) = bench();
    share(&bench, 0, b"frame");
    let info = bench.buffer(0, 8);
    bench.allow_rw(0, DRIVER_NUM, 1, info);
    assert_success(bench.command(0, DRIVER_NUM, 3, 5, 1));
    interface.finish(Ok(()), Some(0x0102_0304_0506_0708));
    assert_eq!(bench.upcalls(0), [(1, (0, 0x1_0000 | 5, 1))]);
    assert_eq!(info.bytes(), [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn time_without_room_is_not_claimed() {
    let (bench, interface) = bench();
    share(&bench, 0, b"frame");
    bench.allow_rw(0, DRIVER_NUM, 1, bench.buffer(0, 7));
    assert_success(bench.command(0, DRIVER_NUM, 3, 5, 1));
    interface.finish(Ok(()), Some(1));
    assert_eq!(bench.upcalls(0), [(1, (0, 5, 1))]);
}

#[test]
fn process_sends_one_frame_at_a_time_and_others_wait() {
    let (bench, interface) = bench();
    share(&bench, 0, b"one");
    share(&bench, 1, b"two");
    assert_success(bench.command(0, DRIVER_NUM, 3, 3, 10));
    assert_success(bench.command(1, DRIVER_NUM, 3, 3, 20));
    assert_failure(bench.command(0, DRIVER_NUM, 3, 3, 11), ErrorCode::BUSY);
    assert_failure(bench.command(1, DRIVER_NUM, 3, 3, 21), ErrorCode::BUSY);
    interface.finish(Ok(()), None);
    interface.finish(Err(ErrorCode::FAIL), None);
    let expected = [(b"one".to_vec(), 10), (b"two".to_vec(), 20)];
    assert_eq!(*interface.sent.borrow(), expected);
    assert_eq!(bench.upcalls(0), [(1, (0, 3, 10))]);
    assert_eq!(bench.upcalls(1), [(1, (ErrorCode::FAIL as usize, 3, 20))]);
}

#[test]
fn lengths_are_checked() {
    let (bench, _) = bench();
    assert_failure(bench.command(0, DRIVER_NUM, 3, 1, 0), ErrorCode::SIZE);
    share(&bench, 0, &[0; MAX_MTU + 1]);
    assert_failure(
        bench.command(0, DRIVER_NUM, 3, MAX_MTU + 1, 0),
        ErrorCode::SIZE,
    );
    assert_failure(
        bench.command(0, DRIVER_NUM, 3, usize::MAX, 0),
        ErrorCode::SIZE,
    );
    assert_success(bench.command(0, DRIVER_NUM, 3, MAX_MTU, 0));
}

#[test]
fn refusal_is_returned_and_leaves_the_driver_ready() {
    let (bench, interface) = bench();
    share(&bench, 0, b"one");
    interface.refusal.set(Some(ErrorCode::OFF));
    assert_failure(bench.command(0, DRIVER_NUM, 3, 3, 0), ErrorCode::OFF);
    assert_success(bench.command(0, DRIVER_NUM, 3, 3, 0));
}

#[test]
fn frame_that_waits_fails_when_its_buffer_is_gone() {
    let (bench, interface) = bench();
    share(&bench, 0, b"one");
    share(&bench, 1, b"two");
    assert_success(bench.command(0, DRIVER_NUM, 3, 3, 10));
    assert_success(bench.command(1, DRIVER_NUM, 3, 3, 20));
    bench.allow_ro(1, DRIVER_NUM, 0, Buffer::NONE);
    interface.finish(Ok(()), None);
    assert_eq!(bench.upcalls(1), [(1, (ErrorCode::SIZE as usize, 3, 20))]);
    assert_success(bench.command(0, DRIVER_NUM, 3, 3, 11));
}

#[test]
fn process_that_ends_while_sending_leaves_the_interface_to_the_others() {
    let (bench, interface) = bench();
    share(&bench, 0, b"one");
    share(&bench, 1, b"two");
    assert_success(bench.command(0, DRIVER_NUM, 3, 3, 10));
    assert_success(bench.command(1, DRIVER_NUM, 3, 3, 20));
    bench.process(0).terminate(None);
    interface.finish(Ok(()), None);
    interface.finish(Ok(()), None);
    assert_eq!(bench.upcalls(1), [(1, (0, 3, 20))]);
}

#[test]
fn frames_are_streamed_and_the_first_is_told() {
    let (bench, interface) = bench();
    let buffer = bench.buffer(0, 64);
    bench.allow_rw(0, DRIVER_NUM, 0, buffer);
    interface.receive(b"abc", None);
    interface.receive(b"defg", Some(9));
    assert_eq!(bench.upcalls(0), [(0, (0, 0, 0))]);
    assert_eq!(bench.upcalls(1), []);

    let bytes = buffer.bytes();
    // Version 0, no flags, 12 + 3 + 12 + 4 bytes of data.
    assert_eq!(bytes[..4], [0; 4]);
    assert_eq!(bytes[4..8], 31u32.to_ne_bytes());
    assert_eq!(bytes[8..10], 0u16.to_ne_bytes());
    assert_eq!(bytes[10..12], 3u16.to_ne_bytes());
    assert_eq!(&bytes[20..23], b"abc");
    assert_eq!(bytes[23..25], 1u16.to_ne_bytes());
    assert_eq!(bytes[25..27], 4u16.to_ne_bytes());
    assert_eq!(bytes[27..35], 9u64.to_ne_bytes());
    assert_eq!(&bytes[35..39], b"defg");
    assert_eq!(counts(&bench, 0), (2, 7, 0));
}

#[test]
fn frame_without_room_is_dropped_whole_and_counted() {
    let (bench, interface) = bench();
    let buffer = bench.buffer(0, 8 + 12 + 3);
    bench.allow_rw(0, DRIVER_NUM, 0, buffer);
    interface.receive(b"abc", None);
    interface.receive(b"d", None);
    assert_eq!(counts(&bench, 0), (1, 3, 1));
    let bytes = buffer.bytes();
    // Flag 0 of the big-endian flags: exceeded.
    assert_eq!(bytes[2..4], [0, 1]);
    assert_eq!(bytes[4..8], 15u32.to_ne_bytes());
}

#[test]
fn swapped_buffer_tells_its_first_frame_again() {
    let (bench, interface) = bench();
    for _ in 0..2 {
        bench.allow_rw(0, DRIVER_NUM, 0, bench.buffer(0, 64));
        interface.receive(b"abc", None);
        assert_eq!(bench.upcalls(0), [(0, (0, 0, 0))]);
    }
}

#[test]
fn every_process_that_shares_a_buffer_receives() {
    let (bench, interface) = bench();
    for process in 0..2 {
        bench.allow_rw(process, DRIVER_NUM, 0, bench.buffer(process, 64));
    }
    interface.receive(b"abc", None);
    for process in 0..2 {
        assert_eq!(bench.upcalls(process), [(0, (0, 0, 0))]);
        assert_eq!(counts(&bench, process), (1, 3, 0));
    }
}

#[test]
fn process_without_a_buffer_drops_nothing() {
    let (bench, interface) = bench();
    interface.receive(b"abc", None);
    assert_eq!(counts(&bench, 0), (0, 0, 0));
}
