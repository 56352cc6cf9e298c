// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Memop: what the kernel says about memory, and how the break moves.

#![no_std]
#![no_main]

use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const OK: usize = variant::SUCCESS;
const OK_U32: usize = variant::SUCCESS_U32;
const NOMEM: [usize; 2] = [variant::FAILURE, error::NOMEM];

fn brk(address: usize) -> [usize; 2] {
    two(memop(0, address))
}

fn sbrk(bytes: isize) -> [usize; 2] {
    two(memop(1, bytes as usize))
}

fn word(address: usize) -> u32 {
    // SAFETY: Below the break, in memory that nothing else uses.
    unsafe { (address as *const u32).read_volatile() }
}

fn addresses(report: &mut Report) {
    case!(report, "ram_start", "2: RAM starts where the process was linked for", two(memop(2, 0)) => [OK_U32, 0x8030_0000 + 5 * STRIDE]);
    case!(
        report,
        "ram_end",
        "3: the end of RAM is after the lowest grant, with the kernel's part",
        memop(3, 0)[0] == OK_U32 && ram_end() > lowest_grant()
    );
    case!(report, "flash_start", "4: flash starts at the header", two(memop(4, 0)) => [OK_U32, 0x8010_0000 + 5 * STRIDE]);
    let total = word(flash_start() + 4) as usize;
    case!(report, "flash_end", "5: flash ends after the total size in the header", two(memop(5, 0)) => [OK_U32, flash_start() + total]);
    case!(
        report,
        "lowest_grant",
        "6: the lowest grant is between the break and the end",
        memop(6, 0)[0] == OK_U32 && lowest_grant() > app_break() && lowest_grant() < ram_end()
    );
    case!(report, "regions_number", "7: the number of writeable flash regions in the header", two(memop(7, 0)) => [OK_U32, 1]);
    case!(report, "region_start", "8: start of the first", two(memop(8, 0)) => [OK_U32, flash_start() + 0x40]);
    case!(report, "region_end", "9: end of the first", two(memop(9, 0)) => [OK_U32, flash_start() + 0x60]);
    case!(report, "region_start_absent", "8: FAIL for one that there is not", two(memop(8, 1)) => [0, error::FAIL]);
    case!(report, "region_end_absent", "9: FAIL for one that there is not", two(memop(9, 1)) => [0, error::FAIL]);
    case!(report, "region_huge", "8: FAIL for number 0xffff_ffff", two(memop(8, usize::MAX)) => [0, error::FAIL]);
    case!(report, "stack_top", "10: Success", memop(10, app_break())[0] => OK);
    case!(report, "heap_start", "11: Success", memop(11, app_break())[0] => OK);
    case!(report, "stack_top_wild", "10: any address will do", memop(10, usize::MAX)[0] => OK);
    case!(report, "unknown", "12: NOSUPPORT", two(memop(12, 0)) => [0, error::NOSUPPORT]);
    case!(report, "unknown_highest", "0xffff_ffff: NOSUPPORT", two(memop(usize::MAX, 0)) => [0, error::NOSUPPORT]);
    case!(
        report,
        "untouched_registers",
        "r2 and r3 are untouched",
        memop(2, 0)[2..] == [0, 0]
    );
}

fn moves(report: &mut Report) {
    let first = app_break();
    case!(report, "sbrk_zero", "sbrk 0 returns the break", sbrk(0) => [OK_U32, first]);
    case!(report, "sbrk_up", "sbrk returns the old break", sbrk(64) => [OK_U32, first]);
    case!(report, "sbrk_moved", "and moves it", sbrk(0) => [OK_U32, first + 64]);
    case!(report, "sbrk_zero_filled", "New memory is zero", word(first) | word(first + 60) => 0);
    // SAFETY: Below the break, in memory that nothing else uses.
    unsafe { ((first + 60) as *mut u32).write_volatile(0x5ec2e7) };
    case!(report, "sbrk_down", "sbrk moves it down too", sbrk(-32) => [OK_U32, first + 64]);
    sbrk(32);
    case!(report, "regrown_is_zero", "Memory that was given up and taken again is zero", word(first + 60) => 0);
    case!(report, "brk_down", "brk sets the break to an address", brk(first) => [OK, first]);
    case!(report, "brk_same", "even where it is", brk(first) => [OK, first]);
    case!(report, "sbrk_odd", "A break need not be aligned", (sbrk(3), sbrk(0)) => ([OK_U32, first], [OK_U32, first + 3]));
    // SAFETY: The last byte below the break.
    case!(report, "odd_break_is_usable", "and the last byte below it can be used", unsafe { ((first + 2) as *const u8).read_volatile() } => 0);
    brk(first);
}

fn limits(report: &mut Report) {
    let first = app_break();
    let grant = lowest_grant();
    case!(report, "brk_past_grant", "brk beyond the lowest grant: NOMEM", brk(grant + 1) => NOMEM);
    case!(report, "brk_at_ram_end", "at the end of RAM: NOMEM", brk(ram_end()) => NOMEM);
    case!(report, "brk_past_ram", "beyond RAM: NOMEM", brk(ram_end() + 4) => NOMEM);
    case!(report, "brk_top", "at the last address: NOMEM", brk(usize::MAX) => NOMEM);
    case!(report, "brk_below_ram", "below RAM: NOMEM", brk(ram_start() - 4) => NOMEM);
    case!(report, "brk_null", "at 0: NOMEM", brk(0) => NOMEM);
    case!(report, "brk_kernel", "in kernel RAM: NOMEM", brk(KERNEL_RAM) => NOMEM);
    case!(report, "sbrk_huge", "sbrk by 2 GiB - 1: NOMEM", sbrk(isize::MAX) => NOMEM);
    case!(report, "sbrk_huge_down", "sbrk by -2 GiB: NOMEM", sbrk(isize::MIN) => NOMEM);
    case!(report, "sbrk_below_ram", "sbrk below RAM: NOMEM", sbrk(-0x2_0000) => NOMEM);
    case!(report, "sbrk_past_grant", "sbrk past the lowest grant: NOMEM", sbrk((grant - first + 1) as isize) => NOMEM);
    case!(report, "refused_is_not_moved", "What is refused moves nothing", app_break() => first);
    case!(report, "brk_to_grant", "brk up to the lowest grant succeeds", brk(grant) => [OK, grant]);
    case!(
        report,
        "brk_to_grant_zero",
        "and all of it is zero",
        (first..grant).step_by(4).all(|address| word(address) == 0)
    );
    case!(report, "grant_needs_room", "With no room left a grant is not allocated: NOMEM", two(command(RNG, 1, 4, 0)) => NOMEM);
    let refused = variant::FAILURE_U32_U32;
    case!(report, "subscribe_needs_room", "nor for subscribe: NOMEM", two(subscribe(RNG, 0, 0, 0)) => [refused, error::NOMEM]);
    case!(report, "allow_needs_room", "nor for allow: NOMEM", two(allow_rw(RNG, 0, 0, 0)) => [refused, error::NOMEM]);
    brk(first);
    case!(report, "room_again", "With room again it is", subscribe(RNG, 0, 0, 0)[0] => variant::SUCCESS_U32_U32);
    case!(
        report,
        "grant_lowers_limit",
        "and the lowest grant is lower",
        lowest_grant() < grant
    );
}

fn high_water(report: &mut Report) {
    let first = app_break();
    sbrk(64);
    allow_rw(TEST, 0, first + 64, 0);
    case!(report, "empty_buffer_is_no_mark", "An empty buffer does not hold the break", brk(first) => [OK, first]);
    sbrk(64);
    let refused = allow_rw(TEST, 0, first + 60, 8)[1];
    case!(report, "refused_buffer_is_no_mark", "nor does one that is refused", (refused, brk(first)) => (error::INVAL, [OK, first]));
    sbrk(64);
    allow_rw(TEST, 0, first, 16);
    case!(report, "buffer_holds_break", "The break cannot go below the end of a buffer: NOMEM", brk(first + 15) => NOMEM);
    case!(report, "down_to_buffer", "It can go down to its end", brk(first + 16) => [OK, first + 16]);
    allow_rw(TEST, 0, 0, 0);
    case!(report, "taken_back_holds_break", "A buffer that was taken back holds it still", brk(first) => NOMEM);
    sbrk(64);
    allow_ro(TEST, 0, first + 16, 16);
    case!(report, "read_only_holds_break", "So does a read-only one", brk(first + 16) => NOMEM);
    allow_ro(TEST, 0, 0, 0);
    allow_readable(TEST, 0, first + 32, 16);
    case!(report, "readable_holds_break", "and a userspace-readable one", brk(first + 32) => NOMEM);
    allow_readable(TEST, 0, 0, 0);
}

fn main() {
    let mut report = Report::new("memops");
    // So that the grants are there which the cases do not count on.
    report.print();
    command(TEST, test::CALLS, 0, 0);
    addresses(&mut report);
    moves(&mut report);
    limits(&mut report);
    high_water(&mut report);
    report.end();
}
