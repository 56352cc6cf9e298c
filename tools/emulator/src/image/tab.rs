// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Looks into the applications' files before `tockloader` does.
//!
//! A TAB is a tar archive with `metadata.toml` and one binary (`.tbf`) for each
//! pair of addresses. `tockloader` passes over what it cannot read, or ends with the
//! innards of its own program; neither tells which file to build anew.

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::failure::{Failure, Result};

/// Says what is wrong with a TAB, by its name.
pub(super) fn check(path: &Path) -> Result<()> {
    let examined = match fs::metadata(path) {
        Err(error) => Err(error.to_string()),
        Ok(metadata) if !metadata.is_file() => Err("it is no regular file".to_owned()),
        Ok(_) => fs::read(path)
            .map_err(|error| error.to_string())
            .and_then(|bytes| examine(&bytes)),
    };
    examined.map_err(|found| {
        Failure::new(format!("reading the application {}", path.display()), found)
            .next("Build it anew: remove the file and run 'make tabs'.")
    })
}

/// What is wrong with a TAB of these bytes.
fn examine(bytes: &[u8]) -> std::result::Result<(), String> {
    const DAMAGED: &str = "it is no TAB, or a damaged one";
    let mut metadata = false;
    let mut binaries = 0_usize;
    let mut archive = tar::Archive::new(bytes);
    let entries = archive
        .entries()
        .map_err(|error| format!("{DAMAGED}: {error}"))?;
    for entry in entries {
        let mut entry = entry.map_err(|error| format!("{DAMAGED}: {error}"))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut content = Vec::new();
        entry
            .read_to_end(&mut content)
            .map_err(|error| format!("{DAMAGED}: {name}: {error}"))?;
        // The reader takes what it finds for the whole entry.
        if content.len() as u64 != entry.size() {
            return Err(format!("{DAMAGED}: {name} is cut off"));
        }
        if name == "metadata.toml" {
            std::str::from_utf8(&content).map_err(|error| format!("{DAMAGED}: {name}: {error}"))?;
            metadata = true;
        } else if name.ends_with(".tbf") {
            if super::header(&content).is_none() || !sums_up(&content) {
                return Err(format!("{DAMAGED}: the header of {name} is not right"));
            }
            binaries += 1;
        }
    }
    match (metadata, binaries) {
        (true, 1..) => Ok(()),
        (false, _) => Err(format!("{DAMAGED}: it holds no metadata.toml")),
        (true, 0) => Err(format!("{DAMAGED}: it holds no application (.tbf)")),
    }
}

/// Whether the words of a header add up, bit by bit, to its fourth.
fn sums_up(binary: &[u8]) -> bool {
    const CHECKSUM: usize = 3;
    let header_len = match binary {
        [_, _, low, high, ..] => usize::from(u16::from_le_bytes([*low, *high])),
        _ => return false,
    };
    let Some(header) = binary.get(..header_len) else {
        return false;
    };
    let mut words = header
        .as_chunks::<4>()
        .0
        .iter()
        .map(|bytes| u32::from_le_bytes(*bytes))
        .enumerate();
    let sum = |(index, word)| if index == CHECKSUM { 0 } else { word };
    let checksum = words.clone().nth(CHECKSUM).map(|(_, word)| word);
    checksum == Some(words.by_ref().map(sum).fold(0, |sum, word| sum ^ word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A binary whose header adds up.
    fn binary() -> Vec<u8> {
        let mut bytes = super::super::tests::tbf("hello", 512, 4_096);
        let header_len = usize::from(bytes[2]);
        let sum = (0..header_len).step_by(4).fold([0; 4], |sum, at| {
            std::array::from_fn(|index| sum[index] ^ bytes[at + index])
        });
        bytes[12..16].copy_from_slice(&sum);
        bytes
    }

    fn tab(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, content) in entries {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            builder
                .append_data(&mut header, name, *content)
                .expect("memory takes everything");
        }
        builder.into_inner().expect("memory takes everything")
    }

    #[test]
    fn damaged_files_are_told_apart() {
        let binary = binary();
        let name = "rv32imac.0x80140000.0x80340000.tbf";
        let metadata: (&str, &[u8]) = ("metadata.toml", b"name = \"hello\"");
        let good = tab(&[metadata, (name, &binary)]);
        assert_eq!(examine(&good), Ok(()));

        let mut flipped = binary.clone();
        flipped[20] ^= 1;
        let mut tar_header = good.clone();
        tar_header[4] ^= 1;
        for (bytes, expected) in [
            (Vec::new(), "no metadata.toml"),
            (b"no archive".repeat(100), "no TAB"),
            (good[..520].to_vec(), "no TAB"),
            (good[..700].to_vec(), "no TAB"),
            (good[..1_300].to_vec(), "no TAB"),
            (good[..1_600].to_vec(), "cut off"),
            (tar_header, "no TAB"),
            (tab(&[(name, &binary)]), "no metadata.toml"),
            (tab(&[("metadata.toml", b"\xff")]), "metadata.toml: "),
            (tab(&[metadata]), "no application"),
            (tab(&[metadata, (name, &flipped)]), "the header of rv32"),
            (tab(&[metadata, (name, &binary[..8])]), "the header of rv32"),
        ] {
            let found = examine(&bytes).expect_err(expected);
            assert!(found.contains(expected), "{found}, not {expected}");
        }
    }

    #[test]
    fn the_file_is_named() {
        let missing = Path::new("/nowhere/hello.tab");
        let failure = check(missing).expect_err("it is not there");
        assert!(failure.to_string().contains("/nowhere/hello.tab"));
        let failure = check(Path::new("/tmp")).expect_err("it is a folder");
        assert_eq!(failure.found(), "it is no regular file");
    }
}
