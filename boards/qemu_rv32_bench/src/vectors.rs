// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Reads the session's test vectors: `label: hex`, continued by indented lines.

/// One whole conversation with fixed randomness.
pub const CONVERSATION: &str =
    include_str!("../../../libraries/provisioning_session/tests/vectors/conversation.txt");

/// Writes the octets of `label` to `out` and gives those written; `None` when
/// there is no such label, when `out` is too short, or when a digit is none.
pub fn read<'a>(text: &str, label: &str, out: &'a mut [u8]) -> Option<&'a [u8]> {
    let mut lines = text
        .lines()
        .skip_while(|line| line.split_once(':').is_none_or(|(name, _)| name != label));
    let (_, first) = lines.next()?.split_once(':')?;
    let rest = lines.take_while(|line| line.starts_with(' '));
    let digits = core::iter::once(first)
        .chain(rest)
        .flat_map(str::chars)
        .filter(|digit| !digit.is_whitespace());
    let mut count = 0;
    for digit in digits {
        let octet = out.get_mut(count / 2)?;
        let value = u8::try_from(digit.to_digit(16)?).ok()?;
        *octet = if count % 2 == 0 {
            value << 4
        } else {
            *octet | value
        };
        count += 1;
    }
    out.get(..count / 2).filter(|_| count % 2 == 0)
}

/// The octets of `label`, which are `N`.
pub fn array<const N: usize>(text: &str, label: &str) -> Option<[u8; N]> {
    let mut out = [0; N];
    let length = read(text, label, &mut out)?.len();
    (length == N).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# a: 00\nab: 0102\n  03\n 04\nc: ff\nodd: 123\nbad: 0g\n";

    #[test]
    fn a_value_goes_on_over_indented_lines() {
        assert_eq!(array(TEXT, "ab"), Some([1, 2, 3, 4]));
        assert_eq!(array(TEXT, "c"), Some([0xff]));
    }

    #[test]
    fn what_is_not_there_or_not_hex_is_refused() {
        for label in ["a", "b", "odd", "bad"] {
            assert_eq!(read(TEXT, label, &mut [0; 8]), None, "{label}");
        }
        assert_eq!(read(TEXT, "ab", &mut [0; 3]), None);
        assert_eq!(array::<5>(TEXT, "ab"), None);
    }

    #[test]
    fn the_conversation_is_there() {
        assert!(array::<227>(CONVERSATION, "record").is_some());
        assert!(read(CONVERSATION, "receipt_ack", &mut [0; 64]).is_some());
    }
}
