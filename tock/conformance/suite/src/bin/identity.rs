// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the kernel makes of header and footer: short id, name, credential.

#![no_std]
#![no_main]

use conformance_suite::*;
use core::sync::atomic::{AtomicU32, Ordering};
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const PROCESSES: usize = 16;
static WORDS: [AtomicU32; PROCESSES] = [const { AtomicU32::new(0) }; PROCESSES];
const SHORT_ID: usize = 0x5151;
const SHA256: usize = 3;

/// Asks for a list of words; their number and the number of those equal to `word`.
fn list(number: usize, word: usize) -> [usize; 2] {
    allow_rw(PROCESS_INFO, 0, WORDS.as_ptr() as usize, 4 * PROCESSES);
    let [_, count, ..] = command(PROCESS_INFO, number, 0, 0);
    allow_rw(PROCESS_INFO, 0, 0, 0);
    let equal = WORDS
        .iter()
        .filter(|w| w.load(Ordering::Relaxed) as usize == word)
        .count();
    [count, equal]
}

fn main() {
    let mut report = Report::new("identity");
    case!(report, "short_id", "The short id is that of the header", two(command(TEST, test::SHORT_ID, 0, 0)) => [129, SHORT_ID]);
    case!(report, "credential", "The accepted credential is the SHA-256 of the footer", two(command(TEST, test::CREDENTIAL, 0, 0)) => [129, SHA256]);
    case!(report, "count", "Process information counts all processes", two(command(PROCESS_INFO, 1, 0, 0)) => [129, PROCESSES]);
    let id = ask(test::IDENTITY, 0, 0);
    case!(report, "process_ids", "and lists their identifiers, each once", list(2, id) => [PROCESSES, 1]);
    case!(report, "short_ids", "and short ids, this process's once", list(3, SHORT_ID) => [PROCESSES, 1]);
    case!(report, "no_short_id", "Those without one have 0", list(3, 0) => [PROCESSES, PROCESSES - 1]);
    report.end();
}
