// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The power goes away at every flash operation, and within it.
//!
//! Each scenario runs on a device in memory until the power is cut within its
//! n-th operation (a word programmed, a page erased), for every n. The device
//! boots, runs the scenario again with a cut anywhere, boots, and runs it a
//! third time to its end. After every boot a model says what may be seen.

mod support;

use proptest::prelude::*;
use provisioning_storage::factory::{FactoryData, FactoryPage};
use provisioning_storage::journal::{Entry, RECORDS_PER_PAGE, Values};
use provisioning_storage::layout::{PAGE_LEN, Page};
use provisioning_storage::slot::MAX_SEALED_LEN;
use provisioning_storage::tasks::Verdict;
use support::{Config, Cut, Device, Random, WORD_LEN, factory};

/// How often each cut is torn in another way.
const TEARS: u64 = 16;

/// What is asked of the device.
#[derive(Clone, Copy, Debug)]
enum Operation {
    /// Stores a configuration of this many bytes, with the serial number this
    /// much above the lowest one that is taken.
    Store {
        len: usize,
        above: u32,
    },
    /// Counts one attempt.
    Count,
    /// Clears the attempts.
    Clear,
    /// Counts one restart.
    Fail,
    Wipe,
}

use Operation::{Clear, Count, Fail, Store, Wipe};

/// What must be seen at the next boot.
#[derive(Clone, Debug)]
struct Model {
    config: Option<Config>,
    values: Values,
    /// No configuration with a lower serial number is ever in force again.
    lowest: u32,
}

impl Model {
    fn new() -> Self {
        Self {
            config: None,
            values: Values::default(),
            lowest: 0,
        }
    }
}

/// Does the operation and says what the model is if it is done.
fn perform(device: &mut Device, model: &Model, operation: Operation) -> (Result<(), Cut>, Model) {
    let mut after = model.clone();
    let result = match operation {
        Store { len, above } => {
            let serial = model.config.as_ref().map_or(0, |config| config.serial);
            let serial = serial.max(model.values.serial_floor) + above;
            let config = Config::random(serial, len, &mut device.random);
            if let Some(before) = &model.config {
                let floor = &mut after.values.serial_floor;
                *floor = (*floor).max(before.serial);
            }
            after.config = Some(config.clone());
            device.store(&config)
        }
        Count => {
            after.values.attempts += 1;
            device.record(Entry::Attempts(after.values.attempts))
        }
        Clear => {
            after.values.attempts = 0;
            device.record(Entry::Attempts(0))
        }
        Fail => {
            after.values.restarts += 1;
            device.record(Entry::Restarts(after.values.restarts))
        }
        Wipe => {
            if let Some(before) = after.config.take() {
                let floor = &mut after.values.serial_floor;
                *floor = (*floor).max(before.serial + 1);
            }
            device.wipe()
        }
    };
    // How often which slot is erased is the device's matter; `observe` compares
    // it with the flash.
    after.values.slot_erases = device.values().slot_erases;
    (result.map(|done| done.expect("the flash works")), after)
}

/// Boots twice and compares with the model from before the operation that was
/// cut and the one from after it. What is seen is the model from now on.
fn observe(device: &mut Device, before: &Model, after: &Model, context: &str) -> Model {
    let seen = device.boot();
    let values = device.values();
    let again = device.boot();
    assert_eq!(
        (&again, device.values()),
        (&seen, values),
        "{context}: boots differ"
    );
    device.assert_factory();

    assert!(
        seen == before.config || seen == after.config,
        "{context}: {seen:?} is neither {:?} nor {:?}",
        before.config,
        after.config
    );
    assert!(
        values.attempts == before.values.attempts || values.attempts == after.values.attempts,
        "{context}: attempts {values:?}, before {before:?}, after {after:?}"
    );
    assert!(
        values.restarts == before.values.restarts || values.restarts == after.values.restarts,
        "{context}: restarts {values:?}, before {before:?}, after {after:?}"
    );
    for (noted, slot) in values.slot_erases.iter().zip([Page::SlotA, Page::SlotB]) {
        let done = device.flash.erases[slot.number()];
        assert!(
            (done..=done + device.flash.cuts).contains(noted),
            "{context}: {slot:?} was erased {done} times, {noted} are noted, after {} cuts",
            device.flash.cuts
        );
    }
    let floor = values.serial_floor;
    assert!(
        floor == before.values.serial_floor || floor == after.values.serial_floor,
        "{context}: floor {values:?}, before {before:?}, after {after:?}"
    );
    if let Some(config) = &seen {
        assert!(config.serial >= before.lowest, "{context}: rolled back");
    }
    Model {
        lowest: before
            .lowest
            .max(seen.as_ref().map_or(0, |config| config.serial)),
        config: seen,
        values,
    }
}

/// What is in memory must be what a boot would find.
fn observe_done(device: &Device, after: &Model, operation: Operation, context: &str) -> Model {
    assert_eq!(device.values(), after.values, "{context}: in memory");
    // The device itself goes on without a boot.
    let mut probe = device.clone();
    let model = observe(&mut probe, after, after, context);
    assert_eq!(model.values, after.values, "{context}: at the next boot");
    assert_eq!(device.index.current(), probe.index.current(), "{context}");
    assert_eq!(device.index.serial(), probe.index.serial(), "{context}");
    match operation {
        Store { .. } => {
            let expected = Verdict::Valid { fell_back: false };
            assert_eq!(device.index.verdict(), expected, "{context}");
            assert_eq!(probe.index.verdict(), expected, "{context}");
        }
        Wipe => {
            assert_eq!(device.index.verdict(), Verdict::Erased, "{context}");
            assert_eq!(probe.index.verdict(), Verdict::Erased, "{context}");
            probe.assert_no_secret();
        }
        Count | Clear | Fail => {}
    }
    model
}

/// Runs the scenario until the fuse burns through or to its end, and boots.
fn run(device: &mut Device, mut model: Model, scenario: &[Operation], context: &str) -> Model {
    let fuse = device.flash.fuse.take();
    device.boot();
    device.flash.fuse = fuse;
    for operation in scenario {
        let context = format!("{context}, {operation:?}");
        let (result, after) = perform(device, &model, *operation);
        if result == Err(Cut) {
            return observe(device, &model, &after, &context);
        }
        model = observe_done(device, &after, *operation, &context);
    }
    model
}

/// Cuts `scenario` everywhere, on a device on which `prelude` was done.
fn cut_everywhere(name: &str, prelude: &[Operation], scenario: &[Operation]) {
    let mut fresh = Device::new(1);
    let start = run(&mut fresh, Model::new(), prelude, "prelude");

    let mut whole = fresh.clone();
    let before = whole.flash.operations;
    run(&mut whole, start.clone(), scenario, "whole");
    let operations = whole.flash.operations - before;
    assert!(operations > 0);

    for cut in 0..operations {
        for tear in 0..TEARS {
            let context = format!("{name}, cut {cut}, tear {tear}");
            let mut device = fresh.clone();
            let mut random = Random(cut * TEARS + tear);
            device.flash.seed(random.next());
            device.flash.fuse = Some(cut);
            let model = run(&mut device, start.clone(), scenario, &context);

            device.flash.fuse = Some(random.below(operations));
            let model = run(
                &mut device,
                model,
                scenario,
                &format!("{context}, second run"),
            );
            run(
                &mut device,
                model,
                scenario,
                &format!("{context}, third run"),
            );
        }
    }
}

const SMALL: Operation = Store { len: 61, above: 1 };
const SAME_SERIAL: Operation = Store { len: 40, above: 0 };

#[test]
fn the_first_store() {
    cut_everywhere("first store", &[], &[Store { len: 300, above: 1 }]);
}

#[test]
fn a_store_that_fills_the_page() {
    let len = MAX_SEALED_LEN - 16;
    cut_everywhere("full store", &[SMALL], &[Store { len, above: 1 }]);
}

#[test]
fn stores_take_turns() {
    cut_everywhere("second store", &[SMALL], &[SMALL]);
    cut_everywhere("third store", &[SMALL, SMALL], &[SMALL]);
    cut_everywhere("same serial", &[SMALL], &[SAME_SERIAL, SAME_SERIAL]);
}

#[test]
fn many_stores() {
    let scenario = [
        SMALL,
        SAME_SERIAL,
        Store { len: 90, above: 5 },
        SMALL,
        SMALL,
        SMALL,
    ];
    cut_everywhere("many stores", &[], &scenario);
}

#[test]
fn attempts_within_a_page() {
    cut_everywhere("counting", &[], &[Count, Count, Clear, Count]);
}

#[test]
fn attempts_across_page_moves() {
    for over in [RECORDS_PER_PAGE - 1, RECORDS_PER_PAGE, 2 * RECORDS_PER_PAGE] {
        let prelude = vec![Count; over];
        cut_everywhere("moving", &prelude, &[Count, Count, Clear, Count, Count]);
    }
}

#[test]
fn restarts_across_a_page_move() {
    for over in [RECORDS_PER_PAGE - 2, RECORDS_PER_PAGE - 1] {
        let prelude = vec![Fail; over];
        cut_everywhere(
            "moving restarts",
            &prelude,
            &[Fail, Count, Fail, Wipe, Fail],
        );
    }
}

#[test]
fn a_floor_that_rises_with_a_page_move() {
    for over in [RECORDS_PER_PAGE - 1, RECORDS_PER_PAGE] {
        let mut prelude = vec![Count; over];
        prelude.push(SMALL);
        cut_everywhere("moving floor", &prelude, &[SMALL, Count]);
        cut_everywhere("moving wipe", &prelude, &[Wipe, Count]);
    }
}

#[test]
fn wiping_nothing_one_and_two_slots() {
    cut_everywhere("wipe of none", &[], &[Wipe]);
    cut_everywhere("wipe of one", &[SMALL], &[Wipe]);
    cut_everywhere("wipe of two", &[SMALL, SMALL], &[Wipe]);
    cut_everywhere("wipe of two, turned", &[SMALL, SMALL, SMALL], &[Wipe]);
}

#[test]
fn a_life() {
    let scenario = [
        Count,
        Clear,
        SMALL,
        Count,
        SMALL,
        Fail,
        Wipe,
        Count,
        Fail,
        Clear,
        SAME_SERIAL,
    ];
    cut_everywhere("life", &[], &scenario);
    cut_everywhere("second life", &[SMALL, Count, SMALL], &scenario);
}

/// A page that a cut left behind must not decide what a wipe does. Needs more
/// ways to tear an erase than the rest: few bits, all in the header.
#[test]
fn an_erase_torn_in_the_header() {
    let mut fresh = Device::new(2);
    let start = run(&mut fresh, Model::new(), &[SMALL, SMALL], "prelude");
    for seed in 0..10_000 {
        let context = format!("torn header, seed {seed}");
        let mut device = fresh.clone();
        device.flash.seed(seed);
        // A store erases the older slot once that is noted, in two words.
        device.flash.fuse = Some(2);
        let model = run(&mut device, start.clone(), &[SMALL], &context);
        run(&mut device, model, &[Wipe, SMALL], &context);
    }
}

/// Minting is done by a host, word by word, on an erased page.
#[test]
fn minting_is_whole_or_seen_not_to_be() {
    let mut minted = [0xff; PAGE_LEN];
    factory().emit(&mut minted).unwrap();
    let words = PAGE_LEN / WORD_LEN;
    let mut random = Random(3);
    let mut valid = 0;
    for cut in 0..=words {
        for _ in 0..TEARS {
            let mut page = [0xff; PAGE_LEN];
            let whole = cut * WORD_LEN;
            page[..whole].copy_from_slice(&minted[..whole]);
            for byte in whole..(whole + WORD_LEN).min(PAGE_LEN) {
                page[byte] = minted[byte] | random.next() as u8;
            }
            match FactoryData::parse(&page) {
                FactoryPage::Erased => assert!(cut == 0),
                FactoryPage::Corrupt => assert_ne!(page, minted),
                FactoryPage::Valid(data) => {
                    assert_eq!(page, minted);
                    assert_eq!(data.root_secret, factory().root_secret);
                    valid += 1;
                }
            }
        }
    }
    assert!(valid > 0);
    assert!(matches!(FactoryData::parse(&minted), FactoryPage::Valid(_)));
    assert_eq!(Page::Factory.number(), 0);
}

fn any_operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        3 => (0usize..200, 0u32..4).prop_map(|(len, above)| Store { len, above }),
        4 => Just(Count),
        1 => Just(Clear),
        1 => Just(Wipe),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(5),
        ..ProptestConfig::default()
    })]

    /// Lives longer than the tables above, with several cuts in each.
    #[test]
    fn any_life_with_any_cuts(
        filled in 0usize..2 * RECORDS_PER_PAGE,
        lives in prop::collection::vec(
            (prop::collection::vec(any_operation(), 1..8), 0u64..400, any::<u64>()),
            1..8,
        ),
    ) {
        let mut device = Device::new(4);
        device.boot();
        let mut model = Model::new();
        for count in 1..=filled {
            device.record(Entry::Attempts(count as u32)).unwrap().unwrap();
        }
        model.values.attempts = filled as u32;
        for (scenario, fuse, seed) in lives {
            device.flash.seed(seed);
            device.flash.fuse = Some(fuse);
            model = run(&mut device, model, &scenario, "any");
        }
    }
}
