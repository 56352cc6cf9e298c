// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! ECDSA verification in slices (FIPS 186-5 section 6.4.2, SHA-256).

use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::point::AffineCoordinates;
use p256::{FieldBytes, ProjectivePoint, Scalar};
pub use provisioning_wire::limits::SIGNATURE_LEN;

use super::point::{POINT_LEN, decode_point};
use super::scalar::{SCALAR_LEN, SecretScalar};
use super::{PointMultiplication, SlicedMultiplication};

/// The signature does not belong to the key and the message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BadSignature;

enum Stage {
    /// Invert `s`, compute `u1` and `u2`.
    Invert,
    /// Computing `u1*G`; `u2*Q` comes next.
    Generator { u2: Scalar },
    /// Computing `u2*Q`.
    Key { first: ProjectivePoint },
    /// The sum is there: compare its x-coordinate with `r`.
    Compare(ProjectivePoint),
    /// The answer was handed out.
    Done,
}

/// A signature being checked. Everything in it is public; it runs on the
/// constant-time multiplication all the same, so that there is only one.
pub struct Verification {
    key: ProjectivePoint,
    digest: Scalar,
    r: Scalar,
    s: Scalar,
    stage: Stage,
}

impl Verification {
    /// Prepares the check of `signature` over a SHA-256 `digest`.
    ///
    /// # Errors
    /// A key that is no point of the curve; `r` or `s` not in 1..n.
    pub fn start(
        key: &[u8; POINT_LEN],
        digest: &[u8; 32],
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<Self, BadSignature> {
        let (r, s) = signature.split_at(SCALAR_LEN);
        Ok(Self {
            key: decode_point(key).map_err(|_| BadSignature)?,
            digest: <Scalar as Reduce<FieldBytes>>::reduce(&(*digest).into()),
            r: component(r)?,
            s: component(s)?,
            stage: Stage::Invert,
        })
    }

    /// Does one slice. Gives the answer once, with the last.
    pub fn advance<M: PointMultiplication>(
        &mut self,
        multiplier: &mut M,
    ) -> Option<Result<(), BadSignature>> {
        match &self.stage {
            Stage::Invert => match self.s.invert().into_option() {
                Some(inverse) => {
                    let u1 = SecretScalar::new(self.digest * inverse);
                    multiplier.start(&u1, &ProjectivePoint::GENERATOR);
                    self.stage = Stage::Generator {
                        u2: self.r * inverse,
                    };
                    None
                }
                None => self.answer(Err(BadSignature)),
            },
            Stage::Generator { u2 } => {
                if let Some(first) = multiplier.advance() {
                    multiplier.start(&SecretScalar::new(*u2), &self.key);
                    self.stage = Stage::Key {
                        first: *first.expose_secret(),
                    };
                }
                None
            }
            Stage::Key { first } => {
                if let Some(second) = multiplier.advance() {
                    self.stage = Stage::Compare(first.add(second.expose_secret()));
                }
                None
            }
            Stage::Compare(sum) => {
                // The identity's x-coordinate reads as zero, which `r` is not.
                let x = sum.to_affine().x();
                let v = <Scalar as Reduce<FieldBytes>>::reduce(&x);
                let outcome = if v == self.r {
                    Ok(())
                } else {
                    Err(BadSignature)
                };
                self.answer(outcome)
            }
            Stage::Done => None,
        }
    }

    /// Checks a signature in one go, for hosts and tests.
    ///
    /// # Errors
    /// See [`BadSignature`].
    pub fn run(
        key: &[u8; POINT_LEN],
        digest: &[u8; 32],
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), BadSignature> {
        let mut multiplier = SlicedMultiplication::new();
        let mut verification = Self::start(key, digest, signature)?;
        loop {
            if let Some(outcome) = verification.advance(&mut multiplier) {
                return outcome;
            }
        }
    }

    fn answer(&mut self, outcome: Result<(), BadSignature>) -> Option<Result<(), BadSignature>> {
        self.stage = Stage::Done;
        Some(outcome)
    }
}

/// `r` or `s`: a number in 1..n.
fn component(bytes: &[u8]) -> Result<Scalar, BadSignature> {
    let bytes = bytes.try_into().map_err(|_| BadSignature)?;
    SecretScalar::from_bytes(bytes)
        .map(|scalar| *scalar.expose_secret())
        .map_err(|_| BadSignature)
}
