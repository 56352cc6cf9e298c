// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Subscribe: what it returns, what it refuses, what happens to the queue.

#![no_std]
#![no_main]

use conformance_suite::upcalls::{OTHER, call, clear, count, other_recorder, recorder};
use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const REFUSED: usize = variant::FAILURE_U32_U32;
const DONE: usize = variant::SUCCESS_U32_U32;

fn swaps(report: &mut Report) {
    let up = recorder();
    case!(report, "first_returns_zeros", "The first subscription returns null and 0", three(subscribe(TEST, 0, up, 7)) => [DONE, 0, 0]);
    case!(report, "returns_old", "The next one returns function and data of the one before", three(subscribe(TEST, 0, other_recorder(), 8)) => [DONE, up, 7]);
    case!(report, "null_returns_old", "So does the null upcall", three(subscribe(TEST, 0, 0, 9)) => [DONE, other_recorder(), 8]);
    case!(report, "null_keeps_data", "The data of a null upcall is kept", three(subscribe(TEST, 0, 0, 0)) => [DONE, 0, 9]);
    case!(report, "last_number", "The last number of a driver can be subscribed", three(subscribe(TEST, 3, up, 1)) => [DONE, 0, 0]);
    case!(report, "numbers_are_apart", "Numbers do not affect each other", three(subscribe(TEST, 0, 0, 0)) => [DONE, 0, 0]);
    subscribe(TEST, 3, 0, 0);
    let ram = ram_start();
    case!(report, "function_in_ram", "A function pointer into RAM is accepted", subscribe(TEST, 0, ram, 0)[0] => DONE);
    case!(report, "function_at_ram_end", "even in the last word before the break", subscribe(TEST, 0, app_break() - 4, 0)[0] => DONE);
    case!(report, "function_at_flash_start", "The first word of the process's own flash is accepted", subscribe(TEST, 0, flash_start() + PROTECTED, 0)[0] => DONE);
    case!(report, "function_at_flash_end", "and the last one", subscribe(TEST, 0, flash_end() - 4, 0)[0] => DONE);
    case!(report, "function_odd", "Its alignment does not matter", subscribe(TEST, 0, up + 1, 0)[0] => DONE);
    subscribe(TEST, 0, 0, 0);
}

fn refusals(report: &mut Report) {
    let up = recorder();
    let bad = |function| subscribe(TEST, 0, function, 3);
    let inval = |function| [REFUSED, error::INVAL, function, 3];
    case!(report, "absent_driver", "A driver that is not there: NODEVICE and what was passed", subscribe(NOBODY, 0, up, 5) => [REFUSED, error::NODEVICE, up, 5]);
    case!(report, "absent_driver_null", "also for the null upcall", subscribe(NOBODY, 0, 0, 5) => [REFUSED, error::NODEVICE, 0, 5]);
    case!(report, "number_out_of_range", "The number after the last one: NOSUPPORT", subscribe(TEST, 4, up, 5) => [REFUSED, error::NOSUPPORT, up, 5]);
    case!(report, "number_huge", "Number 0xffff_ffff: NOSUPPORT", subscribe(TEST, usize::MAX, up, 5) => [REFUSED, error::NOSUPPORT, up, 5]);
    case!(report, "no_upcalls", "A driver that has no upcalls: NOSUPPORT", subscribe(LOW_LEVEL_DEBUG, 0, up, 5) => [REFUSED, error::NOSUPPORT, up, 5]);
    case!(report, "no_grant", "A driver that keeps nothing of processes: NOMEM", subscribe(LED, 0, up, 5) => [REFUSED, error::NOMEM, up, 5]);
    case!(report, "function_in_kernel", "A function in the kernel's flash: INVAL", bad(KERNEL_FLASH) => inval(KERNEL_FLASH));
    case!(report, "function_in_kernel_ram", "in the kernel's RAM: INVAL", bad(KERNEL_RAM) => inval(KERNEL_RAM));
    case!(report, "function_in_device", "in a device: INVAL", bad(UART) => inval(UART));
    let header = flash_start();
    case!(report, "function_in_header", "in the protected region of the process's flash: INVAL", bad(header) => inval(header));
    let before = flash_start() + PROTECTED - 4;
    case!(report, "function_before_flash", "in its last word: INVAL", bad(before) => inval(before));
    let end = flash_end();
    case!(report, "function_past_flash", "after the flash: INVAL", bad(end) => inval(end));
    case!(report, "function_straddles_flash_end", "partly after it: INVAL", bad(end - 3) => inval(end - 3));
    let other = flash_start() + STRIDE + PROTECTED;
    case!(report, "function_of_another", "in another process's flash: INVAL", bad(other) => inval(other));
    let top = app_break();
    case!(report, "function_past_break", "at the break: INVAL", bad(top) => inval(top));
    case!(report, "function_straddles_break", "partly after it: INVAL", bad(top - 3) => inval(top - 3));
    let below = ram_start() - 4;
    case!(report, "function_before_ram", "before RAM: INVAL", bad(below) => inval(below));
    case!(report, "function_wraps", "at the end of the address space: INVAL", bad(usize::MAX) => inval(usize::MAX));
    case!(report, "function_low", "Address 1: INVAL", bad(1) => inval(1));
    case!(report, "function_checked_first", "A bad function is told of before an absent driver", subscribe(NOBODY, 0, KERNEL_RAM, 3) => inval(KERNEL_RAM));
    subscribe(TEST, 0, up, 4);
    bad(KERNEL_RAM);
    case!(report, "failure_changes_nothing", "What is refused changes nothing", three(subscribe(TEST, 0, 0, 0)) => [DONE, up, 4]);
}

fn queue(report: &mut Report) {
    let up = recorder();
    subscribe(TEST, 0, up, 1);
    subscribe(TEST, 1, up, 2);
    command(TEST, test::QUEUE, 0, 2);
    command(TEST, test::QUEUE, 1, 1);
    subscribe(TEST, 0, other_recorder(), 3);
    case!(report, "swap_drops_queued", "Calls queued for the old function are dropped", command(TEST, test::TASKS, 0, 0)[1] => 1);
    case!(report, "swap_keeps_others", "Those of other numbers are not", (yield_no_wait(), count(), call(0)[3], yield_no_wait()) => (1, 1, 2, 0));
    clear();
    command(TEST, test::QUEUE, 0, 1);
    subscribe(TEST, 0, other_recorder(), 3);
    case!(report, "same_function_drops", "They are dropped for the same function too", yield_no_wait() => 0);
    command(TEST, test::QUEUE, 0, 1);
    subscribe(TEST, 0, 0, 0);
    case!(report, "null_drops_queued", "and for the null upcall", yield_no_wait() => 0);
    command(TEST, test::QUEUE, 0, 1);
    subscribe(TEST, 0, up, 1);
    case!(report, "queued_null_is_kept", "An upcall that was queued without a function is kept", three(yield_wait_for(TEST, 0)) => [0, 1, 0x33]);
    case!(report, "queued_null_calls_nothing", "and does not call the new function", count() => 0);
    command(TEST, test::QUEUE, 0, 1);
    subscribe(TEST, 0, KERNEL_RAM, 0);
    case!(report, "failure_drops_nothing", "A subscription that is refused drops nothing", (yield_no_wait(), count()) => (1, 1));
    clear();
    subscribe(TEST, 0, other_recorder(), 6);
    command(TEST, test::QUEUE, 0, 1);
    yield_wait();
    case!(report, "new_function_is_called", "After a swap the new function gets the calls, with the new data", call(0)[3] => 6 | OTHER);
    subscribe(TEST, 0, 0, 0);
    subscribe(TEST, 1, 0, 0);
}

fn main() {
    let mut report = Report::new("subscribes");
    swaps(&mut report);
    refusals(&mut report);
    queue(&mut report);
    report.end();
}
