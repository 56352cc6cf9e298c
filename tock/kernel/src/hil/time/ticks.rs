// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Counters of the usual widths.

use super::Ticks;

/// `value * numerator / denominator`, at most what `u32` holds. By zero, the
/// greatest value.
fn scale(value: u64, numerator: u32, denominator: u32) -> u32 {
    let numerator = u64::from(numerator);
    let denominator = u64::from(denominator);
    if denominator == 0 {
        return u32::MAX;
    }
    // In two parts, as the product of the whole can exceed 64 bits. The remainder
    // is below 2^32, and so its product fits.
    let whole = (value / denominator).saturating_mul(numerator);
    let part = value % denominator * numerator / denominator;
    u32::try_from(whole.saturating_add(part)).unwrap_or(u32::MAX)
}

macro_rules! ticks {
    ($name:ident, $inner:ty, $width:literal, $mask:expr) => {
        #[doc = concat!("A value of a counter of ", stringify!($width), " bits.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name($inner);

        impl From<u32> for $name {
            /// Cuts off what the counter has no bits for.
            fn from(val: u32) -> Self {
                $name((u64::from(val) & $mask) as $inner)
            }
        }

        impl Ticks for $name {
            fn width() -> u32 {
                $width
            }

            fn into_usize(self) -> usize {
                self.0 as usize
            }

            fn into_u32(self) -> u32 {
                self.0 as u32
            }

            fn wrapping_add(self, other: Self) -> Self {
                $name((u64::from(self.0).wrapping_add(u64::from(other.0)) & $mask) as $inner)
            }

            fn wrapping_sub(self, other: Self) -> Self {
                $name((u64::from(self.0).wrapping_sub(u64::from(other.0)) & $mask) as $inner)
            }

            fn max_value() -> Self {
                $name($mask as $inner)
            }

            fn half_max_value() -> Self {
                $name(($mask >> 1) as $inner)
            }

            fn from_or_max(val: u64) -> Self {
                $name(val.min($mask) as $inner)
            }

            fn saturating_scale(self, numerator: u32, denominator: u32) -> u32 {
                scale(u64::from(self.0), numerator, denominator)
            }
        }
    };
}

ticks!(Ticks16, u16, 16, 0xFFFF_u64);
ticks!(Ticks24, u32, 24, 0xFF_FFFF_u64);
ticks!(Ticks32, u32, 32, 0xFFFF_FFFF_u64);
ticks!(Ticks64, u64, 64, u64::MAX);

impl From<u64> for Ticks64 {
    fn from(val: u64) -> Self {
        Ticks64(val)
    }
}

impl Ticks64 {
    /// The whole value.
    pub fn into_u64(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests;
