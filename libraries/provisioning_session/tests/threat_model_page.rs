// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The tests that the threat model names exist.

use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../../docs/Threat_Model.md");

/// Every `` [`test`](file) `` of the page.
fn named() -> Vec<(&'static str, &'static str)> {
    PAGE.split("[`")
        .skip(1)
        .filter_map(|rest| {
            let (test, rest) = rest.split_once("`](")?;
            let (file, _) = rest.split_once(')')?;
            Some((test, file))
        })
        .collect()
}

/// Whether the file has a test of this name: a function marked as one, or a case
/// of a harness, which knows it by its name in quotes.
fn has(text: &str, test: &str) -> bool {
    let function = format!("fn {test}()");
    let marked = text.lines().enumerate().any(|(at, line)| {
        line.contains(&function)
            && text
                .lines()
                .skip(at.saturating_sub(3))
                .take(3)
                .any(|before| before.contains("test]") || before.contains("::test("))
    });
    marked || text.contains(&format!("\"{test}\""))
}

#[test]
fn every_test_that_the_page_names_exists() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let named = named();
    assert!(named.len() > 50, "{} tests are named", named.len());
    let missing: Vec<_> = named
        .into_iter()
        .filter(|(test, file)| {
            let text = fs::read_to_string(docs.join(file));
            !text.is_ok_and(|text| has(&text, test))
        })
        .collect();
    assert_eq!(missing, [], "not there");
}

#[test]
fn a_name_that_is_no_test_is_found_out() {
    let text = "#[test]\nfn one() {}\nfn helper() {}\n(\"case\", case),\n";
    assert!(has(text, "one"));
    assert!(has(text, "case"));
    assert!(!has(text, "two"));
    assert!(!has("\n\n\n\nfn helper() {}", "helper"));
}
