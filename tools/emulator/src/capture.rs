// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Every frame that the board sent or received, from QEMU's packet dump.

use std::fs;
use std::path::Path;

use crate::failure::{Failure, Result, While};

const GLOBAL_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
/// Microsecond format, in the byte order of the host that wrote it.
const MAGIC: u32 = 0xa1b2_c3d4;

/// Reads the frames of a pcap file. A frame that is cut off at the end, as left
/// by an emulator that was killed, is dropped.
pub fn frames(path: &Path) -> Result<Vec<Vec<u8>>> {
    let doing = || format!("reading the capture {}", path.display());
    let bytes = fs::read(path).doing(doing)?;
    parse(&bytes).ok_or_else(|| Failure::new(doing(), "it is no pcap file"))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let raw = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_ne_bytes(raw.try_into().ok()?))
}

fn parse(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    if word(bytes, 0)? != MAGIC {
        return None;
    }
    let mut frames = Vec::new();
    let mut at = GLOBAL_HEADER;
    while let Some(length) = word(bytes, at + 8) {
        let start = at + RECORD_HEADER;
        let Some(frame) = bytes.get(start..start + length as usize) else {
            break;
        };
        frames.push(frame.to_vec());
        at = start + frame.len();
    }
    Some(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(frame: &[u8]) -> Vec<u8> {
        let length = (frame.len() as u32).to_ne_bytes();
        [&[0u8; 8][..], &length, &length, frame].concat()
    }

    #[test]
    fn frames_come_back_whole_and_a_cut_one_is_dropped() {
        let mut file = [&MAGIC.to_ne_bytes()[..], &[0u8; 20]].concat();
        file.extend(record(b"first"));
        file.extend(record(b"second"));
        let cut = [&file[..], &record(b"third")[..18]].concat();
        assert_eq!(
            parse(&cut),
            Some(vec![b"first".to_vec(), b"second".to_vec()])
        );
    }

    #[test]
    fn another_kind_of_file_is_refused() {
        assert_eq!(parse(b"not a capture at all...."), None);
        assert_eq!(parse(b""), None);
    }
}
