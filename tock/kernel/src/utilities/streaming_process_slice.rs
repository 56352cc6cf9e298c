// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A stream of chunks written into a buffer that a process swaps.
//!
//! The process shares a zeroed buffer, which the kernel fills behind a header of
//! eight bytes. When the process wants to read, it shares another buffer in its
//! place, so that nothing is lost in between.
//!
//! | bytes | content                                                   |
//! |-------|-----------------------------------------------------------|
//! | 0..2  | version, 0                                                |
//! | 2..4  | flags, big-endian: bit 0 exceeded, bit 1 halt             |
//! | 4..8  | offset, native-endian: bytes written behind the header    |
//!
//! A chunk that does not fit is left out whole and sets *exceeded*. If the process
//! has set *halt*, no further chunk is written after that, not even a smaller one.

use crate::errorcode::ErrorCode;
use crate::processbuffer::WriteableProcessSlice;

const HEADER_LENGTH: usize = 8;
const FLAG_EXCEEDED: u16 = 1 << 0;
const FLAG_HALT: u16 = 1 << 1;

/// A shared buffer, read as a stream.
#[repr(transparent)]
pub struct StreamingProcessSlice<'a> {
    slice: &'a WriteableProcessSlice,
}

struct Header {
    flags: u16,
    offset: u32,
}

impl Header {
    fn to_bytes(&self) -> [u8; HEADER_LENGTH] {
        let mut bytes = [0; HEADER_LENGTH];
        bytes[2..4].copy_from_slice(&self.flags.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.offset.to_ne_bytes());
        bytes
    }
}

impl<'a> StreamingProcessSlice<'a> {
    /// Reads `slice` as a stream.
    pub fn new(slice: &'a WriteableProcessSlice) -> StreamingProcessSlice<'a> {
        StreamingProcessSlice { slice }
    }

    /// Appends `chunk` as a whole or not at all. Returns whether it is the first
    /// one in this buffer, and the new offset.
    ///
    /// # Errors
    ///
    /// `SIZE` if the chunk or even the header does not fit, `BUSY` if the process
    /// asked to halt and a chunk did not fit, `INVAL` if the header is not one.
    pub fn append_chunk(&self, chunk: &[u8]) -> Result<(bool, u32), ErrorCode> {
        self.append_chunk_from_iter(chunk.iter().copied())
    }

    /// The same for the bytes of an iterator.
    ///
    /// # Errors
    ///
    /// As for [`append_chunk`](Self::append_chunk).
    pub fn append_chunk_from_iter<I: IntoIterator<Item = u8>>(
        &self,
        iterator: I,
    ) -> Result<(bool, u32), ErrorCode> {
        let mut header = self.header()?;
        if header.flags & FLAG_EXCEEDED != 0 && header.flags & FLAG_HALT != 0 {
            return Err(ErrorCode::BUSY);
        }
        match self.write(header.offset, iterator) {
            Some(offset) => {
                let first = header.offset == 0;
                header.offset = offset;
                self.set_header(&header)?;
                Ok((first, offset))
            }
            None => {
                header.flags |= FLAG_EXCEEDED;
                self.set_header(&header)?;
                Err(ErrorCode::SIZE)
            }
        }
    }

    /// Writes the bytes at `offset`; returns the offset behind them, or `None` if
    /// they do not fit. What was written until then lies behind the offset that
    /// the header keeps, where nobody looks.
    fn write<I: IntoIterator<Item = u8>>(&self, offset: u32, bytes: I) -> Option<u32> {
        let payload = self.slice.get(HEADER_LENGTH..)?;
        let start = usize::try_from(offset).ok()?;
        let free = payload.get(start..)?;
        let mut cells = free.iter();
        let mut written: u32 = 0;
        for byte in bytes {
            cells.next()?.set(byte);
            written = written.checked_add(1)?;
        }
        offset.checked_add(written)
    }

    fn header(&self) -> Result<Header, ErrorCode> {
        let mut bytes = [0; HEADER_LENGTH];
        self.slice
            .get(0..HEADER_LENGTH)
            .ok_or(ErrorCode::SIZE)?
            .copy_to_slice_or_err(&mut bytes)?;
        let [v0, v1, f0, f1, o0, o1, o2, o3] = bytes;
        let flags = u16::from_be_bytes([f0, f1]);
        if u16::from_be_bytes([v0, v1]) != 0 || flags & !(FLAG_EXCEEDED | FLAG_HALT) != 0 {
            return Err(ErrorCode::INVAL);
        }
        Ok(Header {
            flags,
            offset: u32::from_ne_bytes([o0, o1, o2, o3]),
        })
    }

    fn set_header(&self, header: &Header) -> Result<(), ErrorCode> {
        self.slice
            .get(0..HEADER_LENGTH)
            .ok_or(ErrorCode::SIZE)?
            .copy_from_slice_or_err(&header.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(buffer: &mut [u8], chunk: &[u8]) -> Result<(bool, u32), ErrorCode> {
        StreamingProcessSlice::new((&mut *buffer).into()).append_chunk(chunk)
    }

    fn offset(buffer: &[u8]) -> u32 {
        u32::from_ne_bytes(buffer[4..8].try_into().unwrap())
    }

    #[test]
    fn chunks_follow_each_other_and_the_first_is_told() {
        let mut buffer = [0; 16];
        assert_eq!(append(&mut buffer, b"abc"), Ok((true, 3)));
        assert_eq!(append(&mut buffer, b"de"), Ok((false, 5)));
        assert_eq!(append(&mut buffer, b"fgh"), Ok((false, 8)));
        assert_eq!(&buffer[8..], b"abcdefgh");
        assert_eq!(buffer[..4], [0; 4]);
        assert_eq!(offset(&buffer), 8);
    }

    #[test]
    fn a_chunk_that_does_not_fit_sets_exceeded_and_smaller_ones_go_on() {
        let mut buffer = [0; 12];
        assert_eq!(append(&mut buffer, b"12345"), Err(ErrorCode::SIZE));
        assert_eq!(buffer[..4], [0, 0, 0, 1]);
        assert_eq!(append(&mut buffer, b"1234"), Ok((true, 4)));
        assert_eq!(buffer[..4], [0, 0, 0, 1]);
    }

    #[test]
    fn halt_ends_the_stream_once_a_chunk_did_not_fit() {
        let mut buffer = [0; 12];
        buffer[3] = 2;
        assert_eq!(append(&mut buffer, b"12"), Ok((true, 2)));
        assert_eq!(append(&mut buffer, b"345"), Err(ErrorCode::SIZE));
        assert_eq!(buffer[..4], [0, 0, 0, 3]);
        assert_eq!(append(&mut buffer, b"3"), Err(ErrorCode::BUSY));
        assert_eq!(offset(&buffer), 2);
    }

    #[test]
    fn hostile_headers_are_refused() {
        for byte in 0..4 {
            for bit in 0..8 {
                let mut buffer = [0; 12];
                buffer[byte] = 1 << bit;
                let allowed = byte == 3 && bit < 2;
                let expected = if allowed {
                    Ok((true, 1))
                } else {
                    Err(ErrorCode::INVAL)
                };
                assert_eq!(append(&mut buffer, b"x"), expected, "byte {byte} bit {bit}");
            }
        }
        for length in 0..8 {
            let mut buffer = [0; 8];
            assert_eq!(append(&mut buffer[..length], b""), Err(ErrorCode::SIZE));
        }
        let mut buffer = [0; 12];
        for wild in [5, 0x8000_0000, u32::MAX] {
            buffer[2..4].fill(0);
            buffer[4..8].copy_from_slice(&wild.to_ne_bytes());
            assert_eq!(append(&mut buffer, b"x"), Err(ErrorCode::SIZE));
            assert_eq!(offset(&buffer), wild);
        }
    }
}
