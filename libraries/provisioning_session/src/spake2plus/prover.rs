// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The prover, on the host, which knows the setup code.
//!
//! A host may stall for a multiplication, so this side runs on `p256`'s own
//! arithmetic, which is constant-time as well; that keeps it independent of
//! the engine that it is tested against.

use p256::ProjectivePoint;
use p256::elliptic_curve::group::Group;
use provisioning_wire::limits::CONFIRM_LEN;

use super::Error;
use super::record::{VerifierRecord, fixed};
use super::schedule::{Identities, Keys, M, N, SharedKey, Transcript};
use crate::engine::{
    POINT_LEN, SCALAR_LEN, SecretPoint, SecretScalar, WIDE_SCALAR_LEN, decode_point, encode_point,
};
use crate::secret::Secret;

#[cfg(fuzzing)]
use crate::engine::product;

/// A product, by `p256`.
#[cfg(not(fuzzing))]
fn product(point: ProjectivePoint, scalar: &SecretScalar) -> SecretPoint {
    SecretPoint::new(point * scalar.expose_secret())
}

/// Octets of w0s and of w1s: 64 bits more than the order takes
/// (RFC 9383 section 3.2).
const HALF_LEN: usize = 40;

/// w0 and w1.
#[derive(Clone, Debug)]
pub struct ProverSecret {
    w0: SecretScalar,
    w1: SecretScalar,
}

impl ProverSecret {
    /// Octets of password hash that [`ProverSecret::from_hash`] takes.
    pub const HASH_LEN: usize = 2 * HALF_LEN;

    /// Reduces w0s || w1s.
    ///
    /// # Errors
    /// A half that reduces to zero.
    pub fn from_hash(hash: &Secret<{ Self::HASH_LEN }>) -> Result<Self, Error> {
        let (w0s, w1s) = hash.expose_secret().split_at(HALF_LEN);
        Ok(Self {
            w0: SecretScalar::reduce(w0s).map_err(|_| Error::BadScalar)?,
            w1: SecretScalar::reduce(w1s).map_err(|_| Error::BadScalar)?,
        })
    }

    /// Takes w0 and w1, big-endian.
    ///
    /// # Errors
    /// A scalar out of 1..n.
    pub fn from_scalars(w0: &Secret<SCALAR_LEN>, w1: &Secret<SCALAR_LEN>) -> Result<Self, Error> {
        let read = |scalar: &Secret<SCALAR_LEN>| {
            SecretScalar::from_bytes(scalar.expose_secret()).map_err(|_| Error::BadScalar)
        };
        Ok(Self {
            w0: read(w0)?,
            w1: read(w1)?,
        })
    }

    /// The record for the device.
    pub fn verifier_record(&self) -> VerifierRecord {
        VerifierRecord::compute(&self.w0, &self.w1)
    }
}

/// The prover after shareP, waiting for shareV.
pub struct Prover {
    secret: ProverSecret,
    x: SecretScalar,
    share_p: [u8; POINT_LEN],
    transcript: Transcript,
}

impl Prover {
    /// Computes X = x*P + w0*M from fresh randomness, used in this run only.
    ///
    /// # Errors
    /// Randomness that gives x = 0 or the identity.
    pub fn start(
        secret: ProverSecret,
        randomness: &Secret<WIDE_SCALAR_LEN>,
        identities: &Identities<'_>,
    ) -> Result<Self, Error> {
        let x = SecretScalar::reduce(randomness.expose_secret()).map_err(|_| Error::BadScalar)?;
        Self::with_scalar(secret, x, identities)
    }

    pub(super) fn with_scalar(
        secret: ProverSecret,
        x: SecretScalar,
        identities: &Identities<'_>,
    ) -> Result<Self, Error> {
        let mask = product(fixed(&M), &secret.w0);
        let public = product(ProjectivePoint::GENERATOR, &x);
        let share = public.expose_secret().add(mask.expose_secret());
        let share_p = encode_point(&share).map_err(|_| Error::BadPoint)?;
        let mut transcript = Transcript::new(identities);
        transcript.append(&share_p);
        Ok(Self {
            secret,
            x,
            share_p,
            transcript,
        })
    }

    /// shareP, X, to be sent.
    pub const fn share_p(&self) -> &[u8; POINT_LEN] {
        &self.share_p
    }

    /// Takes shareV and derives the keys: Z = x*(Y - w0*N),
    /// V = w1*(Y - w0*N).
    ///
    /// # Errors
    /// [`Error::BadPoint`]: Y is no point of the curve, or is w0*N.
    pub fn receive(mut self, share_v: &[u8; POINT_LEN]) -> Result<ProverConfirming, Error> {
        let y = decode_point(share_v).map_err(|_| Error::BadPoint)?;
        let mask = product(fixed(&N), &self.secret.w0);
        let unmasked = SecretPoint::new(y.sub(mask.expose_secret()));
        if bool::from(unmasked.expose_secret().is_identity()) {
            return Err(Error::BadPoint);
        }
        self.transcript.append(share_v);
        for scalar in [&self.x, &self.secret.w1] {
            let product = product(*unmasked.expose_secret(), scalar);
            let octets = encode_point(product.expose_secret())
                .map(|mut octets| Secret::take(&mut octets))
                .map_err(|_| Error::BadPoint)?;
            self.transcript.append(octets.expose_secret());
        }
        let main = self.transcript.finish(&self.secret.w0);
        Ok(ProverConfirming {
            keys: Keys::derive(&main, &self.share_p, share_v),
        })
    }
}

/// The prover with its keys, waiting for confirmV.
pub struct ProverConfirming {
    keys: Keys,
}

impl ProverConfirming {
    /// Checks confirmV in constant time, and only then gives confirmP and
    /// the shared key: the order that RFC 9383 section 3.4 asks for.
    ///
    /// # Errors
    /// [`Error::ConfirmationFailed`]; nothing more may be sent.
    pub fn finish(
        self,
        confirm_v: &[u8; CONFIRM_LEN],
    ) -> Result<([u8; CONFIRM_LEN], SharedKey), Error> {
        self.keys.confirmed_by_verifier(confirm_v)
    }
}
