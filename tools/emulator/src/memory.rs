// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Dumps of the board's memory.

use std::fs;
use std::path::Path;

use memchr::memmem;
use serde_json::json;

use crate::failure::{Result, While};
use crate::qmp::Qmp;

/// Memory of the first application, the provisioner, up to the next one's: its
/// stack, data, heap and the kernel's grants in it.
pub const PROVISIONER: std::ops::Range<u64> = 0x8030_0000..0x8034_0000;

/// Reads a range of physical memory, through a file that the emulator writes.
pub fn read(qmp: &mut Qmp, address: u64, length: u64, scratch: &Path) -> Result<Vec<u8>> {
    qmp.execute(
        "pmemsave",
        json!({ "val": address, "size": length, "filename": scratch }),
    )?;
    fs::read(scratch).doing(|| format!("reading the dump {}", scratch.display()))
}

/// Where `needle` lies in `haystack`, if it does.
pub fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    if needle.is_empty() {
        return None;
    }
    memmem::find(haystack, needle)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_secret_is_found_at_either_end_and_never_when_empty() {
        assert_eq!(find(b"secret in front", b"secret"), Some(0));
        assert_eq!(find(b"at the end, secret", b"secret"), Some(12));
        assert_eq!(find(b"secre", b"secret"), None);
        assert_eq!(find(b"anything", b""), None);
    }
}
