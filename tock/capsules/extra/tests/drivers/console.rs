// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The console over a port that the test plays.

use std::cell::{Cell, RefCell};

use capsules_core::console::{Console, DRIVER_NUM};
use kernel::ErrorCode;
use kernel::hil::uart::{Error, Receive, ReceiveClient, Transmit, TransmitClient};

use crate::harness::{Bench, Buffer, assert_failure, assert_success};

#[derive(Default)]
struct Port {
    transmit_client: Cell<Option<&'static dyn TransmitClient>>,
    receive_client: Cell<Option<&'static dyn ReceiveClient>>,
    transmitting: Cell<Option<(&'static mut [u8], usize)>>,
    receiving: Cell<Option<(&'static mut [u8], usize)>>,
    aborts: Cell<usize>,
    sent: RefCell<Vec<u8>>,
}

impl Port {
    /// Sends until nothing is left; returns what that was.
    fn drain(&self) -> String {
        while let Some((buffer, length)) = self.transmitting.take() {
            self.sent.borrow_mut().extend(&buffer[..length]);
            let client = self.transmit_client.get().unwrap();
            client.transmitted_buffer(buffer, length, Ok(()));
        }
        String::from_utf8(self.sent.take()).unwrap()
    }

    fn receive(&self, bytes: &[u8], rval: Result<(), ErrorCode>) {
        let (buffer, length) = self.receiving.take().expect("nobody reads");
        assert!(bytes.len() <= length);
        buffer[..bytes.len()].copy_from_slice(bytes);
        let client = self.receive_client.get().unwrap();
        client.received_buffer(buffer, bytes.len(), rval, Error::None);
    }
}

impl Transmit<'static> for Port {
    fn set_transmit_client(&self, client: &'static dyn TransmitClient) {
        self.transmit_client.set(Some(client));
    }

    fn transmit_buffer(
        &self,
        buffer: &'static mut [u8],
        length: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])> {
        assert!(length > 0);
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

impl Receive<'static> for Port {
    fn set_receive_client(&self, client: &'static dyn ReceiveClient) {
        self.receive_client.set(Some(client));
    }

    fn receive_buffer(
        &self,
        buffer: &'static mut [u8],
        length: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])> {
        self.receiving.set(Some((buffer, length)));
        Ok(())
    }

    fn receive_word(&self) -> Result<(), ErrorCode> {
        Err(ErrorCode::NOSUPPORT)
    }

    fn receive_abort(&self) -> Result<(), ErrorCode> {
        self.aborts.set(self.aborts.get() + 1);
        Err(ErrorCode::BUSY)
    }
}

fn bench() -> (Bench, &'static Port) {
    let port: &'static Port = Box::leak(Box::default());
    let bench = Bench::new(|kernel, capability| {
        let console: &'static Console<'static> = Box::leak(Box::new(Console::new(
            port,
            Box::leak(Box::new([0; 8])),
            Box::leak(Box::new([0; 16])),
            kernel.create_grant(DRIVER_NUM, capability),
        )));
        port.set_transmit_client(console);
        port.set_receive_client(console);
        vec![(DRIVER_NUM, console)]
    });
    for process in 0..2 {
        bench.subscribe(process, DRIVER_NUM, 1);
        bench.subscribe(process, DRIVER_NUM, 2);
    }
    (bench, port)
}

fn share(bench: &Bench, process: usize, text: &str) {
    let buffer = bench.buffer(process, text.len());
    buffer.write(text.as_bytes());
    bench.allow_ro(process, DRIVER_NUM, 1, buffer);
}

#[test]
fn write_longer_than_the_buffer_of_the_driver_goes_out_in_parts() {
    let (bench, port) = bench();
    share(&bench, 0, "The quick brown fox jumps");
    assert_success(bench.command(0, DRIVER_NUM, 1, 25, 0));
    assert_eq!(bench.upcalls(0), []);
    assert_eq!(port.drain(), "The quick brown fox jumps");
    assert_eq!(bench.upcalls(0), [(1, (25, 0, 0))]);
}

#[test]
fn write_clamps_to_the_buffer_of_the_process() {
    let (bench, port) = bench();
    share(&bench, 0, "short");
    assert_success(bench.command(0, DRIVER_NUM, 1, 1000, 0));
    assert_eq!(port.drain(), "short");
    assert_eq!(bench.upcalls(0), [(1, (5, 0, 0))]);
}

#[test]
fn write_without_a_buffer_ends_at_once() {
    let (bench, port) = bench();
    assert_success(bench.command(0, DRIVER_NUM, 1, 10, 0));
    assert_eq!(port.drain(), "");
    assert_eq!(bench.upcalls(0), [(1, (0, 0, 0))]);
}

#[test]
fn writes_of_two_processes_do_not_mix() {
    let (bench, port) = bench();
    share(&bench, 0, "one one one one ");
    share(&bench, 1, "two two two two ");
    assert_success(bench.command(0, DRIVER_NUM, 1, 16, 0));
    assert_success(bench.command(1, DRIVER_NUM, 1, 16, 0));
    assert_eq!(port.drain(), "one one one one two two two two ");
    assert_eq!(bench.upcalls(0), [(1, (16, 0, 0))]);
    assert_eq!(bench.upcalls(1), [(1, (16, 0, 0))]);
}

#[test]
fn write_replaces_what_is_left_of_the_one_before() {
    let (bench, port) = bench();
    share(&bench, 0, "one one one one ");
    assert_success(bench.command(0, DRIVER_NUM, 1, 16, 0));
    // The port has the first eight bytes.
    share(&bench, 0, "another text");
    assert_success(bench.command(0, DRIVER_NUM, 1, 12, 0));
    assert_eq!(port.drain(), "one one another text");
    assert_eq!(bench.upcalls(0), [(1, (12, 0, 0))]);
}

#[test]
fn write_that_waits_for_the_port_is_replaced_too() {
    let (bench, port) = bench();
    share(&bench, 0, "one one one one ");
    share(&bench, 1, "two two two two ");
    assert_success(bench.command(0, DRIVER_NUM, 1, 16, 0));
    assert_success(bench.command(1, DRIVER_NUM, 1, 16, 0));
    assert_success(bench.command(1, DRIVER_NUM, 1, 4, 0));
    assert_eq!(port.drain(), "one one one one two ");
    assert_eq!(bench.upcalls(0), [(1, (16, 0, 0))]);
    assert_eq!(bench.upcalls(1), [(1, (4, 0, 0))]);
}

#[test]
fn write_of_nothing_replaces_one_under_way() {
    let (bench, port) = bench();
    share(&bench, 0, "one one one one ");
    assert_success(bench.command(0, DRIVER_NUM, 1, 16, 0));
    assert_success(bench.command(0, DRIVER_NUM, 1, 0, 0));
    assert_eq!(bench.upcalls(0), []);
    assert_eq!(port.drain(), "one one ");
    assert_eq!(bench.upcalls(0), [(1, (0, 0, 0))]);
}

#[test]
fn buffer_taken_back_ends_the_write_short() {
    let (bench, port) = bench();
    share(&bench, 0, "one one one one ");
    assert_success(bench.command(0, DRIVER_NUM, 1, 16, 0));
    bench.allow_ro(0, DRIVER_NUM, 1, Buffer::NONE);
    assert_eq!(port.drain(), "one one ");
    assert_eq!(bench.upcalls(0), [(1, (8, 0, 0))]);
}

#[test]
fn process_that_ends_leaves_the_port_to_the_others() {
    let (bench, port) = bench();
    share(&bench, 0, "one one one one ");
    share(&bench, 1, "two");
    assert_success(bench.command(0, DRIVER_NUM, 1, 16, 0));
    assert_success(bench.command(1, DRIVER_NUM, 1, 3, 0));
    bench.process(0).terminate(None);
    assert_eq!(port.drain(), "one one two");
    assert_eq!(bench.upcalls(1), [(1, (3, 0, 0))]);
}

#[test]
fn read_fills_the_buffer() {
    let (bench, port) = bench();
    let buffer = bench.buffer(0, 4);
    bench.allow_rw(0, DRIVER_NUM, 1, buffer);
    assert_success(bench.command(0, DRIVER_NUM, 2, 100, 0));
    port.receive(b"abcd", Ok(()));
    assert_eq!(bench.upcalls(0), [(2, (0, 4, 0))]);
    assert_eq!(buffer.bytes(), b"abcd");
}

#[test]
fn read_of_nothing_ends_at_once() {
    let (bench, port) = bench();
    assert_success(bench.command(0, DRIVER_NUM, 2, 5, 0));
    assert_eq!(bench.upcalls(0), [(2, (0, 0, 0))]);
    assert!(port.receiving.take().is_none(), "the port was asked");
    // Nor is the console taken.
    bench.allow_rw(1, DRIVER_NUM, 1, bench.buffer(1, 4));
    assert_success(bench.command(1, DRIVER_NUM, 2, 4, 0));
    // But it is first asked whether it is.
    assert_failure(bench.command(0, DRIVER_NUM, 2, 0, 0), ErrorCode::BUSY);
    port.receive(b"abcd", Ok(()));
    assert_eq!(bench.upcalls(1), [(2, (0, 4, 0))]);
    assert_eq!(bench.upcalls(0), []);
}

#[test]
fn one_process_reads_at_a_time() {
    let (bench, port) = bench();
    for process in 0..2 {
        bench.allow_rw(process, DRIVER_NUM, 1, bench.buffer(process, 4));
    }
    assert_success(bench.command(0, DRIVER_NUM, 2, 4, 0));
    assert_failure(bench.command(0, DRIVER_NUM, 2, 4, 0), ErrorCode::BUSY);
    assert_failure(bench.command(1, DRIVER_NUM, 2, 4, 0), ErrorCode::BUSY);
    port.receive(b"abcd", Ok(()));
    assert_success(bench.command(1, DRIVER_NUM, 2, 4, 0));
}

#[test]
fn read_longer_than_the_buffer_of_the_driver_is_refused() {
    let (bench, _) = bench();
    bench.allow_rw(0, DRIVER_NUM, 1, bench.buffer(0, 17));
    assert_failure(bench.command(0, DRIVER_NUM, 2, 17, 0), ErrorCode::INVAL);
    assert_success(bench.command(0, DRIVER_NUM, 2, 16, 0));
}

#[test]
fn aborted_read_gives_what_came() {
    let (bench, port) = bench();
    let buffer = bench.buffer(0, 4);
    bench.allow_rw(0, DRIVER_NUM, 1, buffer);
    assert_success(bench.command(0, DRIVER_NUM, 2, 4, 0));
    // Not one's own.
    assert_success(bench.command(1, DRIVER_NUM, 3, 0, 0));
    assert_eq!(port.aborts.get(), 0);
    assert_success(bench.command(0, DRIVER_NUM, 3, 0, 0));
    assert_eq!(port.aborts.get(), 1);
    port.receive(b"ab", Err(ErrorCode::CANCEL));
    assert_eq!(bench.upcalls(0), [(2, (ErrorCode::CANCEL as usize, 2, 0))]);
    assert_eq!(buffer.bytes(), b"ab\0\0");
}

#[test]
fn reader_that_ends_does_not_lock_the_others_out() {
    let (bench, port) = bench();
    for process in 0..2 {
        bench.allow_rw(process, DRIVER_NUM, 1, bench.buffer(process, 4));
    }
    assert_success(bench.command(0, DRIVER_NUM, 2, 4, 0));
    bench.process(0).terminate(None);
    assert_failure(bench.command(1, DRIVER_NUM, 2, 4, 0), ErrorCode::BUSY);
    assert_eq!(port.aborts.get(), 1);
    port.receive(b"", Err(ErrorCode::CANCEL));
    assert_success(bench.command(1, DRIVER_NUM, 2, 4, 0));
}
