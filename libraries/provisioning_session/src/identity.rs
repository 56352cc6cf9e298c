// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The long-term identity key of a device or a daemon.

use p256::ProjectivePoint;
use zeroize::Zeroize;

use crate::engine::{
    BadScalar, POINT_LEN, SCALAR_LEN, SecretScalar, WIDE_SCALAR_LEN, encode_point,
};
use crate::secret::Secret;

/// An ECDSA P-256 key pair.
#[derive(Clone, Debug)]
pub struct IdentityKey {
    secret: SecretScalar,
    public: [u8; POINT_LEN],
}

impl IdentityKey {
    /// No key: what is left after zeroizing one.
    pub(crate) const fn none() -> Self {
        Self {
            secret: SecretScalar::zero(),
            public: [0; POINT_LEN],
        }
    }

    /// Takes a key pair that was minted together. The public half is not
    /// computed again: that costs a multiplication.
    ///
    /// # Errors
    /// A secret out of 1..n.
    pub fn from_parts(
        secret: &Secret<SCALAR_LEN>,
        public: &[u8; POINT_LEN],
    ) -> Result<Self, BadScalar> {
        Ok(Self {
            secret: SecretScalar::from_bytes(secret.expose_secret())?,
            public: *public,
        })
    }

    /// Computes the public half, in one go: for hosts.
    ///
    /// # Errors
    /// A secret out of 1..n.
    pub fn from_secret(secret: &Secret<SCALAR_LEN>) -> Result<Self, BadScalar> {
        Self::compute(SecretScalar::from_bytes(secret.expose_secret())?)
    }

    /// Makes a new key pair of fresh randomness: for hosts.
    ///
    /// # Errors
    /// Randomness that reduces to zero.
    pub fn generate(randomness: &Secret<WIDE_SCALAR_LEN>) -> Result<Self, BadScalar> {
        Self::compute(SecretScalar::reduce(randomness.expose_secret())?)
    }

    /// The public half, uncompressed.
    pub const fn public(&self) -> &[u8; POINT_LEN] {
        &self.public
    }

    /// The secret half, to be stored.
    pub fn secret_bytes(&self) -> Secret<SCALAR_LEN> {
        Secret::copied(&self.secret.to_bytes())
    }

    pub(crate) const fn secret(&self) -> &SecretScalar {
        &self.secret
    }

    fn compute(secret: SecretScalar) -> Result<Self, BadScalar> {
        let public = ProjectivePoint::GENERATOR * secret.expose_secret();
        let public = encode_point(&public).map_err(|_| BadScalar)?;
        Ok(Self { secret, public })
    }
}

impl Zeroize for IdentityKey {
    fn zeroize(&mut self) {
        self.secret.zeroize();
        self.public.zeroize();
    }
}
