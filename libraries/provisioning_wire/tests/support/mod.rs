// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Reads the labelled hex of `tests/vectors`.

/// What a vector is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good,
    Skip,
    Bad,
}

pub struct Vector {
    pub verdict: Verdict,
    pub name: String,
    pub bytes: Vec<u8>,
}

pub fn read(source: &str) -> Vec<Vector> {
    let mut vectors: Vec<Vector> = Vec::new();
    for line in source.lines() {
        let heading = line.split_once(' ').and_then(|(word, name)| {
            let verdict = match word {
                "good" => Verdict::Good,
                "skip" => Verdict::Skip,
                "bad" => Verdict::Bad,
                _ => return None,
            };
            Some((verdict, name))
        });
        if let Some((verdict, name)) = heading {
            vectors.push(Vector {
                verdict,
                name: name.to_string(),
                bytes: Vec::new(),
            });
        } else if !line.trim().is_empty() {
            let vector = vectors.last_mut().expect("bytes before a heading");
            push_line(line, &mut vector.bytes);
        }
    }
    vectors
}

/// The bytes of the vector of that verdict and name.
pub fn find<'v>(vectors: &'v [Vector], verdict: Verdict, name: &str) -> &'v [u8] {
    &vectors
        .iter()
        .find(|vector| vector.verdict == verdict && vector.name == name)
        .unwrap_or_else(|| panic!("no {verdict:?} vector called {name:?}"))
        .bytes
}

/// All bad vectors whose name begins with `prefix`; there must be some.
pub fn bad<'v>(vectors: &'v [Vector], prefix: &str) -> Vec<&'v Vector> {
    let found: Vec<_> = vectors
        .iter()
        .filter(|vector| vector.verdict == Verdict::Bad && vector.name.starts_with(prefix))
        .collect();
    assert!(!found.is_empty(), "no bad vectors for {prefix:?}");
    found
}

fn push_line(line: &str, bytes: &mut Vec<u8>) {
    let mut rest = line.trim_start();
    while !rest.is_empty() && !rest.starts_with('#') {
        if let Some(quoted) = rest.strip_prefix('\'') {
            let (text, after) = quoted.split_once('\'').expect("unclosed quote");
            bytes.extend_from_slice(text.as_bytes());
            rest = after.trim_start();
            continue;
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        let (hex, count) = token.split_once('*').unwrap_or((token, "1"));
        assert_eq!(hex.len(), 2, "not a byte: {token:?} in {line:?}");
        let byte = u8::from_str_radix(hex, 16).expect("hex digits");
        let count = count.parse().expect("a count");
        bytes.extend(std::iter::repeat_n(byte, count));
        rest = after.trim_start();
    }
}
