// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Scalars modulo the group order, zeroized on drop.

use core::fmt;

use p256::Scalar;
use p256::elliptic_curve::ff::{Field, FromUniformBytes, PrimeField};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Octets of a scalar, big-endian.
pub const SCALAR_LEN: usize = 32;

/// Octets of randomness for a scalar: 128 bits more than the order takes,
/// so that the bias of the reduction is at most 2^-128 (FIPS 186-5 A.3.1).
pub const WIDE_SCALAR_LEN: usize = 48;

/// The octets are not a scalar in 1..n.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BadScalar;

/// A scalar that must stay secret.
#[derive(Clone)]
pub struct SecretScalar(Scalar);

impl SecretScalar {
    /// Holds `scalar`, zero included.
    pub const fn new(scalar: Scalar) -> Self {
        Self(scalar)
    }

    /// Zero, which nothing secret is.
    pub(crate) const fn zero() -> Self {
        Self(Scalar::ZERO)
    }

    /// Reads a big-endian scalar.
    ///
    /// # Errors
    /// Zero, or a number that is not below the group order.
    pub fn from_bytes(bytes: &[u8; SCALAR_LEN]) -> Result<Self, BadScalar> {
        Scalar::from_repr((*bytes).into())
            .into_option()
            .map(Self)
            .ok_or(BadScalar)?
            .non_zero()
    }

    /// Reduces a big-endian number of at most 64 octets.
    ///
    /// # Errors
    /// More octets, or a number that reduces to zero.
    pub fn reduce(bytes: &[u8]) -> Result<Self, BadScalar> {
        let mut wide = Zeroizing::new([0; 64]);
        let start = wide.len().checked_sub(bytes.len()).ok_or(BadScalar)?;
        wide[start..].copy_from_slice(bytes);
        Self(Scalar::from_uniform_bytes(&wide)).non_zero()
    }

    /// The scalar.
    pub const fn expose_secret(&self) -> &Scalar {
        &self.0
    }

    /// The scalar's 32 octets, big-endian.
    pub fn to_bytes(&self) -> Zeroizing<[u8; SCALAR_LEN]> {
        Zeroizing::new(self.0.to_bytes().into())
    }

    fn non_zero(self) -> Result<Self, BadScalar> {
        if bool::from(self.0.is_zero()) {
            return Err(BadScalar);
        }
        Ok(self)
    }
}

impl Zeroize for SecretScalar {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl Drop for SecretScalar {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl ZeroizeOnDrop for SecretScalar {}

impl fmt::Debug for SecretScalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretScalar(..)")
    }
}
