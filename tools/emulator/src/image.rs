// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The images of the two flash chips.
//!
//! The program flash holds the kernel and, packed by `tockloader`, the
//! applications; the configuration flash starts erased.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::read::elf::{ElfFile32, ProgramHeader};

use crate::command::complete;
use crate::failure::{Failure, Result, While};

mod tab;

/// Start and size of the program flash, kernel and applications.
const PROGRAM: std::ops::Range<u64> = 0x8000_0000..0x8020_0000;
/// Where the applications begin.
const APPLICATIONS: u64 = 0x8010_0000;
/// The board in tockloader's words.
const BOARD: &str = "qemu_rv32_virt";
/// What flash reads where nothing was written.
const ERASED: u8 = 0xff;
/// The emulated flash chip takes an image of its exact size only.
const CONFIGURATION: usize = 32 * 1024 * 1024;

/// Builds the program flash from a kernel and the applications' TABs.
pub fn program(kernel: &Path, tabs: &[PathBuf], tockloader: &Path, out: &Path) -> Result<()> {
    let doing = || format!("packing {}", out.display());
    tabs.iter().try_for_each(|path| tab::check(path))?;
    let bytes = fs::read(kernel).doing(|| format!("reading the kernel {}", kernel.display()))?;
    let image = flatten(&bytes).map_err(|found| {
        Failure::new(format!("reading the kernel {}", kernel.display()), found)
            .next("'make kernel' builds it.")
    })?;
    fs::write(out, image).doing(doing)?;
    if tabs.is_empty() {
        return Ok(());
    }
    let mut command = Command::new(tockloader);
    command
        .args(["install", "--board", BOARD])
        .args(["--app-address", &format!("{APPLICATIONS:#x}")])
        .arg("--flash-file")
        .arg(out)
        .args(tabs);
    let output = complete(&mut command, &doing()).map_err(|failure| {
        failure.next("'make tabs' builds the applications, 'make setup' installs tockloader.")
    })?;
    // tockloader skips an application that fits no address, and calls it done.
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    let image = fs::read(out).doing(doing)?;
    let found = applications(&image).len();
    if found != tabs.len() {
        return Err(Failure::new(
            doing(),
            format!(
                "{found} of {} applications are in it; tockloader said:\n{said}",
                tabs.len()
            ),
        )
        .next("Check the addresses that the applications are linked for."));
    }
    Ok(())
}

/// An erased configuration flash.
pub fn erased_configuration(out: &Path) -> Result<()> {
    fs::write(out, vec![ERASED; CONFIGURATION]).doing(|| format!("writing {}", out.display()))
}

/// The whole program flash, erased but for the kernel's load segments.
fn flatten(elf: &[u8]) -> std::result::Result<Vec<u8>, String> {
    let file = ElfFile32::<object::Endianness>::parse(elf).map_err(|error| error.to_string())?;
    let endian = file.endian();
    let mut image = vec![ERASED; (PROGRAM.end - PROGRAM.start) as usize];
    let mut loaded = false;
    for segment in file.elf_program_headers() {
        if segment.p_type(endian) != object::elf::PT_LOAD {
            continue;
        }
        let data = segment
            .data(endian, elf)
            .map_err(|()| "a segment lies outside of the file".to_owned())?;
        let address = u64::from(segment.p_paddr(endian));
        if data.is_empty() {
            continue;
        }
        let end = address + data.len() as u64;
        if address < PROGRAM.start || end > APPLICATIONS {
            return Err(format!(
                "the kernel's segment {address:#x}..{end:#x} lies outside of its flash"
            ));
        }
        let start = (address - PROGRAM.start) as usize;
        image[start..start + data.len()].copy_from_slice(data);
        loaded = true;
    }
    match loaded {
        true => Ok(image),
        false => Err("the kernel has nothing to load".to_owned()),
    }
}

/// An application in the program flash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Empty for the padding between applications.
    pub name: String,
    /// What the kernel knows it by, when its header says so.
    pub short_id: Option<u32>,
    pub offset: usize,
    pub size: usize,
    /// RAM that it asks for, in bytes.
    pub minimum_ram: u32,
}

/// The applications in a program flash image, padding left out.
pub fn applications(image: &[u8]) -> Vec<Application> {
    let mut list = Vec::new();
    let mut offset = (APPLICATIONS - PROGRAM.start) as usize;
    while let Some((application, size)) = image.get(offset..).and_then(header) {
        if !application.name.is_empty() {
            list.push(Application {
                offset,
                ..application
            });
        }
        offset += size;
    }
    list
}

/// Reads one Tock Binary Format header, version 2.
pub(crate) fn header(bytes: &[u8]) -> Option<(Application, usize)> {
    const MAIN: u16 = 1;
    const NAME: u16 = 3;
    const PROGRAM: u16 = 9;
    const SHORT_ID: u16 = 10;
    let half = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    if half(0)? != 2 {
        return None;
    }
    let header_size = usize::from(half(2)?);
    let size = word(4)? as usize;
    if header_size < 16 || size < header_size {
        return None;
    }
    let mut application = Application {
        name: String::new(),
        short_id: None,
        offset: 0,
        size,
        minimum_ram: 0,
    };
    let mut at = 16;
    while at + 4 <= header_size {
        let (kind, length) = (half(at)?, usize::from(half(at + 2)?));
        let value = bytes.get(at + 4..at + 4 + length)?;
        match kind {
            // init_fn_offset, protected_size, minimum_ram_size
            MAIN | PROGRAM => application.minimum_ram = word(at + 12)?,
            SHORT_ID => application.short_id = word(at + 4),
            NAME => application.name = String::from_utf8_lossy(value).into_owned(),
            _ => {}
        }
        at += 4 + length.next_multiple_of(4);
    }
    Some((application, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn tbf(name: &str, size: u32, ram: u32) -> Vec<u8> {
        let padded = name.len().next_multiple_of(4);
        let header_size = 16 + 16 + 4 + padded;
        let mut bytes = Vec::new();
        bytes.extend(2u16.to_le_bytes());
        bytes.extend((header_size as u16).to_le_bytes());
        bytes.extend(size.to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend([1, 0, 12, 0]);
        bytes.extend([0; 8]);
        bytes.extend(ram.to_le_bytes());
        bytes.extend([3, 0, name.len() as u8, 0]);
        bytes.extend(name.as_bytes());
        bytes.resize(size as usize, 0);
        bytes
    }

    #[test]
    fn applications_are_listed_without_padding() {
        let mut image = vec![0; (APPLICATIONS - PROGRAM.start) as usize];
        image.extend(tbf("hello", 512, 4_096));
        image.extend([2, 0, 16, 0, 0, 1, 0, 0]);
        image.resize(image.len() + 248, 0);
        image.extend(tbf("blink", 256, 2_048));
        image.extend([0xff; 64]);
        let list = applications(&image);
        let found: Vec<_> = list
            .iter()
            .map(|app| (app.name.as_str(), app.size, app.minimum_ram))
            .collect();
        assert_eq!(found, [("hello", 512, 4_096), ("blink", 256, 2_048)]);
        assert_eq!(list[0].short_id, None);
    }

    #[test]
    fn a_short_id_is_read_from_the_header() {
        let mut bytes = tbf("hello", 512, 4_096);
        // In place of the name, of the same length.
        bytes[32..40].copy_from_slice(&[10, 0, 4, 0, 1, 2, 3, 4]);
        let (application, _) = header(&bytes).expect("a header");
        assert_eq!(application.short_id, Some(0x0403_0201));
    }

    #[test]
    fn a_kernel_outside_of_its_flash_is_refused() {
        assert!(flatten(b"\x7fELF").is_err());
    }
}
