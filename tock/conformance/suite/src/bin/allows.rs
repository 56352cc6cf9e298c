// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Allow: read-write, read-only and userspace-readable.

#![no_std]
#![no_main]

use conformance_suite::*;
use core::sync::atomic::{AtomicU8, Ordering};
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3800}

const REFUSED: usize = variant::FAILURE_U32_U32;
const DONE: usize = variant::SUCCESS_U32_U32;
const LEN: usize = 64;

/// The buffer, and a byte on each side that must stay as it is.
static BUFFER: [AtomicU8; LEN + 2] = [const { AtomicU8::new(1) }; LEN + 2];
static IN_FLASH: [u8; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

fn buffer() -> usize {
    &raw const BUFFER[1] as usize
}

fn byte(number: usize) -> u8 {
    BUFFER[number].load(Ordering::Relaxed)
}

/// Length and sum that the driver sees.
fn seen(number: usize, kind: usize) -> [usize; 3] {
    three(command(TEST, test::SUM, number, kind))
}

fn swaps(report: &mut Report) {
    let start = buffer();
    case!(report, "rw_first_returns_zeros", "The first read-write buffer returns address 0 and length 0", three(allow_rw(TEST, 0, start, LEN)) => [DONE, 0, 0]);
    case!(report, "rw_returns_old", "The next one returns the one before", three(allow_rw(TEST, 0, start + 8, 8)) => [DONE, start, LEN]);
    case!(report, "rw_take_back", "Allowing nothing returns the buffer", three(allow_rw(TEST, 0, 0, 0)) => [DONE, start + 8, 8]);
    case!(report, "rw_taken_back_is_gone", "and the driver sees length 0 then", seen(0, 1) => [DONE, 0, 0]);
    case!(report, "rw_empty_anywhere", "An empty buffer may have any address", three(allow_rw(TEST, 0, 0x1234, 0)) => [DONE, 0, 0]);
    case!(report, "rw_empty_at_the_top", "even the last, and the address comes back", three(allow_rw(TEST, 0, usize::MAX, 0)) => [DONE, 0x1234, 0]);
    case!(report, "rw_empty_in_kernel", "or one in the kernel's RAM", three(allow_rw(TEST, 0, KERNEL_RAM, 0)) => [DONE, usize::MAX, 0]);
    allow_rw(TEST, 0, 0, 0);
    case!(report, "rw_never_allowed", "A buffer that was never allowed has length 0", seen(3, 1) => [DONE, 0, 0]);
    case!(report, "ro_first_returns_zeros", "The first read-only buffer returns address 0 and length 0", three(allow_ro(TEST, 0, start, LEN)) => [DONE, 0, 0]);
    case!(report, "ro_returns_old", "The next one returns the one before", three(allow_ro(TEST, 0, start, 4)) => [DONE, start, LEN]);
    case!(report, "ro_take_back", "Allowing nothing returns the buffer", three(allow_ro(TEST, 0, 0, 0)) => [DONE, start, 4]);
    case!(report, "ro_empty_anywhere", "An empty buffer may have any address", three(allow_ro(TEST, 0, usize::MAX, 0)) => [DONE, 0, 0]);
    case!(report, "ro_empty_returned", "which comes back", three(allow_ro(TEST, 0, 0, 0)) => [DONE, usize::MAX, 0]);
    case!(report, "rw_and_ro_are_apart", "Read-write and read-only buffers of a number are two", (allow_rw(TEST, 1, start, 8)[0], three(allow_ro(TEST, 1, 0, 0))) => (DONE, [DONE, 0, 0]));
    allow_rw(TEST, 1, 0, 0);
}

fn contents(report: &mut Report) {
    let start = buffer();
    allow_rw(TEST, 0, start, LEN);
    case!(report, "rw_driver_reads", "The driver reads what is in the buffer", seen(0, 1) => [DONE, LEN, LEN]);
    case!(report, "rw_driver_writes", "and writes all of it", (two(command(TEST, test::FILL, 0, 7)), byte(1), byte(LEN)) => ([129, LEN], 7, 7));
    case!(report, "rw_not_beyond", "but not the bytes beside it", (byte(0), byte(LEN + 1)) => (1, 1));
    allow_rw(TEST, 1, start, LEN);
    case!(report, "repeated", "The same buffer may be allowed twice", seen(1, 1) => [DONE, LEN, 7 * LEN]);
    allow_rw(TEST, 1, start + LEN - 4, 5);
    command(TEST, test::FILL, 1, 0);
    case!(report, "overlapping", "Two may overlap, and one sees what is written by the other", seen(0, 1) => [DONE, LEN, 7 * (LEN - 4)]);
    allow_ro(TEST, 0, start, LEN);
    command(TEST, test::FILL, 0, 2);
    case!(report, "overlapping_ro", "A read-only one may lie in a read-write one", seen(0, 0) => [DONE, LEN, 2 * LEN]);
    allow_rw(TEST, 0, start, 3);
    case!(report, "length_is_read_again", "The driver sees the new length after a swap", seen(0, 1) => [DONE, 3, 6]);
    case!(report, "one_byte", "A buffer may be one byte, at any address", (allow_rw(TEST, 0, start + 1, 1)[0], seen(0, 1)) => (DONE, [DONE, 1, 2]));
    for number in 0..2 {
        allow_rw(TEST, number, 0, 0);
        allow_ro(TEST, number, 0, 0);
    }
    let flash = IN_FLASH.as_ptr() as usize;
    case!(report, "ro_flash", "The process's own flash may be read", (allow_ro(TEST, 0, flash, 16)[0], seen(0, 0)) => (DONE, [DONE, 16, 136]));
    let own = flash_start() + PROTECTED;
    case!(report, "ro_whole_flash", "all of it", (allow_ro(TEST, 0, own, flash_end() - own)[0], seen(0, 0)[1]) => (DONE, flash_end() - own));
    allow_ro(TEST, 0, 0, 0);
    let end = app_break();
    case!(report, "rw_up_to_break", "The last bytes before the break may be allowed", allow_rw(TEST, 0, end - 4, 4)[0] => DONE);
    case!(report, "rw_whole_ram", "and all of RAM up to the break", (allow_rw(TEST, 0, ram_start(), end - ram_start())[0], seen(0, 1)[1]) => (DONE, end - ram_start()));
    case!(report, "ro_whole_ram", "for reading too", (allow_ro(TEST, 0, ram_start(), end - ram_start())[0], seen(0, 0)[1]) => (DONE, end - ram_start()));
    allow_rw(TEST, 0, 0, 0);
    allow_ro(TEST, 0, 0, 0);
}

fn refusals(report: &mut Report) {
    let (start, end) = (ram_start(), app_break());
    let flash = flash_start() + PROTECTED;
    let rw = |address, len| allow_rw(TEST, 0, address, len);
    let ro = |address, len| allow_ro(TEST, 0, address, len);
    let inval = |address, len| [REFUSED, error::INVAL, address, len];
    case!(report, "rw_absent_driver", "A driver that is not there: NODEVICE and what was passed", allow_rw(NOBODY, 0, start, 4) => [REFUSED, error::NODEVICE, start, 4]);
    case!(report, "rw_absent_driver_first", "told of before a bad address", allow_rw(NOBODY, 0, KERNEL_RAM, 4) => [REFUSED, error::NODEVICE, KERNEL_RAM, 4]);
    case!(report, "rw_number_out_of_range", "The number after the last one: NOSUPPORT", allow_rw(TEST, 4, start, 4) => [REFUSED, error::NOSUPPORT, start, 4]);
    case!(report, "rw_number_huge", "Number 0xffff_ffff: NOSUPPORT", allow_rw(TEST, usize::MAX, start, 4) => [REFUSED, error::NOSUPPORT, start, 4]);
    case!(report, "rw_address_before_number", "A bad address is told of before a bad number", allow_rw(TEST, 4, KERNEL_RAM, 4) => inval(KERNEL_RAM, 4));
    case!(report, "rw_no_grant", "A driver that keeps nothing of processes: NOMEM", allow_rw(LED, 0, start, 4) => [REFUSED, error::NOMEM, start, 4]);
    case!(report, "rw_kernel_ram", "Kernel RAM: INVAL", rw(KERNEL_RAM, 4) => inval(KERNEL_RAM, 4));
    case!(report, "rw_kernel_flash", "Kernel flash: INVAL", rw(KERNEL_FLASH, 4) => inval(KERNEL_FLASH, 4));
    case!(report, "rw_device", "A device: INVAL", rw(UART, 1) => inval(UART, 1));
    case!(report, "rw_null", "Address 0: INVAL", rw(0, 1) => inval(0, 1));
    case!(report, "rw_flash", "The process's own flash: INVAL for writing", rw(flash, 4) => inval(flash, 4));
    case!(report, "rw_at_break", "The byte at the break: INVAL", rw(end, 1) => inval(end, 1));
    case!(report, "rw_straddles_break", "One byte beyond the break: INVAL", rw(end - 4, 5) => inval(end - 4, 5));
    case!(report, "rw_before_ram", "One byte before RAM: INVAL", rw(start - 1, 4) => inval(start - 1, 4));
    let grant = lowest_grant();
    case!(report, "rw_grant", "The grants in the process's own RAM: INVAL", rw(grant, 4) => inval(grant, 4));
    case!(report, "rw_another", "Another process's RAM: INVAL", rw(start - STRIDE, 4) => inval(start - STRIDE, 4));
    case!(report, "rw_wraps", "A length that wraps around the address space: INVAL", rw(start, usize::MAX) => inval(start, usize::MAX));
    let wrap = usize::MAX - start + 1;
    case!(report, "rw_wraps_to_zero", "one that ends at address 0: INVAL", rw(start, wrap) => inval(start, wrap));
    case!(report, "rw_wraps_inside", "one that wraps and ends inside: INVAL", rw(end - 1, wrap + 1) => inval(end - 1, wrap + 1));
    case!(report, "ro_absent_driver", "A driver that is not there: NODEVICE and what was passed", allow_ro(NOBODY, 0, start, 4) => [REFUSED, error::NODEVICE, start, 4]);
    case!(report, "ro_number_out_of_range", "The number after the last one: NOSUPPORT", allow_ro(TEST, 4, start, 4) => [REFUSED, error::NOSUPPORT, start, 4]);
    case!(report, "ro_kernel_flash", "Kernel flash: INVAL for reading", ro(KERNEL_FLASH, 4) => inval(KERNEL_FLASH, 4));
    case!(report, "ro_kernel_ram", "Kernel RAM: INVAL for reading", ro(KERNEL_RAM, 4) => inval(KERNEL_RAM, 4));
    case!(report, "ro_header", "The protected region of the process's flash: INVAL", ro(flash - 4, 4) => inval(flash - 4, 4));
    case!(report, "ro_straddles_header", "one byte of it: INVAL", ro(flash - 1, 4) => inval(flash - 1, 4));
    let last = flash_end();
    case!(report, "ro_past_flash", "The byte after its flash: INVAL", ro(last, 1) => inval(last, 1));
    case!(report, "ro_straddles_flash_end", "one byte beyond: INVAL", ro(last - 4, 5) => inval(last - 4, 5));
    let other = flash + STRIDE;
    case!(report, "ro_another", "Another process's flash: INVAL", ro(other, 4) => inval(other, 4));
    case!(report, "ro_wraps", "A length that wraps: INVAL", ro(flash, usize::MAX) => inval(flash, usize::MAX));
    case!(report, "ro_flash_to_ram", "From its flash to its RAM: INVAL", ro(flash, start + 4 - flash) => inval(flash, start + 4 - flash));
    allow_rw(TEST, 0, buffer(), 8);
    rw(KERNEL_RAM, 4);
    case!(report, "failure_changes_nothing", "What is refused changes nothing", three(allow_rw(TEST, 0, 0, 0)) => [DONE, buffer(), 8]);
}

fn readable(report: &mut Report) {
    let start = buffer();
    case!(report, "readable_first_returns_zeros", "The first userspace-readable buffer returns zeros", three(allow_readable(TEST, 0, start, 8)) => [DONE, 0, 0]);
    command(TEST, test::STORE, 0x0403_0201, 0);
    case!(report, "readable_while_allowed", "The process reads what the kernel writes without taking the buffer back", (byte(1), byte(2), byte(3), byte(4), byte(5)) => (1, 2, 3, 4, 2));
    command(TEST, test::STORE, 0x0807_0605, 0);
    case!(report, "readable_changes", "and sees it change", (byte(1), byte(4)) => (5, 8));
    case!(report, "readable_returns_old", "Swapping returns the one before", three(allow_readable(TEST, 0, start, 2)) => [DONE, start, 8]);
    case!(report, "readable_length", "The driver writes no more than there is", (two(command(TEST, test::STORE, 0, 0)), byte(2), byte(3)) => ([129, 2], 0, 7));
    case!(report, "readable_take_back", "Allowing nothing returns the buffer", three(allow_readable(TEST, 0, 0, 0)) => [DONE, start, 2]);
    case!(report, "readable_number", "A number that the driver refuses: its error and what was passed", allow_readable(TEST, 1, start, 4) => [REFUSED, error::NOSUPPORT, start, 4]);
    case!(report, "readable_unsupported", "A driver without such buffers: NOSUPPORT", allow_readable(CONSOLE, 0, start, 4) => [REFUSED, error::NOSUPPORT, start, 4]);
    case!(report, "readable_absent_driver", "A driver that is not there: NODEVICE", allow_readable(NOBODY, 0, start, 4) => [REFUSED, error::NODEVICE, start, 4]);
    case!(report, "readable_kernel", "Kernel RAM: INVAL", allow_readable(TEST, 0, KERNEL_RAM, 4) => [REFUSED, error::INVAL, KERNEL_RAM, 4]);
    let flash = flash_start() + PROTECTED;
    case!(report, "readable_flash", "The process's own flash: INVAL", allow_readable(TEST, 0, flash, 4) => [REFUSED, error::INVAL, flash, 4]);
}

fn main() {
    let mut report = Report::new("allows");
    swaps(&mut report);
    contents(&mut report);
    refusals(&mut report);
    readable(&mut report);
    report.end();
}
