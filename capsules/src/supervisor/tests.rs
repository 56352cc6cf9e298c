// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The boot flow with parts that note what they are told.

use std::cell::RefCell;
use std::string::String;
use std::vec::Vec;

use provisioning_flow::boot::{
    ACKNOWLEDGEMENT_MS, ANEW_MS, FAILURE_SHOWN_MS, FAREWELL_MS, LONGEST_BACK_OFF_MS,
};
use provisioning_storage::layout::Page;
use provisioning_wire::{Field, Reason};

use super::*;
use crate::config_store::ConfigStore;
use crate::device_root::{Context, DerivedKey, DeviceRoot, DeviceRootClient};
use crate::key_store::KeyStore;
use crate::session::{CopyIn, CopyOut, Status};
use crate::test::{FakeAlarm, RamFlash, leak, minted, run_deferred_calls};
use kernel::ErrorCode;
use kernel::deferred_call::DeferredCallClient;
use kernel::hil::flash::HasClient;

const WINDOW_MS: u64 = 1_500;

/// All parts of a board at once.
#[derive(Default)]
struct FakeParts {
    log: RefCell<Vec<String>>,
    /// Nothing more is taken.
    flash_busy: Cell<bool>,
    restarts: Cell<u32>,
    stuck: Cell<bool>,
    provisioner_stopped: Cell<bool>,
}

impl FakeParts {
    fn note(&self, what: &str) {
        self.log.borrow_mut().push(what.into());
    }

    /// What was noted since the last look.
    fn taken(&self) -> Vec<String> {
        self.log.take()
    }

    fn answer(&self) -> Result<(), ErrorCode> {
        if self.flash_busy.get() {
            Err(ErrorCode::BUSY)
        } else {
            Ok(())
        }
    }
}

impl Indicate for FakeParts {
    fn show(&self, indication: Indication) {
        self.note(&std::format!("show {indication:?}"));
    }

    fn release(&self) {
        self.note("release");
    }
}

impl Window for FakeParts {
    fn open(&self) {
        self.note("open");
    }

    fn close(&self) -> bool {
        self.note("close");
        self.stuck.get()
    }
}

impl Store for FakeParts {
    fn load(&self) -> Result<(), ErrorCode> {
        self.note("load");
        self.answer()
    }

    fn wipe(&self, attempts: Attempts) -> Result<(), ErrorCode> {
        self.note(match attempts {
            Attempts::Keep => "wipe",
            Attempts::Forgive => "wipe and forgive",
        });
        self.answer()
    }

    fn is_busy(&self) -> bool {
        self.flash_busy.get()
    }

    fn restarts(&self) -> u32 {
        self.restarts.get()
    }

    fn record_restarts(&self, restarts: u32) -> Result<(), ErrorCode> {
        self.note(&std::format!("restarts {restarts}"));
        self.answer()
    }
}

impl Launch for FakeParts {
    fn run_provisioner(&self) {
        self.note("run provisioner");
    }

    fn run_tenants(&self) {
        self.note("run tenants");
    }

    fn stop_all(&self) {
        self.note("stop all");
    }

    fn provisioner_stopped(&self) -> bool {
        self.provisioner_stopped.get()
    }
}

impl Restart for FakeParts {
    fn restart(&self) {
        self.note("restart");
    }
}

impl ProvisionedObserver for FakeParts {
    fn provisioned(&self, provisioned: bool) {
        self.note(if provisioned {
            "provisioned"
        } else {
            "not provisioned"
        });
    }
}

impl SessionPort for FakeParts {
    fn status(&self) -> Status {
        Status::None
    }

    fn open(&self) -> Result<(), ErrorCode> {
        panic!("the supervisor opened a session");
    }

    fn receive(&self, _: u8, _: usize, _: CopyIn<'_>) -> Result<(), ErrorCode> {
        panic!("the supervisor sent a frame");
    }

    fn take(&self, _: CopyOut<'_>) -> Result<usize, ErrorCode> {
        panic!("the supervisor took a frame");
    }

    fn close(&self) {
        self.note("close session");
    }

    fn button_pressed(&self) {
        self.note("button");
    }

    fn device_id(&self, _: CopyOut<'_>) -> Result<usize, ErrorCode> {
        Err(ErrorCode::FAIL)
    }
}

struct Board {
    alarm: &'static FakeAlarm,
    parts: &'static FakeParts,
    supervisor: &'static Supervisor<'static, FakeAlarm>,
}

impl Board {
    fn new() -> Self {
        let parts: &'static FakeParts = leak(FakeParts::default());
        let board = Self::with_store(parts, parts);
        LauncherClient::loaded(board.supervisor);
        assert_eq!(parts.taken(), ["load"]);
        board
    }

    /// A board whose applications are not loaded yet.
    fn with_store(parts: &'static FakeParts, store: &'static dyn Store) -> Self {
        let alarm: &'static FakeAlarm = leak(FakeAlarm::new());
        let supervisor: &'static _ = leak(Supervisor::new(
            alarm,
            WINDOW_MS,
            Parts {
                indicator: parts,
                window: parts,
                store,
                launcher: parts,
                restart: parts,
                tenants: parts,
                session: parts,
            },
        ));
        alarm.set_alarm_client(supervisor);
        Self {
            alarm,
            parts,
            supervisor,
        }
    }

    fn found(&self, verdict: Verdict) {
        StoreClient::loaded(self.supervisor, Ok(verdict));
    }

    /// A board that is being provisioned.
    fn provisioning() -> Self {
        let board = Self::new();
        board.found(Verdict::Erased);
        board.parts.taken();
        board
    }

    fn reported(&self) -> &'static str {
        self.supervisor.reported.get()
    }

    /// Both LEDs, then the restart.
    fn fails(&self) {
        assert_eq!(self.parts.taken(), ["restarts 1", "show Failed"]);
        assert_eq!(self.reported(), "failed");
        self.supervisor.restarts_recorded(Ok(()));
        self.parts.taken();
        assert!(!self.supervisor.wants_configuration());
        self.alarm.pass_ms(FAILURE_SHOWN_MS - 1);
        assert!(self.parts.taken().is_empty());
        self.alarm.pass_ms(1 + LAST_WORDS_MS + 1);
        let log = self.parts.taken();
        assert_eq!(log[..2], ["stop all", "restart"], "{log:?}");
        assert_eq!(self.reported(), "restarting");
    }
}

const VALID: Verdict = Verdict::Valid { fell_back: false };

const PROVISIONS: [&str; 4] = ["not provisioned", "run provisioner", "open", "show Looking"];

const STARTS_TENANTS: [&str; 5] = [
    "close",
    "close session",
    "provisioned",
    "run tenants",
    "release",
];

fn wipes(what: &str) -> Vec<String> {
    [
        "close",
        "button",
        "stop all",
        "close session",
        "not provisioned",
        what,
        "show Agreeing",
    ]
    .map(String::from)
    .into()
}

#[test]
fn a_configured_board_waits_for_the_window_and_runs_tenants() {
    let board = Board::new();
    board.found(VALID);
    assert_eq!(board.parts.taken(), ["open", "show BootWindow"]);
    assert_eq!(board.reported(), "boot-window");
    assert!(board.supervisor.is_provisioned());
    board.alarm.pass_ms(WINDOW_MS - 1);
    assert!(board.parts.taken().is_empty());
    board.alarm.pass_ms(2);
    assert_eq!(board.parts.taken(), STARTS_TENANTS);
    assert_eq!(board.reported(), "tenant");
}

#[test]
fn every_useless_configuration_leads_to_provisioning() {
    for verdict in [Verdict::Erased, Verdict::Corrupt] {
        let board = Board::new();
        board.found(verdict);
        assert_eq!(board.parts.taken(), PROVISIONS);
        assert!(board.supervisor.wants_configuration());
        assert!(!board.supervisor.is_provisioned());
    }
}

#[test]
fn a_board_whose_region_is_unusable_fails_and_restarts() {
    for why in [
        Unusable::NotMinted,
        Unusable::FactoryDamaged,
        Unusable::NoKey(ErrorCode::FAIL),
    ] {
        let board = Board::new();
        StoreClient::loaded(board.supervisor, Err(why));
        board.fails();
    }
}

#[test]
fn a_press_in_the_window_wipes_and_provisions() {
    let board = Board::new();
    board.found(VALID);
    board.parts.taken();
    board.supervisor.down();
    assert_eq!(board.parts.taken(), ["show Button"]);
    assert_eq!(board.reported(), "button");
    board.alarm.pass_ms(WINDOW_MS);
    assert!(board.parts.taken().is_empty());
    board.supervisor.made(Gesture::Press);
    assert_eq!(board.parts.taken(), wipes("wipe"));
    assert_eq!(board.reported(), "wiping");
    // The window's end is no reason to start tenants any more.
    board.alarm.pass_ms(WINDOW_MS);
    assert!(board.parts.taken().is_empty());
    board.supervisor.wiped(Ok(()));
    assert_eq!(board.parts.taken(), PROVISIONS);
}

#[test]
fn a_hold_forgives_the_attempts_too() {
    let board = Board::new();
    board.found(VALID);
    board.parts.taken();
    board.supervisor.down();
    board.parts.taken();
    board.supervisor.made(Gesture::Hold);
    assert_eq!(board.parts.taken(), wipes("wipe and forgive"));
}

#[test]
fn a_board_without_configuration_obeys_the_button_as_long_as_it_looks() {
    for (gesture, what) in [
        (Gesture::Press, "wipe"),
        (Gesture::Double, "wipe"),
        (Gesture::Hold, "wipe and forgive"),
    ] {
        let board = Board::provisioning();
        board.alarm.pass_ms(100 * WINDOW_MS);
        board.supervisor.down();
        assert!(board.parts.taken().is_empty());
        board.supervisor.made(gesture);
        assert_eq!(board.parts.taken(), wipes(what));
        board.supervisor.wiped(Ok(()));
        assert_eq!(board.parts.taken(), PROVISIONS);
    }
}

#[test]
fn what_was_refused_is_erased_without_a_word_of_the_button() {
    let board = Board::new();
    board.found(Verdict::RolledBack);
    let mut expected = wipes("wipe");
    expected.retain(|what| what != "button");
    assert_eq!(board.parts.taken(), expected);
    board.supervisor.wiped(Ok(()));
    assert_eq!(board.parts.taken(), PROVISIONS);
    assert!(board.supervisor.wants_configuration());
}

/// A configured board after two presses.
fn anew() -> Board {
    let board = Board::new();
    board.found(VALID);
    board.parts.taken();
    board.supervisor.down();
    board.parts.taken();
    board.supervisor.made(Gesture::Double);
    assert_eq!(
        board.parts.taken(),
        [
            "close",
            "button",
            "not provisioned",
            "run provisioner",
            "show Looking"
        ]
    );
    assert!(board.supervisor.wants_configuration());
    assert!(board.supervisor.is_provisioned());
    board
}

#[test]
fn two_presses_keep_the_configuration_when_nobody_comes() {
    let board = anew();
    board.alarm.pass_ms(ANEW_MS - 1);
    assert!(board.parts.taken().is_empty());
    board.alarm.pass_ms(2);
    assert_eq!(board.parts.taken(), STARTS_TENANTS);
}

#[test]
fn two_presses_keep_the_configuration_however_often_strangers_end_a_session() {
    let board = anew();
    for alert in [
        None,
        Some(AlertCode::Busy),
        Some(AlertCode::ConfirmationFailed),
    ] {
        board.supervisor.ended(alert);
        board.alarm.pass_ms(ANEW_MS / 4);
    }
    assert!(!board.parts.taken().contains(&"run tenants".into()));
    board.alarm.pass_ms(ANEW_MS / 4 + 1);
    assert_eq!(board.parts.taken(), STARTS_TENANTS);
}

#[test]
fn two_presses_and_a_daemon_bring_another_configuration() {
    let board = anew();
    board.supervisor.phase(Phase::Storing);
    board.supervisor.committed();
    board.supervisor.acknowledged();
    board.parts.taken();
    board.alarm.pass_ms(FAREWELL_MS + 1);
    assert_eq!(board.parts.taken(), STARTS_TENANTS);
}

#[test]
fn two_presses_and_a_refused_configuration_restart_the_board() {
    let board = anew();
    board.supervisor.storage_failed();
    board.fails();
}

#[test]
fn a_provisioner_that_has_stopped_is_started_again_ever_more_slowly() {
    for board in [Board::provisioning(), anew()] {
        board.alarm.pass_ms(100 * LOOK_MS);
        assert!(board.parts.taken().is_empty(), "it runs");
        for revived in 0..10 {
            board.supervisor.link(Link::Connected);
            board.parts.taken();
            board.parts.provisioner_stopped.set(true);
            board.alarm.pass_ms(LOOK_MS + 1);
            assert_eq!(board.parts.taken(), ["close session", "show Looking"]);
            board.alarm.pass_ms(back_off(revived) - LOOK_MS - 1);
            assert!(board.parts.taken().is_empty(), "not before {revived}");
            board.alarm.pass_ms(2 * LOOK_MS);
            assert_eq!(board.parts.taken()[..1], ["run provisioner"]);
            board.parts.provisioner_stopped.set(false);
            board.alarm.pass_ms(LOOK_MS + 1);
            board.parts.taken();
        }
    }
}

#[test]
fn two_presses_end_in_time_when_the_provisioner_has_stopped() {
    let board = anew();
    board.parts.provisioner_stopped.set(true);
    board.alarm.pass_ms(ANEW_MS + 1);
    let log = board.parts.taken();
    assert!(log.ends_with(&STARTS_TENANTS.map(String::from)), "{log:?}");
    // At most once a minute.
    let started = log.iter().filter(|what| *what == "run provisioner");
    assert!((2..=16).contains(&started.count()));
}

#[test]
fn a_provisioner_that_stops_once_it_has_done_its_work_is_no_failure() {
    let board = Board::provisioning();
    board.supervisor.committed();
    board.parts.provisioner_stopped.set(true);
    board.alarm.pass_ms(ACKNOWLEDGEMENT_MS + 1);
    assert_eq!(board.reported(), "tenant");
    board.alarm.pass_ms(100 * LOOK_MS);
    assert_eq!(board.reported(), "tenant");
}

#[test]
fn a_button_that_was_down_all_the_time_is_reported_and_tenants_start() {
    let board = Board::new();
    board.parts.stuck.set(true);
    board.found(VALID);
    board.alarm.pass_ms(WINDOW_MS + 1);
    assert!(board.parts.taken().contains(&"run tenants".into()));
    assert_eq!(board.reported(), "tenant");
}

#[test]
fn restarts_in_a_row_take_longer_and_longer() {
    let board = Board::new();
    board.parts.restarts.set(2);
    board.found(Verdict::Erased);
    board.parts.taken();
    board.supervisor.storage_failed();
    assert_eq!(board.parts.taken(), ["restarts 3", "show Failed"]);
    board.supervisor.restarts_recorded(Ok(()));
    board.alarm.pass_ms(4 * FAILURE_SHOWN_MS - 1);
    assert!(board.parts.taken().is_empty());
    board.alarm.pass_ms(1 + LAST_WORDS_MS + 1);
    assert!(board.parts.taken().contains(&"restart".into()));
}

#[test]
fn a_restart_that_cannot_be_counted_is_put_off() {
    let told_later: fn(&Board) = |board| {
        let fault = Fault::Flash(Page::JournalA);
        board.supervisor.restarts_recorded(Err(fault));
    };
    let refused_at_once: fn(&Board) = |_| ();
    for (busy, then) in [(false, told_later), (true, refused_at_once)] {
        let board = Board::provisioning();
        board.parts.flash_busy.set(busy);
        board.supervisor.storage_failed();
        then(&board);
        board.parts.taken();
        board.alarm.pass_ms(LONGEST_BACK_OFF_MS - 1);
        assert!(board.parts.taken().is_empty());
        board.alarm.pass_ms(1 + LAST_WORDS_MS + 1);
        assert!(board.parts.taken().contains(&"restart".into()));
    }
}

#[test]
fn tenants_that_run_end_a_row_of_restarts() {
    let board = Board::new();
    board.parts.restarts.set(5);
    board.found(VALID);
    board.alarm.pass_ms(WINDOW_MS + 1);
    let log = board.parts.taken();
    assert!(log.contains(&"restarts 0".into()), "{log:?}");
}

#[test]
fn a_wipe_that_fails_restarts_the_board() {
    let board = Board::new();
    board.found(VALID);
    board.supervisor.down();
    board.supervisor.made(Gesture::Press);
    board.parts.taken();
    board.supervisor.wiped(Err(Fault::Flash(Page::SlotA)));
    board.fails();
}

#[test]
fn a_flash_that_is_busy_when_it_must_not_be_restarts_the_board() {
    let board = Board::new();
    board.found(VALID);
    board.parts.flash_busy.set(true);
    board.parts.taken();
    board.supervisor.down();
    board.supervisor.made(Gesture::Press);
    assert_eq!(board.parts.taken().last().unwrap(), "show Failed");
    board.alarm.pass_ms(LONGEST_BACK_OFF_MS + 2 * LAST_WORDS_MS);
    assert!(board.parts.taken().contains(&"restart".into()));
}

/// A configured board that was told to wipe.
fn wiping() -> Board {
    let board = Board::new();
    board.found(VALID);
    board.supervisor.down();
    board.supervisor.made(Gesture::Press);
    board.parts.taken();
    board
}

impl Board {
    /// Asked and not answered, the board fails, but not early.
    fn fails_in_the_end(&self) {
        self.alarm.pass_ms(ANSWER_MS);
        let log = self.parts.taken();
        assert!(!log.contains(&"show Failed".into()), "{log:?}");
        self.alarm.pass_ms(2 * LOOK_MS);
        assert_eq!(self.parts.taken().last().unwrap(), "show Failed");
        assert_eq!(self.reported(), "failed");
        self.alarm.pass_ms(LONGEST_BACK_OFF_MS + 2 * LAST_WORDS_MS);
        assert!(self.parts.taken().contains(&"restart".into()));
    }
}

#[test]
fn a_region_that_never_answers_restarts_the_board_wherever_it_is_waited_for() {
    for board in [Board::new(), wiping(), Board::provisioning(), anew()] {
        board.parts.flash_busy.set(true);
        board.fails_in_the_end();
    }
}

#[test]
fn storing_that_never_ends_is_a_failure_at_the_end_of_the_wait_too() {
    let board = anew();
    board.alarm.pass_ms(ANEW_MS - 1);
    board.parts.flash_busy.set(true);
    board.supervisor.phase(Phase::Storing);
    board.fails_in_the_end();
}

#[test]
fn a_region_that_is_slow_again_and_again_is_no_failure() {
    for board in [Board::new(), wiping(), Board::provisioning(), anew()] {
        for _ in 0..5 {
            board.parts.flash_busy.set(true);
            board.alarm.pass_ms(ANSWER_MS);
            board.parts.flash_busy.set(false);
            board.alarm.pass_ms(2 * LOOK_MS);
        }
        let log = board.parts.taken();
        assert!(!log.contains(&"show Failed".into()), "{log:?}");
    }
}

#[test]
fn tenants_that_run_do_not_depend_on_the_flash() {
    let board = Board::new();
    board.found(VALID);
    board.alarm.pass_ms(WINDOW_MS + 1);
    board.parts.taken();
    board.parts.flash_busy.set(true);
    board.alarm.pass_ms(100 * ANSWER_MS);
    assert!(board.parts.taken().is_empty());
}

/// An engine that takes what it is asked and never comes back.
struct SilentRoot;

impl DeviceRoot<'static> for SilentRoot {
    fn set_client(&self, _: &'static dyn DeviceRootClient) {}

    fn derive(
        &self,
        _: Context,
        _: &'static mut DerivedKey,
    ) -> Result<(), (ErrorCode, &'static mut DerivedKey)> {
        Ok(())
    }
}

#[test]
fn neither_a_flash_nor_a_root_that_is_silent_from_the_start_stops_the_board_for_good() {
    for flash_answers in [false, true] {
        let flash = RamFlash::new(minted());
        let store: &'static ConfigStore<'static, RamFlash> = leak(ConfigStore::new(
            flash,
            0,
            leak(KeyStore::new()),
            &SilentRoot,
            leak(Default::default()),
            leak(DerivedKey::zeroed()),
        ));
        flash.set_client(store);
        store.register();
        if !flash_answers {
            flash.fall_silent();
        }
        let board = Board::with_store(leak(FakeParts::default()), store);
        store.set_store_client(board.supervisor);
        LauncherClient::loaded(board.supervisor);
        run_deferred_calls();
        board.fails_in_the_end();
        assert_eq!(flash.content(), minted());
    }
}

#[test]
fn the_leds_follow_link_and_session() {
    let board = Board::provisioning();
    let supervisor = board.supervisor;
    let steps: [(&dyn Fn(), &str, &str); 8] = [
        (
            &|| supervisor.link(Link::Connecting),
            "Looking",
            "connecting",
        ),
        (
            &|| supervisor.phase(Phase::ComputingKeys),
            "ComputingKeys",
            "computing-keys",
        ),
        (
            &|| supervisor.phase(Phase::Waiting),
            "Looking",
            "connecting",
        ),
        (
            &|| supervisor.link(Link::Connected),
            "Connected { identified: false }",
            "connected",
        ),
        (
            &|| supervisor.identify(true),
            "Connected { identified: true }",
            "connected",
        ),
        (
            &|| supervisor.phase(Phase::Agreeing),
            "Agreeing",
            "agreeing",
        ),
        (&|| supervisor.phase(Phase::Storing), "Agreeing", "storing"),
        (
            &|| supervisor.ended(None),
            "Connected { identified: true }",
            "connected",
        ),
    ];
    for (step, indication, phase) in steps {
        step();
        let log = board.parts.taken();
        assert_eq!(log, [std::format!("show {indication}")], "{phase}");
        assert_eq!(board.reported(), phase);
    }
    supervisor.link(Link::Looking);
    assert_eq!(board.parts.taken(), ["show Looking"]);
    // Nobody identifies a device that is not connected.
    supervisor.identify(true);
    supervisor.link(Link::Connected);
    assert_eq!(
        board.parts.taken(),
        ["show Looking", "show Connected { identified: false }"]
    );
}

#[test]
fn tenants_start_when_the_daemon_has_the_receipt() {
    let board = Board::provisioning();
    board.supervisor.committed();
    assert_eq!(board.reported(), "stored");
    assert!(board.supervisor.is_provisioned());
    assert!(!board.supervisor.wants_configuration());
    board.parts.taken();
    board.supervisor.acknowledged();
    board.supervisor.ended(None);
    // The provisioner closes its connection before it is stopped.
    board.alarm.pass_ms(FAREWELL_MS - 1);
    assert!(!board.parts.taken().contains(&"run tenants".into()));
    board.alarm.pass_ms(2);
    assert!(board.parts.taken().contains(&"run tenants".into()));
    board.alarm.pass_ms(ACKNOWLEDGEMENT_MS);
    assert!(board.parts.taken().is_empty());
}

#[test]
fn without_an_acknowledgement_tenants_start_all_the_same() {
    let board = Board::provisioning();
    board.supervisor.committed();
    board.parts.taken();
    board.alarm.pass_ms(ACKNOWLEDGEMENT_MS - 1);
    assert!(board.parts.taken().is_empty());
    board.alarm.pass_ms(2);
    assert!(board.parts.taken().contains(&"run tenants".into()));
}

#[test]
fn a_session_that_fails_goes_on_looking() {
    let board = Board::provisioning();
    board.supervisor.phase(Phase::Agreeing);
    board.parts.taken();
    board.supervisor.ended(None);
    assert_eq!(board.parts.taken(), ["show Looking"]);
    assert!(board.supervisor.wants_configuration());
}

#[test]
fn a_refused_configuration_restarts_the_board_after_the_receipt() {
    let board = Board::provisioning();
    board.supervisor.refused(Refusal {
        field: Field::Serial,
        reason: Reason::Older,
    });
    // The provisioner is not stopped before the restart: it has a receipt.
    board.fails();
}

#[test]
fn a_configuration_that_could_not_be_stored_restarts_the_board() {
    let board = Board::provisioning();
    board.supervisor.storage_failed();
    board.fails();
}
