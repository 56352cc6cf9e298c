// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Where the bytes go: sections and crates of kernels, flash and RAM of
//! applications.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SymbolKind};

use crate::failure::{Failure, Result, While};
use crate::image;
use crate::page::Page;

const SHF_WRITE: u64 = 1;
const SHF_ALLOC: u64 = 2;

/// What a kernel's image takes, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Instructions.
    pub code: u64,
    /// Constants, and what else of the flash is only read.
    pub constants: u64,
    /// Values set at start: flash and RAM.
    pub data: u64,
    /// Zeroed at start.
    pub bss: u64,
    pub stack: u64,
}

impl Sizes {
    pub const fn flash(&self) -> u64 {
        self.code + self.constants + self.data
    }

    pub const fn ram(&self) -> u64 {
        self.data + self.bss + self.stack
    }
}

/// Measures the kernel at `path`, an ELF file.
///
/// # Errors
/// It cannot be read, or it has no code.
pub fn kernel(path: &Path) -> Result<Sizes> {
    let doing = || format!("measuring {}", path.display());
    let bytes = fs::read(path).doing(doing)?;
    let file = object::File::parse(&*bytes).doing(doing)?;
    let sizes = sizes(&file);
    if sizes.code == 0 {
        return Err(Failure::new(doing(), "it has no code"));
    }
    Ok(sizes)
}

/// Writes the sizes of the plain board's kernel beside those of ours.
///
/// # Errors
/// One of them cannot be measured.
pub fn compare(plain: &Path, ours: &Path, page: &mut Page) -> Result<()> {
    let kernels = [kernel(plain)?, kernel(ours)?];
    page.table("Kernel, in bytes", &["plain board", "provisioning"]);
    let mut row =
        |label: &str, size: fn(&Sizes) -> u64| page.row(label, &kernels.each_ref().map(size));
    row("code", |sizes| sizes.code);
    row("constants", |sizes| sizes.constants);
    row("initial data", |sizes| sizes.data);
    row("zeroed data", |sizes| sizes.bss);
    row("stack", |sizes| sizes.stack);
    row("flash: code, constants, initial data", Sizes::flash);
    row("RAM: initial data, zeroed data, stack", Sizes::ram);
    Ok(())
}

/// Writes what the applications in the program flash image `program` take.
///
/// # Errors
/// The image cannot be read.
pub fn applications(program: &Path, page: &mut Page) -> Result<()> {
    let image = fs::read(program).doing(|| format!("reading {}", program.display()))?;
    page.table("Applications, in bytes", &["flash", "RAM asked for"]);
    for application in image::applications(&image) {
        let ram = application.minimum_ram.into();
        page.row(&application.name, &[application.size as u64, ram]);
    }
    Ok(())
}

/// Writes which crates the kernel at `path` is made of.
///
/// # Errors
/// It cannot be read.
pub fn crates(title: &str, path: &Path, page: &mut Page) -> Result<()> {
    let doing = || format!("measuring {}", path.display());
    let bytes = fs::read(path).doing(doing)?;
    let file = object::File::parse(&*bytes).doing(doing)?;
    page.table(title, &["flash", "RAM"]);
    let mut crates: Vec<(String, (u64, u64))> = by_crate(&file).into_iter().collect();
    crates.sort_by_key(|(_, (flash, ram))| std::cmp::Reverse(flash + ram));
    for (name, (flash, ram)) in crates {
        page.row(&name, &[flash, ram]);
    }
    Ok(())
}

/// The report on both kernels, and on the applications in a program flash.
///
/// # Errors
/// A file cannot be read.
pub fn report(plain: &Path, ours: &Path, program: &Path) -> Result<String> {
    let mut page = Page::default();
    compare(plain, ours, &mut page)?;
    applications(program, &mut page)?;
    crates("Plain board by crate, from symbol sizes", plain, &mut page)?;
    crates("Provisioning by crate, from symbol sizes", ours, &mut page)?;
    Ok(page.into_text())
}

fn sizes(file: &object::File) -> Sizes {
    let mut sum = Sizes::default();
    // Both share a section; without the symbol, all of it counts as code.
    let constants = file
        .symbol_by_name("_srodata")
        .map_or(u64::MAX, |symbol| symbol.address());
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else {
            continue;
        };
        if sh_flags & SHF_ALLOC == 0 {
            continue;
        }
        let size = section.size();
        let in_file = section.file_range().is_some_and(|(_, size)| size > 0);
        match (in_file, sh_flags & SHF_WRITE != 0) {
            (false, _) if section.name() == Ok(".stack") => sum.stack += size,
            (false, _) => sum.bss += size,
            (true, true) => sum.data += size,
            (true, false) => {
                let end = section.address() + size;
                let read = end.saturating_sub(constants.max(section.address()));
                sum.code += size - read;
                sum.constants += read;
            }
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
