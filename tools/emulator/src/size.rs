// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Where the bytes go: the kernel's sections and parts, the applications' flash
//! and RAM.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SymbolKind};

use crate::failure::{Failure, Result, While};
use crate::image;

const SHF_WRITE: u64 = 1;
const SHF_ALLOC: u64 = 2;

/// Sizes of the sections that a program loads, by what they cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sections {
    /// Code and constants: flash.
    text: u64,
    /// Values set at start: flash and RAM.
    data: u64,
    /// Zeroed or left as it is at start: RAM.
    bss: u64,
}

/// The report on a kernel and the applications in its program flash.
pub fn report(kernel: &Path, program: Option<&Path>) -> Result<String> {
    let doing = || format!("measuring {}", kernel.display());
    let bytes = fs::read(kernel).doing(doing)?;
    let file = object::File::parse(&*bytes).doing(doing)?;
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };

    let sections = sections(&file);
    line(format!("kernel {}", kernel.display()));
    line(format!(
        "{:>10}  text (code and constants, flash)",
        sections.text
    ));
    line(format!("{:>10}  data (flash and RAM)", sections.data));
    line(format!("{:>10}  bss and stack (RAM)", sections.bss));
    line(String::new());
    line("kernel by crate, from symbol sizes: flash, RAM".to_owned());
    let mut crates: Vec<(String, (u64, u64))> = by_crate(&file).into_iter().collect();
    crates.sort_by_key(|(_, (flash, ram))| std::cmp::Reverse(flash + ram));
    for (name, (flash, ram)) in crates {
        line(format!("{flash:>10} {ram:>10}  {name}"));
    }
    if let Some(program) = program {
        let image = fs::read(program).doing(|| format!("reading {}", program.display()))?;
        line(String::new());
        line("applications: flash, RAM asked for".to_owned());
        for application in image::applications(&image) {
            line(format!(
                "{:>10} {:>10}  {}",
                application.size, application.minimum_ram, application.name
            ));
        }
    }
    if sections.text == 0 {
        return Err(Failure::new(doing(), "it has no code"));
    }
    Ok(out)
}

fn sections(file: &object::File) -> Sections {
    let mut sum = Sections::default();
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else {
            continue;
        };
        if sh_flags & SHF_ALLOC == 0 {
            continue;
        }
        let in_file = section.file_range().is_some_and(|(_, size)| size > 0);
        match (in_file, sh_flags & SHF_WRITE != 0) {
            (false, _) => sum.bss += section.size(),
            (true, true) => sum.data += section.size(),
            (true, false) => sum.text += section.size(),
        }
    }
    sum
}

/// Sizes of functions (flash) and variables (RAM), by the crate in their name.
fn by_crate(file: &object::File) -> BTreeMap<String, (u64, u64)> {
    let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for symbol in file.symbols() {
        let name = symbol.name().unwrap_or_default();
        let sum = sums.entry(crate_of(name)).or_default();
        match symbol.kind() {
            SymbolKind::Text => sum.0 += symbol.size(),
            SymbolKind::Data => sum.1 += symbol.size(),
            _ => {}
        }
    }
    sums.retain(|_, &mut (flash, ram)| flash + ram > 0);
    sums
}

/// The crate that a symbol comes from: `<a::B as c::D>::e` counts to `a`.
fn crate_of(symbol: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    let Some((path, _)) = name.split_once("::") else {
        return "(no crate)".to_owned();
    };
    let path = path.trim_start_matches(['<', '&', '*', '[', '(']);
    let path = path.trim_start_matches("mut ").trim_start_matches("dyn ");
    match path
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
    {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => "(no crate)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::crate_of;

    #[test]
    fn symbols_count_to_the_crate_of_their_type() {
        assert_eq!(
            crate_of("_ZN6kernel6kernel6Kernel11kernel_loop17h0123456789abcdefE"),
            "kernel"
        );
        assert_eq!(
            crate_of(
                "_ZN65_$LT$capsules..launcher..Launcher$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE"
            ),
            "capsules"
        );
        assert_eq!(crate_of("memcpy"), "(no crate)");
    }
}
