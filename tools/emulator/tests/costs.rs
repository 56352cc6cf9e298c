// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The figures of system calls and switches are worth what they claim to be.

use std::path::PathBuf;
use std::{env, fs};

use emulator::costs::{COSTS, Cost, measure};

/// A file that `make` names.
fn named(variable: &str) -> PathBuf {
    let path = env::var_os(variable).map(PathBuf::from);
    path.unwrap_or_else(|| panic!("{variable} is not set: run `make test`"))
}

fn costs(run: usize) -> Vec<Cost> {
    let directory = env::temp_dir().join(format!("emulator-costs-{}-{run}", std::process::id()));
    fs::create_dir_all(&directory).expect("a folder for the run");
    let tabs = named("EMULATOR_COSTS_TABS");
    let tabs: Vec<PathBuf> = tabs
        .to_string_lossy()
        .split_whitespace()
        .map(PathBuf::from)
        .collect();
    let costs = measure(
        &named("EMULATOR_COSTS_KERNEL"),
        &tabs,
        &named("EMULATOR_TOCKLOADER"),
        &directory,
    );
    // A folder that stays does no harm there.
    drop(fs::remove_dir_all(&directory));
    costs.expect("figures")
}

/// Instructions in two per mille of `count`: the timer is read on the way, and how
/// long its arithmetic takes depends a little on the time.
const fn tolerance(count: u32) -> u32 {
    count / 500
}

#[test]
fn runs_are_equal_and_twice_the_work_takes_twice_the_instructions() {
    let first = costs(1);
    assert_eq!(first, costs(2), "two runs differ");
    for (name, _) in COSTS {
        let of_name: Vec<&Cost> = first.iter().filter(|cost| cost.name == name).collect();
        let [once, twice] = of_name[..] else {
            panic!("{name}: {of_name:?}");
        };
        assert!(once.instructions > once.repetitions, "{once:?}");
        assert_eq!(twice.repetitions, 2 * once.repetitions);
        let difference = twice.instructions.abs_diff(2 * once.instructions);
        assert!(
            difference <= tolerance(twice.instructions),
            "{once:?} {twice:?}"
        );
    }
}
