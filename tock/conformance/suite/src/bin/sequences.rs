// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What programs do with several calls: operations side by side, work in upcalls.

#![no_std]
#![no_main]

use conformance_suite::upcalls::{OTHER, call, clear, count, other_recorder, record, recorder};
use conformance_suite::*;
use core::arch::{asm, naked_asm};
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const LEN: usize = 32;
static RANDOM: [AtomicU8; LEN] = [const { AtomicU8::new(0) }; LEN];
static LINES: [u8; LEN] = [b'\n'; LEN];

/// Writes line ends; the upcall is for others to wait for.
fn write(len: usize) {
    allow_ro(CONSOLE, 1, LINES.as_ptr() as usize, len);
    command(CONSOLE, 1, len, 0);
}

fn written() -> usize {
    yield_wait_for(CONSOLE, 1)[0]
}

fn queue(number: usize) {
    command(TEST, test::QUEUE, 0, number);
}

fn pending() -> usize {
    ask(test::TASKS, 0, 0)
}

fn side_by_side(report: &mut Report) {
    let expiration = command(ALARM, 5, 5 * MILLISECOND, 0)[1];
    allow_rw(RNG, 0, RANDOM.as_ptr() as usize, LEN);
    command(RNG, 1, LEN, 0);
    write(7);
    let got = (
        yield_wait_for(ALARM, 0)[1],
        three(yield_wait_for(RNG, 0)),
        written(),
    );
    case!(report, "outstanding", "An alarm, random numbers and a write under way at once: wait-for gets each, in whatever order", got => (expiration, [0, LEN, 0], 7));
    allow_rw(RNG, 0, 0, 0);
    write(5);
    while pending() == 0 {
        core::hint::spin_loop();
    }
    write(6);
    case!(report, "stale", "An upcall that nobody waited for answers the next wait-for, and the one that was meant comes after it", (written(), written()) => (5, 6));
}

static IN_UPCALL: AtomicUsize = AtomicUsize::new(0);

/// Writes and sleeps.
extern "C" fn works(a0: usize, a1: usize, a2: usize, data: usize) {
    write(3);
    sleep(MILLISECOND);
    IN_UPCALL.store(written(), Ordering::Relaxed);
    record(a0, a1, a2, data);
}

/// Lets the next one run before it goes on itself.
extern "C" fn nests(a0: usize, a1: usize, a2: usize, data: usize) {
    yield_no_wait();
    record(a0, a1, a2, data);
}

/// Has the next ones go to another function.
extern "C" fn hands_over(a0: usize, a1: usize, a2: usize, data: usize) {
    subscribe(TEST, 0, other_recorder(), data);
    record(a0, a1, a2, data);
}

extern "C" fn restarts(_: usize, _: usize, _: usize, data: usize) {
    exit(1, data);
}

fn in_upcalls(report: &mut Report) {
    subscribe(TEST, 0, works as *const () as usize, 1);
    queue(1);
    yield_wait();
    case!(report, "upcall_waits", "An upcall can make calls and wait for other upcalls", (count(), call(0), IN_UPCALL.load(Ordering::Relaxed)) => (1, [0, 1, 0x33, 1], 3));
    clear();
    subscribe(TEST, 0, nests as *const () as usize, 2);
    queue(5);
    yield_wait();
    case!(report, "upcalls_nest", "Upcalls that yield nest, and end the last first", (count(), [0, 1, 2, 3, 4].map(|n| call(n)[0])) => (5, [4, 3, 2, 1, 0]));
    clear();
    subscribe(TEST, 0, hands_over as *const () as usize, 3);
    queue(3);
    yield_wait();
    case!(report, "subscribe_in_upcall", "An upcall that subscribes another function: those queued are dropped", (yield_no_wait(), count()) => (0, 1));
    queue(1);
    case!(report, "subscribed_in_upcall", "and the next goes there", (yield_no_wait(), call(1)) => (1, [0, 1, 0x33, OTHER | 3]));
    clear();
}

/// What is seen around an upcall: sp and the address behind the yield, sp and ra in
/// the upcall, a saved register there and afterwards.
static SEEN: [AtomicUsize; 6] = [const { AtomicUsize::new(0) }; 6];
const SAVED: usize = 0x600d_5a5a;

/// Yields with [`SEEN`] in a0.
// SAFETY: Keeps the registers that a function must keep, and the stack as it was.
#[unsafe(naked)]
extern "C" fn yields_seen(seen: &[AtomicUsize; 6]) {
    naked_asm!(
        "addi sp, sp, -16",
        "sw ra, 0(sp)",
        "sw s2, 4(sp)",
        "sw s3, 8(sp)",
        "mv s3, a0",
        "li s2, {saved}",
        "sw sp, 0(s3)",
        "la t0, 1f",
        "sw t0, 4(s3)",
        "li a0, 1",
        "li a4, 0",
        "ecall",
        "1:",
        "sw s2, 20(s3)",
        "lw ra, 0(sp)",
        "lw s2, 4(sp)",
        "lw s3, 8(sp)",
        "addi sp, sp, 16",
        "ret",
        saved = const SAVED,
    )
}

/// The upcall, with [`SEEN`] as its data.
// SAFETY: Keeps the registers that a function must keep, and the stack as it was.
#[unsafe(naked)]
extern "C" fn sees(_: usize, _: usize, _: usize, _: usize) {
    naked_asm!("sw sp, 8(a3)", "sw ra, 12(a3)", "sw s2, 16(a3)", "ret")
}

fn registers(report: &mut Report) {
    subscribe(TEST, 0, sees as *const () as usize, SEEN.as_ptr() as usize);
    queue(1);
    yields_seen(&SEEN);
    let [sp, behind, upcall_sp, ra, inside, after] =
        SEEN.each_ref().map(|seen| seen.load(Ordering::Relaxed));
    case!(report, "upcall_stack", "An upcall begins with the stack pointer of the yield", upcall_sp => sp);
    case!(report, "upcall_returns", "It returns to the instruction behind the yield", ra => behind);
    case!(report, "upcall_registers", "Saved registers are as at the yield in the upcall and after it", (inside, after) => (SAVED, SAVED));
    subscribe(TEST, 0, 0, 0);
    queue(1);
    let mut t = [0xa0usize, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6];
    let mut s = [0xb2usize, 0xb3, 0xb4, 0xb5];
    let mut a = [2, TEST, 0, 0x77, 0, 0xc5, 0xc6, 0xc7usize];
    // SAFETY: Wait-for calls no function, and shares nothing.
    unsafe {
        asm!(
            "ecall",
            inlateout("a0") a[0], inlateout("a1") a[1], inlateout("a2") a[2], inlateout("a3") a[3],
            inlateout("a4") a[4], inlateout("a5") a[5], inlateout("a6") a[6], inlateout("a7") a[7],
            inlateout("t0") t[0], inlateout("t1") t[1], inlateout("t2") t[2], inlateout("t3") t[3],
            inlateout("t4") t[4], inlateout("t5") t[5], inlateout("t6") t[6],
            inlateout("s2") s[0], inlateout("s3") s[1], inlateout("s4") s[2], inlateout("s5") s[3],
        );
    }
    case!(report, "wait_for_registers", "Wait-for changes no register but a0 to a2", (a, t, s) => ([0, 1, 0x33, 0x77, 0, 0xc5, 0xc6, 0xc7], [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6], [0xb2, 0xb3, 0xb4, 0xb5]));
}

/// Takes memory in steps, as an allocator does, and shares each step.
fn heap(report: &mut Report) {
    const STEP: usize = 68;
    const STEPS: usize = 9;
    let start = app_break();
    let mut right = true;
    for step in 0..STEPS {
        let [variant, old, ..] = memop(1, STEP);
        right &= variant == 129 && old == start + step * STEP;
        allow_rw(TEST, 0, old, STEP);
        right &= ask(test::FILL, 0, step + 1) == STEP;
    }
    allow_rw(TEST, 0, 0, 0);
    for step in 0..STEPS {
        let first = (start + step * STEP) as *const u8;
        for place in 0..STEP {
            // SAFETY: Memory that this process has taken, and shares no more.
            right &= usize::from(unsafe { first.add(place).read_volatile() }) == step + 1;
        }
    }
    case!(
        report,
        "heap",
        "Memory taken in steps, each shared in turn, keeps what was written to it",
        right
    );
    case!(report, "heap_is_held", "and cannot be given back any more: NOMEM", two(memop(1, (STEPS * STEP).wrapping_neg())) => [0, error::NOMEM]);
}

fn main() {
    let mut report = Report::new("sequences");
    if ask(test::REMEMBER, 0, 1) == 1 {
        side_by_side(&mut report);
        in_upcalls(&mut report);
        registers(&mut report);
        heap(&mut report);
        report.print();
        // Restarts inside of two upcalls.
        subscribe(TEST, 0, nests as *const () as usize, 0);
        subscribe(TEST, 2, restarts as *const () as usize, 21);
        queue(1);
        command(TEST, test::QUEUE, 2, 1);
        yield_wait();
    }
    case!(report, "restart_in_upcall", "A process can restart from an upcall within another", (two(command(TEST, test::COMPLETION, 0, 0)), ask(test::IDENTITY, 0, 0) != 0, command(TEST, test::IDENTITY, 0, 0)[2]) => ([129, 21], true, 1));
    subscribe(TEST, 0, recorder(), 4);
    queue(1);
    yield_wait();
    case!(report, "upcalls_after", "and has upcalls then as before", (count(), call(0)) => (1, [0, 1, 0x33, 4]));
    report.end();
}
