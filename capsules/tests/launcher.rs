// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The launcher with the real kernel, loader and processes, whose user mode is
//! not run.

use std::cell::Cell;
use std::string::String;
use std::vec::Vec;

use capsules_provisioning::interfaces::LauncherClient;
use capsules_provisioning::launcher::Launcher;
use capsules_provisioning::policy::{Application, Policy, Role};
use capsules_system::process_checker::basic::AppCheckerNull;
use capsules_system::process_checker::tbf::AppIdAssignerTbfHeader;
use capsules_system::process_policies::ThresholdRestartFaultPolicy;
use harness::FakeChip;
use kernel::capabilities::{ProcessManagementCapability, ProcessStartCapability};
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::process::{
    Process, ProcessArray, ProcessBinary, ProcessCheckerMachine, ProcessLoadingAsync,
    ProcessStandardDebugFull, SequentialProcessLoaderMachine, State,
};
use kernel::process_checker::AppCredentialsPolicy;
use kernel::{Kernel, create_capability};
use provisioning_wire::GrantFields;

#[path = "../../tock/capsules/extra/tests/drivers/harness.rs"]
#[allow(dead_code, reason = "it serves other tests too")]
mod harness;

const PROVISIONER: u32 = 0x1_0001;
const TENANT: u32 = 0x1_0101;

static APPLICATIONS: [Application; 1] = [Application {
    short_id: PROVISIONER,
    role: Role::Provisioner,
    fields: GrantFields(0),
}];

/// How often a tenant is started, the first time included.
const RESTARTS: usize = 3;
const PLACES: usize = 5;

#[derive(Default)]
struct Loaded(Cell<usize>);

impl LauncherClient for Loaded {
    fn loaded(&self) {
        self.0.set(self.0.get() + 1);
    }
}

fn leak<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

struct Board<C: ProcessManagementCapability + ProcessStartCapability + 'static> {
    kernel: &'static Kernel,
    launcher: &'static Launcher<C>,
}

type Loader = SequentialProcessLoaderMachine<'static, FakeChip, ProcessStandardDebugFull>;

/// Loads these programs as a board does.
fn boot(
    programs: &[Vec<u8>],
) -> Board<impl ProcessManagementCapability + ProcessStartCapability + use<>> {
    let array: &'static ProcessArray<PLACES> = leak(ProcessArray::new());
    let kernel: &'static Kernel = leak(Kernel::new(array.as_slice()));
    let launcher: &'static Launcher<_> = leak(Launcher::new(
        kernel,
        create_capability!(ProcessManagementCapability, ProcessStartCapability),
        Policy::new(&APPLICATIONS),
    ));
    let loaded: &'static Loaded = leak(Loaded::default());
    launcher.register();
    launcher.set_client(loaded);

    let checking: &'static AppCheckerNull = leak(AppCheckerNull::new());
    let checker: &'static ProcessCheckerMachine = leak(ProcessCheckerMachine::new(checking));
    checking.set_client(checker);
    let binaries: &'static mut [Option<ProcessBinary>] = leak([const { None }; PLACES]);
    let loader: &'static Loader = leak(SequentialProcessLoaderMachine::new(
        checker,
        binaries,
        kernel,
        leak(FakeChip::new()),
        programs.concat().leak(),
        harness::process_memory(PLACES),
        leak(ThresholdRestartFaultPolicy::new(RESTARTS)),
        &(),
        leak(AppIdAssignerTbfHeader {}),
        &create_capability!(ProcessManagementCapability),
    ));
    checker.set_client(loader);
    checker.register();
    loader.register();
    loader.set_client(launcher);
    loader.start();
    settle();
    assert_eq!(loaded.0.get(), 1);
    Board { kernel, launcher }
}

impl<C: ProcessManagementCapability + ProcessStartCapability + 'static> Board<C> {
    fn each<T>(&self, mut see: impl FnMut(&dyn Process) -> T) -> Vec<T> {
        let mut seen = Vec::new();
        let capability = create_capability!(ProcessManagementCapability);
        self.kernel
            .process_each_capability(&capability, |process| seen.push(see(process)));
        seen
    }

    /// Names of the processes that run, in the order of their places.
    fn running(&self) -> Vec<String> {
        self.each(|process| {
            let name = process.get_process_name().trim().to_owned();
            process.is_running().then_some(name)
        })
        .into_iter()
        .flatten()
        .collect()
    }

    fn run_tenants(&self) {
        self.launcher.run_tenants();
        settle();
    }

    fn run_provisioner(&self) {
        self.launcher.run_provisioner();
        settle();
    }

    /// The process with this name makes a fault.
    fn fault(&self, name: &str) {
        self.each(|process| {
            if process.get_process_name().trim() == name {
                process.set_fault_state();
            }
        });
        settle();
    }
}

fn settle() {
    while DeferredCall::service_next_pending().is_some() {}
}

fn provisioner() -> Vec<u8> {
    harness::program(b"prov", Some(PROVISIONER))
}

fn tenant(name: &[u8; 4], number: u32) -> Vec<u8> {
    harness::program(name, Some(TENANT + number))
}

/// The same with the enabled flag of its header cleared.
fn disabled(mut program: Vec<u8>) -> Vec<u8> {
    program[8] &= !1;
    program[12] ^= 1;
    program
}

#[test]
fn nothing_runs_before_it_is_told_to() {
    let board = boot(&[provisioner(), tenant(b"one ", 1)]);
    assert!(board.running().is_empty());
    let states = board.each(|process| process.get_state());
    assert_eq!(states.len(), 2);
    assert!(states.iter().all(|state| *state == State::Terminated));
}

#[test]
fn several_tenants_run_in_the_order_of_the_flash_and_never_with_the_provisioner() {
    let board = boot(&[
        tenant(b"one ", 1),
        provisioner(),
        tenant(b"two ", 2),
        // One that the table does not name and that has no ShortId.
        harness::program(b"none", None),
    ]);
    board.run_provisioner();
    assert_eq!(board.running(), ["prov"]);
    board.run_tenants();
    assert_eq!(board.running(), ["one", "two", "none"]);
    // As on a wipe.
    board.launcher.stop_all();
    settle();
    assert!(board.running().is_empty());
    board.run_provisioner();
    assert_eq!(board.running(), ["prov"]);
}

#[test]
fn a_board_without_tenants_is_a_board_all_the_same() {
    let board = boot(&[provisioner()]);
    board.run_tenants();
    assert!(board.running().is_empty());
    board.run_provisioner();
    assert_eq!(board.running(), ["prov"]);
    let empty = std::thread::spawn(|| {
        let board = boot(&[]);
        board.run_provisioner();
        board.run_tenants();
        board.running().len()
    });
    assert_eq!(empty.join().unwrap(), 0);
}

#[test]
fn a_tenant_that_faults_is_restarted_by_policy_and_leaves_the_others() {
    let board = boot(&[provisioner(), tenant(b"bad ", 1), tenant(b"good", 2)]);
    board.run_tenants();
    // The kernel counts the launcher's start among the restarts.
    for _ in 1..RESTARTS {
        board.fault("bad");
        assert_eq!(board.running(), ["bad", "good"]);
    }
    board.fault("bad");
    assert_eq!(board.running(), ["good"]);
    // It does not come back beside the provisioner, but with the tenants.
    board.run_provisioner();
    assert_eq!(board.running(), ["prov"]);
    board.run_tenants();
    assert_eq!(board.running(), ["bad", "good"]);
}

#[test]
fn a_provisioner_that_faults_too_often_has_stopped() {
    let board = boot(&[provisioner(), tenant(b"one ", 1)]);
    assert!(!board.launcher.provisioner_stopped(), "nobody wants it");
    board.launcher.run_provisioner();
    assert!(!board.launcher.provisioner_stopped(), "it is about to run");
    settle();
    for _ in 1..RESTARTS {
        board.fault("prov");
        assert!(!board.launcher.provisioner_stopped());
    }
    board.fault("prov");
    assert!(board.running().is_empty());
    assert!(board.launcher.provisioner_stopped());
    // The supervisor's way to have it again.
    board.run_provisioner();
    assert_eq!(board.running(), ["prov"]);
    assert!(!board.launcher.provisioner_stopped());
    board.fault("prov");
    assert!(board.launcher.provisioner_stopped());
    board.run_tenants();
    assert!(!board.launcher.provisioner_stopped(), "nobody wants it");
}

#[test]
fn a_provisioner_that_ended_by_itself_has_stopped() {
    let board = boot(&[provisioner()]);
    board.run_provisioner();
    board.each(|process| process.terminate(Some(0)));
    settle();
    assert!(board.launcher.provisioner_stopped());
}

#[test]
fn no_provisioner_is_none_that_has_stopped() {
    for programs in [&[tenant(b"one ", 1)][..], &[]] {
        let programs = programs.to_vec();
        let stopped = std::thread::spawn(move || {
            let board = boot(&programs);
            board.run_provisioner();
            board.launcher.provisioner_stopped()
        });
        assert!(!stopped.join().unwrap());
    }
}

#[test]
fn a_disabled_tenant_is_not_started() {
    let board = boot(&[
        provisioner(),
        disabled(tenant(b"off ", 1)),
        tenant(b"on  ", 2),
    ]);
    board.run_tenants();
    assert_eq!(board.running(), ["on"]);
}
