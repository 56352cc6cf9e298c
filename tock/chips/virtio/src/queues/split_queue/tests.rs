// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The queue against a model of a device that follows the specification.

use super::*;
use crate::devices::VirtIODeviceDriver;
use crate::transports::VirtIOInitializationError;
use core::cell::RefCell;
use std::boxed::Box;
use std::vec;
use std::vec::Vec;

const SIZE: usize = 4;

type Queue = SplitVirtqueue<'static, 'static, SIZE>;

/// Counts notifications.
#[derive(Default)]
struct Transport {
    notified: RefCell<Vec<u32>>,
}

impl VirtIOTransport for Transport {
    fn initialize(
        &self,
        _driver: &dyn VirtIODeviceDriver,
        _queues: &'static [&'static dyn Virtqueue],
    ) -> Result<(), VirtIOInitializationError> {
        Ok(())
    }

    fn queue_notify(&self, queue_id: u32) {
        self.notified.borrow_mut().push(queue_id);
    }
}

/// A chain that came back: length and first byte of each buffer, and the bytes
/// used.
type Returned = (Vec<(usize, u8)>, usize);

/// Remembers what came back.
#[derive(Default)]
struct Client {
    returned: RefCell<Vec<Returned>>,
}

impl SplitVirtqueueClient<'static> for Client {
    fn buffer_chain_ready(
        &self,
        _queue_number: u32,
        chain: &mut [Option<VirtqueueBuffer<'static>>],
        bytes_used: usize,
    ) {
        let buffers = chain
            .iter_mut()
            .map(|buffer| buffer.take().unwrap())
            .map(|buffer| (buffer.len, buffer.buf[0]))
            .collect();
        self.returned.borrow_mut().push((buffers, bytes_used));
    }
}

/// A queue with its transport and client.
struct Setup {
    queue: &'static Queue,
    transport: &'static Transport,
    client: &'static Client,
}

pub(crate) fn leak<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

/// An initialized queue in memory of its own.
pub(crate) fn queue<const SIZE: usize>(
    number: u32,
) -> &'static SplitVirtqueue<'static, 'static, SIZE> {
    let queue = leak(SplitVirtqueue::new(
        leak(Default::default()),
        leak(Default::default()),
        leak(Default::default()),
    ));
    queue.initialize(number, SIZE);
    queue
}

fn setup() -> Setup {
    let queue: &'static Queue = queue(3);
    let transport: &'static Transport = leak(Transport::default());
    let client: &'static Client = leak(Client::default());
    queue.set_transport(transport);
    queue.set_client(client);
    Setup {
        queue,
        transport,
        client,
    }
}

fn buffer(fill: u8, len: usize, device_writeable: bool) -> Option<VirtqueueBuffer<'static>> {
    Some(VirtqueueBuffer {
        buf: Vec::leak(vec![fill; 8]),
        len,
        device_writeable,
    })
}

/// The device's side of a queue.
impl<const SIZE: usize> SplitVirtqueue<'static, 'static, SIZE> {
    /// The chain at place `index` of the available ring, as the device reads
    /// it: its head, and address, length and "writes" of each descriptor.
    pub(crate) fn available(&self, index: usize) -> (usize, Vec<(usize, usize, bool)>) {
        let head = usize::from(self.available_ring.ring[index % SIZE].get());
        let mut chain = Vec::new();
        let mut at = head;
        loop {
            let descriptor = &self.descriptors.0[at];
            let flags = descriptor.flags.get();
            chain.push((
                descriptor.address.get() as usize,
                descriptor.length.get() as usize,
                flags & DESCRIPTOR_WRITE != 0,
            ));
            if flags & DESCRIPTOR_NEXT == 0 {
                return (head, chain);
            }
            at = usize::from(descriptor.next.get());
        }
    }

    /// Chains that the device was ever given.
    pub(crate) fn given(&self) -> usize {
        usize::from(self.available_ring.index.get())
    }

    /// The device returns the chain at `head`.
    pub(crate) fn device_returns(&self, head: usize, bytes: u32) {
        let ring = self.used_ring;
        let index = ring.index.get();
        let element = &ring.ring[usize::from(index) % SIZE];
        element.id.set(head as u32);
        element.length.set(bytes);
        ring.index.set(index.wrapping_add(1));
    }

    /// The device writes `bytes` to the first buffer of the chain at place
    /// `index` of the available ring and returns it.
    pub(crate) fn device_writes(&self, index: usize, bytes: &[u8]) {
        let (head, chain) = self.available(index);
        let (address, length, writeable) = chain[0];
        assert!(writeable && bytes.len() <= length);
        let start = core::ptr::with_exposed_provenance_mut::<u8>(address);
        // SAFETY: The buffer is leaked memory of that length, and it is with
        // the device, that is, here.
        unsafe { core::slice::from_raw_parts_mut(start, bytes.len()) }.copy_from_slice(bytes);
        self.device_returns(head, bytes.len() as u32);
    }
}

impl Setup {
    fn available(&self, index: usize) -> (usize, Vec<(usize, usize, bool)>) {
        self.queue.available(index)
    }

    fn device_returns(&self, head: usize, bytes: u32) {
        self.queue.device_returns(head, bytes);
    }

    fn returned(&self) -> Vec<Returned> {
        self.queue.used_interrupt();
        self.client.returned.take()
    }
}

#[test]
fn the_device_sees_a_chain_in_order_and_is_notified() {
    let setup = setup();
    let mut chain = [buffer(1, 8, false), buffer(2, 5, true)];
    let addresses = chain
        .each_ref()
        .map(|buffer| buffer.as_ref().unwrap().buf.as_ptr().addr());
    assert_eq!(setup.queue.provide_buffer_chain(&mut chain), Ok(()));

    assert!(chain.iter().all(Option::is_none));
    assert_eq!(setup.queue.available_ring.index.get(), 1);
    let (_, seen) = setup.available(0);
    assert_eq!(seen, [(addresses[0], 8, false), (addresses[1], 5, true)]);
    assert_eq!(setup.transport.notified.take(), [3]);
    assert_eq!(setup.queue.free_descriptor_count(), SIZE - 2);
}

#[test]
fn what_the_device_writes_comes_back_to_the_client() {
    let setup = setup();
    let mut chain = [buffer(1, 8, false), buffer(2, 5, true)];
    setup.queue.provide_buffer_chain(&mut chain).unwrap();
    let (head, seen) = setup.available(0);
    let written = core::ptr::with_exposed_provenance_mut::<u8>(seen[1].0);
    // SAFETY: The buffer was leaked and is with the device, that is, here.
    unsafe { written.write(9) };
    setup.device_returns(head, 1);

    assert_eq!(setup.returned(), [(vec![(8, 1), (5, 9)], 1)]);
    assert_eq!(setup.queue.free_descriptor_count(), SIZE);
    assert_eq!(setup.returned(), []);
}

#[test]
fn chains_come_back_in_the_devices_order() {
    let setup = setup();
    for fill in [1, 2, 3] {
        let mut chain = [buffer(fill, 8, true)];
        setup.queue.provide_buffer_chain(&mut chain).unwrap();
    }
    for index in [2, 0, 1] {
        setup.device_returns(setup.available(index).0, 8);
    }
    let firsts: Vec<u8> = setup.returned().iter().map(|(b, _)| b[0].1).collect();
    assert_eq!(firsts, [3, 1, 2]);
}

#[test]
fn indices_wrap_around() {
    let setup = setup();
    // Start close to the end of 16 bits.
    let start = u16::MAX - 2;
    setup.queue.available_ring.index.set(start);
    setup.queue.used_ring.index.set(start);
    setup.queue.last_used.set(start);
    for round in 0..6u32 {
        let mut chain = [buffer(1, 8, true)];
        setup.queue.provide_buffer_chain(&mut chain).unwrap();
        let index = usize::from(start.wrapping_add(round as u16));
        setup.device_returns(setup.available(index).0, round);
        assert_eq!(setup.returned(), [(vec![(8, 1)], round as usize)]);
    }
    assert_eq!(setup.queue.available_ring.index.get(), 3);
}

#[test]
fn a_full_queue_refuses_and_leaves_the_chain() {
    let setup = setup();
    for _ in 0..SIZE {
        let mut chain = [buffer(1, 8, true)];
        setup.queue.provide_buffer_chain(&mut chain).unwrap();
    }
    let mut chain = [buffer(7, 8, true)];
    let result = setup.queue.provide_buffer_chain(&mut chain);
    assert_eq!(result, Err(ErrorCode::NOMEM));
    assert!(chain[0].is_some());
}

#[test]
fn impossible_chains_are_refused_whole() {
    let setup = setup();
    let refuse = |chain: &mut [Option<VirtqueueBuffer<'static>>]| {
        setup.queue.provide_buffer_chain(chain).unwrap_err()
    };
    assert_eq!(refuse(&mut []), ErrorCode::INVAL);
    let mut hole = [buffer(1, 8, true), None];
    assert_eq!(refuse(&mut hole), ErrorCode::INVAL);
    assert!(hole[0].is_some());
    assert_eq!(refuse(&mut [buffer(1, 0, true)]), ErrorCode::SIZE);
    assert_eq!(refuse(&mut [buffer(1, 9, true)]), ErrorCode::SIZE);
    assert_eq!(setup.transport.notified.take(), []);
    assert_eq!(setup.queue.free_descriptor_count(), SIZE);
}

#[test]
fn an_uninitialized_queue_is_off() {
    let queue = Queue::new(
        leak(Default::default()),
        leak(Default::default()),
        leak(Default::default()),
    );
    let result = queue.provide_buffer_chain(&mut [buffer(1, 8, true)]);
    assert_eq!(result, Err(ErrorCode::OFF));
    queue.used_interrupt();
}

#[test]
fn chains_that_were_not_given_are_ignored() {
    let setup = setup();
    let mut chain = [buffer(1, 8, false), buffer(2, 8, true)];
    setup.queue.provide_buffer_chain(&mut chain).unwrap();
    let (head, _) = setup.available(0);
    let second = usize::from(setup.queue.descriptors.0[head].next.get());
    for nonsense in [second, SIZE, 0xffff_ffff] {
        setup.device_returns(nonsense, 1);
    }
    assert_eq!(setup.returned(), []);
    setup.device_returns(head, 1);
    setup.device_returns(head, 1);
    assert_eq!(setup.returned().len(), 1);
}

#[test]
fn a_device_that_wants_no_notification_gets_none() {
    let setup = setup();
    setup.queue.used_ring.flags.set(USED_NO_NOTIFY);
    let mut chain = [buffer(1, 8, true)];
    setup.queue.provide_buffer_chain(&mut chain).unwrap();
    assert_eq!(setup.transport.notified.take(), []);
}

#[test]
fn the_size_is_a_power_of_two_that_both_allow() {
    let queue = setup().queue;
    for (max, size) in [
        (0, None),
        (1, Some(1)),
        (3, Some(2)),
        (4, Some(4)),
        (1024, Some(4)),
    ] {
        assert_eq!(queue.negotiate_queue_size(max), size);
    }
}

#[test]
fn the_parts_are_aligned_as_the_device_wants() {
    let addresses = setup().queue.physical_addresses();
    assert_eq!(addresses.descriptor_area % 16, 0);
    assert_eq!(addresses.driver_area % 2, 0);
    assert_eq!(addresses.device_area % 4, 0);
    assert_eq!(size_of::<VirtqueueDescriptors<SIZE>>(), 16 * SIZE);
    assert_eq!(size_of::<VirtqueueAvailableRing<SIZE>>(), 6 + 2 * SIZE);
    assert_eq!(core::mem::offset_of!(VirtqueueUsedRing<SIZE>, ring), 4);
    assert_eq!(size_of::<UsedElement>(), 8);
}
