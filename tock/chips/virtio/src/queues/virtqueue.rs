// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a transport needs to know of a queue, whatever its layout.

/// Where the three parts of a queue lie in memory.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct VirtqueueAddresses {
    pub descriptor_area: u64,
    pub driver_area: u64,
    pub device_area: u64,
}

/// A queue as the transport sees it.
pub trait Virtqueue {
    /// Serves the device's notice that it has returned buffers.
    fn used_interrupt(&self);

    /// The addresses to hand to the device.
    fn physical_addresses(&self) -> VirtqueueAddresses;

    /// The size to use where the device allows at most `max_elements`; `None`
    /// if there is no possible one.
    fn negotiate_queue_size(&self, max_elements: usize) -> Option<usize>;

    /// Empties the queue and sets its number and its size, one that came from
    /// [`Virtqueue::negotiate_queue_size`]. The device must not hold it.
    fn initialize(&self, queue_number: u32, queue_elements: usize);
}
