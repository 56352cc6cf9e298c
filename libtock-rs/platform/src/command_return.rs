// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The answer to a command.

use crate::{return_variant, ErrorCode, ReturnVariant};

/// What a command returned: a variant and up to three registers of payload.
#[derive(Clone, Copy, Debug)]
pub struct CommandReturn {
    return_variant: ReturnVariant,
    // What these mean depends on the variant; those that it does not name hold
    // what the kernel left there.
    r1: u32,
    r2: u32,
    r3: u32,
}

/// The low word comes first in registers.
fn join(lsb: u32, msb: u32) -> u64 {
    u64::from(msb) << 32 | u64::from(lsb)
}

impl CommandReturn {
    /// # Safety
    ///
    /// The values must be the registers of a kernel's answer to a command. Users
    /// may rely on it when they give meaning to the payload.
    pub unsafe fn new(return_variant: ReturnVariant, r1: u32, r2: u32, r3: u32) -> Self {
        CommandReturn {
            return_variant,
            r1,
            r2,
            r3,
        }
    }

    pub fn is_failure(&self) -> bool {
        self.return_variant == return_variant::FAILURE
    }

    pub fn is_failure_u32(&self) -> bool {
        self.return_variant == return_variant::FAILURE_U32
    }

    pub fn is_failure_2_u32(&self) -> bool {
        self.return_variant == return_variant::FAILURE_2_U32
    }

    pub fn is_failure_u64(&self) -> bool {
        self.return_variant == return_variant::FAILURE_U64
    }

    pub fn is_success(&self) -> bool {
        self.return_variant == return_variant::SUCCESS
    }

    pub fn is_success_u32(&self) -> bool {
        self.return_variant == return_variant::SUCCESS_U32
    }

    pub fn is_success_2_u32(&self) -> bool {
        self.return_variant == return_variant::SUCCESS_2_U32
    }

    pub fn is_success_u64(&self) -> bool {
        self.return_variant == return_variant::SUCCESS_U64
    }

    pub fn is_success_3_u32(&self) -> bool {
        self.return_variant == return_variant::SUCCESS_3_U32
    }

    pub fn is_success_u32_u64(&self) -> bool {
        self.return_variant == return_variant::SUCCESS_U32_U64
    }

    pub fn get_failure(&self) -> Option<ErrorCode> {
        self.is_failure().then(|| self.error_code())
    }

    pub fn get_failure_u32(&self) -> Option<(ErrorCode, u32)> {
        self.is_failure_u32().then(|| (self.error_code(), self.r2))
    }

    pub fn get_failure_2_u32(&self) -> Option<(ErrorCode, u32, u32)> {
        self.is_failure_2_u32()
            .then(|| (self.error_code(), self.r2, self.r3))
    }

    pub fn get_failure_u64(&self) -> Option<(ErrorCode, u64)> {
        self.is_failure_u64()
            .then(|| (self.error_code(), join(self.r2, self.r3)))
    }

    pub fn get_success_u32(&self) -> Option<u32> {
        self.is_success_u32().then_some(self.r1)
    }

    pub fn get_success_2_u32(&self) -> Option<(u32, u32)> {
        self.is_success_2_u32().then_some((self.r1, self.r2))
    }

    pub fn get_success_u64(&self) -> Option<u64> {
        self.is_success_u64().then(|| join(self.r1, self.r2))
    }

    pub fn get_success_3_u32(&self) -> Option<(u32, u32, u32)> {
        self.is_success_3_u32()
            .then_some((self.r1, self.r2, self.r3))
    }

    pub fn get_success_u32_u64(&self) -> Option<(u32, u64)> {
        self.is_success_u32_u64()
            .then(|| (self.r1, join(self.r2, self.r3)))
    }

    /// The variant and the payload registers as they came.
    pub fn raw_values(&self) -> (ReturnVariant, u32, u32, u32) {
        (self.return_variant, self.r1, self.r2, self.r3)
    }

    pub fn return_variant(&self) -> ReturnVariant {
        self.return_variant
    }

    /// Reads the answer as that of a command which succeeds with `T` and fails
    /// with `E`. Any other variant gives [`ErrorCode::BadRVal`].
    pub fn to_result<T: SuccessData, E: FailureData>(self) -> Result<T, E> {
        if self.return_variant == T::RETURN_VARIANT {
            Ok(T::from_raw(self.r1, self.r2, self.r3))
        } else if self.return_variant == E::RETURN_VARIANT {
            Err(E::from_raw(self.error_code(), self.r2, self.r3))
        } else {
            Err(E::from_raw(ErrorCode::BadRVal, 0, 0))
        }
    }

    /// The code in the first payload register, if the variant is a failure.
    fn error_code(&self) -> ErrorCode {
        ErrorCode::from_kernel(self.r1)
    }
}

/// The payload of one variant of success.
pub trait SuccessData {
    /// The variant that carries this payload.
    const RETURN_VARIANT: ReturnVariant;

    /// Reads the payload from its registers.
    fn from_raw(r1: u32, r2: u32, r3: u32) -> Self;
}

/// The payload of one variant of failure.
pub trait FailureData {
    /// The variant that carries this payload.
    const RETURN_VARIANT: ReturnVariant;

    /// Adds what follows the error code.
    fn from_raw(error: ErrorCode, r2: u32, r3: u32) -> Self;
}

macro_rules! payload {
    ($trait:ident, $type:ty, $variant:ident, ($r1:ident: $first:ty, $r2:ident, $r3:ident) => $value:expr) => {
        impl $trait for $type {
            const RETURN_VARIANT: ReturnVariant = return_variant::$variant;

            fn from_raw($r1: $first, $r2: u32, $r3: u32) -> Self {
                $value
            }
        }
    };
}

payload!(SuccessData, (), SUCCESS, (_r1: u32, _r2, _r3) => ());
payload!(SuccessData, u32, SUCCESS_U32, (r1: u32, _r2, _r3) => r1);
payload!(SuccessData, (u32, u32), SUCCESS_2_U32, (r1: u32, r2, _r3) => (r1, r2));
payload!(SuccessData, u64, SUCCESS_U64, (r1: u32, r2, _r3) => join(r1, r2));
payload!(SuccessData, (u32, u32, u32), SUCCESS_3_U32, (r1: u32, r2, r3) => (r1, r2, r3));
payload!(SuccessData, (u32, u64), SUCCESS_U32_U64, (r1: u32, r2, r3) => (r1, join(r2, r3)));

payload!(FailureData, ErrorCode, FAILURE, (error: ErrorCode, _r2, _r3) => error);
payload!(FailureData, (ErrorCode, u32), FAILURE_U32, (error: ErrorCode, r2, _r3) => (error, r2));
payload!(FailureData, (ErrorCode, u32, u32), FAILURE_2_U32, (error: ErrorCode, r2, r3) => (error, r2, r3));
payload!(FailureData, (ErrorCode, u64), FAILURE_U64, (error: ErrorCode, r2, r3) => (error, join(r2, r3)));
