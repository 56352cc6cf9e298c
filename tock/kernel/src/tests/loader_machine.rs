// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The loader in the background: identities, versions, credentials.

use core::cell::{Cell, RefCell};
use core::num::NonZeroU32;
use std::boxed::Box;
use std::format;
use std::string::String;
use std::vec::Vec;

use super::board::{Board, Caps, forever, ram};
use super::chip::FakeChip;
use super::tbf::{Tbf, app, padding};
use crate::deferred_call::{DeferredCall, DeferredCallClient};
use crate::errorcode::ErrorCode;
use crate::kernel::Kernel;
use crate::process::{
    Process, ProcessBinary, ProcessCheckerMachine, ProcessLoadError, ProcessLoadingAsync,
    ProcessLoadingAsyncClient, ProcessStandardDebugFull, SequentialProcessLoaderMachine, ShortId,
    State,
};
use crate::process_checker::{
    AppCredentialsPolicy, AppCredentialsPolicyClient, AppUniqueness, CheckResult,
    CheckResultAcceptMetadata, Compress,
};
use tock_tbf::types::TbfFooterV2Credentials;

const SHA256: u32 = 3;

/// Identity is what the header says.
struct FromHeader;

impl AppUniqueness for FromHeader {
    fn different_identifier(&self, a: &ProcessBinary, b: &ProcessBinary) -> bool {
        self.to_short_id(a) != self.to_short_id(b)
    }

    fn different_identifier_process(&self, a: &ProcessBinary, b: &dyn Process) -> bool {
        self.to_short_id(a) != b.short_app_id()
    }

    fn different_identifier_processes(&self, a: &dyn Process, b: &dyn Process) -> bool {
        a.short_app_id() != b.short_app_id()
    }
}

impl Compress for FromHeader {
    fn to_short_id(&self, binary: &ProcessBinary) -> ShortId {
        binary.header.get_fixed_short_id().into()
    }
}

/// Judges SHA256 footers by their first byte: 1 accept, 2 pass, else reject.
struct FirstByte {
    client: Cell<Option<&'static dyn AppCredentialsPolicyClient<'static>>>,
    required: bool,
    asked: Cell<Option<(CheckResult, TbfFooterV2Credentials, &'static [u8])>>,
}

impl AppCredentialsPolicy<'static> for FirstByte {
    fn set_client(&self, client: &'static dyn AppCredentialsPolicyClient<'static>) {
        self.client.set(Some(client));
    }

    fn require_credentials(&self) -> bool {
        self.required
    }

    fn check_credentials(
        &self,
        credentials: TbfFooterV2Credentials,
        region: &'static [u8],
    ) -> Result<(), (ErrorCode, TbfFooterV2Credentials, &'static [u8])> {
        if credentials.format() as u32 != SHA256 {
            return Err((ErrorCode::NOSUPPORT, credentials, region));
        }
        let result = match credentials.data()[0] {
            1 => CheckResult::Accept(Some(CheckResultAcceptMetadata { metadata: 77 })),
            2 => CheckResult::Pass,
            _ => CheckResult::Reject,
        };
        self.asked.set(Some((result, credentials, region)));
        Ok(())
    }
}

/// Writes down what the loader says, and the state when it is done.
struct Log {
    kernel: &'static Kernel,
    hold: bool,
    lines: RefCell<Vec<String>>,
}

impl ProcessLoadingAsyncClient for Log {
    fn process_loaded(&self, result: Result<(), ProcessLoadError>) {
        self.lines.borrow_mut().push(match result {
            Ok(()) => "loaded".into(),
            Err(error) => format!("{error:?}"),
        });
    }

    fn process_loading_finished(&self) {
        self.lines.borrow_mut().push("finished".into());
        if self.hold {
            self.kernel
                .process_each_capability(&Caps, |process| process.terminate(None));
        }
    }
}

type Loader = SequentialProcessLoaderMachine<'static, FakeChip, ProcessStandardDebugFull>;

struct Setup {
    board: Board,
    loader: &'static Loader,
    policy: &'static FirstByte,
    log: &'static Log,
    flash_start: usize,
}

fn setup(flash: &[u8], required: bool, hold: bool) -> Setup {
    let board = Board::empty();
    let policy: &'static FirstByte = Box::leak(Box::new(FirstByte {
        client: Cell::new(None),
        required,
        asked: Cell::new(None),
    }));
    let checker: &'static ProcessCheckerMachine =
        Box::leak(Box::new(ProcessCheckerMachine::new(policy)));
    policy.set_client(checker);
    let binaries: &'static mut [Option<ProcessBinary>] = Box::leak(Box::new([const { None }; 3]));
    let flash: &'static [u8] = forever(flash);
    let loader: &'static Loader = Box::leak(Box::new(SequentialProcessLoaderMachine::new(
        checker,
        binaries,
        board.kernel,
        board.chip,
        flash,
        ram(64 * 1024),
        board.policy,
        &(),
        &FromHeader,
        &Caps,
    )));
    checker.set_client(loader);
    let log: &'static Log = Box::leak(Box::new(Log {
        kernel: board.kernel,
        hold,
        lines: RefCell::new(Vec::new()),
    }));
    loader.set_client(log);
    loader.set_runtime_client(log);
    checker.register();
    loader.register();
    DeferredCall::verify_setup();
    Setup {
        board,
        loader,
        policy,
        log,
        flash_start: flash.as_ptr().addr(),
    }
}

impl Setup {
    /// Lets the loader and the policy work until both rest.
    fn run(&self) -> Vec<String> {
        let mut turns = 0;
        loop {
            let served = DeferredCall::service_next_pending().is_some();
            let asked = self.policy.asked.take();
            if let (Some((result, credentials, region)), Some(client)) =
                (asked, self.policy.client.get())
            {
                client.check_done(Ok(result), credentials, region);
            } else if !served {
                return self.log.lines.take();
            }
            turns += 1;
            assert!(turns < 100, "the loader does not come to rest");
        }
    }
}

fn load(apps: &[Tbf], required: bool) -> (Setup, Vec<String>) {
    let flash: Vec<u8> = apps.iter().flat_map(Tbf::build).collect();
    let setup = setup(&flash, required, false);
    setup.loader.start();
    let lines = setup.run();
    (setup, lines)
}

fn with_id(name: &'static str, short_id: u32, version: u32) -> Tbf {
    let mut tbf = app(name);
    tbf.short_id = Some(short_id);
    tbf.version = version;
    tbf
}

fn with_credential(name: &'static str, formats: &[(u32, u8)]) -> Tbf {
    let mut tbf = app(name);
    for (format, verdict) in formats {
        let length = if *format == SHA256 { 32 } else { 48 };
        tbf.credentials.push((*format, std::vec![*verdict; length]));
    }
    tbf
}

#[test]
fn processes_get_the_identity_of_their_header() {
    let (setup, lines) = load(&[with_id("a", 0x1001, 1), app("b")], false);
    assert_eq!(lines, ["loaded", "loaded", "finished"]);
    let ids: Vec<_> = setup
        .board
        .processes()
        .iter()
        .map(|p| p.short_app_id())
        .collect();
    assert_eq!(ids[0], ShortId::Fixed(NonZeroU32::new(0x1001).unwrap()));
    assert!(matches!(ids[1], ShortId::LocallyUnique));
    assert_ne!(ids[1], ids[1]);
}

#[test]
fn nothing_is_loaded_within_start() {
    let setup = setup(&app("a").build(), false, false);
    setup.loader.start();
    assert!(setup.board.names().is_empty());
    assert!(setup.log.lines.borrow().is_empty());
    setup.run();
    assert_eq!(setup.board.names(), ["a"]);
}

#[test]
fn processes_can_be_held_before_their_first_instruction() {
    let flash = [app("a").build(), app("b").build()].concat();
    let setup = setup(&flash, false, true);
    setup.loader.start();
    // One deferred call at a time, with a chance for processes in between.
    while DeferredCall::service_next_pending().is_some() {
        setup.board.turn(0);
        let running = setup.board.processes().iter().any(|p| p.ready());
        assert!(!running);
    }
    let states: Vec<_> = setup
        .board
        .processes()
        .iter()
        .map(|p| p.get_state())
        .collect();
    assert_eq!(states, [State::Terminated; 2]);
    assert!(setup.board.take_events().is_empty());
}

#[test]
fn skipped_binaries_are_reported_and_the_rest_loaded() {
    let mut disabled = app("off");
    disabled.enabled = false;
    let flash = [padding(64), disabled.build(), app("a").build()].concat();
    let setup = setup(&flash, false, false);
    setup.loader.start();
    let lines = setup.run();
    assert_eq!(
        lines,
        [
            "padding",
            "not enabled in its TBF header",
            "loaded",
            "finished"
        ]
    );
}

#[test]
fn both_loaders_agree_on_versions_and_ends_of_the_list() {
    let versioned = |version: u16| {
        let mut bytes = app("other").build();
        bytes[..2].copy_from_slice(&version.to_le_bytes());
        bytes
    };
    let mut nowhere = versioned(2);
    nowhere[4..8].fill(0);
    let unknown = "malformed TBF header: TBF version 3 is unknown";
    let lost = "the lengths in its TBF header lead nowhere, so none is looked for behind";
    // Processes are made when all binaries are found.
    for (between, expected) in [
        (versioned(3), &[unknown, "loaded", "loaded", "finished"][..]),
        (versioned(0), &["loaded", "finished"]),
        (versioned(0xFFFF), &["loaded", "finished"]),
        (versioned(0x0200), &["loaded", "finished"]),
        (nowhere, &[lost, "loaded", "finished"]),
    ] {
        let flash = [app("a").build(), between, app("b").build()].concat();
        let setup = setup(&flash, false, false);
        setup.loader.start();
        assert_eq!(setup.run(), expected);
        let at_once = Board::empty();
        at_once.load(&flash, 64 * 1024).unwrap();
        assert_eq!(setup.board.names(), at_once.names());
    }
}

#[test]
fn the_highest_version_of_an_application_is_loaded() {
    let apps = [
        with_id("v1", 5, 1),
        with_id("v3", 5, 3),
        with_id("v2", 5, 2),
    ];
    let (setup, lines) = load(&apps, false);
    assert_eq!(lines, ["loaded", "finished"]);
    assert_eq!(setup.board.names(), ["v3"]);
}

#[test]
fn of_equal_versions_the_first_is_loaded() {
    let apps = [with_id("first", 5, 2), with_id("second", 5, 2), app("x")];
    let (setup, _) = load(&apps, false);
    assert_eq!(setup.board.names(), ["first", "x"]);
}

#[test]
fn credentials_decide_when_they_are_required() {
    let apps = [
        with_credential("accepted", &[(4, 0), (SHA256, 2), (SHA256, 1)]),
        with_credential("passed", &[(SHA256, 2)]),
        with_credential("rejected", &[(SHA256, 9), (SHA256, 1)]),
        app("bare"),
    ];
    let (setup, lines) = load(&apps, true);
    assert_eq!(setup.board.names(), ["accepted"]);
    assert_eq!(
        lines,
        [
            "no credential was accepted, and one is required",
            "its credential of format 3 was rejected",
            "no credential was accepted, and one is required",
            "loaded",
            "finished"
        ]
    );
    let credential = setup.board.process().get_credential().unwrap();
    assert_eq!(credential.metadata.unwrap().metadata, 77);
}

#[test]
fn without_the_requirement_only_a_rejection_counts() {
    let apps = [
        with_credential("rejected", &[(SHA256, 9)]),
        with_credential("passed", &[(SHA256, 2)]),
        app("bare"),
    ];
    let (setup, _) = load(&apps, false);
    assert_eq!(setup.board.names(), ["passed", "bare"]);
    assert!(setup.board.process().get_credential().is_none());
}

#[test]
fn a_binary_written_later_is_loaded_once() {
    let first = with_id("a", 5, 1).build();
    let (gap, second) = (padding(64), with_id("b", 6, 1).build());
    let flash = [first.clone(), gap.clone(), second.clone()].concat();
    let setup = setup(&flash, false, false);
    let address = setup.flash_start + first.len() + gap.len();
    let load = || setup.loader.load_new_process_binary(address, second.len());
    load().unwrap();
    assert!(matches!(load(), Err(ProcessLoadError::InternalError)));
    assert_eq!(setup.run(), ["loaded", "finished"]);
    assert_eq!(setup.board.names(), ["b"]);
    // It runs, so it is not loaded a second time.
    load().unwrap();
    assert_eq!(setup.run(), ["finished"]);
    assert_eq!(setup.board.names(), ["b"]);
    let beyond = setup.loader.load_new_process_binary(address, flash.len());
    assert!(matches!(beyond, Err(ProcessLoadError::BinaryError(_))));
    assert!(
        setup
            .loader
            .check_if_within_flash_bounds(address, second.len())
    );
    assert!(
        !setup
            .loader
            .check_if_within_flash_bounds(address, second.len() + 1)
    );
    assert!(!setup.loader.check_if_within_flash_bounds(usize::MAX, 2));
}
