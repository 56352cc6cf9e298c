// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The store over a flash in RAM, through failures and power cuts.

use std::cell::RefCell;
use std::format;
use std::string::String;
use std::vec::Vec;

use provisioning_storage::layout::{ERASED, PAGE_LEN};
use provisioning_wire::{DaemonPin, StoredConfig};

use super::*;
use crate::test::{Pages, RamFlash, config, leak, minted, on_a_board, run_deferred_calls};
use kernel::hil::flash::HasClient;

#[derive(Clone, Debug, PartialEq)]
enum Told {
    Loaded(Result<Verdict, Unusable>),
    Wiped(Result<(), Fault>),
    Restarts(Result<(), Fault>),
    Attempts(Result<(), Fault>),
    Committed(Result<(), Fault>),
}

#[derive(Default)]
struct Clients(RefCell<Vec<Told>>);

impl StoreClient for Clients {
    fn loaded(&self, found: Result<Verdict, Unusable>) {
        self.0.borrow_mut().push(Told::Loaded(found));
    }

    fn wiped(&self, result: Result<(), Fault>) {
        self.0.borrow_mut().push(Told::Wiped(result));
    }

    fn restarts_recorded(&self, result: Result<(), Fault>) {
        self.0.borrow_mut().push(Told::Restarts(result));
    }
}

impl CommitClient for Clients {
    fn attempts_recorded(&self, result: Result<(), Fault>) {
        self.0.borrow_mut().push(Told::Attempts(result));
    }

    fn committed(&self, result: Result<(), Fault>) {
        self.0.borrow_mut().push(Told::Committed(result));
    }
}

/// A board that was just switched on.
struct Board {
    flash: &'static RamFlash,
    key_store: &'static KeyStore,
    store: &'static ConfigStore<'static, RamFlash>,
    told: &'static Clients,
}

const VALID: Verdict = Verdict::Valid { fell_back: false };

impl Board {
    fn new(pages: Pages) -> Self {
        let flash = RamFlash::new(pages);
        let key_store: &'static KeyStore = leak(KeyStore::new());
        let store: &'static _ = leak(ConfigStore::new(
            flash,
            0,
            key_store,
            leak(Default::default()),
        ));
        let told: &'static Clients = leak(Clients::default());
        flash.set_client(store);
        store.register();
        store.set_store_client(told);
        store.set_commit_client(told);
        Self {
            flash,
            key_store,
            store,
            told,
        }
    }

    /// Loads and answers what was found.
    fn load(&self) -> Told {
        self.store.load().unwrap();
        self.last()
    }

    fn last(&self) -> Told {
        run_deferred_calls();
        self.told.0.borrow_mut().pop().unwrap()
    }

    fn commit(&self, serial: u32) {
        let name = name(serial);
        let stored = StoredConfig {
            config: config(serial, &name).validate().unwrap(),
            daemon: DaemonPin {
                daemon_id: [1; 16],
                identity_key: [4; 65],
            },
        };
        self.key_store.stage(&stored).unwrap();
        self.store
            .commit(serial, [serial as u8; NONCE_LEN])
            .unwrap();
    }

    fn committed(&self, serial: u32) -> Told {
        self.commit(serial);
        self.last()
    }

    /// The endpoint name that tenants would be given.
    fn endpoint(&self) -> Option<String> {
        self.key_store
            .with_configuration(|stored| stored.config.config().network.endpoint_name.into())
    }
}

fn name(serial: u32) -> String {
    format!("endpoint-{serial}")
}

/// A minted flash on which these were committed, one after the other.
fn with_configurations(serials: &[u32]) -> Pages {
    on_a_board(|| {
        let board = Board::new(minted());
        assert_eq!(board.load(), Told::Loaded(Ok(Verdict::Erased)));
        for serial in serials {
            assert_eq!(board.committed(*serial), Told::Committed(Ok(())));
        }
        board.flash.content()
    })
}

#[test]
fn a_device_that_was_never_minted_is_told_apart() {
    let board = Board::new(RamFlash::erased());
    assert_eq!(board.load(), Told::Loaded(Err(Unusable::NotMinted)));
    assert_eq!(board.key_store.device_id(), None);
}

#[test]
fn damaged_factory_data_are_not_used() {
    let mut pages = minted();
    pages[0][40] ^= 1;
    let board = Board::new(pages);
    assert_eq!(board.load(), Told::Loaded(Err(Unusable::FactoryDamaged)));
    assert_eq!(board.key_store.device_id(), None);
}

#[test]
fn a_committed_configuration_is_in_force_at_once_and_after_a_restart() {
    let pages = on_a_board(|| {
        let board = Board::new(minted());
        board.load();
        assert_eq!(board.endpoint(), None);
        assert_eq!(board.committed(5), Told::Committed(Ok(())));
        assert_eq!(board.endpoint(), Some(name(5)));
        assert_eq!(board.store.serial(), Some(5));
        board.flash.content()
    });
    let board = Board::new(pages);
    assert_eq!(board.load(), Told::Loaded(Ok(VALID)));
    assert_eq!(board.endpoint(), Some(name(5)));
    assert_eq!(board.store.lowest_serial(), 5);
}

#[test]
fn the_flash_holds_nothing_of_it_in_clear() {
    let pages = with_configurations(&[1, 2]);
    for page in &pages[1..] {
        for secret in [&b"pre-shared key"[..], b"endpoint-", b"identity"] {
            assert!(!page.windows(secret.len()).any(|bytes| bytes == secret));
        }
    }
}

#[test]
fn a_changed_bit_makes_the_store_fall_back_to_the_one_before() {
    let mut pages = with_configurations(&[1, 2]);
    // The second one went to the second slot.
    let last = pages[2].iter().rposition(|byte| *byte != ERASED).unwrap();
    pages[2][last - 30] ^= 1;
    let board = Board::new(pages);
    assert_eq!(
        board.load(),
        Told::Loaded(Ok(Verdict::Valid { fell_back: true }))
    );
    assert_eq!(board.endpoint(), Some(name(1)));
}

#[test]
fn an_old_slot_that_is_copied_back_is_refused() {
    let mut pages = with_configurations(&[1, 2, 3]);
    let old = with_configurations(&[1]);
    pages[1] = old[1];
    pages[2] = [ERASED; PAGE_LEN];
    let board = Board::new(pages);
    assert_eq!(board.load(), Told::Loaded(Ok(Verdict::RolledBack)));
    assert_eq!(board.endpoint(), None);
}

#[test]
fn nobody_is_told_from_within_the_call() {
    let board = Board::new(minted());
    board.store.load().unwrap();
    assert!(board.told.0.borrow().is_empty());
    board.last();
    board.commit(1);
    assert!(board.told.0.borrow().is_empty());
    board.last();
    board.store.wipe(Attempts::Keep).unwrap();
    assert!(board.told.0.borrow().is_empty());
}

#[test]
fn one_thing_is_done_at_a_time() {
    let board = Board::new(minted());
    board.load();
    board.store.wipe(Attempts::Keep).unwrap();
    assert_eq!(board.store.load(), Err(ErrorCode::BUSY));
    assert_eq!(board.store.record_attempts(1), Err(ErrorCode::BUSY));
    assert_eq!(board.last(), Told::Wiped(Ok(())));
    assert_eq!(board.store.record_attempts(1), Ok(()));
    assert_eq!(board.last(), Told::Attempts(Ok(())));
}

#[test]
fn nothing_staged_is_nothing_to_commit() {
    let board = Board::new(minted());
    board.load();
    assert_eq!(
        board.store.commit(1, [0; NONCE_LEN]),
        Err(ErrorCode::RESERVE)
    );
}

#[test]
fn an_older_configuration_is_not_stored() {
    let board = Board::new(with_configurations(&[5]));
    board.load();
    assert_eq!(board.committed(4), Told::Committed(Err(Fault::Refused)));
    assert_eq!(board.endpoint(), Some(name(5)));
}

#[test]
fn a_protected_flash_fails_and_what_was_there_stays() {
    let board = Board::new(with_configurations(&[1]));
    board.load();
    let before = board.flash.content();
    board.flash.protect();
    assert!(matches!(board.committed(2), Told::Committed(Err(_))));
    assert_eq!(board.endpoint(), Some(name(1)));
    board.store.record_attempts(1).unwrap();
    assert!(matches!(board.last(), Told::Attempts(Err(_))));
    board.store.wipe(Attempts::Keep).unwrap();
    assert!(matches!(board.last(), Told::Wiped(Err(_))));
    assert_eq!(board.flash.content(), before);
}

#[test]
fn a_wipe_that_forgives_clears_the_attempts_after_the_slots() {
    let before = on_a_board(|| {
        let board = Board::new(with_configurations(&[1, 2]));
        board.load();
        board.store.record_attempts(3).unwrap();
        board.last();
        board.flash.content()
    });
    with_every_power_cut(
        &before,
        |board| board.store.wipe(Attempts::Forgive).unwrap(),
        |board, _| {
            let forgiven = board.store.attempts() == 0;
            assert!(forgiven || board.store.attempts() == 3);
            // Whoever cuts the power does not unlock a board that keeps what
            // it had.
            let erased = board.flash.content()[1..=2]
                .iter()
                .all(|slot| slot.iter().all(|byte| *byte == ERASED));
            assert!(!forgiven || erased);
        },
    );
}

#[test]
fn a_wipe_keeps_the_attempts_unless_it_forgives() {
    let board = Board::new(with_configurations(&[1]));
    board.load();
    board.store.record_attempts(3).unwrap();
    board.last();
    board.store.wipe(Attempts::Keep).unwrap();
    assert_eq!(board.last(), Told::Wiped(Ok(())));
    assert_eq!(board.store.attempts(), 3);
}

#[test]
fn a_wipe_waits_for_what_is_under_way() {
    let board = Board::new(with_configurations(&[1]));
    board.load();
    board.commit(2);
    board.store.wipe(Attempts::Forgive).unwrap();
    assert_eq!(board.store.wipe(Attempts::Keep), Err(ErrorCode::BUSY));
    run_deferred_calls();
    assert_eq!(
        board.told.0.take(),
        [Told::Committed(Ok(())), Told::Wiped(Ok(()))]
    );
    assert_eq!(board.endpoint(), None);
}

#[test]
fn the_count_of_restarts_outlives_them() {
    let pages = on_a_board(|| {
        let board = Board::new(with_configurations(&[1]));
        // Writing before reading could destroy what is there.
        assert_eq!(board.store.record_restarts(1), Err(ErrorCode::RESERVE));
        assert_eq!(board.store.wipe(Attempts::Keep), Err(ErrorCode::RESERVE));
        board.load();
        board.store.record_restarts(4).unwrap();
        assert_eq!(board.last(), Told::Restarts(Ok(())));
        board.flash.content()
    });
    let board = Board::new(pages);
    board.load();
    assert_eq!(board.store.restarts(), 4);
    assert_eq!(board.endpoint(), Some(name(1)));
}

#[test]
fn a_wipe_erases_every_slot_and_forgives_the_attempts() {
    let pages = on_a_board(|| {
        let board = Board::new(with_configurations(&[1, 2]));
        board.load();
        board.store.record_attempts(3).unwrap();
        assert_eq!(board.last(), Told::Attempts(Ok(())));
        board.store.wipe(Attempts::Forgive).unwrap();
        assert_eq!(board.last(), Told::Wiped(Ok(())));
        assert_eq!(board.endpoint(), None);
        board.flash.content()
    });
    for slot in &pages[1..=2] {
        assert!(slot.iter().all(|byte| *byte == ERASED));
    }
    let board = Board::new(pages);
    assert_eq!(board.load(), Told::Loaded(Ok(Verdict::Erased)));
    assert_eq!(board.store.attempts(), 0);
    // What was wiped cannot come back as a replay.
    assert_eq!(board.store.lowest_serial(), 3);
}

#[test]
fn the_attempt_counter_outlives_restarts_and_full_journals() {
    let mut pages = minted();
    // More than a journal page has room for.
    for _ in 0..4 {
        pages = on_a_board(|| {
            let board = Board::new(pages);
            board.load();
            for _ in 0..100 {
                let next = board.store.attempts() + 1;
                board.store.record_attempts(next).unwrap();
                assert_eq!(board.last(), Told::Attempts(Ok(())));
            }
            board.flash.content()
        });
    }
    let board = Board::new(pages);
    board.load();
    assert_eq!(board.store.attempts(), 400);
}

/// Runs `scenario` with the power cut in each of its changes of the flash, and
/// once without, and gives what it left to `judge` on a restarted board.
fn with_every_power_cut(
    before: &Pages,
    scenario: impl Fn(&Board) + Sync,
    judge: impl Fn(&Board, Told) + Sync,
) {
    let run = |cut: Option<usize>| {
        on_a_board(|| {
            let board = Board::new(before.clone());
            board.load();
            if let Some(changes) = cut {
                board.flash.cut_after(changes);
            }
            scenario(&board);
            run_deferred_calls();
            (board.flash.content(), board.flash.changes())
        })
    };
    let changes = run(None).1;
    assert!(changes > 0);
    for cut in (0..changes).map(Some).chain([None]) {
        let left = run(cut).0;
        on_a_board(|| {
            let board = Board::new(left);
            let found = board.load();
            judge(&board, found);
            // The board is not stuck: the next configuration is stored.
            let serial = board.store.lowest_serial() + 10;
            assert_eq!(board.committed(serial), Told::Committed(Ok(())));
            assert_eq!(board.endpoint(), Some(name(serial)));
        });
    }
}

#[test]
fn a_power_cut_while_the_first_is_stored_leaves_it_whole_or_none() {
    with_every_power_cut(
        &minted(),
        |board| board.commit(1),
        |board, found| match found {
            Told::Loaded(Ok(VALID)) => assert_eq!(board.endpoint(), Some(name(1))),
            Told::Loaded(Ok(Verdict::Erased | Verdict::Corrupt)) => {
                assert_eq!(board.endpoint(), None);
            }
            other => panic!("{other:?}"),
        },
    );
}

#[test]
fn a_power_cut_while_another_is_stored_leaves_one_of_the_two() {
    with_every_power_cut(
        &with_configurations(&[1, 2]),
        |board| board.commit(3),
        |board, found| {
            assert!(matches!(found, Told::Loaded(Ok(Verdict::Valid { .. }))));
            let endpoint = board.endpoint().unwrap();
            assert!(endpoint == name(2) || endpoint == name(3), "{endpoint}");
        },
    );
}

#[test]
fn a_power_cut_while_wiping_never_brings_half_a_configuration() {
    with_every_power_cut(
        &with_configurations(&[1, 2]),
        |board| board.store.wipe(Attempts::Keep).unwrap(),
        |board, found| match found {
            // Cut before the wipe had any effect.
            Told::Loaded(Ok(Verdict::Valid { .. })) => {
                assert_eq!(board.endpoint(), Some(name(2)));
            }
            Told::Loaded(Ok(_)) => assert_eq!(board.endpoint(), None),
            other => panic!("{other:?}"),
        },
    );
}

#[test]
fn a_power_cut_while_counting_leaves_the_count_before_or_after() {
    let before = on_a_board(|| {
        let board = Board::new(minted());
        board.load();
        board.store.record_attempts(4).unwrap();
        board.last();
        board.flash.content()
    });
    with_every_power_cut(
        &before,
        |board| board.store.record_attempts(5).unwrap(),
        |board, _| assert!([4, 5].contains(&board.store.attempts())),
    );
}
