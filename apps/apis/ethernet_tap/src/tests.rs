// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The stream of frames, and both directions against a fake kernel.

extern crate std;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::vec;
use std::vec::Vec;

use libtock_platform::{CommandReturn, ErrorCode};
use libtock_unittest::fake::{self, Kernel, Syscalls};
use libtock_unittest::{DriverInfo, DriverShareRef, RoAllowBuffer, RwAllowBuffer, command_return};

use crate::{DRIVER_NUM, EthernetTap, Frames, Receiver, subscribe};

/// Keeps what is sent, and fills the buffer with what comes.
#[derive(Default)]
struct FakeTap {
    process: DriverShareRef,
    transmit: RefCell<RoAllowBuffer>,
    receive: RefCell<RwAllowBuffer>,
    sent: RefCell<Vec<Vec<u8>>>,
    /// What an upcall says about the next frame that is sent.
    status: Cell<u32>,
    refuses_buffers: Cell<bool>,
}

impl FakeTap {
    /// A frame comes. Answers whether there was room for it.
    fn arrives(&self, frame: &[u8]) -> bool {
        let mut buffer = self.receive.borrow_mut();
        let Some((header, data)) = buffer.split_first_chunk_mut::<8>() else {
            return false;
        };
        let offset = u32::from_ne_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let mut chunk = vec![0; 12];
        chunk[2..4].copy_from_slice(&(frame.len() as u16).to_ne_bytes());
        chunk.extend_from_slice(frame);
        let Some(room) = data.get_mut(offset..offset + chunk.len()) else {
            return false;
        };
        room.copy_from_slice(&chunk);
        let end = (offset + chunk.len()) as u32;
        header[4..].copy_from_slice(&end.to_ne_bytes());
        true
    }
}

impl fake::SyscallDriver for FakeTap {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(DRIVER_NUM).upcall_count(2)
    }

    fn register(&self, process: DriverShareRef) {
        self.process.replace(process);
    }

    fn command(&self, number: u32, length: u32, _: u32) -> CommandReturn {
        match number {
            0 => command_return::success(),
            3 => {
                let buffer = self.transmit.borrow();
                let Some(frame) = buffer.get(..length as usize) else {
                    return command_return::failure(ErrorCode::Size);
                };
                self.sent.borrow_mut().push(frame.to_vec());
                let arguments = (self.status.get(), length, 0);
                self.process
                    .schedule_upcall(subscribe::TRANSMITTED, arguments)
                    .unwrap();
                command_return::success()
            }
            _ => command_return::failure(ErrorCode::NoSupport),
        }
    }

    fn allow_readonly(
        &self,
        _number: u32,
        buffer: RoAllowBuffer,
    ) -> Result<RoAllowBuffer, (RoAllowBuffer, ErrorCode)> {
        Ok(self.transmit.replace(buffer))
    }

    fn allow_readwrite(
        &self,
        _number: u32,
        buffer: RwAllowBuffer,
    ) -> Result<RwAllowBuffer, (RwAllowBuffer, ErrorCode)> {
        if self.refuses_buffers.get() {
            return Err((buffer, ErrorCode::NoMem));
        }
        Ok(self.receive.replace(buffer))
    }
}

fn with_tap() -> (Kernel, Rc<FakeTap>) {
    let kernel = Kernel::new();
    let tap = Rc::new(FakeTap::default());
    kernel.add_driver(&tap);
    (kernel, tap)
}

fn receiver(len: usize) -> Receiver<Syscalls> {
    Receiver::new(vec![0; len].leak(), vec![0; len].leak()).unwrap()
}

fn collect(receiver: &Receiver<Syscalls>) -> Vec<Vec<u8>> {
    receiver.frames().map(<[u8]>::to_vec).collect()
}

fn stream(frames: &[&[u8]]) -> Vec<u8> {
    let mut data = Vec::new();
    for frame in frames {
        data.extend_from_slice(&0u16.to_ne_bytes());
        data.extend_from_slice(&(frame.len() as u16).to_ne_bytes());
        data.extend_from_slice(&0u64.to_ne_bytes());
        data.extend_from_slice(frame);
    }
    let mut buffer = [0; 4].to_vec();
    buffer.extend_from_slice(&(data.len() as u32).to_ne_bytes());
    buffer.extend_from_slice(&data);
    buffer.resize(buffer.len() + 40, 0xaa);
    buffer
}

#[test]
fn frames_come_out_as_they_went_in() {
    let buffer = stream(&[b"first", b"", b"third one"]);
    let frames: Vec<_> = Frames::new(&buffer).collect();
    assert_eq!(frames, [&b"first"[..], b"", b"third one"]);
}

#[test]
fn a_fresh_buffer_holds_no_frames() {
    assert_eq!(Frames::new(&[0; 64]).count(), 0);
    assert_eq!(Frames::new(&[]).count(), 0);
}

#[test]
fn a_stream_cut_anywhere_gives_no_more_than_whole_frames() {
    let buffer = stream(&[b"first", b"second"]);
    for len in 0..buffer.len() {
        assert!(Frames::new(&buffer[..len]).count() <= 2);
    }
    let mut short = buffer.clone();
    // One byte less than both frames take.
    short[4..8].copy_from_slice(&(12u32 + 5 + 12 + 5).to_ne_bytes());
    assert_eq!(Frames::new(&short).count(), 1);
    short[4..8].copy_from_slice(&u32::MAX.to_ne_bytes());
    assert_eq!(Frames::new(&short).count(), 0);
}

#[test]
fn an_unknown_version_is_not_read() {
    let mut buffer = stream(&[b"first"]);
    buffer[0] = 1;
    assert_eq!(Frames::new(&buffer).count(), 0);
}

#[test]
fn without_a_driver_every_call_says_so() {
    let _kernel = Kernel::new();
    assert_eq!(EthernetTap::<Syscalls>::exists(), Err(ErrorCode::NoDevice));
    assert_eq!(
        EthernetTap::<Syscalls>::transmit(&[0; 60]),
        Err(ErrorCode::NoDevice)
    );
}

#[test]
fn frames_come_with_the_swap_after_them() {
    let (_kernel, tap) = with_tap();
    let mut receiver = receiver(100);
    assert!(tap.arrives(b"one"));
    assert!(tap.arrives(b"two"));
    assert_eq!(collect(&receiver), [b""; 0]);
    receiver.swap().unwrap();
    assert!(tap.arrives(b"three"));
    assert_eq!(collect(&receiver), [b"one", b"two"]);
    receiver.swap().unwrap();
    assert_eq!(collect(&receiver), [b"three"]);
    receiver.swap().unwrap();
    assert_eq!(collect(&receiver), [b""; 0]);
}

#[test]
fn a_buffer_that_comes_back_is_empty_for_its_next_turn() {
    let (_kernel, tap) = with_tap();
    let mut receiver = receiver(64);
    for round in 0..10u8 {
        while tap.arrives(&[round; 20]) {}
        receiver.swap().unwrap();
        assert_eq!(collect(&receiver), [[round; 20]]);
    }
}

#[test]
fn a_refused_buffer_is_tried_again() {
    let (_kernel, tap) = with_tap();
    let mut receiver = receiver(100);
    assert!(tap.arrives(b"one"));
    tap.refuses_buffers.set(true);
    assert_eq!(receiver.swap(), Err(ErrorCode::NoMem));
    assert_eq!(collect(&receiver), [b""; 0]);
    tap.refuses_buffers.set(false);
    receiver.swap().unwrap();
    assert_eq!(collect(&receiver), [b"one"]);
}

#[test]
fn a_receiver_that_goes_leaves_no_buffer_behind() {
    let (_kernel, tap) = with_tap();
    let receiver = receiver(100);
    assert!(!tap.receive.borrow().is_empty());
    drop(receiver);
    assert!(tap.receive.borrow().is_empty());
}

#[test]
fn a_frame_is_sent_and_its_end_waited_for() {
    let (_kernel, tap) = with_tap();
    assert_eq!(EthernetTap::<Syscalls>::transmit(b"frame"), Ok(()));
    tap.status.set(ErrorCode::Off as u32);
    assert_eq!(
        EthernetTap::<Syscalls>::transmit(b"other"),
        Err(ErrorCode::Off)
    );
    assert_eq!(*tap.sent.borrow(), [b"frame", b"other"]);
    assert!(tap.transmit.borrow().is_empty());
}
