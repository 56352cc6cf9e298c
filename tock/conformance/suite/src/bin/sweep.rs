// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Tries to read, write and execute everywhere.
//!
//! The board sends the process on behind each instruction that faults, so one
//! run gets through all 2^20 pages. Then come all edges, byte by byte.

#![no_std]
#![no_main]

use conformance_suite::fault::{self, NONE, all_fault, cause, jump, load, load_word, store};
use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const PAGE: usize = 0x1000;
/// Where the rest of the address space has its end.
const LAST_PAGE: usize = usize::MAX - PAGE + 1;
/// Bytes around an edge.
const EDGE: usize = 64;

/// The first address in [0, 2^32) outside of [start, end) that does not fault.
fn sweep(
    start: usize,
    end: usize,
    attempt: fn(usize) -> [usize; 2],
    cause: usize,
) -> Option<usize> {
    let start = start & !(PAGE - 1);
    let end = end.next_multiple_of(PAGE);
    all_fault(0, start, PAGE, attempt, cause)
        .or_else(|| all_fault(end, LAST_PAGE, PAGE, attempt, cause))
        .or_else(|| all_fault(LAST_PAGE, LAST_PAGE + 1, PAGE, attempt, cause))
}

/// Pages outside of both regions, of which flash is lower.
fn sweep_both(
    attempt: fn(usize) -> [usize; 2],
    cause: usize,
    (flash, flash_end): (usize, usize),
    (ram, ram_end): (usize, usize),
) -> Option<usize> {
    let page = |address: usize| address & !(PAGE - 1);
    let after = |address: usize| address.next_multiple_of(PAGE);
    all_fault(0, page(flash), PAGE, attempt, cause)
        .or_else(|| all_fault(after(flash_end), page(ram), PAGE, attempt, cause))
        .or_else(|| all_fault(after(ram_end), LAST_PAGE, PAGE, attempt, cause))
        .or_else(|| all_fault(LAST_PAGE, LAST_PAGE + 1, PAGE, attempt, cause))
}

/// Whether byte by byte around `edge` those in [start, end) can be loaded and
/// the others cannot.
fn edge_holds(edge: usize, start: usize, end: usize) -> bool {
    (edge - EDGE..edge + EDGE).all(|address| {
        let inside = (start..end).contains(&address);
        load(address) == if inside { NONE } else { [cause::LOAD, address] }
    })
}

fn main() {
    let mut report = Report::new("sweep");
    command(TEST, test::CALLS, 0, 0);
    report.print();
    let flash = (flash_start(), flash_end());
    let ram = (ram_start(), app_break());
    fault::begin();
    case!(report, "loads", "A load from any of the 2^20 pages but its own faults, with that address", sweep_both(load, cause::LOAD, flash, ram) => None);
    case!(report, "stores", "A store to any page but those of its RAM faults", sweep(ram.0, ram.1, store, cause::STORE) => None);
    case!(report, "jumps", "A jump to any page but those of its flash faults", sweep(flash.0, flash.1, jump, cause::FETCH) => None);
    case!(
        report,
        "own_flash",
        "Every word of its own flash can be read",
        (flash.0..flash.1)
            .step_by(4)
            .all(|address| load_word(address) == NONE)
    );
    case!(
        report,
        "own_ram",
        "So can every word of its RAM",
        (ram.0..ram.1)
            .step_by(4)
            .all(|address| load_word(address) == NONE)
    );
    let rest = ram.1.next_multiple_of(PAGE);
    case!(report, "above_break", "and no word between the break and the next page", all_fault(ram.1, rest, 4, load_word, cause::LOAD) => None);
    case!(report, "after_flash", "and none between its flash and the next page", all_fault(flash.1, flash.1.next_multiple_of(PAGE), 4, load_word, cause::LOAD) => None);
    case!(report, "kernel_part", "None of the kernel's part of its RAM, word by word", all_fault(lowest_grant(), ram_end(), 4, load_word, cause::LOAD) => None);
    case!(
        report,
        "flash_start",
        "At the start of its flash the first byte inside is the first that can be read",
        edge_holds(flash.0, flash.0, flash.1)
    );
    case!(
        report,
        "flash_end",
        "At its end the last byte inside is the last",
        edge_holds(flash.1, flash.0, flash.1)
    );
    case!(
        report,
        "ram_start",
        "The same at the start of RAM",
        edge_holds(ram.0, ram.0, ram.1)
    );
    case!(
        report,
        "break",
        "The same at the break",
        edge_holds(ram.1, ram.0, ram.1)
    );
    sbrk_and_look(&mut report);
    case!(
        report,
        "ram_end",
        "The same at the end of its RAM: nothing there",
        edge_holds(ram_end(), 0, 0)
    );
    case!(report, "neighbour", "Every word of the neighbour's flash and RAM faults", all_fault(flash.0 + STRIDE, flash.0 + STRIDE + 0x2000, 4, load_word, cause::LOAD).or_else(|| all_fault(ram.0 + STRIDE, ram.0 + 2 * STRIDE, 4, load_word, cause::LOAD)) => None);
    case!(report, "straddling", "A word of which one half is beyond the break faults", load_word(app_break() - 2)[0] => cause::LOAD);
    fault::end();
    report.end();
}

/// The edge moves with the break, both ways.
fn sbrk_and_look(report: &mut Report) {
    let ram = ram_start();
    memop(1, 128);
    let grown = edge_holds(app_break(), ram, app_break());
    memop(1, -96isize as usize);
    let shrunk = edge_holds(app_break(), ram, app_break());
    case!(report, "break_moves", "After the break has moved the edge is where it is", (grown, shrunk) => (true, true));
}
