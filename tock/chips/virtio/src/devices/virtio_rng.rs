// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The entropy device as a random number generator (section 5.4).

use super::{VirtIODeviceDriver, VirtIODeviceType};
use crate::queues::split_queue::{SplitVirtqueue, SplitVirtqueueClient, VirtqueueBuffer};
use core::cell::Cell;
use kernel::ErrorCode;
use kernel::hil::rng::{Client, Continue, Rng};
use kernel::utilities::cells::{OptionalCell, TakeCell};

/// Numbers come straight from the device: none is kept for a later request,
/// and the buffer is cleared after each, so that no number that was handed out
/// stays in the kernel's memory.
pub struct VirtIORng<'a, 'b> {
    virtqueue: &'a SplitVirtqueue<'a, 'b, 1>,
    /// Empty while the device fills it.
    buffer: TakeCell<'b, [u8]>,
    /// Whether there is a buffer, here or with the device.
    has_buffer: Cell<bool>,
    /// A client waits for its callback.
    requested: Cell<bool>,
    client: OptionalCell<&'a dyn Client>,
}

impl VirtIORng<'static, 'static> {
    /// Makes the driver of the device whose only queue is `virtqueue`.
    pub fn new(virtqueue: &'static SplitVirtqueue<'static, 'static, 1>) -> Self {
        VirtIORng {
            virtqueue,
            buffer: TakeCell::empty(),
            has_buffer: Cell::new(false),
            requested: Cell::new(false),
            client: OptionalCell::empty(),
        }
    }

    /// Gives the driver the buffer that it works with, whose whole words are
    /// the numbers of one callback.
    ///
    /// # Errors
    /// `SIZE` if it is too small for one number, `ALREADY` if there is one.
    pub fn provide_buffer(&self, buf: &'static mut [u8]) -> Result<usize, ErrorCode> {
        let len = buf.len();
        if len < size_of::<u32>() {
            return Err(ErrorCode::SIZE);
        }
        if self.has_buffer.replace(true) {
            return Err(ErrorCode::ALREADY);
        }
        self.buffer.replace(buf);
        Ok(len)
    }

    /// Has the device fill the buffer, unless it is doing so.
    fn fill(&self) -> Result<(), ErrorCode> {
        let Some(buf) = self.buffer.take() else {
            // With the device already, or about to be put back by the callback
            // that this is called from: either serves the request.
            return Ok(());
        };
        let len = buf.len();
        let mut chain = [Some(VirtqueueBuffer {
            buf,
            len,
            device_writeable: true,
        })];
        self.virtqueue
            .provide_buffer_chain(&mut chain)
            .inspect_err(|_| {
                if let [Some(buffer)] = chain {
                    self.buffer.replace(buffer.buf);
                }
            })
    }
}

impl Rng<'static> for VirtIORng<'static, 'static> {
    fn get(&self) -> Result<(), ErrorCode> {
        if self.requested.get() {
            return Err(ErrorCode::BUSY);
        }
        if !self.has_buffer.get() {
            return Err(ErrorCode::NOMEM);
        }
        self.fill()?;
        self.requested.set(true);
        Ok(())
    }

    fn cancel(&self) -> Result<(), ErrorCode> {
        // The device cannot be stopped; what it brings is dropped.
        self.requested.set(false);
        Ok(())
    }

    fn set_client(&'static self, client: &'static dyn Client) {
        self.client.set(client);
    }
}

impl SplitVirtqueueClient<'static> for VirtIORng<'static, 'static> {
    fn buffer_chain_ready(
        &self,
        _queue_number: u32,
        buffer_chain: &mut [Option<VirtqueueBuffer<'static>>],
        bytes_used: usize,
    ) {
        let Some(buf) = buffer_chain
            .first_mut()
            .and_then(|buffer| buffer.take())
            .map(|buffer| buffer.buf)
        else {
            return;
        };
        let mut outcome = Continue::Done;
        if self.requested.take() {
            let filled = core::cmp::min(bytes_used, buf.len());
            let (words, _) = buf[..filled].as_chunks::<{ size_of::<u32>() }>();
            let result = if words.is_empty() {
                Err(ErrorCode::FAIL)
            } else {
                Ok(())
            };
            let mut numbers = words.iter().map(|word| u32::from_ne_bytes(*word));
            outcome = self.client.map_or(Continue::Done, |client| {
                client.randomness_available(&mut numbers, result)
            });
        }
        buf.fill(0);
        self.buffer.replace(buf);
        // The client wants more, by its answer or by a request from within the
        // callback, when the buffer was not back yet.
        if matches!(outcome, Continue::More) || self.requested.get() {
            self.requested.set(self.fill().is_ok());
        }
    }
}

impl VirtIODeviceDriver for VirtIORng<'static, 'static> {
    fn negotiate_features(&self, _offered_features: u64) -> Option<u64> {
        // The device type has no features of its own.
        Some(0)
    }

    fn device_type(&self) -> VirtIODeviceType {
        VirtIODeviceType::EntropySource
    }
}

#[cfg(test)]
mod tests;
