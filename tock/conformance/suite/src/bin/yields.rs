// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Yield: without waiting, waiting, and waiting for one upcall.

#![no_std]
#![no_main]

use conformance_suite::upcalls::{call, clear, count, other_recorder, record, recorder};
use conformance_suite::*;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const SOON: usize = MILLISECOND;

fn queue(upcall: usize, number: usize) {
    command(TEST, test::QUEUE, upcall, number);
}

/// Upcalls that come when the process waits; nibble n is upcall n - 1.
fn later(sequence: usize) {
    command(TEST, test::LATER, sequence, SOON);
}

fn no_wait(report: &mut Report) {
    case!(report, "no_wait_none", "No-wait without an upcall returns at once and writes 0", (yield_no_wait(), count()) => (0, 0));
    queue(0, 1);
    case!(report, "no_wait_one", "No-wait with an upcall runs it and writes 1", (yield_no_wait(), count()) => (1, 1));
    case!(report, "no_wait_arguments", "The upcall gets its three arguments and the data of its subscription", call(0) => [0, 1, 0x33, 0xda7a]);
    clear();
    queue(0, 2);
    case!(report, "no_wait_one_at_a_time", "Of two upcalls one yield runs one", (yield_no_wait(), count(), yield_no_wait(), count()) => (1, 1, 1, 2));
    case!(report, "upcalls_in_order", "Upcalls run in the order in which they were queued", (call(0)[0], call(1)[0]) => (0, 1));
    clear();
    queue(0, 1);
    yield_(0, 0, 0, 0);
    case!(report, "no_wait_null_flag", "Address 0 for the flag: the upcall runs all the same", count() => 1);
    clear();
    queue(0, 1);
    yield_(0, flash_start() + PROTECTED, 0, 0);
    case!(report, "no_wait_flag_in_flash", "A flag in the process's flash is ignored", count() => 1);
    yield_(0, KERNEL_RAM, 0, 0);
    case!(
        report,
        "no_wait_flag_in_kernel",
        "A flag in the kernel's RAM is ignored",
        true
    );
    yield_(0, usize::MAX, 0, 0);
    case!(
        report,
        "no_wait_flag_at_the_top",
        "A flag at the last address is ignored",
        true
    );
    let end = memop(1, 16)[1] + 16;
    yield_(0, end, 0, 0);
    yield_(0, end - 1, 0, 0);
    let last = (end - 1) as *mut u8;
    // SAFETY: The last byte before the break, which nothing else uses.
    unsafe { last.write_volatile(9) };
    yield_(0, end, 0, 0);
    // SAFETY: As above.
    case!(report, "no_wait_flag_past_break", "A flag at the break is ignored, and the byte before it is not touched", unsafe { last.read_volatile() } => 9);
    yield_(0, end - 1, 0, 0);
    // SAFETY: As above.
    case!(report, "no_wait_flag_last_byte", "The last byte before the break can be the flag", unsafe { last.read_volatile() } => 0);
    let shrunk = memop(1, -16isize as usize);
    case!(report, "no_wait_flag_is_no_buffer", "A flag does not keep the break from going below it", shrunk[0] => variant::SUCCESS_U32);
    let old = app_break();
    memop(0, lowest_grant());
    yield_(0, lowest_grant(), 0, 0);
    memop(0, old);
    case!(report, "no_wait_flag_in_grant", "A flag in the driver's memory right at the break is ignored: the driver has its upcalls still", subscribe(TEST, 3, 0, 0)[0] => variant::SUCCESS_U32_U32);
    clear();
    queue(1, 1);
    later(1);
    yield_no_wait();
    case!(report, "no_wait_null_upcall", "An upcall without a function counts as one, but nothing runs until another comes", count() => 1);
    clear();
}

fn wait(report: &mut Report) {
    later(1);
    yield_wait();
    case!(report, "wait_for_later", "Wait returns when an upcall has run that comes later", (count(), call(0)) => (1, [1, 2, 3, 0xda7a]));
    clear();
    queue(0, 1);
    yield_wait();
    case!(report, "wait_queued", "Wait runs one that is queued", count() => 1);
    clear();
    queue(0, 3);
    yield_wait();
    case!(report, "wait_one_at_a_time", "Wait runs one upcall only", count() => 1);
    yield_wait();
    yield_wait();
    clear();
    later(0x12);
    yield_wait();
    case!(report, "wait_skips_null", "An upcall without a function does not end the wait", (count(), call(0)[3]) => (1, 0xda7a));
    clear();
}

fn wait_for(report: &mut Report) {
    later(1);
    case!(report, "for_subscribed", "Wait-for returns the arguments in a0 to a2, a3 is untouched", yield_wait_for(TEST, 0) => [1, 2, 3, 0x77]);
    case!(report, "for_calls_nothing", "Wait-for does not call the function", count() => 0);
    later(2);
    case!(report, "for_unsubscribed", "Wait-for works without a subscription", three(yield_wait_for(TEST, 1)) => [1, 2, 3]);
    queue(1, 1);
    case!(report, "for_queued", "Wait-for takes one that is queued, a0 is the first argument and no variant", three(yield_wait_for(TEST, 1)) => [0, 1, 0x33]);
    queue(0, 2);
    case!(report, "for_oldest", "Wait-for takes the oldest", yield_wait_for(TEST, 0)[0] => 0);
    case!(report, "for_one_at_a_time", "Wait-for takes one, the next is still there", (yield_no_wait(), count(), call(0)[0]) => (1, 1, 1));
    clear();

    subscribe(TEST, 2, other_recorder(), 0);
    queue(2, 1);
    later(1);
    case!(report, "for_passes_others", "Wait-for passes over others that are queued before", three(yield_wait_for(TEST, 0)) => [1, 2, 3]);
    case!(report, "for_leaves_others", "and leaves them in the queue", (yield_no_wait(), count(), call(0)) => (1, 1, [0, 1, 0x33, upcalls::OTHER]));
    clear();
    later(0x31);
    case!(report, "for_no_lost_wake_up", "Another upcall right after the one waited for does not hide it", three(yield_wait_for(TEST, 0)) => [1, 2, 3]);
    yield_no_wait();
    clear();
    later(0x313);
    case!(report, "for_between_others", "nor do others on both sides", three(yield_wait_for(TEST, 0)) => [1, 2, 3]);
    while yield_no_wait() == 1 {}
    clear();

    command(ALARM, 5, 5 * SOON, 0);
    later(3);
    let got = yield_wait_for(ALARM, 0);
    case!(report, "for_others_do_not_wake", "Upcalls that come for others do not end the wait", (got[0].wrapping_sub(got[1]) < 1 << 31, count(), yield_no_wait(), count()) => (true, 0, 1, 1));
    subscribe(TEST, 2, 0, 0);
    clear();
}

/// Yields within an upcall.
extern "C" fn nesting(a0: usize, a1: usize, a2: usize, data: usize) {
    yield_no_wait();
    record(a0, a1, a2, data);
}

fn main() {
    let mut report = Report::new("yields");
    subscribe(TEST, 0, recorder(), 0xda7a);
    no_wait(&mut report);
    wait(&mut report);
    wait_for(&mut report);
    subscribe(TEST, 0, nesting as *const () as usize, 5);
    subscribe(TEST, 2, recorder(), 6);
    queue(0, 1);
    queue(2, 1);
    yield_wait();
    case!(report, "nested", "An upcall that yields runs the next one inside", (count(), call(0)[3], call(1)[3]) => (2, 6, 5));
    subscribe(TEST, 0, 0, 0);
    subscribe(TEST, 2, 0, 0);
    report.end();
}
