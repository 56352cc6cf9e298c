// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Runs the image on QEMU: everything passes, and the goals are met.
//!
//! `make test` builds the image and names it in `EMULATOR_BENCH_IMAGE`; else
//! it is looked for where `make` puts it. `EMULATOR_BENCH_OUT` names a file
//! that the report is written to.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Instructions that the kernel may spend without looking at anything else.
const LONGEST_SLICE: u32 = 400_000;

/// What must have been compared, and over how many secrets at least.
const SERIES: [(&str, u32); 12] = [
    ("key_generation", 64),
    ("multiplication_special", 30),
    ("signing", 64),
    ("agreement_receive", 64),
    ("agreement", 64),
    ("confirmation_right", 64),
    ("confirmation_wrong", 64),
    ("tag_comparison", 64),
    ("record_keys", 64),
    ("record_seal", 64),
    ("record_open_wrong", 64),
    ("record_open_right", 64),
];

fn image() -> PathBuf {
    let default = "../../target/firmware/riscv32imac-unknown-none-elf/firmware/qemu_rv32_bench";
    env::var_os("EMULATOR_BENCH_IMAGE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join(default),
        PathBuf::from,
    )
}

/// What the image prints until it powers off. `sleep=off` makes every run the
/// same.
fn run() -> (bool, String) {
    let image = image();
    assert!(
        image.is_file(),
        "there is no image at {}: run `make bench-image`",
        image.display()
    );
    let output = Command::new("qemu-system-riscv32")
        .args(["-machine", "virt", "-cpu", "rv32"])
        .args(["-icount", "shift=0,align=off,sleep=off"])
        .args(["-display", "none", "-monitor", "none", "-serial", "stdio"])
        .arg("-bios")
        .arg(&image)
        .stdin(Stdio::null())
        .output()
        .expect("qemu-system-riscv32 runs");
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.stderr.is_empty(),
        "QEMU says {}",
        String::from_utf8_lossy(&output.stderr)
    );
    if let Some(file) = env::var_os("EMULATOR_BENCH_OUT") {
        fs::write(file, &report).expect("the report can be written");
    }
    (output.status.success(), report)
}

#[test]
fn costs_depend_on_no_secret_and_stay_below_their_goals() {
    let (success, report) = run();
    let failures: Vec<&str> = report
        .lines()
        .filter(|line| line.starts_with("FAIL"))
        .collect();
    assert!(failures.is_empty(), "{failures:#?}\n{report}");
    assert_eq!(report.lines().last(), Some("END pass"), "{report}");
    assert!(success, "the image's exit status says that it failed");

    for (name, least) in SERIES {
        let runs: u32 = report
            .lines()
            .filter_map(|line| line.strip_prefix("PASS "))
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
            .filter_map(|line| line.split_once(" runs of "))
            .map(|(runs, _)| runs.parse::<u32>().expect("a number of runs"))
            .sum();
        assert!(runs >= least, "{name}: {runs} runs\n{report}");
    }
    assert!(
        report
            .lines()
            .any(|line| line == "PASS conversation_vectors"),
        "{report}"
    );

    let figures: BTreeMap<&str, u32> = report
        .lines()
        .filter(|line| !line.starts_with(['#', 'P', 'E']))
        .filter_map(|line| line.split_once(' '))
        .map(|(name, rest)| {
            let value = rest.split(' ').next().and_then(|value| value.parse().ok());
            (name, value.expect("name value unit"))
        })
        .collect();
    for name in [
        "agreement_longest_slice",
        "ecdsa_sign_longest_slice",
        "ecdsa_verify_longest_slice",
        "conversation_longest_slice",
    ] {
        let longest = figures[name];
        assert!(longest > 0 && longest < LONGEST_SLICE, "{name}: {longest}");
    }
}
