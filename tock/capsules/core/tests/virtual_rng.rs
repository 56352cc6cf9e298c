// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The random number mux over a source that the test plays.

use std::cell::{Cell, RefCell};

use capsules_core::virtualizers::virtual_rng::{MuxRngMaster, VirtualRngMasterDevice};
use kernel::ErrorCode;
use kernel::hil::rng::{Client, Continue, Rng};

#[derive(Default)]
struct Source {
    client: Cell<Option<&'static dyn Client>>,
    asked: Cell<bool>,
    refuses: Cell<bool>,
}

impl Source {
    fn give(&self, words: &[u32]) {
        assert!(self.asked.get(), "nobody asked");
        let mut words = words.iter().copied();
        let answer = self
            .client
            .get()
            .unwrap()
            .randomness_available(&mut words, Ok(()));
        self.asked.set(matches!(answer, Continue::More));
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

/// Wants a number of words.
#[derive(Default)]
struct Taker {
    wants: Cell<usize>,
    got: RefCell<Vec<u32>>,
    errors: Cell<usize>,
}

impl Client for Taker {
    fn randomness_available(
        &self,
        randomness: &mut dyn Iterator<Item = u32>,
        error: Result<(), ErrorCode>,
    ) -> Continue {
        if error.is_err() {
            self.errors.set(self.errors.get() + 1);
            return Continue::Done;
        }
        while self.wants.get() > 0 {
            match randomness.next() {
                Some(word) => self.got.borrow_mut().push(word),
                None => return Continue::More,
            }
            self.wants.set(self.wants.get() - 1);
        }
        Continue::Done
    }
}

type Device = VirtualRngMasterDevice<'static>;

fn bench() -> (&'static Source, Vec<(&'static Device, &'static Taker)>) {
    let source: &'static Source = Box::leak(Box::default());
    let mux: &'static MuxRngMaster<'static> = Box::leak(Box::new(MuxRngMaster::new(source)));
    source.set_client(mux);
    let devices = (0..2)
        .map(|_| {
            let device: &'static Device = Box::leak(Box::new(Device::new(mux)));
            let taker: &'static Taker = Box::leak(Box::default());
            device.set_client(taker);
            (device, taker)
        })
        .collect();
    (source, devices)
}

#[test]
fn words_are_shared_out_and_none_twice() {
    let (source, devices) = bench();
    for (device, taker) in &devices {
        taker.wants.set(3);
        device.get().unwrap();
    }
    source.give(&[1, 2]);
    source.give(&[3, 4, 5]);
    source.give(&[6, 7]);
    assert!(!source.asked.get());
    let mut all = [devices[0].1.got.take(), devices[1].1.got.take()].concat();
    assert_eq!(all.len(), 6);
    all.sort();
    assert_eq!(all, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn cancelled_request_gets_nothing() {
    let (source, devices) = bench();
    for (device, taker) in &devices {
        taker.wants.set(1);
        device.get().unwrap();
    }
    devices[0].0.cancel().unwrap();
    source.give(&[1, 2]);
    assert_eq!(*devices[0].1.got.borrow(), []);
    assert_eq!(*devices[1].1.got.borrow(), [1]);
}

#[test]
fn last_cancel_stops_the_source() {
    let (source, devices) = bench();
    devices[0].0.get().unwrap();
    devices[0].0.cancel().unwrap();
    assert!(!source.asked.get());
    devices[1].0.get().unwrap();
    assert!(source.asked.get());
}

#[test]
fn refusal_is_returned_and_can_be_tried_again() {
    let (source, devices) = bench();
    source.refuses.set(true);
    assert_eq!(devices[0].0.get(), Err(ErrorCode::OFF));
    source.refuses.set(false);
    devices[0].1.wants.set(1);
    devices[0].0.get().unwrap();
    source.give(&[5]);
    assert_eq!(*devices[0].1.got.borrow(), [5]);
}

#[test]
fn error_is_told_to_all_that_wait() {
    let (source, devices) = bench();
    for (device, _) in &devices {
        device.get().unwrap();
    }
    let client = source.client.get().unwrap();
    let answer = client.randomness_available(&mut std::iter::empty(), Err(ErrorCode::FAIL));
    assert!(matches!(answer, Continue::Done));
    assert!(devices.iter().all(|(_, taker)| taker.errors.get() == 1));
}
