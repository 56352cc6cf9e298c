// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Arithmetic that `core` lacks.

/// A power of two, as its exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PowerOfTwo(u32);

impl PowerOfTwo {
    /// The exponent.
    pub fn exp<R: From<u32>>(self) -> R {
        From::from(self.0)
    }

    /// The greatest power of two that is at most `f`; 1 for 0.
    pub fn floor<F: Into<u32>>(f: F) -> PowerOfTwo {
        PowerOfTwo(log_base_two(f.into()))
    }

    /// The least power of two that is at least `f`; 1 for 0.
    pub fn ceiling<F: Into<u32>>(f: F) -> PowerOfTwo {
        let number = f.into();
        let floor = log_base_two(number);
        if number > 1 && !number.is_power_of_two() {
            PowerOfTwo(floor + 1)
        } else {
            PowerOfTwo(floor)
        }
    }

    /// The power with exponent 0.
    pub fn zero() -> PowerOfTwo {
        PowerOfTwo(0)
    }

    /// The power itself; 2^32, which no `u32` holds, becomes the greatest one.
    pub fn as_num<F: From<u32>>(self) -> F {
        1u32.checked_shl(self.0).unwrap_or(u32::MAX).into()
    }
}

/// Logarithm to base two, rounded down; 0 for 0.
pub fn log_base_two(num: u32) -> u32 {
    num.checked_ilog2().unwrap_or(0)
}

/// Logarithm to base two, rounded down; 0 for 0.
pub fn log_base_two_u64(num: u64) -> u32 {
    num.checked_ilog2().unwrap_or(0)
}

/// Absolute value.
pub fn abs(n: f32) -> f32 {
    f32::from_bits(n.to_bits() & 0x7FFF_FFFF)
}

/// Logarithm to base ten, to about six digits; NaN for negative numbers.
pub fn log10(x: f32) -> f32 {
    if x.is_nan() || x < 0.0 {
        return f32::NAN;
    }
    if x == 0.0 {
        return f32::NEG_INFINITY;
    }
    if x.is_infinite() {
        return x;
    }
    // Subnormal numbers are scaled until the exponent field counts.
    let (x, scaled) = if x < f32::MIN_POSITIVE {
        (x * 16_777_216.0, -24)
    } else {
        (x, 0)
    };
    let bits = x.to_bits();
    let mut exponent = (bits >> 23) as i32 - 127 + scaled;
    let mut mantissa = f32::from_bits(bits & 0x007F_FFFF | 0x3F80_0000);
    if mantissa > core::f32::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    // ln(m) = 2 artanh((m - 1) / (m + 1)), whose argument is below 0.172 here.
    let z = (mantissa - 1.0) / (mantissa + 1.0);
    let z2 = z * z;
    let ln = 2.0 * z * (1.0 + z2 * (1.0 / 3.0 + z2 * (1.0 / 5.0 + z2 * (1.0 / 7.0 + z2 / 9.0))));
    exponent as f32 * core::f32::consts::LOG10_2 + ln * core::f32::consts::LOG10_E
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_enclose_their_number() {
        for (number, floor, ceiling) in [
            (0u32, 1u32, 1u32),
            (1, 1, 1),
            (2, 2, 2),
            (3, 2, 4),
            (1 << 31, 1 << 31, 1 << 31),
            (u32::MAX, 1 << 31, u32::MAX),
        ] {
            assert_eq!(PowerOfTwo::floor(number).as_num::<u32>(), floor);
            assert_eq!(PowerOfTwo::ceiling(number).as_num::<u32>(), ceiling);
        }
        assert_eq!(PowerOfTwo::ceiling(100u32).exp::<u32>(), 7);
        assert_eq!(log_base_two_u64(1 << 40), 40);
    }

    #[test]
    fn logarithms_agree_with_the_host() {
        for x in [
            1e-40f32, 1e-30, 0.001, 0.5, 1.0, 1.5, 2.0, 10.0, 12345.678, 3e38,
        ] {
            let error = abs(log10(x) - x.log10());
            assert!(error < 1e-5, "log10({x}) is off by {error}");
        }
        assert!(log10(-1.0).is_nan() && log10(f32::NAN).is_nan());
        assert_eq!(log10(0.0), f32::NEG_INFINITY);
        assert_eq!(abs(-2.5), 2.5);
    }
}
