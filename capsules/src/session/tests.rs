// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The session with the real daemon at the other end.

use std::cell::RefCell;
use std::vec::Vec;

use provisioning_session::daemon::Progress as DaemonProgress;
use provisioning_wire::{FrameType, Hello};

use super::capsule::{About, Session};
use super::pace::{REST_MS, WORK_MS};
use super::{Phase, SessionClient, SessionObserver, SessionPort, Status};
use crate::config_store::ConfigStore;
use crate::device_root::{DerivedKey, DeviceRoot};
use crate::factory_page_root::FactoryPageRoot;
use crate::interfaces::{Attempts, CommitStore, Store, StoreClient, Unusable};
use crate::key_store::KeyStore;
use crate::test::{
    Daemon, FakeAlarm, FakeRng, Pages, RamFlash, config, leak, minted, on_a_board,
    run_deferred_calls,
};
use kernel::ErrorCode;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::hil::flash::HasClient;
use kernel::hil::rng::Rng;
use kernel::hil::time::Alarm;
use provisioning_storage::tasks::{Fault, Verdict};
use provisioning_wire::{AlertCode, Config, Field, Frame, Reason, Refusal};

mod limits;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    Phase(Phase),
    Committed,
    Acknowledged,
    Refused(Refusal),
    StorageFailed,
    Ended,
}

#[derive(Default)]
struct Observer {
    told: RefCell<Vec<Told>>,
    changes: RefCell<usize>,
}

impl Observer {
    fn note(&self, told: Told) {
        self.told.borrow_mut().push(told);
    }
}

impl SessionObserver for Observer {
    fn phase(&self, phase: Phase) {
        self.note(Told::Phase(phase));
    }

    fn committed(&self) {
        self.note(Told::Committed);
    }

    fn acknowledged(&self) {
        self.note(Told::Acknowledged);
    }

    fn refused(&self, refusal: Refusal) {
        self.note(Told::Refused(refusal));
    }

    fn storage_failed(&self) {
        self.note(Told::StorageFailed);
    }

    fn ended(&self, _alert: Option<AlertCode>) {
        self.note(Told::Ended);
    }
}

impl SessionClient for Observer {
    fn changed(&self) {
        *self.changes.borrow_mut() += 1;
    }
}

impl StoreClient for Observer {
    fn loaded(&self, _found: Result<Verdict, Unusable>) {}

    fn wiped(&self, _result: Result<(), Fault>) {}

    fn restarts_recorded(&self, _result: Result<(), Fault>) {}
}

struct Board {
    alarm: &'static FakeAlarm,
    rng: &'static FakeRng,
    flash: &'static RamFlash,
    key_store: &'static KeyStore,
    store: &'static ConfigStore<'static, RamFlash>,
    session: &'static Session<'static, FakeRng, FakeAlarm>,
    observer: &'static Observer,
}

impl Board {
    fn new(pages: Pages) -> Self {
        Self::with_limit(pages, None)
    }

    fn with_limit(pages: Pages, attempt_limit: Option<u8>) -> Self {
        let rng: &'static FakeRng = leak(FakeRng::default());
        let alarm: &'static FakeAlarm = leak(FakeAlarm::new());
        let flash = RamFlash::new(pages);
        let key_store: &'static KeyStore = leak(KeyStore::new());
        let root: &'static FactoryPageRoot<'static> = leak(FactoryPageRoot::new(key_store));
        root.register();
        let store: &'static ConfigStore<'static, RamFlash> = leak(ConfigStore::new(
            flash,
            0,
            key_store,
            root,
            leak(Default::default()),
            leak(DerivedKey::zeroed()),
        ));
        flash.set_client(store);
        root.set_client(store);
        store.register();
        let about = About {
            board: "board of the test",
            firmware: "firmware 1",
            attempt_limit,
        };
        let session: &'static Session<'static, FakeRng, FakeAlarm> =
            leak(Session::new(rng, alarm, key_store, store, about));
        let observer: &'static Observer = leak(Observer::default());
        rng.set_client(session);
        alarm.set_alarm_client(session);
        session.register();
        session.set_client(observer);
        session.set_observer(observer);
        store.set_store_client(observer);
        store.set_commit_client(session);
        store.load().unwrap();
        run_deferred_calls();
        Self {
            alarm,
            rng,
            flash,
            key_store,
            store,
            session,
            observer,
        }
    }

    /// Serves deferred calls, of which each takes a millisecond, until none is
    /// pending; answers how many that were.
    fn work(&self) -> u64 {
        let mut slices = 0;
        while DeferredCall::service_next_pending().is_some() {
            self.alarm.pass_ms(1);
            slices += 1;
        }
        slices
    }

    /// Opens a session and gives it its randomness.
    fn open(&self) {
        self.session.open().unwrap();
        self.settle();
    }

    /// Runs the board until it waits for the daemon.
    fn settle(&self) {
        loop {
            run_deferred_calls();
            if !self.rng.deliver(7) {
                return;
            }
        }
    }

    /// Takes the frame that waits.
    fn taken(&self) -> Option<Vec<u8>> {
        let mut frame = Vec::new();
        let length = self
            .session
            .take(&mut |bytes| {
                frame.extend_from_slice(bytes);
                Ok(())
            })
            .unwrap();
        assert_eq!(length, frame.len());
        (length > 0).then_some(frame)
    }

    fn give(&self, frame: &[u8]) -> Result<(), ErrorCode> {
        self.session
            .receive(frame[0], frame.len() - 3, &mut |target| {
                target.copy_from_slice(&frame[3..]);
                Ok(())
            })
    }

    /// Talks with the daemon until nobody has anything to say; `watch` sees
    /// each frame of the device and may end the talk by answering false.
    fn talk(&self, daemon: &mut Daemon, serial: u32, watch: impl FnMut(&[u8]) -> bool) {
        self.talk_of(daemon, &config(serial, "endpoint"), watch);
    }

    /// As [`Self::talk`], of this configuration.
    fn talk_of(
        &self,
        daemon: &mut Daemon,
        config: &Config<'_>,
        mut watch: impl FnMut(&[u8]) -> bool,
    ) {
        self.settle();
        while let Some(frame) = self.taken() {
            if !watch(&frame) {
                return;
            }
            for answer in daemon.exchange(&frame, config) {
                self.settle();
                match self.give(&answer) {
                    Ok(()) => {}
                    // The device has an alert to send and takes nothing more.
                    Err(ErrorCode::BUSY) => break,
                    Err(other) => panic!("{other:?}"),
                }
            }
            self.settle();
        }
    }

    fn told(&self) -> Vec<Told> {
        self.observer.told.take()
    }

    fn outcome(&self) -> Vec<Told> {
        let mut told = self.told();
        told.retain(|told| !matches!(told, Told::Phase(_)));
        told
    }

    fn ended(&self) -> Option<AlertCode> {
        match self.session.status() {
            Status::Ended { alert } => alert,
            other => panic!("{other:?}"),
        }
    }

    fn stored_serial(&self) -> Option<u32> {
        self.key_store
            .with_configuration(|stored| stored.config.config().serial)
    }
}

fn kind(frame: &[u8]) -> FrameType {
    Frame::parse(frame).unwrap().kind()
}

#[test]
fn a_device_is_provisioned() {
    let board = Board::new(minted());
    let mut daemon = Daemon::new(true);
    board.open();
    board.talk(&mut daemon, 7, |_| true);
    assert_eq!(
        board.told(),
        [
            Told::Phase(Phase::ComputingKeys),
            Told::Phase(Phase::Waiting),
            Told::Phase(Phase::Agreeing),
            Told::Phase(Phase::Storing),
            Told::Committed,
            Told::Acknowledged,
            Told::Ended,
        ]
    );
    assert_eq!(board.ended(), None);
    assert!(matches!(daemon.progress(), DaemonProgress::Stored { .. }));
    assert_eq!(board.stored_serial(), Some(7));
    assert_eq!(board.store.attempts(), 0);
}

#[test]
fn no_computation_is_longer_than_a_slice() {
    let board = Board::new(minted());
    let mut daemon = Daemon::new(true);
    board.open();
    // HELLO; its answer begins the key agreement.
    let hello = board.taken().unwrap();
    for frame in daemon.exchange(&hello, &config(7, "endpoint")) {
        run_deferred_calls();
        board.give(&frame).unwrap();
    }
    // One multiplication alone takes hundreds.
    assert!(run_deferred_calls() > 200);
}

#[test]
fn nobody_is_told_from_within_a_call() {
    let board = Board::new(minted());
    let mut daemon = Daemon::new(true);
    let quiet = |call: &dyn Fn()| {
        let before = (
            board.observer.told.borrow().len(),
            *board.observer.changes.borrow(),
        );
        call();
        let after = (
            board.observer.told.borrow().len(),
            *board.observer.changes.borrow(),
        );
        assert_eq!(before, after);
    };
    quiet(&|| board.session.open().unwrap());
    board.settle();
    let hello = RefCell::new(Vec::new());
    quiet(&|| *hello.borrow_mut() = board.taken().unwrap());
    for frame in daemon.exchange(&hello.borrow(), &config(7, "endpoint")) {
        run_deferred_calls();
        quiet(&|| board.give(&frame).unwrap());
    }
    quiet(&|| board.session.close());
    run_deferred_calls();
    assert_eq!(board.outcome(), [Told::Ended]);
}

#[test]
fn the_client_is_told_of_each_change_of_the_status_and_of_no_other() {
    let board = Board::new(minted());
    board.open();
    // Opened, then HELLO.
    assert_eq!(*board.observer.changes.borrow(), 2);
    board.taken().unwrap();
    run_deferred_calls();
    assert_eq!(*board.observer.changes.borrow(), 3);
    board.session.take(&mut |_| Ok(())).unwrap();
    run_deferred_calls();
    assert_eq!(*board.observer.changes.borrow(), 3);
}

#[test]
fn hello_tells_who_the_device_is() {
    let board = Board::new(minted());
    board.open();
    let frame = board.taken().unwrap();
    let frame = Frame::parse(&frame).unwrap();
    let hello = Hello::parse(frame.payload()).unwrap();
    assert_eq!(hello.board.as_str(), "board of the test");
    assert_eq!(hello.firmware.as_str(), "firmware 1");
    assert_eq!(Some(hello.device_id), board.key_store.device_id());
    assert!(hello.flags.is_fresh() && !hello.flags.is_button());
    assert_eq!(hello.attempts_left, 255);
}

#[test]
fn hello_tells_that_a_person_pressed_the_button() {
    let board = Board::new(minted());
    board.session.button_pressed();
    board.open();
    let frame = board.taken().unwrap();
    let hello = Hello::parse(Frame::parse(&frame).unwrap().payload()).unwrap();
    assert!(hello.flags.is_button());
}

#[test]
fn two_sessions_never_share_randomness() {
    let board = Board::new(minted());
    let share = || {
        let mut daemon = Daemon::new(true);
        let mut share = None;
        board.open();
        board.talk(&mut daemon, 7, |frame| {
            if kind(frame) == FrameType::ShareV {
                share = Some(frame.to_vec());
            }
            share.is_none()
        });
        board.session.close();
        run_deferred_calls();
        share.unwrap()
    };
    assert_ne!(share(), share());
}

#[test]
fn a_wrong_code_is_counted_before_the_share_leaves() {
    let pages = on_a_board(|| {
        let board = Board::new(minted());
        for attempt in 1..=3 {
            let mut daemon = Daemon::new(false);
            board.open();
            board.talk(&mut daemon, 7, |frame| {
                if kind(frame) == FrameType::ShareV {
                    assert_eq!(board.store.attempts(), attempt);
                }
                true
            });
            // The daemon sees from confirmV that the codes differ.
            assert_eq!(daemon.alert(), Some(AlertCode::ConfirmationFailed));
            assert_eq!(board.outcome().last(), Some(&Told::Ended));
            board.session.close();
            board.settle();
        }
        assert_eq!(board.stored_serial(), None);
        board.flash.content()
    });
    assert_eq!(Board::new(pages).store.attempts(), 3);
}

#[test]
fn a_board_with_a_lock_stops_after_its_limit() {
    let board = Board::with_limit(minted(), Some(2));
    for left in [2, 1] {
        let mut daemon = Daemon::new(false);
        board.open();
        board.talk(&mut daemon, 7, |frame| {
            if kind(frame) == FrameType::Hello {
                let frame = Frame::parse(frame).unwrap();
                assert_eq!(Hello::parse(frame.payload()).unwrap().attempts_left, left);
            }
            true
        });
        board.session.close();
        board.settle();
    }
    let mut daemon = Daemon::new(true);
    board.open();
    board.talk(&mut daemon, 7, |_| true);
    assert_eq!(board.ended(), Some(AlertCode::Locked));
    assert_eq!(board.store.attempts(), 2);

    // A wipe alone does not unlock; a person who holds the button does.
    board.session.close();
    board.store.wipe(Attempts::Keep).unwrap();
    board.settle();
    board.open();
    board.talk(&mut Daemon::new(true), 7, |_| true);
    assert_eq!(board.ended(), Some(AlertCode::Locked));
    board.session.close();
    board.store.wipe(Attempts::Forgive).unwrap();
    board.settle();
    board.open();
    board.talk(&mut Daemon::new(true), 7, |_| true);
    assert_eq!(board.stored_serial(), Some(7));
}

#[test]
fn no_share_leaves_when_the_attempt_cannot_be_counted() {
    let board = Board::new(minted());
    board.flash.protect();
    let mut daemon = Daemon::new(true);
    board.open();
    board.talk(&mut daemon, 7, |frame| {
        assert_ne!(kind(frame), FrameType::ShareV);
        true
    });
    assert_eq!(board.ended(), Some(AlertCode::Internal));
    assert_eq!(board.outcome(), [Told::StorageFailed, Told::Ended]);
}

#[test]
fn a_flash_that_fails_anywhere_in_a_session_is_told_and_changes_nothing() {
    let before = on_a_board(|| {
        let board = Board::new(minted());
        board.open();
        board.talk(&mut Daemon::new(true), 7, |_| true);
        board.flash.content()
    });
    // Before SHARE V, before the right confirmP, before the configuration.
    for frames in [0, 1, 2, 3] {
        on_a_board(|| {
            let board = Board::new(before.clone());
            let mut seen = 0;
            if frames == 0 {
                board.flash.protect();
            }
            board.open();
            board.talk(&mut Daemon::new(true), 8, |_| {
                seen += 1;
                if seen == frames {
                    board.flash.protect();
                }
                true
            });
            assert_eq!(
                board.outcome(),
                [Told::StorageFailed, Told::Ended],
                "from frame {frames} on"
            );
            assert_eq!(board.stored_serial(), Some(7));
            let left = board.flash.content();
            on_a_board(|| assert_eq!(Board::new(left).stored_serial(), Some(7)));
        });
    }
}

#[test]
fn after_two_presses_another_daemon_is_taken_and_the_old_one_stays_until_then() {
    let board = Board::new(minted());
    board.open();
    board.talk(&mut Daemon::new(true), 7, |_| true);
    board.session.close();
    run_deferred_calls();

    let hello_of = |daemon: &mut Daemon, cut: bool| {
        let mut flags = None;
        board.open();
        board.talk(daemon, 8, |frame| {
            if kind(frame) == FrameType::Hello {
                let frame = Frame::parse(frame).unwrap();
                flags = Some(Hello::parse(frame.payload()).unwrap().flags);
            }
            !(cut && kind(frame) == FrameType::Sealed)
        });
        board.session.close();
        board.settle();
        flags.unwrap()
    };
    let flags = hello_of(&mut Daemon::another(), false);
    assert!(!flags.is_button() && !flags.is_fresh());
    assert_eq!(board.stored_serial(), Some(7));

    board.session.button_pressed();
    let flags = hello_of(&mut Daemon::another(), true);
    assert!(flags.is_button() && !flags.is_fresh());
    assert_eq!(board.stored_serial(), Some(7));
    hello_of(&mut Daemon::another(), false);
    assert_eq!(board.stored_serial(), Some(8));
}

#[test]
fn an_older_configuration_is_refused_and_the_daemon_is_told() {
    let board = Board::new(minted());
    board.open();
    board.talk(&mut Daemon::new(true), 7, |_| true);
    board.session.close();
    run_deferred_calls();
    board.told();

    let mut daemon = Daemon::new(true);
    board.open();
    board.talk(&mut daemon, 6, |_| true);
    let refusal = Refusal {
        field: Field::Serial,
        reason: Reason::Older,
    };
    assert_eq!(board.outcome(), [Told::Refused(refusal), Told::Ended]);
    let told = DaemonProgress::Refused {
        refusal,
        least_serial: Some(7),
    };
    assert_eq!(daemon.progress(), told);
    assert_eq!(board.stored_serial(), Some(7));
}

#[test]
fn after_a_wipe_a_daemon_that_is_behind_is_told_from_where_to_go_on() {
    let board = Board::new(minted());
    board.open();
    board.talk(&mut Daemon::new(true), 7, |_| true);
    board.session.close();
    run_deferred_calls();
    board.store.wipe(Attempts::Forgive).unwrap();
    run_deferred_calls();
    board.told();

    let mut daemon = Daemon::another();
    board.open();
    board.talk(&mut daemon, 1, |_| true);
    let DaemonProgress::Refused {
        refusal,
        least_serial: Some(least),
    } = daemon.progress()
    else {
        panic!("{:?}", daemon.progress());
    };
    assert_eq!((refusal.reason, least), (Reason::Older, 8));
    board.session.close();
    run_deferred_calls();
    board.open();
    board.talk(&mut Daemon::another(), least, |_| true);
    assert_eq!(board.stored_serial(), Some(8));
}

#[test]
fn a_configuration_that_cannot_be_stored_is_refused() {
    let board = Board::new(minted());
    let mut daemon = Daemon::new(true);
    board.open();
    board.talk(&mut daemon, 7, |frame| {
        if kind(frame) == FrameType::Sealed {
            // The proof is sent; the configuration comes next.
            board.flash.protect();
        }
        true
    });
    assert_eq!(board.outcome(), [Told::StorageFailed, Told::Ended]);
    assert!(matches!(
        daemon.progress(),
        DaemonProgress::Refused {
            refusal: Refusal {
                field: Field::Storage,
                reason: Reason::NotStored,
            },
            least_serial: None,
        }
    ));
    assert_eq!(board.stored_serial(), None);
}

#[test]
fn a_session_can_be_closed_and_opened_again_after_any_deferred_call() {
    // As many deferred calls as a whole session takes.
    let all = {
        let board = Board::new(minted());
        board.session.open().unwrap();
        run_until(&board, |_| false)
    };
    assert!(all > 1_000);
    for count in (0..60).chain((60..all).step_by(53)).chain(all - 60..all) {
        on_a_board(|| {
            let board = Board::new(minted());
            board.session.open().unwrap();
            run_until(&board, |done| done == count);
            let was_over = matches!(board.session.status(), Status::Ended { .. });
            board.told();
            board.session.close();
            run_deferred_calls();
            assert_eq!(board.session.status(), Status::None);
            let told = board.told();
            assert_eq!(
                told.iter().filter(|told| **told == Told::Ended).count(),
                usize::from(!was_over),
                "after {count} calls: {told:?}"
            );
            // Whatever was cut off, the next session goes through.
            board.open();
            board.talk(&mut Daemon::new(true), 8, |_| true);
            assert_eq!(board.stored_serial(), Some(8), "after {count} calls");
            assert_eq!(board.store.attempts(), 0);
        });
    }
}

/// Runs a session with the daemon one deferred call after the other, until
/// `stop` says so or nothing is left to do; answers how many there were.
fn run_until(board: &Board, mut stop: impl FnMut(usize) -> bool) -> usize {
    let mut daemon = Daemon::new(true);
    let mut answers = std::collections::VecDeque::new();
    let mut count = 0;
    while !stop(count) {
        if DeferredCall::service_next_pending().is_some() {
            count += 1;
            continue;
        }
        if board.rng.deliver(100) {
            continue;
        }
        if let Some(frame) = board.taken() {
            answers.extend(daemon.exchange(&frame, &config(7, "endpoint")));
        } else if let Some(answer) = answers.pop_front() {
            board.give(&answer).unwrap();
        } else {
            break;
        }
    }
    count
}

#[test]
fn a_commit_that_is_under_way_when_the_connection_goes_is_finished() {
    let board = Board::new(minted());
    board.session.open().unwrap();
    run_until(&board, |_| {
        board.observer.told.borrow().last() == Some(&Told::Phase(Phase::Storing))
    });
    assert_eq!(board.stored_serial(), None);
    board.told();
    board.session.close();
    // Another is asked for before the flash has finished with the first. It is not
    // begun: the board has its configuration.
    board.session.open().unwrap();
    assert_eq!(board.session.open(), Err(ErrorCode::BUSY));
    run_deferred_calls();
    assert_eq!(board.told(), [Told::Committed, Told::Ended]);
    assert_eq!(board.session.status(), Status::None);
    assert_eq!(board.stored_serial(), Some(7));
}

#[test]
fn a_commit_that_fails_after_the_connection_is_gone_is_told() {
    let board = Board::new(minted());
    board.session.open().unwrap();
    run_until(&board, |_| {
        board.observer.told.borrow().last() == Some(&Told::Phase(Phase::Storing))
    });
    board.told();
    board.flash.protect();
    board.session.close();
    run_deferred_calls();
    assert_eq!(board.told(), [Told::StorageFailed, Told::Ended]);
}

#[test]
fn a_receipt_that_nobody_takes_does_not_hide_the_refusal() {
    let board = Board::new(minted());
    board.open();
    board.talk(&mut Daemon::new(true), 8, |_| true);
    board.session.close();
    run_deferred_calls();
    board.told();

    // This daemon's configuration is older.
    board.session.open().unwrap();
    let mut frames = 0;
    run_until(&board, |_| match board.session.status() {
        Status::Open { frame_len, .. } if frame_len > 0 && frame_len != frames => {
            // HELLO, SHARE V and PROOF are taken; the receipt is shorter.
            let receipt = frames != 0 && frame_len < 60;
            frames = frame_len;
            receipt
        }
        _ => false,
    });
    board.session.close();
    run_deferred_calls();
    assert_eq!(
        board.outcome(),
        [
            Told::Refused(Refusal {
                field: Field::Serial,
                reason: Reason::Older,
            }),
            Told::Ended
        ]
    );
}

#[test]
fn nothing_is_taken_or_given_without_a_session() {
    let board = Board::new(minted());
    assert_eq!(board.session.take(&mut |_| Ok(())), Err(ErrorCode::RESERVE));
    assert_eq!(board.give(&[3, 0, 0]), Err(ErrorCode::RESERVE));
    board.open();
    assert_eq!(board.session.open(), Err(ErrorCode::BUSY));
    // HELLO waits; the daemon cannot have answered it.
    assert_eq!(board.give(&[0x21, 0, 0]), Err(ErrorCode::BUSY));
    assert_eq!(
        board.session.receive(0x21, 1_025, &mut |_| Ok(())),
        Err(ErrorCode::SIZE)
    );
}

#[test]
fn a_frame_that_could_not_be_copied_stays() {
    let board = Board::new(minted());
    board.open();
    assert_eq!(
        board.session.take(&mut |_| Err(ErrorCode::SIZE)),
        Err(ErrorCode::SIZE)
    );
    assert_eq!(kind(&board.taken().unwrap()), FrameType::Hello);
    assert_eq!(board.taken(), None);
}

#[test]
fn a_payload_that_could_not_be_copied_is_no_frame() {
    let board = Board::new(minted());
    board.open();
    board.taken().unwrap();
    run_deferred_calls();
    assert_eq!(
        board
            .session
            .receive(0x21, 4, &mut |_| Err(ErrorCode::SIZE)),
        Err(ErrorCode::SIZE)
    );
    run_deferred_calls();
    assert!(matches!(
        board.session.status(),
        Status::Open {
            takes_frame: true,
            ..
        }
    ));
}

#[test]
fn a_malformed_frame_is_answered_with_an_alert() {
    let board = Board::new(minted());
    board.open();
    board.taken().unwrap();
    run_deferred_calls();
    board.give(&[0x21, 0, 1, 0xff]).unwrap();
    run_deferred_calls();
    assert_eq!(kind(&board.taken().unwrap()), FrameType::Alert);
    run_deferred_calls();
    assert_eq!(board.ended(), Some(AlertCode::Malformed));
    assert_eq!(board.outcome(), [Told::Ended]);
}

#[test]
fn a_board_without_factory_data_opens_no_session() {
    let board = Board::new(RamFlash::erased());
    assert_eq!(board.session.open(), Err(ErrorCode::FAIL));
    assert_eq!(
        board.session.device_id(&mut |_| Ok(())),
        Err(ErrorCode::FAIL)
    );
}

#[test]
fn without_randomness_there_is_no_session() {
    let board = Board::new(minted());
    board.session.open().unwrap();
    board.rng.fail();
    run_deferred_calls();
    assert_eq!(board.ended(), Some(AlertCode::Internal));
    assert_eq!(board.told(), [Told::Ended]);
    board.rng.refuse();
    assert_eq!(board.session.open(), Err(ErrorCode::NODEVICE));
    assert_eq!(board.session.status(), Status::None);
}

#[test]
fn processes_get_their_turn_while_it_computes() {
    on_a_board(|| {
        let board = Board::new(minted());
        board.open();
        let hello = board.taken().unwrap();
        let mut daemon = Daemon::new(true);
        let mut answers = daemon.exchange(&hello, &config(1, "endpoint")).into_iter();
        board.give(&answers.next().unwrap()).unwrap();
        board.settle();
        board.give(&answers.next().unwrap()).unwrap();
        // The attempt is counted in flash as well before the first pause.
        board.work();
        // The kernel's loop looks for a process when no deferred call is pending.
        let mut turns = 0;
        while board.alarm.is_armed() {
            turns += 1;
            board.alarm.pass_ms(REST_MS);
            let slices = board.work();
            assert!(slices <= WORK_MS + 1, "{slices} slices without a pause");
        }
        assert!(turns > 10, "{turns}");
        assert!(board.taken().is_some(), "the share comes in the end");
    });
}

#[test]
fn a_session_that_ends_while_it_pauses_leaves_no_alarm() {
    on_a_board(|| {
        let board = Board::new(minted());
        board.open();
        let hello = board.taken().unwrap();
        let mut daemon = Daemon::new(true);
        for answer in daemon.exchange(&hello, &config(1, "endpoint")) {
            board.give(&answer).unwrap();
            board.work();
        }
        assert!(board.alarm.is_armed(), "it computes, and pauses");
        board.session.close();
        board.work();
        assert!(!board.alarm.is_armed());
        assert_eq!(board.session.status(), Status::None);
    });
}
