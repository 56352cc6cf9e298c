// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The setup code on the label: parsing, printing, its check symbol.
//!
//! 14 random symbols of Crockford's base 32 and a check symbol (Luhn mod 32,
//! which finds every single wrong symbol and every swap of neighbours but
//! `0` with `Z`).

use core::fmt;

use provisioning_wire::limits::ID_LEN;
use subtle::{Choice, ConstantTimeEq};

use crate::secret::Secret;

/// Symbols of a code, the check symbol with them.
pub const CODE_LEN: usize = 15;
/// Random symbols of a code: 70 bits.
const RANDOM_LEN: usize = CODE_LEN - 1;
/// Octets of randomness for a code; the last two bits are not used.
pub const ENTROPY_LEN: usize = 9;
/// Octets of the printed form, `XXXXX-XXXXX-XXXXX`.
pub const PRINTED_LEN: usize = CODE_LEN + 2;
/// What a QR code starts with.
const QR_PREFIX: &[u8; 11] = b"TOCKPROV:2:";
/// Octets of a QR code's text.
pub const QR_LEN: usize = QR_PREFIX.len() + 2 * ID_LEN + 1 + CODE_LEN;

/// Crockford's alphabet: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why a text is no setup code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SetupCodeError {
    /// Not 15 symbols.
    Length,
    /// A character that no symbol looks like.
    Symbol,
    /// The check symbol says that something was mistyped.
    Check,
    /// Not the text of a provisioning QR code.
    NotOurs,
}

impl fmt::Display for SetupCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "a setup code has 15 letters and digits",
            Self::Symbol => "a setup code has no such character",
            Self::Check => "the setup code was mistyped: its check symbol does not fit",
            Self::NotOurs => "this is not the QR code of a device to provision",
        })
    }
}

impl core::error::Error for SetupCodeError {}

/// A setup code whose check symbol fits.
#[derive(Clone)]
pub struct SetupCode(Secret<CODE_LEN>);

impl SetupCode {
    /// Makes a code of randomness: the first 70 bits, most significant first.
    pub fn from_entropy(entropy: &Secret<ENTROPY_LEN>) -> Self {
        let mut code = Secret::zeroed();
        let symbols = code.expose_secret_mut();
        let mut bits = 0u32;
        let mut held = 0;
        let mut octets = entropy.expose_secret().iter();
        for symbol in &mut symbols[..RANDOM_LEN] {
            if held < 5 {
                // 14 symbols take 70 of the 72 bits, so an octet is there.
                bits = (bits << 8) | u32::from(octets.next().copied().unwrap_or(0));
                held += 8;
            }
            held -= 5;
            *symbol = ALPHABET[((bits >> held) & 31) as usize];
        }
        symbols[RANDOM_LEN] = check_symbol(&symbols[..RANDOM_LEN]);
        Self(code)
    }

    /// Reads a code that a person typed: in either case, with spaces and
    /// hyphens anywhere, with `O` for 0 and `I` or `L` for 1.
    ///
    /// # Errors
    /// See [`SetupCodeError`].
    pub fn parse(text: &str) -> Result<Self, SetupCodeError> {
        let mut code = Secret::zeroed();
        let mut count = 0;
        for character in text.bytes() {
            let symbol = match character.to_ascii_uppercase() {
                b' ' | b'-' => continue,
                b'O' => b'0',
                b'I' | b'L' => b'1',
                symbol if ALPHABET.contains(&symbol) => symbol,
                _ => return Err(SetupCodeError::Symbol),
            };
            *code
                .expose_secret_mut()
                .get_mut(count)
                .ok_or(SetupCodeError::Length)? = symbol;
            count += 1;
        }
        if count != CODE_LEN {
            return Err(SetupCodeError::Length);
        }
        let (random, check) = code.expose_secret().split_at(RANDOM_LEN);
        if check != [check_symbol(random)] {
            return Err(SetupCodeError::Check);
        }
        Ok(Self(code))
    }

    /// Reads the text of a QR code: the device's id and its code.
    ///
    /// # Errors
    /// See [`SetupCodeError`].
    pub fn parse_qr(text: &str) -> Result<([u8; ID_LEN], Self), SetupCodeError> {
        let rest = text
            .as_bytes()
            .strip_prefix(QR_PREFIX)
            .ok_or(SetupCodeError::NotOurs)?;
        let (hex, code) = rest
            .split_first_chunk::<{ 2 * ID_LEN }>()
            .ok_or(SetupCodeError::NotOurs)?;
        let mut id = [0; ID_LEN];
        for (octet, digits) in id.iter_mut().zip(hex.chunks(2)) {
            for digit in digits {
                let value = match digit {
                    b'0'..=b'9' => digit - b'0',
                    b'A'..=b'F' => digit - b'A' + 10,
                    _ => return Err(SetupCodeError::NotOurs),
                };
                *octet = (*octet << 4) | value;
            }
        }
        let code = code.strip_prefix(b":").ok_or(SetupCodeError::NotOurs)?;
        let code = core::str::from_utf8(code).map_err(|_| SetupCodeError::Symbol)?;
        Ok((id, Self::parse(code)?))
    }

    /// The 15 symbols, upper case, without hyphens.
    pub const fn expose_secret(&self) -> &[u8; CODE_LEN] {
        self.0.expose_secret()
    }

    /// The code as it is printed, `XXXXX-XXXXX-XXXXX`; all of it is ASCII.
    pub fn printed(&self) -> Secret<PRINTED_LEN> {
        let mut printed = Secret::copied(&[b'-'; PRINTED_LEN]);
        let groups = printed.expose_secret_mut().chunks_mut(6);
        for (group, symbols) in groups.zip(self.expose_secret().chunks(5)) {
            group[..5].copy_from_slice(symbols);
        }
        printed
    }

    /// The text of the QR code; all of it is ASCII.
    pub fn qr_text(&self, device_id: &[u8; ID_LEN]) -> Secret<QR_LEN> {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let mut text = Secret::copied(&[b':'; QR_LEN]);
        let (prefix, rest) = text.expose_secret_mut().split_at_mut(QR_PREFIX.len());
        prefix.copy_from_slice(QR_PREFIX);
        let (hex, code) = rest.split_at_mut(2 * ID_LEN);
        for (digits, octet) in hex.chunks_mut(2).zip(device_id) {
            digits[0] = DIGITS[usize::from(octet >> 4)];
            digits[1] = DIGITS[usize::from(octet & 15)];
        }
        code[1..].copy_from_slice(self.expose_secret());
        text
    }
}

impl ConstantTimeEq for SetupCode {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl fmt::Debug for SetupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetupCode(..)")
    }
}

/// The Luhn mod 32 check symbol of symbols of the alphabet: from the right,
/// every other value is doubled, beginning with the last; the two base 32
/// digits of each are added; the check makes the sum a multiple of 32.
fn check_symbol(symbols: &[u8]) -> u8 {
    let mut sum = 0;
    for (position, symbol) in symbols.iter().rev().enumerate() {
        let value = ALPHABET
            .iter()
            .position(|known| known == symbol)
            .unwrap_or(0);
        let value = if position % 2 == 0 { 2 * value } else { value };
        sum += value / 32 + value % 32;
    }
    ALPHABET[(32 - sum % 32) % 32]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(seed: u8) -> SetupCode {
        let mut entropy = [0; ENTROPY_LEN];
        for (index, octet) in entropy.iter_mut().enumerate() {
            *octet = seed.wrapping_mul(97).wrapping_add(31 * index as u8);
        }
        SetupCode::from_entropy(&Secret::copied(&entropy))
    }

    fn text(code: &SetupCode) -> String {
        String::from_utf8(code.expose_secret().to_vec()).unwrap()
    }

    #[test]
    fn the_bits_become_symbols_most_significant_first() {
        let zeros = SetupCode::from_entropy(&Secret::copied(&[0; 9]));
        assert_eq!(text(&zeros), "000000000000000");
        // 00001 00010 00011 00100 | 00101 00110 00111 01000 | ...
        let counted = SetupCode::from_entropy(&Secret::copied(&[
            0x08, 0x86, 0x42, 0x98, 0xe8, 0x4a, 0x96, 0xc6, 0xb8,
        ]));
        assert_eq!(&text(&counted)[..14], "123456789ABCDE");
        // Doubled from the right: 14, 12, 10, 8, 6, 4, 2 give 28 24 20 16 12
        // 8 4 = 112; the others, 13 11 9 7 5 3 1, give 49; 161 mod 32 = 1.
        assert_eq!(text(&counted).as_bytes()[14], b'Z');
    }

    #[test]
    fn a_code_is_printed_in_three_groups_and_read_again() {
        for seed in 0..=255 {
            let code = code(seed);
            let printed = code.printed();
            let printed = core::str::from_utf8(printed.expose_secret()).unwrap();
            assert_eq!((&printed[5..6], &printed[11..12]), ("-", "-"));
            assert_eq!(printed.replace('-', ""), text(&code));
            let read = SetupCode::parse(printed).unwrap();
            assert!(bool::from(read.ct_eq(&code)));
        }
    }

    #[test]
    fn a_reader_is_kind() {
        let zeros = SetupCode::parse(" ooooo-OOOOO 0o0o0 ").unwrap();
        assert_eq!(text(&zeros), "000000000000000");
        let code = code(3);
        let lower = text(&code).to_lowercase();
        assert_eq!(text(&SetupCode::parse(&lower).unwrap()), text(&code));
        let mut ones = [0; 14].map(|_: u8| b'1').to_vec();
        ones.push(check_symbol(&ones));
        let ones = String::from_utf8(ones).unwrap();
        for alias in ["I", "i", "L", "l"] {
            let typed = ones[..14].replace('1', alias) + &ones[14..];
            assert_eq!(text(&SetupCode::parse(&typed).unwrap()), ones);
        }
    }

    #[test]
    fn every_wrong_symbol_is_found() {
        let good = text(&code(7)).into_bytes();
        for position in 0..CODE_LEN {
            for symbol in ALPHABET.iter().filter(|symbol| **symbol != good[position]) {
                let mut bad = good.clone();
                bad[position] = *symbol;
                let bad = String::from_utf8(bad).unwrap();
                assert_eq!(SetupCode::parse(&bad).err(), Some(SetupCodeError::Check));
            }
        }
    }

    #[test]
    fn swapped_neighbours_are_found() {
        for seed in 0..=255 {
            let good = text(&code(seed)).into_bytes();
            for position in 1..CODE_LEN {
                let (a, b) = (good[position - 1], good[position]);
                if a == b || [[b'0', b'Z'], [b'Z', b'0']].contains(&[a, b]) {
                    continue;
                }
                let mut bad = good.clone();
                bad.swap(position - 1, position);
                let bad = String::from_utf8(bad).unwrap();
                assert_eq!(SetupCode::parse(&bad).err(), Some(SetupCodeError::Check));
            }
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let error = |text| SetupCode::parse(text).err();
        assert_eq!(error(""), Some(SetupCodeError::Length));
        assert_eq!(error("00000-00000-0000"), Some(SetupCodeError::Length));
        assert_eq!(error("00000-00000-000000"), Some(SetupCodeError::Length));
        assert_eq!(error("U0000-00000-00000"), Some(SetupCodeError::Symbol));
        assert_eq!(error("0000é-00000-00000"), Some(SetupCodeError::Symbol));
        assert_eq!(error("00000_00000_00000"), Some(SetupCodeError::Symbol));
    }

    #[test]
    fn the_qr_text_carries_the_id_and_the_code() {
        let id = *b"\x00\x01\x23\x45\x67\x89\xab\xcd\xef\xff\x10\x32\x54\x76\x98\xba";
        let code = code(9);
        let qr = code.qr_text(&id);
        let qr = core::str::from_utf8(qr.expose_secret()).unwrap();
        assert_eq!(
            qr,
            format!(
                "TOCKPROV:2:000123456789ABCDEFFF1032547698BA:{}",
                text(&code)
            )
        );
        let (read, again) = SetupCode::parse_qr(qr).unwrap();
        assert_eq!(read, id);
        assert!(bool::from(again.ct_eq(&code)));
        for bad in [
            "",
            "TOCKPROV:1:",
            "TOCKPROV:2:0001",
            &qr.replace("ABCD", "abcd"),
            &qr.replacen("BA:", "BA;", 1),
        ] {
            assert_eq!(
                SetupCode::parse_qr(bad).err(),
                Some(SetupCodeError::NotOurs)
            );
        }
    }

    #[test]
    fn debug_shows_nothing_of_the_code() {
        assert_eq!(format!("{:?}", code(1)), "SetupCode(..)");
    }
}
