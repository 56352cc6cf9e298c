// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The frames in a buffer that the driver has filled.
//!
//! Layout: `kernel::utilities::streaming_process_slice` (8 bytes: version,
//! flags, offset), then for each frame 12 bytes (flags, length, time stamp) and
//! the frame.

/// Length of the buffer's header, in bytes.
pub(crate) const STREAM_HEADER_LEN: usize = 8;
const FRAME_HEADER_LEN: usize = 12;

/// Iterates over the frames of a buffer.
pub struct Frames<'a> {
    rest: &'a [u8],
}

impl<'a> Frames<'a> {
    /// The frames in `buffer`; none when it does not look as it should.
    pub fn new(buffer: &'a [u8]) -> Self {
        Self {
            rest: Self::filled(buffer).unwrap_or_default(),
        }
    }

    fn filled(buffer: &'a [u8]) -> Option<&'a [u8]> {
        let (header, data) = buffer.split_first_chunk::<STREAM_HEADER_LEN>()?;
        let [version_0, version_1, _, _, offset @ ..] = *header;
        if [version_0, version_1] != [0, 0] {
            return None;
        }
        data.get(..u32::from_ne_bytes(offset) as usize)
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (header, rest) = self.rest.split_first_chunk::<FRAME_HEADER_LEN>()?;
        let [_, _, low, high, ..] = *header;
        let length = usize::from(u16::from_ne_bytes([low, high]));
        let (frame, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(frame)
    }
}
