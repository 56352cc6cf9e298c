// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! P-256 in slices, so that a kernel never stalls for a whole multiplication.
//!
//! Each piece of work is a state that `advance` moves on by one point operation
//! or one inversion. `p256` 0.14 supplies the field, the complete point formulas
//! (Renes, Costello and Batina 2015, algorithms 4 and 6) and constant-time
//! inversion; its own multiplication runs to the end and is not used here.

#[cfg_attr(
    fuzzing,
    allow(dead_code, reason = "`run` is the remembered one's then")
)]
mod multiplication;
mod point;
#[cfg(fuzzing)]
mod remembered;
mod scalar;
mod signing;
mod verification;

#[cfg(test)]
mod tests;

pub use multiplication::PointMultiplication;
#[cfg(not(fuzzing))]
pub use multiplication::SlicedMultiplication;
pub use point::{BadPoint, POINT_LEN, SecretPoint, decode_point, encode_point};
#[cfg(fuzzing)]
pub use remembered::RememberedMultiplication as SlicedMultiplication;
#[cfg(fuzzing)]
pub(crate) use remembered::product;
pub use scalar::{BadScalar, SCALAR_LEN, SecretScalar, WIDE_SCALAR_LEN};
pub use signing::{Signing, SigningFault};
pub use verification::{BadSignature, SIGNATURE_LEN, Verification};
