// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Looks at other processes, and controls one of them, by process information.

#![no_std]
#![no_main]

use conformance_suite::*;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const PROCESSES: usize = 16;
static WORDS: [AtomicU32; PROCESSES] = [const { AtomicU32::new(0) }; PROCESSES];
static NAME: [AtomicU8; 32] = [const { AtomicU8::new(0) }; 32];

const OK: usize = variant::SUCCESS;
const RESUME: usize = 1;
const STOP: usize = 2;
const FAULT: usize = 3;
const TERMINATE: usize = 4;
const START: usize = 5;

const YIELDED_FOR: usize = 2;
const STOPPED: usize = 3;
const FAULTED: usize = 4;
const TERMINATED: usize = 5;

fn info(number: usize, a: usize, b: usize) -> [usize; 2] {
    two(command(PROCESS_INFO, number, a, b))
}

fn name_is(id: usize, name: &[u8]) -> bool {
    allow_rw(PROCESS_INFO, 0, NAME.as_ptr() as usize, NAME.len());
    let [_, len] = info(4, id, 0);
    allow_rw(PROCESS_INFO, 0, 0, 0);
    len == name.len()
        && name
            .iter()
            .zip(&NAME)
            .all(|(a, b)| *a == b.load(Ordering::Relaxed))
}

/// The identifier of the process of a name, or one that no process has.
fn find(name: &[u8]) -> usize {
    allow_rw(PROCESS_INFO, 0, WORDS.as_ptr() as usize, 4 * PROCESSES);
    let [_, count] = info(2, 0, 0);
    allow_rw(PROCESS_INFO, 0, 0, 0);
    WORDS[..count.min(PROCESSES)]
        .iter()
        .map(|word| word.load(Ordering::Relaxed) as usize)
        .find(|&id| name_is(id, name))
        .unwrap_or(usize::MAX)
}

/// Time slices, system calls, restarts and state.
fn statistics(id: usize) -> [usize; 4] {
    allow_rw(PROCESS_INFO, 0, WORDS.as_ptr() as usize, 16);
    info(5, id, 0);
    allow_rw(PROCESS_INFO, 0, 0, 0);
    core::array::from_fn(|number| WORDS[number].load(Ordering::Relaxed) as usize)
}

fn state(id: usize) -> usize {
    statistics(id)[3]
}

/// How far the victim has counted.
fn counted() -> usize {
    ask(test::SHARED, 0, 0)
}

/// Waits until the victim has counted on.
fn counts_on() -> bool {
    let start = counted();
    while counted() < start + 3 {
        sleep(MILLISECOND);
    }
    true
}

fn look(report: &mut Report, victim: usize) {
    case!(
        report,
        "names",
        "4: the name of a process, found among all",
        victim != usize::MAX && name_is(victim, b"victim")
    );
    allow_rw(PROCESS_INFO, 0, NAME.as_ptr() as usize, 3);
    NAME[3].store(b'!', Ordering::Relaxed);
    case!(report, "name_cut", "A buffer too short gets a part, and the length is the whole", (info(4, victim, 0), NAME[2].load(Ordering::Relaxed), NAME[3].load(Ordering::Relaxed)) => ([129, 6], b'c', b'!'));
    allow_rw(PROCESS_INFO, 0, WORDS.as_ptr() as usize, 15);
    case!(report, "statistics_size", "5: a buffer of less than four words: SIZE", info(5, victim, 0) => [0, error::SIZE]);
    allow_rw(PROCESS_INFO, 0, 0, 0);
    case!(report, "name_unknown", "4 of a process that there is not: INVAL", info(4, usize::MAX, 0) => [0, error::INVAL]);
    case!(report, "statistics_unknown", "5: INVAL", info(5, usize::MAX, 0) => [0, error::INVAL]);
    case!(report, "control_unknown", "6: INVAL", info(6, usize::MAX, STOP) => [0, error::INVAL]);
    case!(report, "control_invalid", "6 with an unknown operation: INVAL", info(6, victim, 6) => [0, error::INVAL]);
    let before = statistics(victim);
    counts_on();
    case!(
        report,
        "statistics",
        "5: system calls are counted",
        statistics(victim)[1] > before[1]
    );
}

fn control(report: &mut Report, victim: usize) {
    // Now and then it is at work.
    while state(victim) != YIELDED_FOR {}
    case!(
        report,
        "yielded_for",
        "A process that waits for an upcall is in state 2",
        true
    );
    case!(report, "stop", "6, 2: stops it", (info(6, victim, STOP)[0], state(victim)) => (OK, STOPPED));
    let then = counted();
    sleep(20 * MILLISECOND);
    case!(report, "stopped", "A stopped process does nothing", counted() => then);
    case!(report, "resume", "6, 1: it goes on", (info(6, victim, RESUME)[0], counts_on(), state(victim) != STOPPED) => (OK, true, true));
    case!(report, "terminate", "6, 4: ends it", (info(6, victim, TERMINATE)[0], state(victim)) => (OK, TERMINATED));
    case!(report, "resume_ended", "An ended process is not resumed", (info(6, victim, RESUME)[0], state(victim)) => (OK, TERMINATED));
    case!(report, "start", "6, 5: starts it again, with a new identifier", (info(6, victim, START)[0], info(4, victim, 0), counts_on()) => (OK, [0, error::INVAL], true));
    let again = find(b"victim");
    case!(report, "start_is_counted", "and one restart", (again != victim, statistics(again)[2]) => (true, 1));
    case!(report, "fault", "6, 3: faults it, and the policy stops it", (info(6, again, FAULT)[0], state(again)) => (OK, FAULTED));
    let then = counted();
    sleep(20 * MILLISECOND);
    case!(report, "faulted", "A faulted process does nothing", counted() => then);
    let own = ask(test::IDENTITY, 0, 0);
    case!(report, "stop_itself", "A process that stops itself goes on: the command returns", info(6, own, STOP)[0] => OK);
}

fn policies(report: &mut Report) {
    let settled = |name: &[u8], restarts| {
        // A restart makes a new identifier, so look again each time.
        while statistics(find(name))[2] < restarts || state(find(name)) != FAULTED {
            sleep(MILLISECOND);
        }
        statistics(find(name))[2]
    };
    case!(report, "policy_stop", "The policy to stop: faulted, not restarted", settled(b"policy_stop", 0) => 0);
    case!(report, "policy_stop_debug", "and the one that says so", settled(b"stopped", 0) => 0);
    case!(report, "policy_threshold", "The policy to restart up to 3 times: 3 restarts, then faulted", settled(b"policy_threshold", 3) => 3);
    case!(report, "others_run", "After all that others run", {
        sleep(MILLISECOND);
        true
    });
}

fn main() {
    let mut report = Report::new("watcher");
    policies(&mut report);
    let victim = find(b"victim");
    look(&mut report, victim);
    control(&mut report, victim);
    report.end();
}
