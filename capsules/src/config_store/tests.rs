// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The store over a flash in RAM, through failures and power cuts.

use std::cell::RefCell;
use std::format;
use std::string::String;
use std::vec::Vec;

use provisioning_storage::factory::{FactoryData, FactoryPage};
use provisioning_storage::layout::{ERASED, PAGE_LEN};
use provisioning_storage::tasks::Verdict;
use provisioning_wire::{DaemonPin, StoredConfig};

use super::*;
use crate::factory_page_root::FactoryPageRoot;
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
    /// A board that keeps its root secret in the factory page.
    fn new(pages: Pages) -> Self {
        let key_store: &'static KeyStore = leak(KeyStore::new());
        let root: &'static FactoryPageRoot<'static> = leak(FactoryPageRoot::new(key_store));
        root.register();
        Self::with_root(pages, key_store, root)
    }

    fn with_root(
        pages: Pages,
        key_store: &'static KeyStore,
        root: &'static dyn DeviceRoot<'static>,
    ) -> Self {
        let flash = RamFlash::new(pages);
        let store: &'static _ = leak(ConfigStore::new(
            flash,
            0,
            key_store,
            root,
            leak(Default::default()),
            leak(DerivedKey::zeroed()),
        ));
        let told: &'static Clients = leak(Clients::default());
        flash.set_client(store);
        root.set_client(store);
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
        stage(self, serial);
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

fn stage(board: &Board, serial: u32) {
    let name = name(serial);
    let stored = StoredConfig {
        config: config(serial, &name).validate().unwrap(),
        daemon: DaemonPin {
            daemon_id: [1; 16],
            identity_key: [4; 65],
        },
    };
    board.key_store.stage(&stored).unwrap();
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
fn a_flash_that_answers_at_once_is_no_end_of_the_store() {
    let board = Board::new(minted());
    board.flash.hurry();
    assert_eq!(board.load(), Told::Loaded(Ok(Verdict::Erased)));
    assert_eq!(board.committed(1), Told::Committed(Ok(())));
    assert_eq!(board.committed(2), Told::Committed(Ok(())));
    board.flash.protect();
    assert!(matches!(board.committed(3), Told::Committed(Err(_))));
    assert_eq!(board.store.serial(), Some(2));
    board.store.record_attempts(1).unwrap();
    assert!(matches!(board.last(), Told::Attempts(Err(_))));
}

#[test]
fn a_wipe_on_a_flash_that_answers_at_once_is_done() {
    let board = Board::new(with_configurations(&[1, 2]));
    board.flash.hurry();
    assert_eq!(board.load(), Told::Loaded(Ok(VALID)));
    board.store.wipe(Attempts::Keep).unwrap();
    assert_eq!(board.last(), Told::Wiped(Ok(())));
    let erased = |page: &[u8; PAGE_LEN]| page.iter().all(|byte| *byte == ERASED);
    assert!(board.flash.content()[1..=2].iter().all(erased));
}

#[test]
fn it_is_busy_until_the_flash_has_answered() {
    let begin: [fn(&Board); 4] = [
        |board| board.store.record_attempts(1).unwrap(),
        |board| board.store.record_restarts(1).unwrap(),
        |board| board.commit(3),
        |board| board.store.wipe(Attempts::Keep).unwrap(),
    ];
    let pages = with_configurations(&[1, 2]);
    for (answers, begin) in [true, false]
        .into_iter()
        .flat_map(|answers| begin.map(|begin| (answers, begin)))
    {
        on_a_board(|| {
            let board = Board::new(pages.clone());
            assert!(!board.store.is_busy());
            board.store.load().unwrap();
            assert!(board.store.is_busy());
            assert_eq!(board.last(), Told::Loaded(Ok(VALID)));
            assert!(!board.store.is_busy());
            if !answers {
                board.flash.fall_silent();
            }
            begin(&board);
            assert!(board.store.is_busy());
            run_deferred_calls();
            assert_eq!(board.store.is_busy(), !answers);
        });
    }
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

/// A key engine in hardware, which interrupts when it is done.
struct Engine {
    secret: u8,
    refuses: Cell<bool>,
    under_way: Cell<Option<(Context, &'static mut DerivedKey)>>,
    client: OptionalCell<&'static dyn DeviceRootClient>,
}

impl Engine {
    fn new(secret: u8) -> &'static Self {
        leak(Self {
            secret,
            refuses: Cell::new(false),
            under_way: Cell::new(None),
            client: OptionalCell::empty(),
        })
    }

    /// Ends what is under way as the engine's interrupt does.
    fn interrupt(&self, result: Result<(), ErrorCode>) {
        let (context, key) = self.under_way.take().expect("nothing is derived");
        // Also what a failed derivation left behind.
        key.expose_secret_mut().fill(self.secret);
        for (place, byte) in key
            .expose_secret_mut()
            .iter_mut()
            .zip(context.label.iter().chain(&context.device_id))
        {
            *place ^= byte;
        }
        self.client.map(|client| client.derived(key, result));
    }
}

impl DeviceRoot<'static> for Engine {
    fn set_client(&self, client: &'static dyn DeviceRootClient) {
        self.client.set(client);
    }

    fn derive(
        &self,
        context: Context,
        key: &'static mut DerivedKey,
    ) -> Result<(), (ErrorCode, &'static mut DerivedKey)> {
        if self.refuses.get() {
            return Err((ErrorCode::OFF, key));
        }
        assert_eq!(context, Context::storage(crate::test::DEVICE_ID));
        assert!(self.under_way.replace(Some((context, key))).is_none());
        Ok(())
    }
}

/// A flash that was minted for a board with a key engine.
fn minted_without_root() -> Pages {
    let mut pages = minted();
    let FactoryPage::Valid(data) = FactoryData::parse(&pages[0]) else {
        panic!("the factory page of the tests is damaged");
    };
    let data = FactoryData {
        root_secret: None,
        ..data
    };
    pages[0] = [ERASED; PAGE_LEN];
    data.emit(&mut pages[0]).unwrap();
    pages
}

/// Boots on a board with this engine; answers what was found, and the board.
fn on_engine(pages: &Pages, secret: u8) -> (Board, Told) {
    let engine = Engine::new(secret);
    let board = Board::with_root(pages.clone(), leak(KeyStore::new()), engine);
    board.store.load().unwrap();
    run_deferred_calls();
    // The kernel goes on while the engine works, and nothing is done twice.
    assert!(board.told.0.borrow().is_empty());
    assert_eq!(board.store.load(), Err(ErrorCode::BUSY));
    assert_eq!(board.store.wipe(Attempts::Keep), Err(ErrorCode::RESERVE));
    engine.interrupt(Ok(()));
    // Nor is anybody told from within the interrupt.
    assert!(board.told.0.borrow().is_empty());
    let told = board.last();
    (board, told)
}

#[test]
fn a_board_with_a_key_engine_stores_under_its_key() {
    // A root secret in the page is not used by a board that has an engine.
    for pages in [minted_without_root(), minted()] {
        let stored = on_a_board(|| {
            let (board, told) = on_engine(&pages, 1);
            assert_eq!(told, Told::Loaded(Ok(Verdict::Erased)));
            assert_eq!(board.committed(5), Told::Committed(Ok(())));
            board.flash.content()
        });
        on_a_board(|| {
            let (board, told) = on_engine(&stored, 1);
            assert_eq!(told, Told::Loaded(Ok(VALID)));
            assert_eq!(board.endpoint(), Some(name(5)));
            assert_eq!(board.key_store.with_root_secret(|_| ()), None);
            let left = board.store.key.map(|key| *key.expose_secret());
            assert_eq!(left, Some([0; 16]));
        });
        // The whole flash in another device, whose engine has another secret.
        on_a_board(|| {
            let (board, told) = on_engine(&stored, 2);
            assert_eq!(told, Told::Loaded(Ok(Verdict::Corrupt)));
            assert_eq!(board.endpoint(), None);
        });
    }
}

#[test]
fn a_root_that_fails_leaves_everything_as_it_was() {
    let stored = on_a_board(|| {
        let (board, _) = on_engine(&minted_without_root(), 1);
        board.committed(5);
        board.store.record_attempts(3).unwrap();
        board.last();
        board.flash.content()
    });
    for refuses in [true, false] {
        on_a_board(|| {
            let engine = Engine::new(1);
            engine.refuses.set(refuses);
            let board = Board::with_root(stored.clone(), leak(KeyStore::new()), engine);
            board.store.load().unwrap();
            run_deferred_calls();
            if !refuses {
                engine.interrupt(Err(ErrorCode::FAIL));
            }
            let error = if refuses {
                ErrorCode::OFF
            } else {
                ErrorCode::FAIL
            };
            assert_eq!(board.last(), Told::Loaded(Err(Unusable::NoKey(error))));
            assert_eq!(board.endpoint(), None);
            let left = board.store.key.map(|key| *key.expose_secret());
            assert_eq!(left, Some([0; 16]));

            // Nothing can be written over what is there.
            stage(&board, 6);
            let reserve = Err(ErrorCode::RESERVE);
            assert_eq!(board.store.commit(6, [6; NONCE_LEN]), reserve);
            assert_eq!(board.store.record_attempts(0), reserve);
            assert_eq!(board.store.record_restarts(1), reserve);
            assert_eq!(board.store.wipe(Attempts::Forgive), reserve);
            run_deferred_calls();
            assert_eq!(board.flash.content(), stored);

            // The engine may do better when it is asked again.
            engine.refuses.set(false);
            board.store.load().unwrap();
            run_deferred_calls();
            engine.interrupt(Ok(()));
            assert_eq!(board.last(), Told::Loaded(Ok(VALID)));
            assert_eq!(board.endpoint(), Some(name(5)));
            assert_eq!(board.store.attempts(), 3);
        });
    }
}

#[test]
fn a_factory_page_for_a_key_engine_is_of_no_use_without_one() {
    let pages = minted_without_root();
    let board = Board::new(pages.clone());
    let why = Unusable::NoKey(ErrorCode::NOSUPPORT);
    assert_eq!(board.load(), Told::Loaded(Err(why)));
    assert_eq!(board.flash.content(), pages);
}

#[test]
#[cfg(target_os = "linux")]
fn the_root_secret_does_not_stay_in_memory() {
    use crate::test::{ROOT_SECRET, holds};

    let board = Board::new(minted());
    board.load();
    assert_eq!(board.key_store.with_root_secret(|_| ()), None);
    for piece in ROOT_SECRET.chunks_exact(16) {
        assert!(!holds(board.key_store, piece), "{piece:?}");
    }
    assert_eq!(board.committed(1), Told::Committed(Ok(())));
}

#[test]
fn nothing_that_was_read_or_sealed_stays_in_the_page_buffer() {
    let board = Board::new(minted());
    let is_zero = |board: &Board| board.store.page.map(|page| page.0 == [0; PAGE_LEN]);
    board.load();
    assert_eq!(is_zero(&board), Some(true));
    // The configuration was opened there, to see that it was stored whole.
    assert_eq!(board.committed(1), Told::Committed(Ok(())));
    assert_eq!(is_zero(&board), Some(true));
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
