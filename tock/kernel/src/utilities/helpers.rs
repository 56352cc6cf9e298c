// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Checksums.

const POLYNOMIAL: u32 = 0x04C1_1DB7;

/// CRC-32/POSIX of `b`: not reflected, starting at 0, inverted at the end.
///
/// The length, which the `cksum` program appends, is not part of it.
pub fn crc32_posix(b: &[u8]) -> u32 {
    let mut crc: u32 = 0;
    for byte in b {
        crc ^= u32::from(*byte) << 24;
        for _ in 0..8 {
            let carry = crc >> 31 != 0;
            crc <<= 1;
            if carry {
                crc ^= POLYNOMIAL;
            }
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_matches_the_published_check_value() {
        assert_eq!(crc32_posix(b"123456789"), 0x765E_7680);
        assert_eq!(crc32_posix(b""), 0xFFFF_FFFF);
    }
}
