// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Scalar multiplication, one point operation at a time.
//!
//! Fixed windows of four bits, most significant first. The scalar is recoded to
//! digits in -8..=7, so that eight multiples of the point are enough: with
//! `k' = k + 0x88..88` (64 nibbles), digit i is nibble i of `k'` less 8, and the
//! carry out of the sum is the 65th digit. The same operations run in the same
//! order for every scalar; a digit is applied by selecting over the whole table
//! and by a conditional negation, never by an index or a branch.

use p256::elliptic_curve::ops::Double;
use p256::elliptic_curve::subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use p256::{ProjectivePoint, Scalar};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::point::SecretPoint;
use super::scalar::{SCALAR_LEN, SecretScalar};

/// Something that multiplies a point by a scalar in slices.
///
/// The seam for a public key accelerator: what is built on it never calls a
/// multiplication that runs to its end. One multiplier serves one piece of work
/// at a time, and whoever started a multiplication sees it through. It stays in
/// one place, lent to the work, because a copy of it would be large and secret.
/// Zeroizing it abandons what it was doing.
pub trait PointMultiplication: Zeroize {
    /// Prepares `scalar * point`, instead of whatever was being done. Does no
    /// point operation.
    fn start(&mut self, scalar: &SecretScalar, point: &ProjectivePoint);

    /// Does one slice. Gives the product once, with the last slice, and
    /// `None` before and after that.
    fn advance(&mut self) -> Option<SecretPoint>;
}

/// Multiples of the point that the digits need: 1 to 8.
const TABLE_LEN: usize = 8;

/// Windows of four bits in a scalar.
const WINDOWS: u8 = 64;

/// Doublings between two digits.
const WINDOW_BITS: u8 = 4;

/// What the next slice does. Depends on the count of slices only.
#[derive(Clone, Copy)]
enum Next {
    /// Compute the multiple at this index of the table.
    Multiple(u8),
    /// Double, this many more times, then add the digit of `window`.
    Double { window: u8, left: u8 },
    /// Add the digit of `window`.
    Add { window: u8 },
    /// Nothing was started, or the product was handed out.
    Nothing,
}

/// The constant-time multiplication in software: 327 slices of one point
/// operation each.
pub struct SlicedMultiplication {
    next: Next,
    /// `k + 0x88..88`, big-endian, without the carry.
    digits: [u8; SCALAR_LEN],
    carry: u8,
    accumulator: ProjectivePoint,
    table: [ProjectivePoint; TABLE_LEN],
}

impl SlicedMultiplication {
    /// A multiplier that does nothing yet.
    pub const fn new() -> Self {
        Self {
            next: Next::Nothing,
            digits: [0; SCALAR_LEN],
            carry: 0,
            accumulator: ProjectivePoint::IDENTITY,
            table: [ProjectivePoint::IDENTITY; TABLE_LEN],
        }
    }

    /// Runs every slice at once, for hosts and tests.
    pub fn run(scalar: &SecretScalar, point: &ProjectivePoint) -> SecretPoint {
        let mut multiplier = Self::new();
        multiplier.start(scalar, point);
        loop {
            if let Some(product) = multiplier.advance() {
                return product;
            }
        }
    }

    /// Recodes the scalar: the sum's 32 octets and its carry.
    fn recode(scalar: &Scalar) -> ([u8; SCALAR_LEN], u8) {
        let mut digits: [u8; SCALAR_LEN] = scalar.to_bytes().into();
        let mut carry = 0u16;
        for octet in digits.iter_mut().rev() {
            let sum = u16::from(*octet) + 0x88 + carry;
            *octet = (sum & 0xff) as u8;
            carry = sum >> 8;
        }
        (digits, (carry & 1) as u8)
    }

    /// The digit of `window` (63 is the most significant), plus 8.
    fn nibble(&self, window: u8) -> u8 {
        // The index depends on the window's number, never on the scalar.
        let octet = self.digits[SCALAR_LEN - 1 - usize::from(window / 2)];
        (octet >> (4 * (window & 1))) & 0x0f
    }

    /// The multiple of the point that belongs to the digit of `window`.
    fn select(&self, window: u8) -> SecretPoint {
        let nibble = self.nibble(window);
        // Bit 3 clear means a negative digit: nibble - 8 is in -8..=-1.
        let negative = Choice::from((nibble >> 3) ^ 1);
        let magnitude =
            u8::conditional_select(&nibble.wrapping_sub(8), &8u8.wrapping_sub(nibble), negative);
        let mut chosen = ProjectivePoint::IDENTITY;
        for (multiple, entry) in (1u8..).zip(&self.table) {
            chosen.conditional_assign(entry, multiple.ct_eq(&magnitude));
        }
        let negated = chosen.neg();
        chosen.conditional_assign(&negated, negative);
        SecretPoint::new(chosen)
    }
}

impl Default for SlicedMultiplication {
    fn default() -> Self {
        Self::new()
    }
}

impl PointMultiplication for SlicedMultiplication {
    fn start(&mut self, scalar: &SecretScalar, point: &ProjectivePoint) {
        (self.digits, self.carry) = Self::recode(scalar.expose_secret());
        self.table[0] = *point;
        self.accumulator = ProjectivePoint::conditional_select(
            &ProjectivePoint::IDENTITY,
            point,
            Choice::from(self.carry),
        );
        self.next = Next::Multiple(1);
    }

    fn advance(&mut self) -> Option<SecretPoint> {
        self.next = match self.next {
            Next::Multiple(index) => {
                // Entry i holds the multiple i + 1.
                let index = usize::from(index);
                self.table[index] = if index % 2 == 1 {
                    self.table[index / 2].double()
                } else {
                    self.table[index - 1].add(&self.table[0])
                };
                if index + 1 < TABLE_LEN {
                    Next::Multiple(index as u8 + 1)
                } else {
                    Next::Double {
                        window: WINDOWS - 1,
                        left: WINDOW_BITS,
                    }
                }
            }
            Next::Double { window, left } => {
                self.accumulator.double_in_place();
                if left > 1 {
                    Next::Double {
                        window,
                        left: left - 1,
                    }
                } else {
                    Next::Add { window }
                }
            }
            Next::Add { window } => {
                let digit = self.select(window);
                self.accumulator += digit.expose_secret();
                match window.checked_sub(1) {
                    Some(window) => Next::Double {
                        window,
                        left: WINDOW_BITS,
                    },
                    None => {
                        let product = SecretPoint::new(self.accumulator);
                        self.zeroize();
                        return Some(product);
                    }
                }
            }
            Next::Nothing => return None,
        };
        None
    }
}

impl Zeroize for SlicedMultiplication {
    fn zeroize(&mut self) {
        self.next = Next::Nothing;
        self.digits.zeroize();
        self.carry.zeroize();
        self.accumulator.zeroize();
        self.table.zeroize();
    }
}

impl Drop for SlicedMultiplication {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl ZeroizeOnDrop for SlicedMultiplication {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_multiplication_takes_the_same_number_of_slices() {
        for value in [0u64, 1, 8, 0xffff_ffff_ffff_ffff] {
            let scalar = SecretScalar::new(Scalar::from(value));
            let mut work = SlicedMultiplication::new();
            work.start(&scalar, &ProjectivePoint::GENERATOR);
            let mut slices = 1;
            while work.advance().is_none() {
                slices += 1;
            }
            assert_eq!(slices, 7 + 64 * 5);
        }
    }

    #[test]
    fn nothing_is_left_in_the_state_after_the_product() {
        let scalar = SecretScalar::new(Scalar::from(0x1234_5678u64));
        let mut work = SlicedMultiplication::new();
        work.start(&scalar, &ProjectivePoint::GENERATOR);
        while work.advance().is_none() {}
        assert_eq!(work.digits, [0; SCALAR_LEN]);
        assert_eq!(work.accumulator, ProjectivePoint::IDENTITY);
        assert_eq!(work.table, [ProjectivePoint::IDENTITY; TABLE_LEN]);
        assert!(work.advance().is_none());
    }

    #[test]
    fn recoded_digits_add_up_to_the_scalar() {
        let scalar = -Scalar::from(3u64);
        let mut work = SlicedMultiplication::new();
        work.start(&SecretScalar::new(scalar), &ProjectivePoint::GENERATOR);
        let mut sum = Scalar::from(u64::from(work.carry));
        for window in (0..WINDOWS).rev() {
            sum = sum * Scalar::from(16u64) + Scalar::from(u64::from(work.nibble(window)))
                - Scalar::from(8u64);
        }
        assert_eq!(sum, scalar);
        work.zeroize();
    }
}
