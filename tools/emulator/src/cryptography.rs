// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The cryptography alone: what the image `qemu_rv32_bench` reports, as tables.

use std::path::Path;

use crate::counted;
use crate::failure::{Failure, Result};
use crate::page::Page;

const DOING: &str = "measuring the cryptography";

/// Runs the image and writes its figures to `page`.
///
/// # Errors
/// It cannot be run, one of its checks fails, or it prints something else.
pub fn report(image: &Path, page: &mut Page) -> Result<()> {
    let lines = counted::console(image, |line| line.starts_with("END "))?;
    tables(&lines, page)
}

fn tables(lines: &[String], page: &mut Page) -> Result<()> {
    let failed = |line: &str| line.starts_with("FAIL") || line == "END fail";
    if lines.iter().any(|line| failed(line)) {
        return Err(Failure::new(DOING, lines.join("\n")));
    }
    page.table("Cryptography on the bare processor", &["instructions"]);
    for line in lines.iter().filter(|line| is_figure(line)) {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, value, unit] = words[..] else {
            return Err(Failure::new(DOING, format!("not a figure: {line:?}")));
        };
        let value = value
            .parse()
            .map_err(|_| Failure::new(DOING, format!("not a number: {line:?}")))?;
        let mut label = name.replace('_', " ");
        if unit != "instructions" && !label.ends_with(unit) {
            label = format!("{label}, {unit}");
        }
        page.row(&label, &[value]);
    }
    page.table(
        "The same number of instructions whatever the secrets are",
        &["runs", "instructions"],
    );
    for line in lines.iter().filter_map(|line| line.strip_prefix("PASS ")) {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        let counts = rest
            .strip_suffix(" instructions")
            .and_then(|rest| rest.split_once(" runs of "))
            .and_then(|(runs, each)| Some([runs.parse().ok()?, each.parse().ok()?]));
        if let Some(counts) = counts {
            page.row(&name.replace('_', " "), &counts);
        }
    }
    Ok(())
}

/// Neither a remark, nor a check, nor the end.
fn is_figure(line: &str) -> bool {
    !line.is_empty()
        && !["#", "PASS ", "END "]
            .iter()
            .any(|word| line.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> Result<String> {
        let lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        let mut page = Page::default();
        tables(&lines, &mut page).map(|()| page.into_text())
    }

    #[test]
    fn figures_and_checks_become_rows() {
        let text = told(&[
            "# seed 5",
            "long_work 1234567 instructions",
            "session_ram 2992 bytes",
            "PASS conversation_vectors",
            "PASS tag_check 64 runs of 695 instructions",
            "END pass",
        ])
        .expect("a report");
        let rows: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert!(rows.contains(&vec!["long", "work", "1,234,567"]), "{text}");
        assert!(
            rows.contains(&vec!["session", "ram,", "bytes", "2,992"]),
            "{text}"
        );
        assert!(rows.contains(&vec!["tag", "check", "64", "695"]), "{text}");
        for raw in ["#", "END", "PASS"] {
            assert!(!text.contains(raw), "{text}");
        }
    }

    #[test]
    fn a_failed_check_is_a_failure() {
        assert!(told(&["FAIL signing 64 runs: 5 x 63, 6 x 1", "END fail"]).is_err());
        assert!(told(&["END fail"]).is_err());
        assert!(told(&["no figure at all", "END pass"]).is_err());
    }
}
