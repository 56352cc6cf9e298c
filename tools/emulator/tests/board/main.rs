// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The emulated board with its real kernel, applications, daemon and network.
//!
//! Each case runs in a process and a private network of its own, started by
//! the harness; images come from `make`. A missing image is a failure.

mod attempts;
mod cases;
mod cuts;
mod faults;
mod flash;
mod hostile;
mod interruptions;
mod kernel_memory;
mod kills;
mod lifecycle;
mod secrets;
mod support;
mod tenants;

use std::env;
use std::process::{ExitCode, Stdio};

use emulator::failure::Result;
use emulator::namespace;
use libtest_mimic::{Arguments, Failed, Trial};
use support::Bench;

/// A case by its name.
type Case = (&'static str, fn(&mut Bench) -> Result<()>);

const CASES: &[Case] = &[
    ("main_job_runs_to_its_end", cases::main_job),
    ("leds_follow_the_table_of_the_design", cases::leds),
    (
        "configured_board_starts_its_tenant_without_network",
        cases::no_network,
    ),
    (
        "no_secret_in_the_provisioner_or_on_the_wire",
        secrets::nowhere,
    ),
    (
        "no_session_key_stays_in_the_kernels_memory",
        kernel_memory::no_session_key,
    ),
    (
        "no_daemon_for_five_minutes_then_one_appears",
        interruptions::late_daemon,
    ),
    (
        "daemon_dies_before_the_commit_at_every_step",
        interruptions::dies_before_commit,
    ),
    (
        "daemon_dies_before_the_receipt",
        interruptions::dies_before_receipt,
    ),
    (
        "daemon_dies_before_the_acknowledgement",
        interruptions::dies_before_acknowledgement,
    ),
    ("segments_of_one_byte", interruptions::single_bytes),
    (
        "segments_split_and_joined_at_random",
        interruptions::random_pieces,
    ),
    (
        "wrong_setup_code_is_refused_and_counted_once",
        faults::wrong_code,
    ),
    (
        "empty_default_route_is_refused",
        faults::empty_default_route,
    ),
    (
        "empty_bootstrap_uri_is_refused",
        faults::empty_bootstrap_uri,
    ),
    (
        "empty_endpoint_name_is_refused",
        faults::empty_endpoint_name,
    ),
    (
        "flash_that_never_worked_lets_no_attempt_go_uncounted",
        flash::fails_when_new,
    ),
    (
        "flash_that_fails_to_store_restarts_the_board",
        flash::fails_to_store,
    ),
    (
        "flash_that_fails_to_be_wiped_keeps_the_old_state",
        flash::fails_to_wipe,
    ),
    (
        "two_presses_and_nobody_comes_keep_the_old",
        lifecycle::nobody_comes,
    ),
    (
        "two_presses_let_another_daemon_take_over",
        lifecycle::another_daemon,
    ),
    (
        "two_presses_and_a_failed_attempt_keep_the_old",
        lifecycle::failed_attempt,
    ),
    ("a_hold_wipes_after_the_window", lifecycle::hold),
    (
        "a_stuck_button_is_obeyed_once_and_told",
        lifecycle::stuck_button,
    ),
    (
        "a_button_down_from_power_on_is_told_and_not_obeyed",
        lifecycle::stuck_from_power_on,
    ),
    (
        "a_provisioner_that_stopped_is_started_again_slowly",
        lifecycle::stopped_provisioner,
    ),
    (
        "a_wipe_leaves_nothing_secret_in_the_flash",
        lifecycle::wiped_clean,
    ),
    (
        "a_damaged_slot_falls_back_and_two_are_provisioned_anew",
        lifecycle::corrupt_slots,
    ),
    (
        "a_configuration_does_not_open_on_another_device",
        lifecycle::copied,
    ),
    (
        "an_older_slot_that_is_put_back_is_refused",
        lifecycle::rolled_back,
    ),
    ("board_without_tenants", tenants::none),
    ("several_tenants_start_in_their_order", tenants::several),
    (
        "a_tenant_that_faults_at_once_leaves_the_others",
        tenants::faulting,
    ),
    ("a_disabled_tenant_is_not_started", tenants::disabled),
    (
        "plug_pulled_at_random_points_leaves_old_or_new",
        kills::at_random_points,
    ),
    (
        "power_cut_at_random_instructions_gives_no_guess_more",
        attempts::cut_at_random_instructions,
    ),
    (
        "a_hostile_provisioner_on_the_real_board_gets_nothing_and_leaves_it_sound",
        hostile::provisioner,
    ),
    (
        "hostile_processes_get_nothing_of_a_configuration_that_is_there",
        hostile::with_a_configuration,
    ),
    ("alarms_are_served_while_keys_are_agreed", hostile::alarms),
    (
        "a_provisioner_that_dies_while_keys_are_agreed_leaves_no_session",
        hostile::dies_agreeing,
    ),
];

/// The argument by which the harness starts itself for one case.
const SINGLE: &str = "--in-private-network";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let [_, flag, name] = &arguments[..]
        && flag == SINGLE
    {
        return single(name);
    }
    let mut arguments = Arguments::from_args();
    // The cases share two or so processors with emulators in real time.
    arguments.test_threads = arguments.test_threads.or(Some(1));
    let trials = CASES
        .iter()
        .map(|&(name, _)| Trial::test(name, move || start(name)))
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Runs a case in a process inside a new private network.
fn start(name: &str) -> std::result::Result<(), Failed> {
    namespace::probe()?;
    let output = namespace::command(env::current_exe()?)
        .args([SINGLE, name])
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(Failed::from(String::from_utf8_lossy(&said).into_owned()))
}

fn single(name: &str) -> ExitCode {
    let Some((_, case)) = CASES.iter().find(|(known, _)| *known == name) else {
        eprintln!("there is no case {name}");
        return ExitCode::FAILURE;
    };
    let result = namespace::enter()
        .and_then(|()| Bench::new(name))
        .and_then(|mut bench| {
            let result = case(&mut bench);
            bench.close(result)
        });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
