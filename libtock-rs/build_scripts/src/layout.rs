// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! From environment variables to a linker script.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

const PLATFORM: &str = "LIBTOCK_PLATFORM";
const LINKER_FLASH: &str = "LIBTOCK_LINKER_FLASH";
const LINKER_FLASH_LENGTH: &str = "LIBTOCK_LINKER_FLASH_LENGTH";
const LINKER_RAM: &str = "LIBTOCK_LINKER_RAM";
const LINKER_RAM_LENGTH: &str = "LIBTOCK_LINKER_RAM_LENGTH";
const TBF_HEADER_SIZE: &str = "LIBTOCK_TBF_HEADER_SIZE";

/// The part of the linker script that is the same for every address.
const LAYOUT_NAME: &str = "libtock_layout.ld";
const LAYOUT: &str = include_str!("../libtock_layout.ld");

const DEFAULT_FLASH_LENGTH: &str = "0xD0000";
const DEFAULT_RAM_LENGTH: &str = "46K";
const DEFAULT_TBF_HEADER_SIZE: &str = "0x80";

/// Known boards: name, flash start, flash length, RAM start, RAM length.
const PLATFORMS: &[(&str, &str, &str, &str, &str)] =
    &[("qemu_rv32_virt", "0x80100000", "1M", "0x80300000", "1024K")];

/// Where a process is linked to run. Numbers are in the linker's notation.
#[derive(Debug, PartialEq)]
struct Layout {
    flash_start: String,
    flash_length: String,
    ram_start: String,
    ram_length: String,
    tbf_header_size: String,
}

impl Layout {
    /// Reads the layout from variables that `var` looks up.
    fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Layout, String> {
        let tbf_header_size = number(&var, TBF_HEADER_SIZE, DEFAULT_TBF_HEADER_SIZE)?;
        match (var(PLATFORM), var(LINKER_FLASH), var(LINKER_RAM)) {
            (Some(platform), None, None) => {
                let Some((_, flash, flash_length, ram, ram_length)) =
                    PLATFORMS.iter().find(|known| known.0 == platform)
                else {
                    return Err(format!(
                        "{PLATFORM} names no known platform: {platform}. Known: {}. For \
                         another one set {LINKER_FLASH} and {LINKER_RAM}.",
                        PLATFORMS.iter().map(|p| p.0).collect::<Vec<_>>().join(", ")
                    ));
                };
                Ok(Layout {
                    flash_start: (*flash).into(),
                    flash_length: (*flash_length).into(),
                    ram_start: (*ram).into(),
                    ram_length: (*ram_length).into(),
                    tbf_header_size,
                })
            }
            (None, Some(_), Some(_)) => Ok(Layout {
                flash_start: number(&var, LINKER_FLASH, "")?,
                flash_length: number(&var, LINKER_FLASH_LENGTH, DEFAULT_FLASH_LENGTH)?,
                ram_start: number(&var, LINKER_RAM, "")?,
                ram_length: number(&var, LINKER_RAM_LENGTH, DEFAULT_RAM_LENGTH)?,
                tbf_header_size,
            }),
            (None, None, None) => Err(format!(
                "nothing says where to link this process. Set {PLATFORM}, or {LINKER_FLASH} and \
                 {LINKER_RAM}."
            )),
            (Some(_), _, _) => Err(format!(
                "{PLATFORM} is set together with {LINKER_FLASH} or {LINKER_RAM}. Use one way only."
            )),
            (None, _, _) => Err(format!(
                "only one of {LINKER_FLASH} and {LINKER_RAM} is set. Set both."
            )),
        }
    }

    /// The linker script for this layout.
    fn script(&self) -> String {
        let mut script = String::new();
        for (symbol, value) in [
            ("TBF_HEADER_SIZE", &self.tbf_header_size),
            ("FLASH_START", &self.flash_start),
            ("FLASH_LENGTH", &self.flash_length),
            ("RAM_START", &self.ram_start),
            ("RAM_LENGTH", &self.ram_length),
        ] {
            writeln!(script, "{symbol} = {value};").expect("writing to a String");
        }
        writeln!(script, "INCLUDE {LAYOUT_NAME}").expect("writing to a String");
        script
    }

    /// A file name of its own for every layout, so that a search path left over
    /// from another crate's build script cannot bring in the wrong one.
    fn file_name(&self) -> String {
        format!(
            "{}-{}.{}-{}.{}.ld",
            self.flash_start,
            self.flash_length,
            self.ram_start,
            self.ram_length,
            self.tbf_header_size
        )
    }
}

/// The value of variable `name`, or `default` if it is not set, in the linker's
/// notation: decimal or 0x hexadecimal, with a suffix K or M.
fn number(
    var: impl Fn(&str) -> Option<String>,
    name: &str,
    default: &str,
) -> Result<String, String> {
    let value = var(name).unwrap_or_else(|| default.into());
    let digits = value.strip_suffix(['K', 'M', 'k', 'm']).unwrap_or(&value);
    let parsed = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => digits.parse(),
    };
    match parsed {
        // `parse` accepts a plus sign, which the linker would not.
        Ok(_) if !digits.contains('+') => Ok(value),
        _ => Err(format!(
            "{name} is not a number that the linker can read: {value:?}. Write it like 0x80100000, \
             4096 or 46K."
        )),
    }
}

/// Has the crate that is being built linked as a Tock process.
///
/// The environment says where: either `LIBTOCK_PLATFORM`, or
/// `LIBTOCK_LINKER_FLASH` together with `LIBTOCK_LINKER_RAM` and optionally
/// `LIBTOCK_LINKER_FLASH_LENGTH` (0xD0000) and `LIBTOCK_LINKER_RAM_LENGTH`
/// (46K). The flash address is that of the TBF header;
/// `LIBTOCK_TBF_HEADER_SIZE` (0x80) is how much of it the header may take. The
/// variables may as well be set in the `[env]` table of `.cargo/config.toml`.
///
/// # Panics
///
/// If the variables are missing, contradict each other or are malformed, or if
/// the script cannot be written: a build script has no other way to report it.
pub fn auto_layout() {
    for name in [
        PLATFORM,
        LINKER_FLASH,
        LINKER_FLASH_LENGTH,
        LINKER_RAM,
        LINKER_RAM_LENGTH,
        TBF_HEADER_SIZE,
    ] {
        println!("cargo:rerun-if-env-changed={name}");
    }

    let layout = match Layout::from_vars(|name| env::var(name).ok()) {
        Ok(layout) => layout,
        Err(message) => panic!("cannot choose a linker layout: {message}"),
    };

    let out_dir = PathBuf::from(env::var_os("OUT_DIR").expect("OUT_DIR is set by cargo"));
    let file_name = layout.file_name();
    for (name, contents) in [
        (LAYOUT_NAME, LAYOUT),
        (file_name.as_str(), &layout.script()),
    ] {
        let path = out_dir.join(name);
        if let Err(error) = fs::write(&path, contents) {
            panic!("cannot write the linker script {}: {error}", path.display());
        }
    }

    println!("cargo:rustc-link-search={}", out_dir.display());
    println!("cargo:rustc-link-arg=-T{file_name}");
    // The default of some linkers would pad each segment to 64 KiB.
    println!("cargo:rustc-link-arg=-zmax-page-size=4096");
}

#[cfg(test)]
mod tests;
