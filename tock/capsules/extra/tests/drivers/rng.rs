// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The random number driver over a source that the test plays.

use std::cell::Cell;

use capsules_core::rng::{DRIVER_NUM, RngDriver};
use kernel::ErrorCode;
use kernel::hil::rng::{Client, Continue, Rng};

use crate::harness::{Bench, assert_success};

#[derive(Default)]
struct Source {
    client: Cell<Option<&'static dyn Client>>,
    asked: Cell<bool>,
    refuses: Cell<bool>,
    next: Cell<u32>,
}

impl Source {
    /// Gives words that count up; tells whether more are wanted.
    fn give(&self, count: u32) -> bool {
        assert!(self.asked.get(), "nobody asked");
        let first = self.next.get();
        let mut words = first..first + count;
        let answer = self
            .client
            .get()
            .unwrap()
            .randomness_available(&mut words, Ok(()));
        self.next.set(words.start);
        let more = matches!(answer, Continue::More);
        self.asked.set(more);
        more
    }
}

impl Rng<'static> for Source {
    fn get(&self) -> Result<(), ErrorCode> {
        if self.refuses.get() {
            return Err(ErrorCode::OFF);
        }
        assert!(!self.asked.replace(true), "asked twice");
        Ok(())
    }

    fn cancel(&self) -> Result<(), ErrorCode> {
        self.asked.set(false);
        Ok(())
    }

    fn set_client(&'static self, client: &'static dyn Client) {
        self.client.set(Some(client));
    }
}

fn bench() -> (Bench, &'static Source) {
    let source: &'static Source = Box::leak(Box::default());
    source.next.set(0x0101_0101);
    let bench = Bench::new(|kernel, capability| {
        let rng: &'static RngDriver<'static, Source> = Box::leak(Box::new(RngDriver::new(
            source,
            kernel.create_grant(DRIVER_NUM, capability),
        )));
        source.set_client(rng);
        vec![(DRIVER_NUM, rng)]
    });
    for process in 0..2 {
        bench.subscribe(process, DRIVER_NUM, 0);
    }
    (bench, source)
}

#[test]
fn request_is_filled_over_several_rounds() {
    let (bench, source) = bench();
    let buffer = bench.buffer(0, 12);
    bench.allow_rw(0, DRIVER_NUM, 0, buffer);
    assert_success(bench.command(0, DRIVER_NUM, 1, 10, 0));
    assert!(source.give(1));
    assert_eq!(bench.upcalls(0), []);
    assert!(!source.give(5));
    assert_eq!(bench.upcalls(0), [(0, (0, 10, 0))]);
    let words: Vec<u8> = [0x0101_0101u32, 0x0101_0102, 0x0101_0103]
        .iter()
        .flat_map(|word| word.to_ne_bytes())
        .collect();
    assert_eq!(buffer.bytes()[..10], words[..10]);
    assert_eq!(buffer.bytes()[10..], [0, 0]);
}

#[test]
fn request_clamps_to_the_buffer() {
    let (bench, source) = bench();
    bench.allow_rw(0, DRIVER_NUM, 0, bench.buffer(0, 3));
    assert_success(bench.command(0, DRIVER_NUM, 1, 100, 0));
    assert!(!source.give(4));
    assert_eq!(bench.upcalls(0), [(0, (0, 3, 0))]);
}

#[test]
fn no_word_is_given_to_two_processes() {
    let (bench, source) = bench();
    let buffers = [bench.buffer(0, 5), bench.buffer(1, 5)];
    for (process, buffer) in buffers.into_iter().enumerate() {
        bench.allow_rw(process, DRIVER_NUM, 0, buffer);
        assert_success(bench.command(process, DRIVER_NUM, 1, 5, 0));
    }
    assert!(!source.give(8));
    // Two words each: the rest of the second is thrown away.
    assert_eq!(source.next.get(), 0x0101_0105);
    assert_eq!(buffers[1].bytes()[..4], 0x0101_0103u32.to_ne_bytes());
}

#[test]
fn source_that_refused_is_asked_again() {
    let (bench, source) = bench();
    bench.allow_rw(0, DRIVER_NUM, 0, bench.buffer(0, 4));
    source.refuses.set(true);
    assert_success(bench.command(0, DRIVER_NUM, 1, 4, 0));
    source.refuses.set(false);
    assert_success(bench.command(0, DRIVER_NUM, 1, 4, 0));
    assert!(!source.give(1));
    assert_eq!(bench.upcalls(0), [(0, (0, 4, 0))]);
}

#[test]
fn process_that_ends_wants_nothing_any_more() {
    let (bench, source) = bench();
    bench.allow_rw(0, DRIVER_NUM, 0, bench.buffer(0, 4));
    assert_success(bench.command(0, DRIVER_NUM, 1, 4, 0));
    bench.process(0).terminate(None);
    assert!(!source.give(1));
}
