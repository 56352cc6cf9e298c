// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Points: the SEC 1 form that travels, and a holder that zeroizes.

use core::fmt;

use p256::elliptic_curve::group::Group;
use p256::elliptic_curve::point::AffineCoordinates;
use p256::{AffinePoint, FieldBytes, ProjectivePoint};
pub use provisioning_wire::limits::POINT_LEN;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The tag of the uncompressed form (SEC 1 section 2.3.3).
const UNCOMPRESSED: u8 = 0x04;

/// The octets are not a point that the protocol takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BadPoint;

/// Decodes an uncompressed point and checks that it lies on the curve.
///
/// The identity has no uncompressed form, and the cofactor is one, so what
/// comes back is always an element of the prime-order group.
///
/// # Errors
/// Any other form, a coordinate that is not reduced, a point off the curve.
pub fn decode_point(octets: &[u8; POINT_LEN]) -> Result<ProjectivePoint, BadPoint> {
    let [tag, coordinates @ ..] = octets;
    if *tag != UNCOMPRESSED {
        return Err(BadPoint);
    }
    let (x, y) = coordinates.split_at(POINT_LEN / 2);
    let x = FieldBytes::try_from(x).map_err(|_| BadPoint)?;
    let y = FieldBytes::try_from(y).map_err(|_| BadPoint)?;
    let affine = AffinePoint::from_coordinates(&x, &y)
        .into_option()
        .ok_or(BadPoint)?;
    Ok(ProjectivePoint::from(affine))
}

/// Encodes a point without compression. Costs one inversion.
///
/// # Errors
/// The identity, which has no such form.
pub fn encode_point(point: &ProjectivePoint) -> Result<[u8; POINT_LEN], BadPoint> {
    if bool::from(point.is_identity()) {
        return Err(BadPoint);
    }
    let affine = point.to_affine();
    let mut octets = [0; POINT_LEN];
    octets[0] = UNCOMPRESSED;
    octets[1..33].copy_from_slice(&affine.x());
    octets[33..].copy_from_slice(&affine.y());
    Ok(octets)
}

/// A point that would tell a secret: zeroized on drop, never printed.
#[derive(Clone)]
pub struct SecretPoint(ProjectivePoint);

impl SecretPoint {
    /// Holds `point`.
    pub const fn new(point: ProjectivePoint) -> Self {
        Self(point)
    }

    /// The point.
    pub const fn expose_secret(&self) -> &ProjectivePoint {
        &self.0
    }
}

impl Zeroize for SecretPoint {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl Drop for SecretPoint {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl ZeroizeOnDrop for SecretPoint {}

impl fmt::Debug for SecretPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretPoint(..)")
    }
}
