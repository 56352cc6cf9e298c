// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Reads `tests/vectors`: `label: hex` lines, continued by indented ones.

use std::collections::BTreeMap;

/// The octets that `hex` spells; spaces are skipped.
pub fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).expect("a hexadecimal digit"))
        .collect();
    assert_eq!(digits.len() % 2, 0, "an even number of digits");
    digits
        .chunks(2)
        .map(|pair| (pair[0] << 4 | pair[1]) as u8)
        .collect()
}

/// A vector file: octets by label. `#` starts a comment line.
pub struct Vectors(BTreeMap<String, Vec<u8>>);

impl Vectors {
    /// Reads a file's text.
    pub fn parse(text: &str) -> Self {
        let mut hex: BTreeMap<String, String> = BTreeMap::new();
        let mut label = String::new();
        for line in text.lines() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            let digits = if line.starts_with(' ') {
                line
            } else {
                let (name, digits) = line.split_once(':').expect("label: hex");
                label = name.to_owned();
                assert!(
                    hex.insert(label.clone(), String::new()).is_none(),
                    "{label} stands twice"
                );
                digits
            };
            hex.get_mut(&label).expect("a label first").push_str(digits);
        }
        Self(
            hex.into_iter()
                .map(|(label, hex)| (label, unhex(&hex)))
                .collect(),
        )
    }

    /// The octets of `label`.
    pub fn get(&self, label: &str) -> &[u8] {
        self.0
            .get(label)
            .unwrap_or_else(|| panic!("no {label} in the vectors"))
    }

    /// The octets of `label`, which are `N`.
    pub fn array<const N: usize>(&self, label: &str) -> [u8; N] {
        self.get(label)
            .try_into()
            .unwrap_or_else(|_| panic!("{label} is not {N} octets"))
    }
}
