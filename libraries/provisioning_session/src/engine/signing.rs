// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! ECDSA signing in slices (FIPS 186-5 section 6.4.1, SHA-256).
//!
//! The nonce comes from RFC 6979's generator with fresh randomness as
//! additional data (section 3.6): a broken random source alone, or a fault in
//! the hashing alone, does not repeat a nonce.

use p256::elliptic_curve::Curve;
use p256::elliptic_curve::bigint::U256;
use p256::elliptic_curve::ff::Field;
use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::point::AffineCoordinates;
use p256::{FieldBytes, NistP256, ProjectivePoint, Scalar};
use rfc6979::KGenerator;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::point::SecretPoint;
use super::scalar::{SCALAR_LEN, SecretScalar};
use super::verification::SIGNATURE_LEN;
use super::{PointMultiplication, SlicedMultiplication};

/// The nonce gave a zero, which no nonce of a working generator does
/// (probability 2^-255): the signature is not made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SigningFault;

enum Stage {
    /// Computing `k*G`.
    Multiply,
    /// `R = k*G` is there: `r` is its x-coordinate.
    Normalize(SecretPoint),
    /// `r` is there: invert `k`, compute `s`.
    Finish(Scalar),
    /// The signature was handed out.
    Done,
}

/// A signature being made.
pub struct Signing {
    key: SecretScalar,
    nonce: SecretScalar,
    digest: Scalar,
    stage: Stage,
}

impl Signing {
    /// Prepares the signature over a SHA-256 `digest`. `hedge` is fresh
    /// randomness; without any, the signature is RFC 6979's deterministic one.
    ///
    /// # Errors
    /// A nonce of zero, which the generator never gives.
    pub fn start<M: PointMultiplication>(
        multiplier: &mut M,
        key: &SecretScalar,
        digest: &[u8; 32],
        hedge: &[u8],
    ) -> Result<Self, SigningFault> {
        let order: U256 = *NistP256::ORDER.as_ref();
        let mut octets = Zeroizing::new([0; SCALAR_LEN]);
        KGenerator::<Sha256, U256>::new(key.to_bytes().as_ref(), digest, hedge, &order)
            .fill_next_k(octets.as_mut());
        let nonce = SecretScalar::from_bytes(&octets).map_err(|_| SigningFault)?;
        multiplier.start(&nonce, &ProjectivePoint::GENERATOR);
        Ok(Self {
            stage: Stage::Multiply,
            key: key.clone(),
            nonce,
            digest: <Scalar as Reduce<FieldBytes>>::reduce(&(*digest).into()),
        })
    }

    /// Does one slice. Gives the signature (`r || s`) once, with the last.
    pub fn advance<M: PointMultiplication>(
        &mut self,
        multiplier: &mut M,
    ) -> Option<Result<[u8; SIGNATURE_LEN], SigningFault>> {
        match &self.stage {
            Stage::Multiply => {
                if let Some(point) = multiplier.advance() {
                    self.stage = Stage::Normalize(point);
                }
                None
            }
            Stage::Normalize(point) => {
                let x = point.expose_secret().to_affine().x();
                self.stage = Stage::Finish(<Scalar as Reduce<FieldBytes>>::reduce(&x));
                None
            }
            Stage::Finish(r) => {
                let r = *r;
                self.stage = Stage::Done;
                Some(self.finish(&r))
            }
            Stage::Done => None,
        }
    }

    /// Makes a signature in one go, for hosts and tests.
    ///
    /// # Errors
    /// See [`SigningFault`].
    pub fn run(
        key: &SecretScalar,
        digest: &[u8; 32],
        hedge: &[u8],
    ) -> Result<[u8; SIGNATURE_LEN], SigningFault> {
        let mut multiplier = SlicedMultiplication::new();
        let mut signing = Self::start(&mut multiplier, key, digest, hedge)?;
        loop {
            if let Some(outcome) = signing.advance(&mut multiplier) {
                return outcome;
            }
        }
    }

    fn finish(&self, r: &Scalar) -> Result<[u8; SIGNATURE_LEN], SigningFault> {
        let inverse = self
            .nonce
            .expose_secret()
            .invert()
            .into_option()
            .map(SecretScalar::new)
            .ok_or(SigningFault)?;
        let sum = SecretScalar::new(self.digest + *r * self.key.expose_secret());
        let s = *inverse.expose_secret() * sum.expose_secret();
        if bool::from(r.is_zero() | s.is_zero()) {
            return Err(SigningFault);
        }
        let mut signature = [0; SIGNATURE_LEN];
        signature[..SCALAR_LEN].copy_from_slice(&r.to_bytes());
        signature[SCALAR_LEN..].copy_from_slice(&s.to_bytes());
        Ok(signature)
    }
}
