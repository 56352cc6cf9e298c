// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Answers for fake drivers to give.

use libtock_platform::{return_variant, CommandReturn, ErrorCode, ReturnVariant};

fn make(variant: ReturnVariant, r1: u32, r2: u32, r3: u32) -> CommandReturn {
    // SAFETY: Every function here fills the registers as its variant demands.
    unsafe { CommandReturn::new(variant, r1, r2, r3) }
}

/// The low word of a number, which comes first in registers.
fn lsb(value: u64) -> u32 {
    value as u32
}

/// The high word of a number.
fn msb(value: u64) -> u32 {
    (value >> 32) as u32
}

pub fn failure(error_code: ErrorCode) -> CommandReturn {
    make(return_variant::FAILURE, error_code as u32, 0, 0)
}

pub fn failure_u32(error_code: ErrorCode, value: u32) -> CommandReturn {
    make(return_variant::FAILURE_U32, error_code as u32, value, 0)
}

pub fn failure_2_u32(error_code: ErrorCode, value0: u32, value1: u32) -> CommandReturn {
    make(
        return_variant::FAILURE_2_U32,
        error_code as u32,
        value0,
        value1,
    )
}

pub fn failure_u64(error_code: ErrorCode, value: u64) -> CommandReturn {
    make(
        return_variant::FAILURE_U64,
        error_code as u32,
        lsb(value),
        msb(value),
    )
}

pub fn success() -> CommandReturn {
    make(return_variant::SUCCESS, 0, 0, 0)
}

pub fn success_u32(value: u32) -> CommandReturn {
    make(return_variant::SUCCESS_U32, value, 0, 0)
}

pub fn success_2_u32(value0: u32, value1: u32) -> CommandReturn {
    make(return_variant::SUCCESS_2_U32, value0, value1, 0)
}

pub fn success_u64(value: u64) -> CommandReturn {
    make(return_variant::SUCCESS_U64, lsb(value), msb(value), 0)
}

pub fn success_3_u32(value0: u32, value1: u32, value2: u32) -> CommandReturn {
    make(return_variant::SUCCESS_3_U32, value0, value1, value2)
}

pub fn success_u32_u64(value0: u32, value1: u64) -> CommandReturn {
    make(
        return_variant::SUCCESS_U32_U64,
        value0,
        lsb(value1),
        msb(value1),
    )
}
