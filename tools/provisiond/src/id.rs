// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Device ids as people and files write them.

use std::fmt;
use std::str::FromStr;

use provisioning_wire::limits::ID_LEN;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// Names a device for ever; 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub [u8; ID_LEN]);

/// A text is not 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a device id (32 hexadecimal digits)")
    }
}

impl std::error::Error for NotAnId {}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl FromStr for DeviceId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let bytes = from_hex(text).ok_or(NotAnId)?;
        bytes.try_into().map(DeviceId).map_err(|_| NotAnId)
    }
}

impl Serialize for DeviceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeviceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Lower-case hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Lower-case hexadecimal digits of a secret, overwritten when they are dropped.
pub fn secret_hex(bytes: &[u8]) -> Zeroizing<String> {
    // With room for all of it, as a text that grows leaves its start behind.
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(digit.into(), 16));
        }
    }
    text
}

/// Bytes of an even number of hexadecimal digits in either case.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    secret_from_hex(text).map(|mut bytes| std::mem::take(&mut *bytes))
}

/// [`from_hex`] of a secret: nothing of it is left behind.
pub fn secret_from_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len() / 2));
    for pair in digits.chunks_exact(2) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        bytes.push(u8::try_from(high << 4 | low).ok()?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_being_written_in_either_case() {
        let id = DeviceId(*b"\x00\x01\x23\x45\x67\x89\xab\xcd\xef\xff\x10\x32\x54\x76\x98\xba");
        let text = id.to_string();
        assert_eq!(text, "000123456789abcdefff1032547698ba");
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(text.to_uppercase().parse(), Ok(id));
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in ["", "00", "+00123456789abcdefff1032547698ba", "é"] {
            assert_eq!(text.parse::<DeviceId>(), Err(NotAnId), "{text}");
        }
        assert_eq!("0".repeat(31).parse::<DeviceId>(), Err(NotAnId));
        assert_eq!("0".repeat(34).parse::<DeviceId>(), Err(NotAnId));
    }
}
