// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The contents of one register, as a system call passes it.

use core::num::TryFromIntError;

use crate::ErrorCode;

/// One register's worth of data.
///
/// It wraps a pointer rather than an integer, so that a pointer that passes
/// through it keeps its provenance. On hosts whose registers are wider than 32
/// bits, unsigned values are zero-extended and signed ones sign-extended.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Register(pub *mut ());

impl From<u32> for Register {
    fn from(value: u32) -> Register {
        Register::from(value as usize)
    }
}

impl From<i32> for Register {
    fn from(value: i32) -> Register {
        Register::from(value as isize as usize)
    }
}

impl From<usize> for Register {
    fn from(value: usize) -> Register {
        Register(core::ptr::without_provenance_mut(value))
    }
}

impl<T> From<*mut T> for Register {
    fn from(value: *mut T) -> Register {
        Register(value.cast())
    }
}

impl<T> From<*const T> for Register {
    fn from(value: *const T) -> Register {
        Register(value.cast_mut().cast())
    }
}

impl From<ErrorCode> for Register {
    fn from(value: ErrorCode) -> Register {
        Register::from(value as u32)
    }
}

impl Register {
    /// The low 32 bits as an unsigned number.
    pub fn as_u32(self) -> u32 {
        self.0.addr() as u32
    }

    /// The low 32 bits as a signed number.
    pub fn as_i32(self) -> i32 {
        self.0.addr() as i32
    }
}

impl From<Register> for usize {
    fn from(register: Register) -> usize {
        register.0.addr()
    }
}

impl<T> From<Register> for *mut T {
    fn from(register: Register) -> *mut T {
        register.0.cast()
    }
}

impl<T> From<Register> for *const T {
    fn from(register: Register) -> *const T {
        register.0.cast_const().cast()
    }
}

impl TryFrom<Register> for u32 {
    type Error = TryFromIntError;

    fn try_from(register: Register) -> Result<u32, TryFromIntError> {
        usize::from(register).try_into()
    }
}
