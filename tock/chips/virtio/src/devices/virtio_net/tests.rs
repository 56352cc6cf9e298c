// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The driver with a model of the device behind its queues.

use super::*;
use crate::queues::Virtqueue;
use crate::queues::split_queue::tests::{leak, queue};
use core::cell::RefCell;
use std::vec;
use std::vec::Vec;

const RX: usize = 4;

/// Result, length, identifier and buffer length of a transmission.
type Sent = (Result<(), ErrorCode>, u16, usize, usize);

#[derive(Default)]
struct Station {
    received: RefCell<Vec<Vec<u8>>>,
    sent: RefCell<Vec<Sent>>,
}

impl EthernetAdapterDatapathClient for Station {
    fn transmit_frame_done(
        &self,
        err: Result<(), ErrorCode>,
        frame_buffer: &'static mut [u8],
        len: u16,
        transmission_identifier: usize,
        timestamp: Option<u64>,
    ) {
        assert_eq!(timestamp, None);
        let sent = (err, len, transmission_identifier, frame_buffer.len());
        self.sent.borrow_mut().push(sent);
    }

    fn received_frame(&self, frame: &[u8], timestamp: Option<u64>) {
        assert_eq!(timestamp, None);
        self.received.borrow_mut().push(frame.to_vec());
    }
}

struct Setup {
    rx: &'static SplitVirtqueue<'static, 'static, RX>,
    tx: &'static SplitVirtqueue<'static, 'static, 2>,
    net: &'static VirtIONet<'static, RX>,
    station: &'static Station,
}

fn setup() -> Setup {
    let rx: &'static SplitVirtqueue<'static, 'static, RX> = queue(RX_QUEUE);
    let tx: &'static SplitVirtqueue<'static, 'static, 2> = queue(TX_QUEUE);
    let header = leak([0xff; HEADER_LEN]);
    let buffers = leak([[0; RX_BUFFER_LEN]; RX]);
    let net: &'static VirtIONet<'static, RX> = leak(VirtIONet::new(tx, header, rx, buffers));
    let station: &'static Station = leak(Station::default());
    rx.set_client(net);
    tx.set_client(net);
    net.set_client(station);
    assert_eq!(net.initialize(), Ok(()));
    net.enable_receive();
    Setup {
        rx,
        tx,
        net,
        station,
    }
}

impl Setup {
    /// The device receives `frame` into buffer number `index`.
    fn arrives(&self, index: usize, frame: &[u8]) {
        let mut bytes = vec![0; HEADER_LEN];
        bytes.extend_from_slice(frame);
        self.rx.device_writes(index, &bytes);
    }
}

#[test]
fn the_device_gets_all_receive_buffers_and_each_of_them_back() {
    let setup = setup();
    assert_eq!(setup.rx.given(), RX);
    assert_eq!(setup.net.initialize(), Err(ErrorCode::ALREADY));
    for index in 0..3 * RX {
        setup.arrives(index, &[index as u8; 60]);
        setup.rx.used_interrupt();
        assert_eq!(setup.rx.given(), RX + index + 1);
    }
    let received = setup.station.received.take();
    assert_eq!(received.len(), 3 * RX);
    for (index, frame) in received.iter().enumerate() {
        assert_eq!(frame, &[index as u8; 60]);
    }
}

#[test]
fn a_burst_that_fills_the_queue_is_received_whole() {
    let setup = setup();
    for index in 0..RX {
        setup.arrives(index, &[index as u8; MAX_FRAME_LEN]);
    }
    setup.rx.used_interrupt();
    assert_eq!(setup.station.received.take().len(), RX);
    assert_eq!(setup.rx.free_descriptor_count(), 0);
}

#[test]
fn frames_are_dropped_while_receiving_is_off_and_buffers_are_kept() {
    let setup = setup();
    setup.net.disable_receive();
    setup.arrives(0, &[1; 60]);
    setup.rx.used_interrupt();
    assert!(setup.station.received.take().is_empty());
    assert_eq!(setup.rx.free_descriptor_count(), 0);
    setup.net.enable_receive();
    setup.arrives(1, &[2; 60]);
    setup.rx.used_interrupt();
    assert_eq!(setup.station.received.take(), [vec![2; 60]]);
}

#[test]
fn impossible_lengths_are_no_frames() {
    let setup = setup();
    for (index, length) in [0, HEADER_LEN as u32 - 1, HEADER_LEN as u32]
        .iter()
        .enumerate()
    {
        let (head, _) = setup.rx.available(index);
        setup.rx.device_returns(head, *length);
    }
    let (head, _) = setup.rx.available(3);
    setup.rx.device_returns(head, u32::MAX);
    setup.rx.used_interrupt();
    // Of a length that cannot be, the buffer is what there is.
    let lengths: Vec<usize> = setup.station.received.take().iter().map(Vec::len).collect();
    assert_eq!(lengths, [MAX_FRAME_LEN]);
    assert_eq!(setup.rx.free_descriptor_count(), 0);
}

#[test]
fn a_frame_goes_out_behind_a_cleared_header() {
    let setup = setup();
    let frame = leak([7u8; 100]);
    let address = frame.as_ptr().addr();
    assert!(setup.net.transmit_frame(frame, 60, 5).is_ok());

    let (head, chain) = setup.tx.available(0);
    assert_eq!(chain.len(), 2);
    assert_eq!((chain[0].1, chain[0].2), (HEADER_LEN, false));
    assert_eq!(chain[1], (address, 60, false));
    let header = core::ptr::with_exposed_provenance::<[u8; HEADER_LEN]>(chain[0].0);
    // SAFETY: The header is leaked memory that is with the device, here.
    assert_eq!(unsafe { *header }, [0; HEADER_LEN]);

    assert!(setup.station.sent.take().is_empty());
    setup.tx.device_returns(head, 0);
    setup.tx.used_interrupt();
    assert_eq!(setup.station.sent.take(), [(Ok(()), 60, 5, 100)]);
}

#[test]
fn one_frame_is_sent_at_a_time() {
    let setup = setup();
    assert!(setup.net.transmit_frame(leak([1; 60]), 60, 1).is_ok());
    let refused = setup.net.transmit_frame(leak([2; 60]), 60, 2);
    assert!(matches!(refused, Err((ErrorCode::BUSY, buffer)) if buffer[0] == 2));
    setup.tx.device_returns(setup.tx.available(0).0, 0);
    setup.tx.used_interrupt();
    assert!(setup.net.transmit_frame(leak([3; 60]), 60, 3).is_ok());
}

#[test]
fn frames_of_impossible_length_are_refused() {
    let setup = setup();
    for (capacity, len) in [(60, 0), (60, 61), (2000, MAX_FRAME_LEN as u16 + 1)] {
        let buffer = Vec::leak(vec![0; capacity]);
        let refused = setup.net.transmit_frame(buffer, len, 1);
        assert!(matches!(refused, Err((ErrorCode::SIZE, b)) if b.len() == capacity));
    }
    assert_eq!(setup.tx.given(), 0);
}

#[test]
fn a_queue_that_is_off_refuses_and_gives_back() {
    let off: &'static SplitVirtqueue<'static, 'static, 2> = leak(SplitVirtqueue::new(
        leak(Default::default()),
        leak(Default::default()),
        leak(Default::default()),
    ));
    let buffers = leak([[0; RX_BUFFER_LEN]; RX]);
    let net = leak(VirtIONet::new(
        off,
        leak([0; HEADER_LEN]),
        queue(RX_QUEUE),
        buffers,
    ));
    for _ in 0..2 {
        let refused = net.transmit_frame(leak([4; 60]), 60, 1);
        assert!(matches!(refused, Err((ErrorCode::OFF, buffer)) if buffer[0] == 4));
    }
}
