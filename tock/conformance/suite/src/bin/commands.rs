// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Commands: every return variant, every error, existence, what is absent.

#![no_std]
#![no_main]

use conformance_suite::{ALARM, BUTTON, CONSOLE, LED, LOW_LEVEL_DEBUG, NOBODY, NONE_SUCH};
use conformance_suite::{ETHERNET, PROCESS_INFO, RNG, TEST};
use conformance_suite::{Report, case, command, error, test, two};
use core::arch::asm;
use libtock::runtime::{set_main, stack_size};

set_main! {main}
stack_size! {0x3000}

const V0: usize = 0xa0a0_0001;
const V1: usize = 0xb0b0_0002;
const V2: usize = 0xc0c0_0003;
const LOW: usize = 0xe0e0_0005;
const HIGH: usize = 0xd0d0_0004;

fn exists(report: &mut Report) {
    let there = |driver| two(command(driver, 0, 0, 0))[0];
    case!(report, "exists_alarm", "Command 0 of the alarm is Success", there(ALARM) => 128);
    case!(report, "exists_console", "Command 0 of the console is Success", there(CONSOLE) => 128);
    case!(report, "exists_low_level_debug", "Command 0 of low-level debug is Success", there(LOW_LEVEL_DEBUG) => 128);
    case!(report, "exists_rng", "Command 0 of the random number driver is Success", there(RNG) => 128);
    case!(report, "exists_process_info", "Command 0 of process information is Success", there(PROCESS_INFO) => 128);
    case!(report, "exists_test", "Command 0 of a private driver number is Success", there(TEST) => 128);
    case!(report, "count_leds", "Command 0 of the LEDs is their number", two(command(LED, 0, 0, 0)) => [129, 2]);
    case!(report, "count_buttons", "Command 0 of the buttons is their number", two(command(BUTTON, 0, 0, 0)) => [129, 1]);
    case!(report, "absent_exists", "Command 0 of a driver that is not there: NODEVICE", two(command(NOBODY, 0, 0, 0)) => [0, error::NODEVICE]);
    case!(report, "absent_command", "Any other command of it: NODEVICE", two(command(NOBODY, 1, 0, 0)) => [0, error::NODEVICE]);
    case!(report, "absent_highest", "The same for driver number 0xffff_ffff", two(command(usize::MAX, 0, 0, 0)) => [0, error::NODEVICE]);
    case!(report, "absent_device", "A driver whose device is not plugged in: NODEVICE", two(command(ETHERNET, 0, 0, 0)) => [0, error::NODEVICE]);
}

fn unknown(report: &mut Report) {
    let unknown = |driver| two(command(driver, NONE_SUCH, 0, 0));
    let refused = [0, error::NOSUPPORT];
    case!(report, "unknown_alarm", "Unknown command of the alarm: NOSUPPORT", unknown(ALARM) => refused);
    case!(report, "unknown_console", "Unknown command of the console: NOSUPPORT", unknown(CONSOLE) => refused);
    case!(report, "unknown_led", "Unknown command of the LEDs: NOSUPPORT", unknown(LED) => refused);
    case!(report, "unknown_button", "Unknown command of the buttons: NOSUPPORT", unknown(BUTTON) => refused);
    case!(report, "unknown_low_level_debug", "Unknown command of low-level debug: NOSUPPORT", unknown(LOW_LEVEL_DEBUG) => refused);
    case!(report, "unknown_rng", "Unknown command of the random number driver: NOSUPPORT", unknown(RNG) => refused);
    case!(report, "unknown_process_info", "Unknown command of process information: NOSUPPORT", unknown(PROCESS_INFO) => refused);
    case!(report, "unknown_highest", "Command number 0xffff_ffff: NOSUPPORT", two(command(TEST, usize::MAX, 0, 0)) => refused);
}

fn variants(report: &mut Report) {
    let get = |number| command(TEST, test::RETURN, number, 5);
    case!(report, "variant_failure", "Failure: r1 error, the rest untouched", get(0) => [0, 5, 0, 5]);
    case!(report, "variant_failure_u32", "FailureU32: r1 error, r2 value, r3 untouched", get(1) => [1, 5, V0, 5]);
    case!(report, "variant_failure_u32_u32", "FailureU32U32: r1 error, r2 and r3 values", get(2) => [2, 5, V0, V1]);
    case!(report, "variant_failure_u64", "FailureU64: r1 error, r2 low, r3 high", get(3) => [3, 5, LOW, HIGH]);
    case!(report, "variant_success", "Success: all but r0 untouched", get(128) => [128, test::RETURN, 128, 5]);
    case!(report, "variant_success_u32", "SuccessU32: r1 value, the rest untouched", get(129) => [129, V0, 129, 5]);
    case!(report, "variant_success_u32_u32", "SuccessU32U32: r1 and r2 values, r3 untouched", get(130) => [130, V0, V1, 5]);
    case!(report, "variant_success_u64", "SuccessU64: r1 low, r2 high, r3 untouched", get(131) => [131, LOW, HIGH, 5]);
    case!(report, "variant_success_u32_u32_u32", "SuccessU32U32U32: r1 to r3 values", get(132) => [132, V0, V1, V2]);
    case!(report, "variant_success_u32_u64", "SuccessU32U64: r1 value, r2 low, r3 high", get(133) => [133, V0, LOW, HIGH]);
}

fn errors(report: &mut Report) {
    let get = |error| two(command(TEST, test::RETURN, 0, error));
    case!(report, "error_fail", "FAIL is 1", get(1) => [0, 1]);
    case!(report, "error_busy", "BUSY is 2", get(2) => [0, 2]);
    case!(report, "error_already", "ALREADY is 3", get(3) => [0, 3]);
    case!(report, "error_off", "OFF is 4", get(4) => [0, 4]);
    case!(report, "error_reserve", "RESERVE is 5", get(5) => [0, 5]);
    case!(report, "error_inval", "INVAL is 6", get(6) => [0, 6]);
    case!(report, "error_size", "SIZE is 7", get(7) => [0, 7]);
    case!(report, "error_cancel", "CANCEL is 8", get(8) => [0, 8]);
    case!(report, "error_nomem", "NOMEM is 9", get(9) => [0, 9]);
    case!(report, "error_nosupport", "NOSUPPORT is 10", get(10) => [0, 10]);
    case!(report, "error_nodevice", "NODEVICE is 11", get(11) => [0, 11]);
    case!(report, "error_uninstalled", "UNINSTALLED is 12", get(12) => [0, 12]);
    case!(report, "error_noack", "NOACK is 13", get(13) => [0, 13]);
}

/// The OR of the differences of all other registers across a command.
fn changed_registers() -> usize {
    let changed: usize;
    // SAFETY: Command 0 shares nothing. gp and tp are not used by the program,
    // sp and s0, s1 are saved, and the rest is named.
    unsafe {
        asm!(
            "addi sp, sp, -16",
            "sw s0, 0(sp)",
            "sw s1, 4(sp)",
            "sw ra, 8(sp)",
            "sw gp, 12(sp)",
            // Each register its own number, but for sp and the arguments.
            "li ra, 1", "li gp, 3", "li tp, 4", "li t0, 5", "li t1, 6", "li t2, 7",
            "li s0, 8", "li s1, 9", "li a5, 15", "li a6, 16", "li a7, 17", "li s2, 18",
            "li s3, 19", "li s4, 20", "li s5, 21", "li s6, 22", "li s7, 23", "li s8, 24",
            "li s9, 25", "li s10, 26", "li s11, 27", "li t3, 28", "li t4, 29", "li t5, 30",
            "li t6, 31",
            "li a0, 1",
            "li a1, 0",
            "li a4, 2",
            "ecall",
            "xori ra, ra, 1", "xori gp, gp, 3", "xori tp, tp, 4", "xori t0, t0, 5",
            "xori t1, t1, 6", "xori t2, t2, 7", "xori s0, s0, 8", "xori s1, s1, 9",
            "xori a4, a4, 2",
            "xori a5, a5, 15", "xori a6, a6, 16", "xori a7, a7, 17", "xori s2, s2, 18",
            "xori s3, s3, 19", "xori s4, s4, 20", "xori s5, s5, 21", "xori s6, s6, 22",
            "xori s7, s7, 23", "xori s8, s8, 24", "xori s9, s9, 25", "xori s10, s10, 26",
            "xori s11, s11, 27", "xori t3, t3, 28", "xori t4, t4, 29", "xori t5, t5, 30",
            "xori t6, t6, 31",
            "or a0, ra, gp", "or a0, a0, tp", "or a0, a0, t0", "or a0, a0, t1",
            "or a0, a0, t2", "or a0, a0, s0", "or a0, a0, s1", "or a0, a0, a4",
            "or a0, a0, a5", "or a0, a0, a6", "or a0, a0, a7", "or a0, a0, s2",
            "or a0, a0, s3", "or a0, a0, s4", "or a0, a0, s5", "or a0, a0, s6",
            "or a0, a0, s7", "or a0, a0, s8", "or a0, a0, s9", "or a0, a0, s10",
            "or a0, a0, s11", "or a0, a0, t3", "or a0, a0, t4", "or a0, a0, t5",
            "or a0, a0, t6",
            "lw s0, 0(sp)",
            "lw s1, 4(sp)",
            "lw ra, 8(sp)",
            "lw gp, 12(sp)",
            "addi sp, sp, 16",
            lateout("a0") changed,
            out("s2") _, out("s3") _, out("s4") _, out("s5") _, out("s6") _, out("s7") _,
            out("s8") _, out("s9") _, out("s10") _, out("s11") _,
            clobber_abi("C"),
        );
    }
    changed
}

/// Makes a command with more than the class in a4.
fn class_with_high_bits() -> usize {
    let result: usize;
    // SAFETY: Command 0 of the console shares nothing.
    unsafe {
        asm!("ecall", inlateout("a0") 1usize => result, inlateout("a1") 0usize => _,
            in("a4") 0xffff_ff02usize, clobber_abi("C"));
    }
    result
}

fn main() {
    let mut report = Report::new("commands");
    exists(&mut report);
    unknown(&mut report);
    variants(&mut report);
    errors(&mut report);
    case!(report, "registers_kept", "A system call changes no register but a0 to a3", changed_registers() => 0);
    case!(report, "class_low_byte", "Only the low byte of a4 is the class", class_with_high_bits() => 128);
    report.end();
}
