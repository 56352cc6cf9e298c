// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Bytes that are never printed, compared in constant time and zeroized.

use core::fmt;

use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// `N` secret bytes.
///
/// There is no `PartialEq`: compare with [`ConstantTimeEq`]. The one way to
/// the bytes is [`Secret::expose_secret`].
#[derive(Clone)]
pub struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// All zeros, to be filled with [`Secret::expose_secret_mut`].
    pub const fn zeroed() -> Self {
        Self([0; N])
    }

    /// Takes the bytes out of `source` and leaves zeros there.
    pub fn take(source: &mut [u8; N]) -> Self {
        let secret = Self(*source);
        source.zeroize();
        secret
    }

    /// A copy of `source`, which stays the caller's to zeroize.
    pub const fn copied(source: &[u8; N]) -> Self {
        Self(*source)
    }

    /// The bytes.
    pub const fn expose_secret(&self) -> &[u8; N] {
        &self.0
    }

    /// The bytes, to be written in place.
    pub const fn expose_secret_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }
}

impl<const N: usize> ConstantTimeEq for Secret<N> {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl<const N: usize> Zeroize for Secret<N> {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize> Drop for Secret<N> {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl<const N: usize> ZeroizeOnDrop for Secret<N> {}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_bytes() {
        let secret = Secret::copied(&[0xa5; 4]);
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }

    #[test]
    fn taking_leaves_zeros_behind() {
        let mut source = [7; 8];
        let secret = Secret::take(&mut source);
        assert_eq!(source, [0; 8]);
        assert_eq!(secret.expose_secret(), &[7; 8]);
    }

    #[test]
    fn comparison_sees_every_byte() {
        let secret = Secret::copied(&[1; 32]);
        assert!(bool::from(secret.ct_eq(&Secret::copied(&[1; 32]))));
        for position in 0..32 {
            let mut other = [1; 32];
            other[position] ^= 0x80;
            assert!(!bool::from(secret.ct_eq(&Secret::copied(&other))));
        }
    }

    #[test]
    fn zeroizing_clears_every_byte() {
        let mut secret = Secret::copied(&[0xff; 65]);
        secret.zeroize();
        assert_eq!(secret.expose_secret(), &[0; 65]);
    }
}
