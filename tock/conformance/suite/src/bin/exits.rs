// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Exit: terminate, restart, and what is left of the run before.

#![no_std]
#![no_main]

use conformance_suite::upcalls::recorder;
use conformance_suite::*;
use core::sync::atomic::{AtomicUsize, Ordering};
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

static IN_DATA: AtomicUsize = AtomicUsize::new(0x1234);
static IN_BSS: AtomicUsize = AtomicUsize::new(0);

fn first_run(report: &mut Report) {
    case!(report, "unknown", "Which 2 returns: NOSUPPORT", two(exit(2, 0)) => [0, error::NOSUPPORT]);
    case!(report, "unknown_highest", "Which 0xffff_ffff returns: NOSUPPORT", two(exit(usize::MAX, 0)) => [0, error::NOSUPPORT]);
    case!(report, "no_completion_code", "There is no completion code before the first exit", two(command(TEST, test::COMPLETION, 0, 0)) => [0, error::FAIL]);
    report.print();
    // What the next run must not find.
    IN_DATA.store(1, Ordering::Relaxed);
    IN_BSS.store(1, Ordering::Relaxed);
    subscribe(TEST, 0, recorder(), 7);
    allow_rw(TEST, 0, &raw const IN_BSS as usize, 4);
    allow_ro(TEST, 0, &raw const IN_BSS as usize, 4);
    command(TEST, test::QUEUE, 0, 3);
    command(TEST, test::CALLS, 0, 0);
    memop(1, 256);
    let heap = (app_break() - 4) as *mut u32;
    // SAFETY: The last word before the break.
    unsafe { heap.write_volatile(0x5ec2e7) };
    command(TEST, test::REMEMBER, 1, ask(test::IDENTITY, 0, 0));
    command(TEST, test::REMEMBER, 2, lowest_grant());
    exit(1, 42);
    case!(report, "restart_returns", "Restart does not return", false);
}

fn second_run(report: &mut Report) {
    case!(report, "restart_returns", "Restart does not return", true);
    let done = variant::SUCCESS_U32_U32;
    case!(report, "upcalls_are_gone", "Upcalls queued in the run before are gone", yield_no_wait() => 0);
    case!(report, "grant_is_fresh", "The drivers' memory of the process is new", two(command(TEST, test::CALLS, 0, 0)) => [129, 0]);
    case!(report, "subscription_is_gone", "So are subscriptions", three(subscribe(TEST, 0, 0, 0)) => [done, 0, 0]);
    case!(report, "rw_buffer_is_gone", "read-write buffers", three(allow_rw(TEST, 0, 0, 0)) => [done, 0, 0]);
    case!(report, "ro_buffer_is_gone", "and read-only buffers", three(allow_ro(TEST, 0, 0, 0)) => [done, 0, 0]);
    case!(report, "data_is_fresh", "Initialised and zeroed variables are as at first", (IN_DATA.load(Ordering::Relaxed), IN_BSS.load(Ordering::Relaxed)) => (0x1234, 0));
    memop(1, 256);
    let heap = (app_break() - 4) as *const u32;
    // SAFETY: The last word before the break.
    case!(report, "heap_is_zero", "Memory above them is zero again", unsafe { heap.read_volatile() } => 0);
    let id = ask(test::REMEMBER, 1, 0);
    let [_, new_id, restarts, _] = command(TEST, test::IDENTITY, 0, 0);
    case!(
        report,
        "identifier_changes",
        "The process has a new identifier",
        new_id != id
    );
    case!(report, "restart_is_counted", "and one restart", restarts => 1);
    case!(report, "completion_code", "The completion code is kept", two(command(TEST, test::COMPLETION, 0, 0)) => [129, 42]);
    let before = ask(test::REMEMBER, 2, 0);
    case!(
        report,
        "grant_memory_is_free",
        "No grant of the run before takes room",
        lowest_grant() >= before
    );
    report.print();
    exit(1, usize::MAX);
}

fn third_run(report: &mut Report) {
    case!(
        report,
        "second_restart",
        "It can restart again",
        ask(test::IDENTITY, 0, 0) != 0 && command(TEST, test::IDENTITY, 0, 0)[2] == 2
    );
    case!(report, "completion_code_highest", "A completion code has 32 bits", two(command(TEST, test::COMPLETION, 0, 0)) => [129, usize::MAX]);
    case!(
        report,
        "terminates",
        "Terminate ends it: see that there is no fourth run",
        true
    );
    report.end();
    exit(0, 7);
}

fn main() {
    let mut report = Report::new("exits");
    match ask(test::REMEMBER, 0, 1) {
        1 => first_run(&mut report),
        2 => second_run(&mut report),
        3 => third_run(&mut report),
        _ => case!(
            report,
            "terminates",
            "Terminate ends it: see that there is no fourth run",
            false
        ),
    }
    report.end();
}
