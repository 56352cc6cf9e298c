// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Grants: zeroed, bounded by the process's memory, freed with its run.

#![no_std]
#![no_main]

use conformance_suite::fault::{self, cause, load_word, store};
use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

/// Bytes of a block that the driver allocates.
const BLOCK: usize = 64;

fn first_run(report: &mut Report) {
    // The console's grant, so that results can be printed in the end.
    subscribe(CONSOLE, 1, 0, 0);
    let before = lowest_grant();
    case!(report, "first_use_zeroed", "A grant starts with its default", two(command(TEST, test::CALLS, 0, 0)) => [129, 0]);
    case!(
        report,
        "first_use_allocates",
        "Its memory is taken from the process, below what is there",
        lowest_grant() < before
    );
    let after = lowest_grant();
    case!(report, "second_use_keeps", "It keeps what is put into it", two(command(TEST, test::CALLS, 0, 0)) => [129, 1]);
    case!(report, "second_use_allocates_nothing", "and takes no more memory", lowest_grant() => after);
    case!(report, "command_0_allocates_nothing", "Command 0 allocates nothing", { command(ALARM, 0, 0, 0); lowest_grant() } => after);
    case!(report, "block", "A driver allocates more in the grant region", (two(command(TEST, test::ALLOCATE, 1, 0)), lowest_grant() <= after - BLOCK) => ([129, 1], true));

    fault::begin();
    let grant = lowest_grant();
    case!(report, "no_load", "The process cannot read the grant region", load_word(grant) => [cause::LOAD, grant]);
    case!(report, "no_store", "nor write it", store(grant) => [cause::STORE, grant]);
    case!(report, "no_load_at_end", "nor the end of the kernel's part", load_word(ram_end() - 4) => [cause::LOAD, ram_end() - 4]);
    fault::end();

    command(TEST, test::REMEMBER, 1, lowest_grant());
    let [variant, error, made, _] = command(TEST, test::ALLOCATE, 10_000, 0);
    case!(report, "bounded", "Blocks end with the process's memory: NOMEM", (variant, error) => (variant::FAILURE_U32, error::NOMEM));
    case!(report, "some_fit", "before which some fit", made > 0);
    case!(
        report,
        "above_break",
        "The lowest grant is not below the break",
        lowest_grant() >= app_break()
    );
    case!(
        report,
        "all_is_used",
        "and less than a block is left",
        lowest_grant() - app_break() < 2 * BLOCK
    );
    case!(report, "break_is_bounded", "The break cannot go beyond: NOMEM", two(memop(0, lowest_grant() + 1)) => [0, error::NOMEM]);
    command(TEST, test::REMEMBER, 2, made);
    report.print();
    exit(1, 0);
}

fn second_run(report: &mut Report) {
    case!(report, "freed", "After a restart it is zeroed", two(command(TEST, test::CALLS, 0, 0)) => [129, 0]);
    let made = ask(test::REMEMBER, 2, 0);
    case!(report, "room_is_back", "and the room of the blocks is back", command(TEST, test::ALLOCATE, made - 8, 0)[0] => variant::SUCCESS_U32);
    report.end();
}

fn main() {
    let mut report = Report::new("grants");
    match ask(test::REMEMBER, 0, 1) {
        1 => first_run(&mut report),
        _ => second_run(&mut report),
    }
}
