// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Processes that compute and never yield.

use crate::*;
use core::arch::asm;
use core::sync::atomic::{AtomicU32, Ordering};

static STATISTICS: [AtomicU32; 4] = [const { AtomicU32::new(0) }; 4];

/// Counts down with a number in each saved and temporary register; whether all
/// are there still.
fn registers_kept(seed: usize) -> bool {
    let changed: usize;
    // SAFETY: Computes in registers that are named.
    unsafe {
        asm!(
            "add t0, a0, 5", "add t1, a0, 6", "add t2, a0, 7", "add a5, a0, 15",
            "add a6, a0, 16", "add a7, a0, 17", "add s2, a0, 18", "add s3, a0, 19",
            "add s4, a0, 20", "add s5, a0, 21", "add s6, a0, 22", "add s7, a0, 23",
            "add s8, a0, 24", "add s9, a0, 25", "add s10, a0, 26", "add s11, a0, 27",
            "add t3, a0, 28", "add t4, a0, 29", "add t5, a0, 30", "add t6, a0, 31",
            "li a1, 1000000",
            "2: addi a1, a1, -1",
            "bnez a1, 2b",
            "add t0, t0, t1", "add t0, t0, t2", "add t0, t0, a5", "add t0, t0, a6",
            "add t0, t0, a7", "add t0, t0, s2", "add t0, t0, s3", "add t0, t0, s4",
            "add t0, t0, s5", "add t0, t0, s6", "add t0, t0, s7", "add t0, t0, s8",
            "add t0, t0, s9", "add t0, t0, s10", "add t0, t0, s11", "add t0, t0, t3",
            "add t0, t0, t4", "add t0, t0, t5", "add t0, t0, t6",
            "li t1, 20",
            "mul t1, t1, a0",
            "sub t0, t0, t1",
            // 5 + 6 + 7 + 15 + .. + 31 is 409.
            "addi a0, t0, -409",
            inlateout("a0") seed => changed,
            out("s2") _, out("s3") _, out("s4") _, out("s5") _, out("s6") _, out("s7") _,
            out("s8") _, out("s9") _, out("s10") _, out("s11") _,
            clobber_abi("C"),
        );
    }
    changed == 0
}

/// Time slices that this process has used up.
fn expirations() -> u32 {
    allow_rw(PROCESS_INFO, 0, STATISTICS.as_ptr() as usize, 16);
    command(PROCESS_INFO, 5, ask(test::IDENTITY, 0, 0), 0);
    allow_rw(PROCESS_INFO, 0, 0, 0);
    STATISTICS[0].load(Ordering::Relaxed)
}

/// Computes until the other one, which counts in another counter, has got on.
pub fn run(group: &'static str, counter: usize) {
    let other = 5 - counter;
    let mut report = Report::new(group);
    let mut kept = true;
    let start = ask(test::SHARED, other, 0);
    while ask(test::SHARED, other, 0) < start + 3 || expirations() < 3 {
        kept &= registers_kept(command(ALARM, 2, 0, 0)[1]);
        command(TEST, test::SHARED, counter, 1);
    }
    case!(
        report,
        "other_runs",
        "Another process that never yields gets on meanwhile",
        true
    );
    case!(
        report,
        "registers_kept",
        "Registers are kept when the time slice is up",
        kept
    );
    // The other one may wait for this one still.
    command(TEST, test::SHARED, counter, 1000);
    case!(
        report,
        "expirations_counted",
        "The kernel counts time slices that were used up",
        expirations() >= 3
    );
    report.end();
}
