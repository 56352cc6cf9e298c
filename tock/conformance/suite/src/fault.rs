// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Accesses that fault, survived.
//!
//! The kernel stops or restarts a process that faults. While [`begin`] is in
//! force the board calls `_fault_caught` instead, with the address of the
//! instruction, the cause and the value, and the process goes on at the address
//! in t6.

use crate::call::{TEST, command, test};
use core::arch::{asm, global_asm};

/// Causes, from the privileged specification.
pub mod cause {
    pub const FETCH: usize = 1;
    pub const ILLEGAL: usize = 2;
    pub const BREAKPOINT: usize = 3;
    pub const LOAD: usize = 5;
    pub const STORE: usize = 7;
    pub const CALL: usize = 8;
}

/// No fault.
pub const NONE: [usize; 2] = [0, 0];

global_asm!(".globl _fault_caught", "_fault_caught:", "jr t6",);

// SAFETY: Defined by the assembly above. Only its address is taken.
unsafe extern "C" {
    fn _fault_caught();
}

/// From now on faults are survived.
pub fn begin() {
    command(TEST, test::CATCH, _fault_caught as *const () as usize, 0);
}

/// From now on faults are left to the policy.
pub fn end() {
    command(TEST, test::CATCH, 0, 0);
}

/// Runs one instruction of `attempt` and evaluates to cause and value of the
/// fault. a0 holds the first operand, and a1 what is loaded.
#[macro_export]
macro_rules! attempt {
    ($instruction:literal, $operand:expr) => {{
        let (cause, value): (usize, usize);
        let operand: usize = $operand;
        // SAFETY: The instruction faults, or the case fails. What it may change
        // if it does not is named: registers of calls, and no memory in use.
        unsafe {
            core::arch::asm!(
                ".option push",
                ".option norvc",
                "la t6, 3f",
                $instruction,
                "li a1, 0",
                "li a2, 0",
                "3:",
                ".option pop",
                inlateout("a0") operand => _,
                lateout("a1") cause,
                lateout("a2") value,
                out("t6") _,
                clobber_abi("C"),
            );
        }
        [cause, value]
    }};
}

/// Loads a byte.
#[inline(never)]
pub fn load(address: usize) -> [usize; 2] {
    attempt!("lbu a3, 0(a0)", address)
}

/// Loads a word.
#[inline(never)]
pub fn load_word(address: usize) -> [usize; 2] {
    attempt!("lw a3, 0(a0)", address)
}

/// Stores a zero word, where that must fault.
#[inline(never)]
pub fn store(address: usize) -> [usize; 2] {
    attempt!("sw zero, 0(a0)", address)
}

/// Jumps, where that must fault.
#[inline(never)]
pub fn jump(address: usize) -> [usize; 2] {
    attempt!("jalr ra, 0(a0)", address)
}

/// Runs a load of a byte at each page of [start, end) where it must fault;
/// returns the first address at which it did not, if any.
pub fn all_fault(
    start: usize,
    end: usize,
    step: usize,
    try_: fn(usize) -> [usize; 2],
    expected: usize,
) -> Option<usize> {
    let mut address = start;
    while address < end {
        if try_(address) != [expected, address] {
            return Some(address);
        }
        address = match address.checked_add(step) {
            Some(next) => next,
            None => break,
        };
    }
    None
}

/// Makes a system call of any class with the first argument, the second is 0.
#[inline(never)]
pub fn call_class(class: usize, a0: usize) -> [usize; 2] {
    let (cause, value): (usize, usize);
    // SAFETY: The call faults, or the case fails; nothing is shared.
    unsafe {
        asm!(
            "la t6, 3f",
            "ecall",
            "li a1, 0",
            "li a2, 0",
            "3:",
            inlateout("a0") a0 => _,
            inlateout("a1") 0usize => cause,
            lateout("a2") value,
            in("a4") class,
            out("t6") _,
            clobber_abi("C"),
        );
    }
    [cause, value]
}

/// Faults, for good.
pub fn crash() {
    // SAFETY: The process ends here.
    unsafe { asm!("lw a0, 0(zero)", out("a0") _) };
}
