// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The variants of system call return value (TRD104, 3.2).

/// The first register of a system call's answer.
///
/// A kernel may be newer than the process, so every value is possible, not only
/// the ones that have a name here.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(transparent)]
pub struct ReturnVariant(u32);

impl From<u32> for ReturnVariant {
    fn from(value: u32) -> ReturnVariant {
        ReturnVariant(value)
    }
}

impl From<ReturnVariant> for u32 {
    fn from(variant: ReturnVariant) -> u32 {
        variant.0
    }
}

pub const FAILURE: ReturnVariant = ReturnVariant(0);
pub const FAILURE_U32: ReturnVariant = ReturnVariant(1);
pub const FAILURE_2_U32: ReturnVariant = ReturnVariant(2);
pub const FAILURE_U64: ReturnVariant = ReturnVariant(3);
pub const SUCCESS: ReturnVariant = ReturnVariant(128);
pub const SUCCESS_U32: ReturnVariant = ReturnVariant(129);
pub const SUCCESS_2_U32: ReturnVariant = ReturnVariant(130);
pub const SUCCESS_U64: ReturnVariant = ReturnVariant(131);
pub const SUCCESS_3_U32: ReturnVariant = ReturnVariant(132);
pub const SUCCESS_U32_U64: ReturnVariant = ReturnVariant(133);
