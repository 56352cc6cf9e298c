// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The Ethernet tap as a smoltcp device, over a fake kernel.

use std::cell::RefCell;
use std::rc::Rc;

use libtock_ethernet_tap::{DRIVER_NUM, Receiver, subscribe};
use libtock_platform::{CommandReturn, ErrorCode};
use libtock_unittest::fake::{self, Kernel, Syscalls};
use libtock_unittest::{DriverInfo, DriverShareRef, RoAllowBuffer, RwAllowBuffer, command_return};
use provisioner::tap::TapDevice;
use smoltcp::phy::{Device, RxToken, TxToken};
use smoltcp::time::Instant;

/// Keeps what is sent, and fills the buffer with what comes.
#[derive(Default)]
struct FakeTap {
    process: DriverShareRef,
    transmit: RefCell<RoAllowBuffer>,
    receive: RefCell<RwAllowBuffer>,
    sent: RefCell<Vec<Vec<u8>>>,
}

impl FakeTap {
    fn arrives(&self, frame: &[u8]) {
        let mut buffer = self.receive.borrow_mut();
        let (header, data) = buffer.split_first_chunk_mut::<8>().unwrap();
        let start = u32::from_ne_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let end = start + 12 + frame.len();
        let chunk = &mut data[start..end];
        chunk[2..4].copy_from_slice(&(frame.len() as u16).to_ne_bytes());
        chunk[12..].copy_from_slice(frame);
        header[4..].copy_from_slice(&(end as u32).to_ne_bytes());
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
        assert_eq!(number, 3);
        let frame = self.transmit.borrow()[..length as usize].to_vec();
        self.sent.borrow_mut().push(frame);
        self.process
            .schedule_upcall(subscribe::TRANSMITTED, (0, length, 0))
            .unwrap();
        command_return::success()
    }

    fn allow_readonly(
        &self,
        _: u32,
        buffer: RoAllowBuffer,
    ) -> Result<RoAllowBuffer, (RoAllowBuffer, ErrorCode)> {
        Ok(self.transmit.replace(buffer))
    }

    fn allow_readwrite(
        &self,
        _: u32,
        buffer: RwAllowBuffer,
    ) -> Result<RwAllowBuffer, (RwAllowBuffer, ErrorCode)> {
        Ok(self.receive.replace(buffer))
    }
}

fn device() -> (Kernel, Rc<FakeTap>, TapDevice<Syscalls>) {
    let kernel = Kernel::new();
    let tap = Rc::new(FakeTap::default());
    kernel.add_driver(&tap);
    let receiver = Receiver::new(vec![0; 200].leak(), vec![0; 200].leak()).unwrap();
    (kernel, tap, TapDevice::new(receiver))
}

fn next(device: &mut TapDevice<Syscalls>) -> Option<Vec<u8>> {
    let (frame, _) = device.receive(Instant::ZERO)?;
    Some(frame.consume(<[u8]>::to_vec))
}

#[test]
fn each_frame_comes_once_and_in_order() {
    let (_kernel, tap, mut device) = device();
    assert_eq!(next(&mut device), None);
    tap.arrives(b"one");
    tap.arrives(b"two");
    assert_eq!(next(&mut device).unwrap(), b"one");
    // It goes to the other buffer, which is read next.
    tap.arrives(b"three");
    assert_eq!(next(&mut device).unwrap(), b"two");
    assert_eq!(next(&mut device).unwrap(), b"three");
    assert_eq!(next(&mut device), None);
    tap.arrives(b"four");
    assert_eq!(next(&mut device).unwrap(), b"four");
    assert_eq!(next(&mut device), None);
}

#[test]
fn what_is_written_into_a_frame_is_sent() {
    let (_kernel, tap, mut device) = device();
    let token = device.transmit(Instant::ZERO).unwrap();
    token.consume(5, |frame| frame.copy_from_slice(b"frame"));
    assert_eq!(*tap.sent.borrow(), [b"frame"]);
    let longest = device.capabilities().max_transmission_unit;
    let token = device.transmit(Instant::ZERO).unwrap();
    token.consume(longest, |frame| frame.fill(7));
    assert_eq!(tap.sent.borrow()[1], vec![7; 1_514]);
}
