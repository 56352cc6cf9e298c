// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! SPAKE2+ (RFC 9383), P256-SHA256-HKDF-SHA256-HMAC-SHA256.
//!
//! ```text
//! device  Verifier --receive(X)--> Agreement --advance..finish--> Confirming --finish(confirmP)--> SharedKey
//! host    Prover   --receive(Y)--> ProverConfirming --finish(confirmV)--> confirmP, SharedKey
//! ```
//! Each transition consumes the state that it leaves, so that a step can be
//! neither skipped nor repeated; a refusal leaves nothing behind.

mod prover;
mod record;
mod schedule;
mod verifier;

#[cfg(test)]
pub(crate) mod tests;

pub use prover::{Prover, ProverConfirming, ProverSecret};
pub use record::{RECORD_LEN, VerifierRecord};
pub use schedule::{Identities, SharedKey};
pub use verifier::{Agreement, Confirming, Verifier};

/// Why a run ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Error {
    /// A share is no point of the curve, or is the mask itself.
    BadPoint,
    /// A scalar is zero or not below the group order.
    BadScalar,
    /// The other side holds another setup code, or saw other messages.
    ConfirmationFailed,
    /// The slices of the agreement have not all run.
    Unfinished,
}
