// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The driver with a model of the device behind its queue.

use super::*;
use crate::queues::Virtqueue;
use crate::queues::split_queue::tests::{leak, queue};
use core::cell::RefCell;
use std::vec::Vec;

/// Takes `wanted` numbers per callback and answers as told.
struct Taker {
    wanted: usize,
    /// "More" is answered that many times.
    more: Cell<usize>,
    /// Asks for numbers from within the callback.
    asks_again: Cell<bool>,
    rng: OptionalCell<&'static VirtIORng<'static, 'static>>,
    taken: RefCell<Vec<u32>>,
    results: RefCell<Vec<Result<(), ErrorCode>>>,
}

impl Client for Taker {
    fn randomness_available(
        &self,
        randomness: &mut dyn Iterator<Item = u32>,
        error: Result<(), ErrorCode>,
    ) -> Continue {
        self.taken.borrow_mut().extend(randomness.take(self.wanted));
        self.results.borrow_mut().push(error);
        if self.asks_again.take() {
            let again = self.rng.map(|rng| rng.get());
            assert_eq!(again, Some(Ok(())));
        }
        match self.more.get() {
            0 => Continue::Done,
            more => {
                self.more.set(more - 1);
                Continue::More
            }
        }
    }
}

type Queue = SplitVirtqueue<'static, 'static, 1>;

fn setup() -> (
    &'static Queue,
    &'static VirtIORng<'static, 'static>,
    &'static Taker,
) {
    let queue: &'static Queue = queue(0);
    let rng: &'static VirtIORng<'static, 'static> = leak(VirtIORng::new(queue));
    let taker: &'static Taker = leak(Taker {
        wanted: 2,
        more: Cell::new(0),
        asks_again: Cell::new(false),
        rng: OptionalCell::new(rng),
        taken: RefCell::default(),
        results: RefCell::default(),
    });
    queue.set_client(rng);
    rng.set_client(taker);
    assert_eq!(rng.provide_buffer(leak([0u8; 8])), Ok(8));
    (queue, rng, taker)
}

/// The device answers its request number `index`.
fn answer(queue: &Queue, index: usize, bytes: &[u8]) {
    queue.device_writes(index, bytes);
    queue.used_interrupt();
}

#[test]
fn numbers_of_the_device_reach_the_client_once() {
    let (queue, rng, taker) = setup();
    assert_eq!(rng.get(), Ok(()));
    assert!(taker.results.borrow().is_empty());
    answer(queue, 0, &[1, 0, 0, 0, 2, 0, 0, 0]);
    assert_eq!(taker.taken.take(), [1u32.to_le(), 2u32.to_le()]);
    assert_eq!(taker.results.take(), [Ok(())]);
    assert_eq!(queue.given(), 1);
}

#[test]
fn the_buffer_is_clear_before_the_next_request() {
    let (queue, rng, _) = setup();
    rng.get().unwrap();
    answer(queue, 0, &[0xff; 8]);
    assert!(rng.buffer.map_or(false, |buffer| buffer == [0; 8]));
}

#[test]
fn a_second_request_is_refused_until_the_first_is_served() {
    let (queue, rng, taker) = setup();
    rng.get().unwrap();
    assert_eq!(rng.get(), Err(ErrorCode::BUSY));
    answer(queue, 0, &[1; 8]);
    assert_eq!(rng.get(), Ok(()));
    answer(queue, 1, &[1; 8]);
    assert_eq!(taker.results.take().len(), 2);
}

#[test]
fn more_brings_more() {
    let (queue, rng, taker) = setup();
    taker.more.set(2);
    rng.get().unwrap();
    for index in 0..3 {
        assert_eq!(queue.given(), index + 1);
        answer(queue, index, &[index as u8; 8]);
    }
    assert_eq!(taker.taken.take().len(), 6);
    assert_eq!(queue.given(), 3);
}

#[test]
fn a_request_from_within_the_callback_is_served() {
    let (queue, rng, taker) = setup();
    taker.asks_again.set(true);
    rng.get().unwrap();
    answer(queue, 0, &[1; 8]);
    assert_eq!(queue.given(), 2);
    answer(queue, 1, &[2; 8]);
    assert_eq!(taker.results.take().len(), 2);
}

#[test]
fn a_cancelled_request_brings_nothing_and_the_next_one_does() {
    let (queue, rng, taker) = setup();
    rng.get().unwrap();
    rng.cancel().unwrap();
    answer(queue, 0, &[1; 8]);
    assert!(taker.results.borrow().is_empty());
    rng.get().unwrap();
    answer(queue, 1, &[2; 8]);
    assert_eq!(taker.results.take(), [Ok(())]);
}

#[test]
fn only_whole_words_are_numbers_and_none_is_an_error() {
    let (queue, rng, taker) = setup();
    rng.get().unwrap();
    answer(queue, 0, &[1; 7]);
    assert_eq!(taker.taken.take().len(), 1);
    rng.get().unwrap();
    answer(queue, 1, &[1; 3]);
    assert_eq!(taker.results.take(), [Ok(()), Err(ErrorCode::FAIL)]);
}

#[test]
fn without_a_buffer_there_are_no_numbers() {
    let rng: &'static VirtIORng<'static, 'static> = leak(VirtIORng::new(queue(0)));
    assert_eq!(rng.get(), Err(ErrorCode::NOMEM));
    assert_eq!(rng.provide_buffer(leak([0; 3])), Err(ErrorCode::SIZE));
    assert_eq!(rng.provide_buffer(leak([0; 4])), Ok(4));
    assert_eq!(rng.provide_buffer(leak([0; 4])), Err(ErrorCode::ALREADY));
}
