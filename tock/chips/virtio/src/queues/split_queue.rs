// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Split virtqueues (section 2.6).
//!
//! The descriptor table says where buffers are, the available ring which
//! chains of them the device may use, the used ring which it has done with.
//! While a buffer is with the device, no reference to it exists: the queue
//! keeps its address and length and makes the reference again when the device
//! has returned it.

use super::{Virtqueue, VirtqueueAddresses};
use crate::fence::device_fence;
use crate::transports::VirtIOTransport;
use core::cell::Cell;
use core::ptr::NonNull;
use kernel::ErrorCode;
use kernel::utilities::cells::OptionalCell;
use kernel::utilities::registers::InMemoryRegister;
use kernel::utilities::registers::interfaces::{Readable, Writeable};

/// Descriptor flag: the chain goes on at `next`.
const DESCRIPTOR_NEXT: u16 = 1 << 0;
/// Descriptor flag: the device writes the buffer, else it reads it.
const DESCRIPTOR_WRITE: u16 = 1 << 1;
/// Flag in the used ring: the device needs no notification.
const USED_NO_NOTIFY: u16 = 1 << 0;

/// One entry of the descriptor table (2.6.5).
#[repr(C)]
struct Descriptor {
    address: InMemoryRegister<u64>,
    length: InMemoryRegister<u32>,
    flags: InMemoryRegister<u16>,
    next: InMemoryRegister<u16>,
}

/// The descriptor table. Its alignment is the specification's.
#[repr(C, align(16))]
pub struct VirtqueueDescriptors<const MAX_QUEUE_SIZE: usize>([Descriptor; MAX_QUEUE_SIZE]);

impl<const MAX_QUEUE_SIZE: usize> Default for VirtqueueDescriptors<MAX_QUEUE_SIZE> {
    fn default() -> Self {
        VirtqueueDescriptors(core::array::from_fn(|_| Descriptor {
            address: InMemoryRegister::new(0),
            length: InMemoryRegister::new(0),
            flags: InMemoryRegister::new(0),
            next: InMemoryRegister::new(0),
        }))
    }
}

/// The available ring (2.6.6): the driver writes, the device reads.
#[repr(C, align(2))]
pub struct VirtqueueAvailableRing<const MAX_QUEUE_SIZE: usize> {
    flags: InMemoryRegister<u16>,
    index: InMemoryRegister<u16>,
    ring: [InMemoryRegister<u16>; MAX_QUEUE_SIZE],
    used_event: InMemoryRegister<u16>,
}

impl<const MAX_QUEUE_SIZE: usize> Default for VirtqueueAvailableRing<MAX_QUEUE_SIZE> {
    fn default() -> Self {
        VirtqueueAvailableRing {
            flags: InMemoryRegister::new(0),
            index: InMemoryRegister::new(0),
            ring: core::array::from_fn(|_| InMemoryRegister::new(0)),
            used_event: InMemoryRegister::new(0),
        }
    }
}

#[repr(C)]
struct UsedElement {
    /// Head of the chain.
    id: InMemoryRegister<u32>,
    /// Bytes that the device has written into it.
    length: InMemoryRegister<u32>,
}

/// The used ring (2.6.8): the device writes, the driver reads.
#[repr(C, align(4))]
pub struct VirtqueueUsedRing<const MAX_QUEUE_SIZE: usize> {
    flags: InMemoryRegister<u16>,
    index: InMemoryRegister<u16>,
    ring: [UsedElement; MAX_QUEUE_SIZE],
    available_event: InMemoryRegister<u16>,
}

impl<const MAX_QUEUE_SIZE: usize> Default for VirtqueueUsedRing<MAX_QUEUE_SIZE> {
    fn default() -> Self {
        VirtqueueUsedRing {
            flags: InMemoryRegister::new(0),
            index: InMemoryRegister::new(0),
            ring: core::array::from_fn(|_| UsedElement {
                id: InMemoryRegister::new(0),
                length: InMemoryRegister::new(0),
            }),
            available_event: InMemoryRegister::new(0),
        }
    }
}

/// A buffer on its way to or from the device.
#[derive(Debug)]
pub struct VirtqueueBuffer<'b> {
    pub buf: &'b mut [u8],
    /// Bytes of `buf` that take part, from its start.
    pub len: usize,
    /// Whether the device writes the buffer, else it reads it.
    pub device_writeable: bool,
}

/// Gets buffers back from the device.
pub trait SplitVirtqueueClient<'b> {
    /// The device has done with a chain. `bytes_used` is how many bytes it
    /// claims to have written.
    ///
    /// The client takes the buffers out of `buffer_chain`; one that it leaves
    /// there is lost.
    fn buffer_chain_ready(
        &self,
        queue_number: u32,
        buffer_chain: &mut [Option<VirtqueueBuffer<'b>>],
        bytes_used: usize,
    );
}

/// What the queue knows of a descriptor in use. The device cannot write this,
/// so that a chain is sound whatever stands in the table.
struct Lent {
    start: NonNull<u8>,
    /// Length of the whole buffer.
    capacity: usize,
    len: usize,
    device_writeable: bool,
    /// The chain begins here.
    is_head: bool,
    next: Option<usize>,
}

/// A queue of at most `MAX_QUEUE_SIZE` descriptors, a power of two.
pub struct SplitVirtqueue<'a, 'b, const MAX_QUEUE_SIZE: usize> {
    descriptors: &'a VirtqueueDescriptors<MAX_QUEUE_SIZE>,
    available_ring: &'a VirtqueueAvailableRing<MAX_QUEUE_SIZE>,
    used_ring: &'a VirtqueueUsedRing<MAX_QUEUE_SIZE>,
    /// Descriptors in use; 0 before initialization.
    queue_size: Cell<usize>,
    queue_number: Cell<u32>,
    /// Used index up to which buffers have been taken back.
    last_used: Cell<u16>,
    lent: [OptionalCell<Lent>; MAX_QUEUE_SIZE],
    client: OptionalCell<&'a dyn SplitVirtqueueClient<'b>>,
    transport: OptionalCell<&'a dyn VirtIOTransport>,
}

impl<const MAX_QUEUE_SIZE: usize> SplitVirtqueue<'static, 'static, MAX_QUEUE_SIZE> {
    /// Makes a queue in memory that nothing else uses.
    pub fn new(
        descriptors: &'static mut VirtqueueDescriptors<MAX_QUEUE_SIZE>,
        available_ring: &'static mut VirtqueueAvailableRing<MAX_QUEUE_SIZE>,
        used_ring: &'static mut VirtqueueUsedRing<MAX_QUEUE_SIZE>,
    ) -> Self {
        const {
            assert!(MAX_QUEUE_SIZE.is_power_of_two() && MAX_QUEUE_SIZE <= 32768);
        }
        SplitVirtqueue {
            descriptors,
            available_ring,
            used_ring,
            queue_size: Cell::new(0),
            queue_number: Cell::new(0),
            last_used: Cell::new(0),
            lent: core::array::from_fn(|_| OptionalCell::empty()),
            client: OptionalCell::empty(),
            transport: OptionalCell::empty(),
        }
    }

    /// Sets who gets the buffers back.
    pub fn set_client(&self, client: &'static dyn SplitVirtqueueClient<'static>) {
        self.client.set(client);
    }

    /// Sets the transport to notify of new buffers.
    pub fn set_transport(&self, transport: &'static dyn VirtIOTransport) {
        self.transport.set(transport);
    }

    /// Descriptors that are with nobody.
    pub fn free_descriptor_count(&self) -> usize {
        self.lent[..self.queue_size.get()]
            .iter()
            .filter(|lent| lent.is_none())
            .count()
    }

    /// Gives the device a chain of buffers, those that it reads first. The
    /// buffers are taken out of `buffer_chain`.
    ///
    /// # Errors
    /// The chain is left untouched then.
    /// - `OFF`: the queue is not initialized.
    /// - `INVAL`: the chain is empty or a place in it is.
    /// - `SIZE`: a length is 0 or greater than the buffer.
    /// - `NOMEM`: not enough free descriptors.
    pub fn provide_buffer_chain(
        &self,
        buffer_chain: &mut [Option<VirtqueueBuffer<'static>>],
    ) -> Result<(), ErrorCode> {
        let queue_size = self.queue_size.get();
        if queue_size == 0 {
            return Err(ErrorCode::OFF);
        }
        if buffer_chain.is_empty() {
            return Err(ErrorCode::INVAL);
        }
        for buffer in buffer_chain.iter() {
            let buffer = buffer.as_ref().ok_or(ErrorCode::INVAL)?;
            if buffer.len == 0 || buffer.len > buffer.buf.len() || buffer.len > u32::MAX as usize {
                return Err(ErrorCode::SIZE);
            }
        }
        if self.free_descriptor_count() < buffer_chain.len() {
            return Err(ErrorCode::NOMEM);
        }

        // From the end of the chain to its head, so that each descriptor knows
        // the one after it.
        let mut next = None;
        let last = buffer_chain.len() - 1;
        for (position, place) in buffer_chain.iter_mut().enumerate().rev() {
            let (Some(buffer), Some(index)) = (place.take(), self.free_descriptor()) else {
                // Both have been checked above.
                return Err(ErrorCode::FAIL);
            };
            debug_assert_eq!(position == last, next.is_none());
            self.lend(index, buffer, position == 0, next);
            next = Some(index);
        }
        let Some(head) = next else {
            return Err(ErrorCode::FAIL);
        };

        let index = self.available_ring.index.get();
        self.available_ring.ring[usize::from(index) % queue_size].set((head as u16).to_le());
        device_fence();
        self.available_ring.index.set(index.wrapping_add(1));
        device_fence();
        if u16::from_le(self.used_ring.flags.get()) & USED_NO_NOTIFY == 0 {
            self.transport
                .map(|transport| transport.queue_notify(self.queue_number.get()));
        }
        Ok(())
    }

    fn free_descriptor(&self) -> Option<usize> {
        self.lent[..self.queue_size.get()]
            .iter()
            .position(|lent| lent.is_none())
    }

    /// Puts a buffer into the table.
    fn lend(
        &self,
        index: usize,
        buffer: VirtqueueBuffer<'static>,
        is_head: bool,
        next: Option<usize>,
    ) {
        let capacity = buffer.buf.len();
        let start = NonNull::from(buffer.buf).cast::<u8>();
        let mut flags = 0;
        if buffer.device_writeable {
            flags |= DESCRIPTOR_WRITE;
        }
        if next.is_some() {
            flags |= DESCRIPTOR_NEXT;
        }
        let descriptor = &self.descriptors.0[index];
        // Exposing the address lets the device write there as far as the
        // language is concerned.
        let address = start.as_ptr().expose_provenance() as u64;
        descriptor.address.set(address.to_le());
        descriptor.length.set((buffer.len as u32).to_le());
        descriptor.flags.set(flags.to_le());
        descriptor.next.set((next.unwrap_or(0) as u16).to_le());
        self.lent[index].set(Lent {
            start,
            capacity,
            len: buffer.len,
            device_writeable: buffer.device_writeable,
            is_head,
            next,
        });
    }

    /// Takes the next chain that the device has done with, and the number of
    /// bytes that it says it has written.
    pub fn pop_used_buffer_chain(
        &self,
    ) -> Option<([Option<VirtqueueBuffer<'static>>; MAX_QUEUE_SIZE], usize)> {
        let queue_size = self.queue_size.get();
        loop {
            let last_used = self.last_used.get();
            if queue_size == 0 || last_used == u16::from_le(self.used_ring.index.get()) {
                return None;
            }
            // The element and the buffers are read after the index.
            device_fence();
            let element = &self.used_ring.ring[usize::from(last_used) % queue_size];
            let head = u32::from_le(element.id.get()) as usize;
            let length = u32::from_le(element.length.get()) as usize;
            self.last_used.set(last_used.wrapping_add(1));

            // A device that returns what it was not given is ignored.
            let is_head = self.lent.get(head).is_some_and(|cell| {
                let lent = cell.take();
                let is_head = lent.as_ref().is_some_and(|lent| lent.is_head);
                cell.insert(lent);
                is_head
            });
            if is_head {
                return Some((self.take_back(head), length));
            }
        }
    }

    /// Makes references again to the buffers of the chain at `head`.
    fn take_back(&self, head: usize) -> [Option<VirtqueueBuffer<'static>>; MAX_QUEUE_SIZE] {
        let mut chain = [const { None }; MAX_QUEUE_SIZE];
        let mut next = Some(head);
        for place in chain.iter_mut() {
            let Some(lent) = next.and_then(|index| self.lent[index].take()) else {
                break;
            };
            // SAFETY: `start` and `capacity` came from a `&'static mut [u8]`
            // that was given up when it was lent, and the entry was taken out
            // just now, so this is the one reference. The device has returned
            // the chain and, after the fence, its writes are visible.
            let buf =
                unsafe { core::slice::from_raw_parts_mut(lent.start.as_ptr(), lent.capacity) };
            *place = Some(VirtqueueBuffer {
                buf,
                len: lent.len,
                device_writeable: lent.device_writeable,
            });
            next = lent.next;
        }
        chain
    }
}

impl<const MAX_QUEUE_SIZE: usize> Virtqueue for SplitVirtqueue<'static, 'static, MAX_QUEUE_SIZE> {
    fn used_interrupt(&self) {
        while let Some((mut chain, bytes_used)) = self.pop_used_buffer_chain() {
            let length = chain.iter().take_while(|buffer| buffer.is_some()).count();
            self.client.map(|client| {
                client.buffer_chain_ready(self.queue_number.get(), &mut chain[..length], bytes_used)
            });
        }
    }

    fn physical_addresses(&self) -> VirtqueueAddresses {
        // The kernel runs without address translation.
        let address = |part: *const ()| part.expose_provenance() as u64;
        VirtqueueAddresses {
            descriptor_area: address(core::ptr::from_ref(self.descriptors).cast()),
            driver_area: address(core::ptr::from_ref(self.available_ring).cast()),
            device_area: address(core::ptr::from_ref(self.used_ring).cast()),
        }
    }

    fn negotiate_queue_size(&self, max_elements: usize) -> Option<usize> {
        // The greatest power of two that both allow.
        let most = core::cmp::min(max_elements, MAX_QUEUE_SIZE);
        most.checked_ilog2().map(|exponent| 1 << exponent)
    }

    fn initialize(&self, queue_number: u32, queue_elements: usize) {
        self.queue_number.set(queue_number);
        self.queue_size
            .set(core::cmp::min(queue_elements, MAX_QUEUE_SIZE));
        self.last_used.set(0);
        self.available_ring.flags.set(0);
        self.available_ring.index.set(0);
        self.available_ring.used_event.set(0);
        self.used_ring.flags.set(0);
        self.used_ring.index.set(0);
        self.used_ring.available_event.set(0);
        device_fence();
    }
}

#[cfg(test)]
pub(crate) mod tests;
