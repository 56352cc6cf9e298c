// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The capsules use each other in one direction only.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What each module of the crate uses of the others.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The names that follow `crate::` in what is not a test.
fn used(source: &str) -> BTreeSet<String> {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    code.lines()
        // A link in the documentation is no use.
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            rest[..end.unwrap_or(rest.len())].to_owned()
        })
        .collect()
}

fn collect(folder: &Path, module: Option<&str>, arrows: &mut Arrows) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if stem == "tests" || stem == "test" {
            continue;
        }
        let module = module.unwrap_or(&stem);
        if path.is_dir() {
            collect(&path, Some(module), arrows);
        } else if module != "lib" {
            let mut names = used(&fs::read_to_string(&path).unwrap());
            names.remove(module);
            arrows.entry(module.to_owned()).or_default().extend(names);
        }
    }
}

/// A way from `at` back to itself or to something on `way`.
fn circle(arrows: &Arrows, at: &str, way: &mut Vec<String>) -> bool {
    if way.iter().any(|before| before == at) {
        way.push(at.to_owned());
        return true;
    }
    way.push(at.to_owned());
    let next = arrows.get(at).into_iter().flatten();
    if next.into_iter().any(|next| circle(arrows, next, way)) {
        return true;
    }
    way.pop();
    false
}

#[test]
fn no_module_uses_one_that_uses_it() {
    let mut arrows = Arrows::new();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    collect(&sources, None, &mut arrows);
    // Otherwise nothing was looked at.
    assert!(arrows["supervisor"].contains("interfaces"), "{arrows:?}");
    assert!(arrows["session"].contains("key_store"), "{arrows:?}");
    for module in arrows.keys() {
        let mut way = Vec::new();
        assert!(!circle(&arrows, module, &mut way), "{}", way.join(" -> "));
    }
}

#[test]
fn a_circle_is_found() {
    let arrows: Arrows = [("a", "b"), ("b", "c"), ("c", "b")]
        .map(|(from, to)| (from.into(), [to.into()].into()))
        .into();
    let mut way = Vec::new();
    assert!(circle(&arrows, "a", &mut way));
    assert_eq!(way, ["a", "b", "c", "b"]);
}
