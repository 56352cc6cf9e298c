// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the device holds instead of the setup code.

use p256::ProjectivePoint;

use super::Error;
use super::schedule::{M, N};
use crate::engine::{POINT_LEN, SCALAR_LEN, SecretPoint, SecretScalar, decode_point, encode_point};
use crate::secret::Secret;

/// Octets of a stored record: w0, w0*M, w0*N, L.
pub const RECORD_LEN: usize = SCALAR_LEN + 3 * POINT_LEN;

/// The verifier record: w0, w0*M, w0*N and L = w1*P (RFC 9383 section 3.2).
///
/// The masks w0*M and w0*N are computed when the device is minted, which saves
/// the device two of five multiplications.
#[derive(Clone, Debug)]
pub struct VerifierRecord {
    pub(super) w0: SecretScalar,
    pub(super) w0_m: SecretPoint,
    pub(super) w0_n: SecretPoint,
    pub(super) l: SecretPoint,
}

impl VerifierRecord {
    /// Reads a stored record. The masks are taken as they are: a record with
    /// wrong ones makes every confirmation fail.
    ///
    /// # Errors
    /// w0 out of 1..n, a point off the curve.
    pub fn from_bytes(bytes: &[u8; RECORD_LEN]) -> Result<Self, Error> {
        let (w0, points) = bytes.split_at(SCALAR_LEN);
        let w0 = w0.try_into().map_err(|_| Error::BadScalar)?;
        let point = |index: usize| {
            points[index * POINT_LEN..][..POINT_LEN]
                .try_into()
                .ok()
                .and_then(|octets| decode_point(octets).ok())
                .map(SecretPoint::new)
                .ok_or(Error::BadPoint)
        };
        Ok(Self {
            w0: SecretScalar::from_bytes(w0).map_err(|_| Error::BadScalar)?,
            w0_m: point(0)?,
            w0_n: point(1)?,
            l: point(2)?,
        })
    }

    /// The record as it is stored. Costs three inversions.
    ///
    /// # Errors
    /// A record with the identity in it, which no constructor gives.
    pub fn to_bytes(&self) -> Result<Secret<RECORD_LEN>, Error> {
        let mut bytes = Secret::zeroed();
        let (w0, points) = bytes.expose_secret_mut().split_at_mut(SCALAR_LEN);
        w0.copy_from_slice(self.w0.to_bytes().as_ref());
        let sources = [&self.w0_m, &self.w0_n, &self.l];
        for (point, octets) in sources.into_iter().zip(points.chunks_mut(POINT_LEN)) {
            let encoded = encode_point(point.expose_secret()).map_err(|_| Error::BadPoint)?;
            octets.copy_from_slice(&encoded);
        }
        Ok(bytes)
    }

    /// Computes the record from w0 and w1: three whole multiplications, for
    /// hosts.
    pub(super) fn compute(w0: &SecretScalar, w1: &SecretScalar) -> Self {
        let times = |point: ProjectivePoint, scalar: &SecretScalar| {
            SecretPoint::new(point * scalar.expose_secret())
        };
        Self {
            w0: w0.clone(),
            w0_m: times(fixed(&M), w0),
            w0_n: times(fixed(&N), w0),
            l: times(ProjectivePoint::GENERATOR, w1),
        }
    }
}

/// M or N as a point.
pub(super) fn fixed(octets: &[u8; POINT_LEN]) -> ProjectivePoint {
    decode_point(octets).expect("M and N are on the curve; a test decodes both")
}
