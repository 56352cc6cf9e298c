// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Sends the output of `debug!` to a serial port.
//!
//! What is written goes to a ring buffer at once and from there to the port
//! when it is free. What does not fit is dropped, and a marker says so.

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::collections::queue::Queue;
use kernel::collections::ring_buffer::RingBuffer;
use kernel::debug::DebugWriter;
use kernel::hil::uart;
use kernel::utilities::cells::TakeCell;
use kernel::utilities::io_write::IoWrite;

/// The debug writer.
pub struct UartDebugWriter {
    uart: &'static dyn uart::Transmit<'static>,
    /// What goes out next, unless the port has it.
    output_buffer: TakeCell<'static, [u8]>,
    /// What has been written since.
    internal_buffer: TakeCell<'static, RingBuffer<'static, u8>>,
    /// Output is being dropped, and the marker is in the buffer.
    overflowed: Cell<bool>,
}

impl UartDebugWriter {
    /// Makes a writer over `uart`, whose transmit client it must be made.
    pub fn new(
        uart: &'static dyn uart::Transmit<'static>,
        out_buffer: &'static mut [u8],
        internal_buffer: &'static mut RingBuffer<'static, u8>,
    ) -> UartDebugWriter {
        UartDebugWriter {
            uart,
            output_buffer: TakeCell::new(out_buffer),
            internal_buffer: TakeCell::new(internal_buffer),
            overflowed: Cell::new(false),
        }
    }
}

/// Appends `bytes`, always leaving room for the marker of an overflow.
/// Returns how many bytes were taken.
fn append(
    ring: &mut RingBuffer<'_, u8>,
    overflowed: &Cell<bool>,
    bytes: &[u8],
    overflow: &[u8],
) -> usize {
    let room = ring.available_len().saturating_sub(overflow.len());
    let count = bytes.len().min(room);
    for byte in &bytes[..count] {
        ring.enqueue(*byte);
    }
    let lost = count < bytes.len();
    if lost && !overflowed.get() {
        for byte in overflow {
            ring.enqueue(*byte);
        }
    }
    overflowed.set(lost);
    count
}

impl DebugWriter for UartDebugWriter {
    fn write(&self, bytes: &[u8], overflow: &[u8]) -> usize {
        self.internal_buffer
            .map_or(0, |ring| append(ring, &self.overflowed, bytes, overflow))
    }

    fn publish(&self) -> usize {
        let Some(buffer) = self.output_buffer.take() else {
            // The port is busy; its callback comes back here.
            return 0;
        };
        let count = self.internal_buffer.map_or(0, |ring| {
            let mut count = 0;
            for place in buffer.iter_mut() {
                match ring.dequeue() {
                    Some(byte) => *place = byte,
                    None => break,
                }
                count += 1;
            }
            count
        });
        if count == 0 {
            self.output_buffer.replace(buffer);
            return 0;
        }
        match self.uart.transmit_buffer(buffer, count) {
            Ok(()) => count,
            Err((_, buffer)) => {
                // The output is lost: there is nowhere else to report to.
                self.output_buffer.replace(buffer);
                0
            }
        }
    }

    fn flush(&self, writer: &mut dyn IoWrite) {
        self.internal_buffer.map(|ring| {
            writer.write_ring_buffer(ring);
            ring.empty();
        });
    }

    fn available_len(&self) -> usize {
        self.internal_buffer.map_or(0, |ring| ring.available_len())
    }

    fn to_write_len(&self) -> usize {
        self.internal_buffer.map_or(0, |ring| ring.len())
    }
}

impl uart::TransmitClient for UartDebugWriter {
    fn transmitted_buffer(
        &self,
        tx_buffer: &'static mut [u8],
        _tx_len: usize,
        _rval: Result<(), ErrorCode>,
    ) {
        self.output_buffer.replace(tx_buffer);
        self.publish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::mem::MaybeUninit;

    fn contents(ring: &mut RingBuffer<'_, u8>) -> ([u8; 32], usize) {
        let mut bytes = [0; 32];
        let mut count = 0;
        while let Some(byte) = ring.dequeue() {
            bytes[count] = byte;
            count += 1;
        }
        (bytes, count)
    }

    #[test]
    fn overflow_leaves_one_marker_between_what_fits() {
        let mut space = [MaybeUninit::uninit(); 11];
        let mut ring = RingBuffer::new(&mut space);
        let overflowed = Cell::new(false);
        // Ten places, two of which are kept for the marker.
        assert_eq!(append(&mut ring, &overflowed, b"abcde", b"!!"), 5);
        assert_eq!(append(&mut ring, &overflowed, b"fghij", b"!!"), 3);
        assert_eq!(append(&mut ring, &overflowed, b"klmno", b"!!"), 0);
        let (bytes, count) = contents(&mut ring);
        assert_eq!(&bytes[..count], b"abcdefgh!!");

        assert_eq!(append(&mut ring, &overflowed, b"pq", b"!!"), 2);
        let (bytes, count) = contents(&mut ring);
        assert_eq!(&bytes[..count], b"pq");
    }
}
