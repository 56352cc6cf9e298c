// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The port mux over a port that the test plays.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use capsules_core::virtualizers::virtual_uart::{MuxUart, UartDevice};
use kernel::ErrorCode;
use kernel::hil::uart::{
    self, Configure, Error, Parameters, Receive, ReceiveClient, Transmit, TransmitClient,
};

/// A port whose events the test makes. An abort answers later, or within the
/// call as some hardware drivers do.
#[derive(Default)]
struct FakeUart {
    transmit_client: Cell<Option<&'static dyn TransmitClient>>,
    receive_client: Cell<Option<&'static dyn ReceiveClient>>,
    transmitting: Cell<Option<(&'static mut [u8], usize)>>,
    receiving: RefCell<Option<(&'static mut [u8], usize, usize)>>,
    sent: RefCell<Vec<u8>>,
    refusals: RefCell<VecDeque<ErrorCode>>,
    aborting: Cell<bool>,
    aborts_at_once: Cell<bool>,
    baud_rate: Cell<u32>,
}

impl FakeUart {
    fn finish_transmit(&self) {
        let (buffer, length) = self.transmitting.take().expect("nothing is being sent");
        self.sent.borrow_mut().extend(&buffer[..length]);
        let client = self.transmit_client.get().unwrap();
        client.transmitted_buffer(buffer, length, Ok(()));
    }

    fn finish_abort(&self) {
        if self.aborting.take() {
            self.end_receive(Err(ErrorCode::CANCEL), Error::Aborted);
        }
    }

    fn end_receive(&self, rval: Result<(), ErrorCode>, error: Error) {
        let (buffer, position, _) = self.receiving.take().expect("nothing is being received");
        let client = self.receive_client.get().unwrap();
        client.received_buffer(buffer, position, rval, error);
    }

    fn input(&self, bytes: &[u8]) {
        for byte in bytes {
            let full = match self.receiving.borrow_mut().as_mut() {
                Some((buffer, position, length)) => {
                    buffer[*position] = *byte;
                    *position += 1;
                    position == length
                }
                // Nobody listens: the byte is lost.
                None => false,
            };
            if full {
                self.aborting.set(false);
                self.end_receive(Ok(()), Error::None);
            }
        }
    }

    fn is_transmitting(&self) -> bool {
        let current = self.transmitting.take();
        let busy = current.is_some();
        self.transmitting.set(current);
        busy
    }
}

impl Configure for FakeUart {
    fn configure(&self, params: Parameters) -> Result<(), ErrorCode> {
        self.baud_rate.set(params.baud_rate);
        Ok(())
    }
}

impl Transmit<'static> for FakeUart {
    fn set_transmit_client(&self, client: &'static dyn TransmitClient) {
        self.transmit_client.set(Some(client));
    }

    fn transmit_buffer(
        &self,
        buffer: &'static mut [u8],
        length: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])> {
        if let Some(error) = self.refusals.borrow_mut().pop_front() {
            return Err((error, buffer));
        }
        assert!(!self.is_transmitting(), "two transmissions at once");
        self.transmitting.set(Some((buffer, length)));
        Ok(())
    }

    fn transmit_word(&self, _word: u32) -> Result<(), ErrorCode> {
        Err(ErrorCode::NOSUPPORT)
    }

    fn transmit_abort(&self) -> Result<(), ErrorCode> {
        Err(ErrorCode::FAIL)
    }
}

impl Receive<'static> for FakeUart {
    fn set_receive_client(&self, client: &'static dyn ReceiveClient) {
        self.receive_client.set(Some(client));
    }

    fn receive_buffer(
        &self,
        buffer: &'static mut [u8],
        length: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])> {
        if let Some(error) = self.refusals.borrow_mut().pop_front() {
            return Err((error, buffer));
        }
        assert!(self.receiving.borrow().is_none(), "two receives at once");
        assert!(length > 0 && length <= buffer.len());
        *self.receiving.borrow_mut() = Some((buffer, 0, length));
        Ok(())
    }

    fn receive_word(&self) -> Result<(), ErrorCode> {
        Err(ErrorCode::NOSUPPORT)
    }

    fn receive_abort(&self) -> Result<(), ErrorCode> {
        if self.receiving.borrow().is_none() {
            return Ok(());
        }
        self.aborting.set(true);
        if self.aborts_at_once.get() {
            self.finish_abort();
        }
        Err(ErrorCode::BUSY)
    }
}

type Received = (Vec<u8>, Result<(), ErrorCode>);

#[derive(Default)]
struct Client {
    transmitted: RefCell<Vec<Result<(), ErrorCode>>>,
    received: RefCell<Vec<Received>>,
    then: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl TransmitClient for Client {
    fn transmitted_buffer(
        &self,
        _buffer: &'static mut [u8],
        _length: usize,
        rval: Result<(), ErrorCode>,
    ) {
        self.transmitted.borrow_mut().push(rval);
        if let Some(then) = self.then.take() {
            then();
        }
    }
}

impl ReceiveClient for Client {
    fn received_buffer(
        &self,
        buffer: &'static mut [u8],
        length: usize,
        rval: Result<(), ErrorCode>,
        _error: uart::Error,
    ) {
        self.received
            .borrow_mut()
            .push((buffer[..length].to_vec(), rval));
        if let Some(then) = self.then.take() {
            then();
        }
    }
}

struct Bench {
    hardware: &'static FakeUart,
    devices: Vec<(&'static UartDevice<'static>, &'static Client)>,
}

impl Bench {
    fn new(count: usize) -> Self {
        let hardware: &'static FakeUart = Box::leak(Box::default());
        let mux: &'static MuxUart<'static> = Box::leak(Box::new(MuxUart::new(
            hardware,
            Box::leak(Box::new([0; 8])),
            115200,
        )));
        mux.initialize();
        hardware.set_transmit_client(mux);
        hardware.set_receive_client(mux);
        let devices = (0..count)
            .map(|_| {
                let device: &'static UartDevice<'static> =
                    Box::leak(Box::new(UartDevice::new(mux, true)));
                device.setup();
                let client: &'static Client = Box::leak(Box::default());
                device.set_transmit_client(client);
                device.set_receive_client(client);
                (device, client)
            })
            .collect();
        Self { hardware, devices }
    }

    fn send(&self, index: usize, text: &str) -> Result<(), ErrorCode> {
        send(self.devices[index].0, text)
    }

    fn read(&self, index: usize, length: usize) -> Result<(), ErrorCode> {
        read(self.devices[index].0, length)
    }

    fn received(&self, index: usize) -> Vec<Received> {
        self.devices[index].1.received.borrow().clone()
    }

    fn sent(&self) -> String {
        String::from_utf8(self.hardware.sent.borrow().clone()).unwrap()
    }
}

fn send(device: &'static UartDevice<'static>, text: &str) -> Result<(), ErrorCode> {
    let buffer = Vec::leak(text.as_bytes().to_vec());
    let length = buffer.len();
    device
        .transmit_buffer(buffer, length)
        .map_err(|(error, _)| error)
}

fn read(device: &'static UartDevice<'static>, length: usize) -> Result<(), ErrorCode> {
    let buffer = Vec::leak(vec![0; length.max(1)]);
    device
        .receive_buffer(buffer, length)
        .map_err(|(error, _)| error)
}

#[test]
fn port_is_configured() {
    assert_eq!(Bench::new(0).hardware.baud_rate.get(), 115200);
}

#[test]
fn transmissions_go_out_whole_and_in_turn() {
    let bench = Bench::new(3);
    bench.send(0, "aaa").unwrap();
    bench.send(1, "bbb").unwrap();
    bench.send(2, "ccc").unwrap();
    // The first wants to go on at once, and has to wait for the others.
    let device = bench.devices[0].0;
    *bench.devices[0].1.then.borrow_mut() = Some(Box::new(move || send(device, "AAA").unwrap()));
    for _ in 0..4 {
        bench.hardware.finish_transmit();
    }
    let sent = bench.sent();
    assert!(sent.starts_with("aaa") && sent.ends_with("AAA"), "{sent}");
    assert!(sent.contains("bbb") && sent.contains("ccc"));
    assert!(!bench.hardware.is_transmitting());
}

#[test]
fn device_sends_one_thing_at_a_time() {
    let bench = Bench::new(2);
    bench.send(0, "a").unwrap();
    assert_eq!(bench.send(0, "a"), Err(ErrorCode::BUSY));
    bench.send(1, "b").unwrap();
    assert_eq!(bench.send(1, "b"), Err(ErrorCode::BUSY));
}

#[test]
fn nothing_to_send_is_refused() {
    assert_eq!(Bench::new(1).send(0, ""), Err(ErrorCode::SIZE));
}

#[test]
fn refusal_by_a_free_port_is_returned() {
    let bench = Bench::new(1);
    bench
        .hardware
        .refusals
        .borrow_mut()
        .push_back(ErrorCode::OFF);
    assert_eq!(bench.send(0, "a"), Err(ErrorCode::OFF));
    assert_eq!(*bench.devices[0].1.transmitted.borrow(), []);
    bench.send(0, "a").unwrap();
}

#[test]
fn refusal_of_one_that_waited_is_called_back_and_the_next_goes() {
    let bench = Bench::new(3);
    bench.send(0, "a").unwrap();
    bench.send(1, "b").unwrap();
    bench.send(2, "c").unwrap();
    bench
        .hardware
        .refusals
        .borrow_mut()
        .push_back(ErrorCode::FAIL);
    bench.hardware.finish_transmit();
    bench.hardware.finish_transmit();
    let results: Vec<_> = [1, 2]
        .iter()
        .flat_map(|index: &usize| bench.devices[*index].1.transmitted.borrow().clone())
        .collect();
    assert_eq!(results.len(), 2);
    assert_eq!(
        results
            .iter()
            .filter(|r| **r == Err(ErrorCode::FAIL))
            .count(),
        1
    );
    assert_eq!(bench.sent().len(), 2);
}

#[test]
fn input_goes_to_all_that_receive() {
    for at_once in [false, true] {
        let bench = Bench::new(3);
        bench.hardware.aborts_at_once.set(at_once);
        bench.read(0, 3).unwrap();
        bench.read(1, 5).unwrap();
        bench.hardware.finish_abort();
        bench.hardware.input(b"hello");
        assert_eq!(bench.received(0), [(b"hel".to_vec(), Ok(()))]);
        assert_eq!(bench.received(1), [(b"hello".to_vec(), Ok(()))]);
        assert_eq!(bench.received(2), []);
        assert!(bench.hardware.receiving.borrow().is_none());
    }
}

#[test]
fn late_reader_does_not_get_what_came_before() {
    for at_once in [false, true] {
        let bench = Bench::new(2);
        bench.hardware.aborts_at_once.set(at_once);
        bench.read(0, 6).unwrap();
        bench.hardware.input(b"ab");
        bench.read(1, 2).unwrap();
        bench.hardware.finish_abort();
        bench.hardware.input(b"cdef");
        assert_eq!(bench.received(0), [(b"abcdef".to_vec(), Ok(()))]);
        assert_eq!(bench.received(1), [(b"cd".to_vec(), Ok(()))]);
    }
}

#[test]
fn read_longer_than_the_buffer_of_the_mux_goes_on() {
    let bench = Bench::new(1);
    bench.read(0, 20).unwrap();
    bench.hardware.input(b"0123456789abcdefghij");
    assert_eq!(
        bench.received(0),
        [(b"0123456789abcdefghij".to_vec(), Ok(()))]
    );
}

#[test]
fn reader_may_go_on_from_its_callback() {
    let bench = Bench::new(1);
    let device = bench.devices[0].0;
    *bench.devices[0].1.then.borrow_mut() = Some(Box::new(move || read(device, 2).unwrap()));
    bench.read(0, 1).unwrap();
    bench.hardware.input(b"abc");
    assert_eq!(
        bench.received(0),
        [(b"a".to_vec(), Ok(())), (b"bc".to_vec(), Ok(()))]
    );
}

#[test]
fn aborted_read_gives_back_what_came_and_leaves_the_others() {
    let bench = Bench::new(2);
    bench.read(0, 8).unwrap();
    bench.read(1, 8).unwrap();
    bench.hardware.finish_abort();
    bench.hardware.input(b"abc");
    assert_eq!(bench.devices[0].0.receive_abort(), Err(ErrorCode::BUSY));
    assert_eq!(bench.received(0), []);
    bench.hardware.finish_abort();
    assert_eq!(
        bench.received(0),
        [(b"abc".to_vec(), Err(ErrorCode::CANCEL))]
    );
    bench.hardware.input(b"defgh");
    assert_eq!(bench.received(1), [(b"abcdefgh".to_vec(), Ok(()))]);
}

#[test]
fn abort_before_the_read_has_begun_is_called_back() {
    let bench = Bench::new(2);
    bench.read(0, 4).unwrap();
    bench.read(1, 4).unwrap();
    assert_eq!(bench.devices[1].0.receive_abort(), Err(ErrorCode::BUSY));
    bench.hardware.input(b"ab");
    bench.hardware.finish_abort();
    assert_eq!(bench.received(1).len(), 1);
    assert_eq!(bench.received(1)[0].1, Err(ErrorCode::CANCEL));
    bench.hardware.input(b"cd");
    assert_eq!(bench.received(0), [(b"abcd".to_vec(), Ok(()))]);
}

#[test]
fn abort_from_anothers_callback_is_called_back() {
    let bench = Bench::new(2);
    let (one, two) = (bench.devices[0], bench.devices[1]);
    *one.1.then.borrow_mut() = Some(Box::new(move || {
        assert_eq!(two.0.receive_abort(), Err(ErrorCode::BUSY));
    }));
    bench.read(0, 1).unwrap();
    bench.read(1, 4).unwrap();
    bench.hardware.finish_abort();
    bench.hardware.input(b"a");
    bench.hardware.finish_abort();
    assert_eq!(bench.received(1).len(), 1);
    assert_eq!(bench.received(1)[0].1, Err(ErrorCode::CANCEL));
    assert!(bench.hardware.receiving.borrow().is_none());
}

#[test]
fn abort_without_a_read_is_ok() {
    assert_eq!(Bench::new(1).devices[0].0.receive_abort(), Ok(()));
}

#[test]
fn error_of_the_line_ends_the_reads() {
    let bench = Bench::new(1);
    bench.read(0, 4).unwrap();
    bench.hardware.input(b"a");
    bench
        .hardware
        .end_receive(Err(ErrorCode::FAIL), Error::OverrunError);
    assert_eq!(bench.received(0), [(b"a".to_vec(), Err(ErrorCode::FAIL))]);
    bench.read(0, 1).unwrap();
}

#[test]
fn refused_read_can_be_tried_again() {
    let bench = Bench::new(1);
    bench
        .hardware
        .refusals
        .borrow_mut()
        .push_back(ErrorCode::OFF);
    assert_eq!(bench.read(0, 4), Err(ErrorCode::OFF));
    bench.read(0, 1).unwrap();
    assert_eq!(bench.read(0, 1), Err(ErrorCode::BUSY));
    bench.hardware.input(b"x");
    assert_eq!(bench.received(0), [(b"x".to_vec(), Ok(()))]);
}
