// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A configuration slot: header in the clear, configuration sealed.
//!
//! The header is the sealed content's associated data, so that a changed
//! sequence or serial number makes the slot fail to open.

use crate::bytes::{Reader, Writer, is_erased};
use crate::layout::PAGE_LEN;

const MAGIC: u32 = u32::from_le_bytes(*b"TPCS");
const VERSION: u16 = 1;

/// Length of the header, in bytes.
pub const HEADER_LEN: usize = 4 + 2 + 2 + 4 + 4 + NONCE_LEN + 3;
/// Length of the nonce, in bytes (AES-CCM with a two-byte length field).
pub const NONCE_LEN: usize = 13;
/// Length of the tag at the end of the sealed content, in bytes.
pub const TAG_LEN: usize = 16;
/// Longest sealed content, tag included, in bytes.
pub const MAX_SEALED_LEN: usize = PAGE_LEN - HEADER_LEN;

/// The fields of a slot that are in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotHeader {
    /// Rises with each commit on this device; the higher one is the newer.
    pub sequence: u32,
    /// Serial number of the configuration, given by the daemon.
    pub serial: u32,
    /// Nonce of the sealed content, random for each commit: after a wipe
    /// sequences start anew, so that they could repeat under the same key.
    pub nonce: [u8; NONCE_LEN],
    /// Length of the sealed content, tag included, in bytes.
    pub sealed_len: u16,
}

/// What a slot page turned out to be, before it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotPage {
    /// Holds nothing.
    Erased,
    /// Bytes are there, but no header that makes sense.
    Corrupt,
    /// The header makes sense; only opening tells whether the rest does.
    Candidate(SlotHeader),
}

impl SlotHeader {
    /// Writes the header. Answers `None` when the page is shorter than a
    /// header with the sealed content, or the content cannot hold a tag.
    pub fn emit(&self, page: &mut [u8]) -> Option<()> {
        let sealed_len = usize::from(self.sealed_len);
        if sealed_len < TAG_LEN || HEADER_LEN + sealed_len > page.len() {
            return None;
        }
        let mut writer = Writer::new(page.get_mut(..HEADER_LEN)?);
        writer.put(&MAGIC.to_le_bytes())?;
        writer.put(&VERSION.to_le_bytes())?;
        writer.put(&self.sealed_len.to_le_bytes())?;
        writer.put(&self.sequence.to_le_bytes())?;
        writer.put(&self.serial.to_le_bytes())?;
        writer.put(&self.nonce)?;
        writer.put(&[0; 3])
    }

    /// Reads the header of a slot page.
    pub fn parse(page: &[u8]) -> SlotPage {
        if is_erased(page) {
            return SlotPage::Erased;
        }
        match Self::parse_header(page) {
            Some(header) => SlotPage::Candidate(header),
            None => SlotPage::Corrupt,
        }
    }

    fn parse_header(page: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(page);
        if reader.u32()? != MAGIC || reader.u16()? != VERSION {
            return None;
        }
        let sealed_len = reader.u16()?;
        let header = Self {
            sealed_len,
            sequence: reader.u32()?,
            serial: reader.u32()?,
            nonce: reader.array()?,
        };
        let padding: [u8; 3] = reader.array()?;
        let len = usize::from(sealed_len);
        (padding == [0; 3] && len >= TAG_LEN && HEADER_LEN + len <= page.len()).then_some(header)
    }
}

/// The header's bytes and the sealed content of a page with this header.
pub fn split<'a>(page: &'a mut [u8], header: &SlotHeader) -> Option<(&'a [u8], &'a mut [u8])> {
    let (head, rest) = page.split_at_mut_checked(HEADER_LEN)?;
    let sealed = rest.get_mut(..usize::from(header.sealed_len))?;
    Some((head, sealed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: SlotHeader = SlotHeader {
        sequence: 0x0102_0304,
        serial: 7,
        nonce: [9; NONCE_LEN],
        sealed_len: 40,
    };

    #[test]
    fn what_is_emitted_is_parsed() {
        let mut page = [0xff; PAGE_LEN];
        HEADER.emit(&mut page).unwrap();
        assert_eq!(SlotHeader::parse(&page), SlotPage::Candidate(HEADER));
        let (head, sealed) = split(&mut page, &HEADER).unwrap();
        assert_eq!((head.len(), sealed.len()), (HEADER_LEN, 40));
    }

    #[test]
    fn the_bytes_of_a_header_are_these() {
        let mut page = [0xff; PAGE_LEN];
        HEADER.emit(&mut page).unwrap();
        let expected = [
            &b"TPCS"[..],              // magic
            &[1, 0],                   // version
            &[40, 0],                  // sealed length
            &[0x04, 0x03, 0x02, 0x01], // sequence
            &[7, 0, 0, 0],             // serial
            &[9; NONCE_LEN],           // nonce
            &[0, 0, 0],                // padding
        ]
        .concat();
        assert_eq!(page[..HEADER_LEN], expected[..]);
    }

    #[test]
    fn lengths_out_of_the_page_are_corrupt() {
        let mut page = [0xff; PAGE_LEN];
        HEADER.emit(&mut page).unwrap();
        for len in [0u16, 15, (MAX_SEALED_LEN + 1) as u16, u16::MAX] {
            page[6..8].copy_from_slice(&len.to_le_bytes());
            assert_eq!(SlotHeader::parse(&page), SlotPage::Corrupt);
            let header = SlotHeader {
                sealed_len: len,
                ..HEADER
            };
            assert!(header.emit(&mut [0xff; PAGE_LEN]).is_none());
        }
    }

    #[test]
    fn one_programmed_bit_is_not_erased() {
        let mut page = [0xff; PAGE_LEN];
        assert_eq!(SlotHeader::parse(&page), SlotPage::Erased);
        page[PAGE_LEN - 1] = 0xfe;
        assert_eq!(SlotHeader::parse(&page), SlotPage::Corrupt);
    }
}
