// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The verifier, on the device: three multiplications, in slices.
//!
//! ```text
//! Y = y*P + w0*N      Z = y*(X - w0*M)      V = y*L
//! ```

use p256::ProjectivePoint;
use p256::elliptic_curve::group::Group;
use provisioning_wire::limits::CONFIRM_LEN;

use super::Error;
use super::record::VerifierRecord;
use super::schedule::{Identities, Keys, SharedKey, Transcript};
use crate::engine::{
    POINT_LEN, PointMultiplication, SecretPoint, SecretScalar, WIDE_SCALAR_LEN, decode_point,
    encode_point,
};
use crate::secret::Secret;

/// The verifier before shareP.
pub struct Verifier {
    record: VerifierRecord,
    y: SecretScalar,
}

impl Verifier {
    /// Takes the record and fresh randomness for y, used in this run only.
    ///
    /// # Errors
    /// Randomness that reduces to zero.
    pub fn new(
        record: VerifierRecord,
        randomness: &Secret<WIDE_SCALAR_LEN>,
    ) -> Result<Self, Error> {
        let y = SecretScalar::reduce(randomness.expose_secret()).map_err(|_| Error::BadScalar)?;
        Ok(Self { record, y })
    }

    #[cfg(test)]
    pub(super) fn with_scalar(record: VerifierRecord, y: SecretScalar) -> Self {
        Self { record, y }
    }

    /// Takes shareP. Nothing that is secret is computed with here, so that
    /// whoever counts attempts can do so before the first slice.
    ///
    /// # Errors
    /// [`Error::BadPoint`]: X is no point of the curve.
    pub fn receive(
        self,
        share_p: &[u8; POINT_LEN],
        identities: &Identities<'_>,
    ) -> Result<Agreement, Error> {
        let x = decode_point(share_p).map_err(|_| Error::BadPoint)?;
        let mut transcript = Transcript::new(identities);
        transcript.append(share_p);
        Ok(Agreement {
            stage: Stage::Unmask { x },
            w0: self.record.w0,
            w0_n: self.record.w0_n,
            l: self.record.l,
            y: self.y,
            unmasked: self.record.w0_m,
            transcript,
            share_p: *share_p,
            share_v: [0; POINT_LEN],
        })
    }
}

/// What the next slice belongs to. Each product is made affine in a slice of
/// its own, since that costs an inversion.
enum Stage {
    /// X - w0*M.
    Unmask {
        x: ProjectivePoint,
    },
    /// y*P.
    Share,
    EncodeShare(SecretPoint),
    /// Z = y*(X - w0*M).
    Z,
    EncodeZ(SecretPoint),
    /// V = y*L.
    V,
    EncodeV(SecretPoint),
    /// Only w0 is missing in the transcript: the key schedule.
    Derive,
    /// The transcript is whole.
    Keys(Keys),
    /// X is w0*M, which would leave nothing secret in Z; or a product was the
    /// identity, which points of prime order never give.
    Fault,
}

/// The verifier at work.
pub struct Agreement {
    stage: Stage,
    w0: SecretScalar,
    w0_n: SecretPoint,
    l: SecretPoint,
    y: SecretScalar,
    /// w0*M until the first slice, then X - w0*M.
    unmasked: SecretPoint,
    transcript: Transcript,
    share_p: [u8; POINT_LEN],
    share_v: [u8; POINT_LEN],
}

impl Agreement {
    /// Does one slice: unmasking X, a point operation, an inversion, or the key schedule.
    /// True when [`Agreement::finish`] is due.
    pub fn advance<M: PointMultiplication>(&mut self, multiplier: &mut M) -> bool {
        let next = match &self.stage {
            Stage::Unmask { x } => {
                self.unmasked = SecretPoint::new(x.sub(self.unmasked.expose_secret()));
                Some(match self.unmasked.expose_secret().is_identity().into() {
                    true => Stage::Fault,
                    false => {
                        multiplier.start(&self.y, &ProjectivePoint::GENERATOR);
                        Stage::Share
                    }
                })
            }
            Stage::Share => multiplier.advance().map(Stage::EncodeShare),
            Stage::EncodeShare(product) => {
                let share = product.expose_secret().add(self.w0_n.expose_secret());
                Some(match encode_point(&share) {
                    Ok(octets) => {
                        self.share_v = octets;
                        self.transcript.append(&octets);
                        multiplier.start(&self.y, self.unmasked.expose_secret());
                        Stage::Z
                    }
                    Err(_) => Stage::Fault,
                })
            }
            Stage::Z => multiplier.advance().map(Stage::EncodeZ),
            Stage::EncodeZ(product) => Some(match append(&mut self.transcript, product) {
                Ok(()) => {
                    multiplier.start(&self.y, self.l.expose_secret());
                    Stage::V
                }
                Err(_) => Stage::Fault,
            }),
            Stage::V => multiplier.advance().map(Stage::EncodeV),
            Stage::EncodeV(product) => Some(match append(&mut self.transcript, product) {
                Ok(()) => Stage::Derive,
                Err(_) => Stage::Fault,
            }),
            Stage::Derive => {
                let main = self.transcript.clone().finish(&self.w0);
                Some(Stage::Keys(Keys::derive(
                    &main,
                    &self.share_p,
                    &self.share_v,
                )))
            }
            Stage::Keys(_) | Stage::Fault => None,
        };
        if let Some(next) = next {
            self.stage = next;
        }
        matches!(self.stage, Stage::Keys(_) | Stage::Fault)
    }

    /// Gives the share and the state that waits for confirmP.
    ///
    /// # Errors
    /// [`Error::BadPoint`]: X is w0*M.
    /// [`Error::Unfinished`] before the last slice.
    pub fn finish(self) -> Result<Confirming, Error> {
        match self.stage {
            Stage::Keys(keys) => Ok(Confirming {
                keys,
                share_p: self.share_p,
                share_v: self.share_v,
            }),
            Stage::Fault => Err(Error::BadPoint),
            _ => Err(Error::Unfinished),
        }
    }
}

/// Encodes a secret product into the transcript.
fn append(transcript: &mut Transcript, product: &SecretPoint) -> Result<(), Error> {
    let octets = encode_point(product.expose_secret())
        .map(|mut octets| Secret::take(&mut octets))
        .map_err(|_| Error::BadPoint)?;
    transcript.append(octets.expose_secret());
    Ok(())
}

/// The verifier after shareV and confirmV, waiting for confirmP.
pub struct Confirming {
    keys: Keys,
    share_p: [u8; POINT_LEN],
    share_v: [u8; POINT_LEN],
}

impl Confirming {
    /// shareP, X.
    pub const fn share_p(&self) -> &[u8; POINT_LEN] {
        &self.share_p
    }

    /// shareV, Y.
    pub const fn share_v(&self) -> &[u8; POINT_LEN] {
        &self.share_v
    }

    /// confirmV, to be sent with Y.
    pub const fn confirm_v(&self) -> &[u8; CONFIRM_LEN] {
        self.keys.confirm_v()
    }

    /// Checks confirmP in constant time and gives the shared key.
    ///
    /// # Errors
    /// [`Error::ConfirmationFailed`].
    pub fn finish(self, confirm_p: &[u8; CONFIRM_LEN]) -> Result<SharedKey, Error> {
        self.keys.confirmed_by_prover(confirm_p)
    }
}
