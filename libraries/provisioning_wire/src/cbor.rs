// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Strict reading of CBOR maps, and writing with a length counted beforehand.
//!
//! Rules of the protocol beyond well-formed CBOR: map keys are unsigned,
//! ascending, each at most once; an unknown key below 128 is refused and one
//! from 128 on skipped; lengths are definite; nothing follows the value.
//! A reader asks for the known keys below 128 in order; whatever is left must
//! be skippable, and what it knows of that is read as it comes.

use minicbor::encode::Write;
use minicbor::encode::write::Cursor;
use minicbor::{Decoder, Encoder};

use crate::error::{BufferTooSmall, Malformed};

/// Smallest key that a reader may skip when it does not know it.
const FIRST_SKIPPABLE_KEY: u64 = 128;

/// Reads values from one buffer.
pub(crate) struct Reader<'a> {
    decoder: Decoder<'a>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Reader {
            decoder: Decoder::new(bytes),
        }
    }

    /// Enters a map.
    pub(crate) fn map(&mut self) -> Result<MapReader<'_, 'a>, Malformed> {
        let entries = self.decoder.map()?.ok_or(Malformed)?;
        Ok(MapReader {
            reader: self,
            entries,
            last_key: None,
        })
    }

    /// Enters an array; returns the number of its items.
    pub(crate) fn array(&mut self) -> Result<u64, Malformed> {
        self.decoder.array()?.ok_or(Malformed)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.decoder.u8()?)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(self.decoder.u32()?)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        Ok(self.decoder.bytes()?)
    }

    pub(crate) fn byte_array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.bytes()?.try_into().map_err(|_| Malformed)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        Ok(self.decoder.str()?)
    }

    /// Where the next value starts.
    pub(crate) fn position(&self) -> usize {
        self.decoder.position()
    }

    /// Bytes between two positions.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &'a [u8] {
        self.decoder.input().get(start..end).unwrap_or_default()
    }

    /// Refuses trailing bytes.
    pub(crate) fn end(self) -> Result<(), Malformed> {
        if self.decoder.position() == self.decoder.input().len() {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    /// Passes over one value of any type.
    ///
    /// Not minicbor's `skip`, whose acceptance of indefinite lengths depends
    /// on cargo features that another crate of the build may switch on.
    fn skip(&mut self) -> Result<(), Malformed> {
        // Values still to be passed. Each takes a byte at least, so the input
        // bounds the number of rounds even when the count saturates.
        let mut left: u64 = 1;
        while left > 0 {
            left -= 1;
            let position = self.decoder.position();
            let first = *self.decoder.input().get(position).ok_or(Malformed)?;
            let nested = match first >> 5 {
                0 | 1 => self.decoder.int().map(|_| 0)?,
                2 => self.decoder.bytes().map(|_| 0)?,
                3 => self.decoder.str().map(|_| 0)?,
                4 => self.decoder.array()?.ok_or(Malformed)?,
                5 => self.decoder.map()?.ok_or(Malformed)?.saturating_mul(2),
                6 => self.decoder.tag().map(|_| 1)?,
                _ => {
                    let length = match first & 0x1f {
                        0..=23 => 1,
                        24 => 2,
                        25 => 3,
                        26 => 5,
                        27 => 9,
                        _ => return Err(Malformed),
                    };
                    let end = position + length;
                    if end > self.decoder.input().len() {
                        return Err(Malformed);
                    }
                    self.decoder.set_position(end);
                    0
                }
            };
            left = left.saturating_add(nested);
        }
        Ok(())
    }
}

/// Reads the entries of one map in ascending order of their keys.
#[must_use]
pub(crate) struct MapReader<'r, 'a> {
    reader: &'r mut Reader<'a>,
    entries: u64,
    last_key: Option<u64>,
}

impl<'r, 'a> MapReader<'r, 'a> {
    /// Takes the next key, which must be `key`; the value is read through the
    /// returned reader.
    pub(crate) fn key(&mut self, key: u8) -> Result<&mut Reader<'a>, Malformed> {
        if self.next_key()? == Some(u64::from(key)) {
            Ok(self.reader)
        } else {
            Err(Malformed)
        }
    }

    /// Leaves the map; entries that are left must be skippable.
    pub(crate) fn end(mut self) -> Result<(), Malformed> {
        while self.next_skippable_key()?.is_some() {
            self.reader.skip()?;
        }
        Ok(())
    }

    /// Leaves the map; of the entries that are left, which must be skippable,
    /// `read` takes the one under `known`.
    pub(crate) fn end_with(
        mut self,
        known: u8,
        mut read: impl FnMut(&mut Reader<'a>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        while let Some(key) = self.next_skippable_key()? {
            if key == u64::from(known) {
                read(self.reader)?;
            } else {
                self.reader.skip()?;
            }
        }
        Ok(())
    }

    fn next_skippable_key(&mut self) -> Result<Option<u64>, Malformed> {
        match self.next_key()? {
            Some(key) if key < FIRST_SKIPPABLE_KEY => Err(Malformed),
            key => Ok(key),
        }
    }

    fn next_key(&mut self) -> Result<Option<u64>, Malformed> {
        let Some(left) = self.entries.checked_sub(1) else {
            return Ok(None);
        };
        self.entries = left;
        let key = self.reader.decoder.u64()?;
        if self.last_key.is_some_and(|last| key <= last) {
            return Err(Malformed);
        }
        self.last_key = Some(key);
        Ok(Some(key))
    }
}

/// A value that can be written as CBOR.
pub(crate) trait Emit {
    /// Writes the value.
    fn write<W: Write>(&self, out: &mut Encoder<W>) -> Written<W>;

    /// Length of the written value.
    fn cbor_len(&self) -> usize {
        let mut counter = Encoder::new(Counter(0));
        match self.write(&mut counter) {
            Ok(()) => counter.into_writer().0,
            // Counting cannot fail; a length that no buffer has is the safe
            // answer should an encoder ever disagree.
            Err(_) => usize::MAX,
        }
    }

    /// Writes the value to the front of `buffer`; returns its length.
    fn cbor_emit(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        let mut encoder = Encoder::new(Cursor::new(buffer));
        self.write(&mut encoder).map_err(|_| BufferTooSmall)?;
        Ok(encoder.writer().position())
    }
}

/// Outcome of writing to `W`.
pub(crate) type Written<W> = Result<(), minicbor::encode::Error<<W as Write>::Error>>;

/// Counts what is written.
struct Counter(usize);

impl Write for Counter {
    type Error = core::convert::Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        self.0 += bytes.len();
        Ok(())
    }
}

/// Longest encoding of a byte or text string of at most `len` bytes.
pub(crate) const fn max_string_len(len: usize) -> usize {
    match len {
        0..=23 => 1 + len,
        24..=0xff => 2 + len,
        _ => 3 + len,
    }
}

/// Longest encoding of a u32.
pub(crate) const MAX_U32_LEN: usize = 5;
/// Longest encoding of a u8.
pub(crate) const MAX_U8_LEN: usize = 2;
/// Encoding of a key, or of the head of a map or array, of this protocol.
pub(crate) const KEY_LEN: usize = 1;
/// Encoding of a key, or of the head of a map or array, of this protocol.
pub(crate) const HEAD_LEN: usize = 1;
