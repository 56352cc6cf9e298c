// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Synchronous output of bytes.

use crate::collections::ring_buffer::RingBuffer;

/// A sink for bytes that takes them all before it returns.
pub trait IoWrite {
    /// Writes `buf`; returns how many bytes were written.
    fn write(&mut self, buf: &[u8]) -> usize;

    /// Writes what is queued in `buf`; returns how many bytes were written.
    fn write_ring_buffer(&mut self, buf: &RingBuffer<u8>) -> usize {
        let (first, second) = buf.as_slices();
        let mut written = 0;
        if let Some(bytes) = first {
            written += self.write(bytes);
        }
        if let Some(bytes) = second {
            written += self.write(bytes);
        }
        written
    }
}
