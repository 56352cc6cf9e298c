// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The devices in the VirtIO slots, which depend on how QEMU was started.

use crate::platform::{NET_RX_BUFFERS, NetHw, RngHw};
use kernel::debug;
use kernel::{static_buf, static_init};
use qemu_rv32_virt_chip::chip::QemuRv32VirtDefaultPeripherals;
use virtio::devices::VirtIODeviceType;
use virtio::devices::virtio_net::{HEADER_LEN, RX_BUFFER_LEN, VirtIONet};
use virtio::devices::virtio_rng::VirtIORng;
use virtio::queues::Virtqueue;
use virtio::queues::split_queue::{
    SplitVirtqueue, VirtqueueAvailableRing, VirtqueueDescriptors, VirtqueueUsedRing,
};
use virtio::transports::VirtIOTransport;
use virtio::transports::mmio::VirtIOMMIODevice;

/// Bytes of random numbers per request to the device.
const RNG_BUFFER_LEN: usize = 64;

/// Makes a queue in static memory of its own.
macro_rules! queue {
    ($SIZE:expr) => {
        static_init!(
            SplitVirtqueue<'static, 'static, { $SIZE }>,
            SplitVirtqueue::new(
                static_init!(VirtqueueDescriptors<{ $SIZE }>, Default::default()),
                static_init!(VirtqueueAvailableRing<{ $SIZE }>, Default::default()),
                static_init!(VirtqueueUsedRing<{ $SIZE }>, Default::default()),
            )
        )
    };
}

/// The first slot with a device of `device_type`.
fn find(
    peripherals: &'static QemuRv32VirtDefaultPeripherals<'static>,
    device_type: VirtIODeviceType,
) -> Option<&'static VirtIOMMIODevice> {
    peripherals
        .virtio_mmio
        .iter()
        .find(|slot| slot.query() == Some(device_type))
}

/// Sets up the source of random numbers, if there is one.
///
/// # Safety
/// To be called once, by the thread that runs the kernel.
pub(crate) unsafe fn rng(
    peripherals: &'static QemuRv32VirtDefaultPeripherals<'static>,
) -> Option<&'static RngHw> {
    let slot = find(peripherals, VirtIODeviceType::EntropySource)?;
    // SAFETY: Static memory is taken once, as the caller vouches.
    let (queue, rng, queues, buffer) = unsafe {
        let queue: &'static SplitVirtqueue<'static, 'static, 1> = queue!(1);
        (
            queue,
            static_init!(RngHw, VirtIORng::new(queue)),
            static_init!([&'static dyn Virtqueue; 1], [queue]),
            static_init!([u8; RNG_BUFFER_LEN], [0; RNG_BUFFER_LEN]),
        )
    };
    let rng: &'static RngHw = rng;
    queue.set_transport(slot);
    queue.set_client(rng);
    if let Err(error) = slot.initialize(rng, queues) {
        debug!("No random numbers: {:?}", error);
        return None;
    }
    if let Err(error) = rng.provide_buffer(buffer) {
        debug!("No random numbers: {:?}", error);
        return None;
    }
    Some(rng)
}

/// Sets up the Ethernet adapter, if there is one.
///
/// # Safety
/// To be called once, by the thread that runs the kernel.
pub(crate) unsafe fn net(
    peripherals: &'static QemuRv32VirtDefaultPeripherals<'static>,
) -> Option<&'static NetHw> {
    let slot = find(peripherals, VirtIODeviceType::NetworkCard)?;
    // SAFETY: Static memory is taken once, as the caller vouches.
    let (rx_queue, tx_queue, net, queues) = unsafe {
        let rx_queue: &'static SplitVirtqueue<'static, 'static, NET_RX_BUFFERS> =
            queue!(NET_RX_BUFFERS);
        let tx_queue: &'static SplitVirtqueue<'static, 'static, 2> = queue!(2);
        let header = static_init!([u8; HEADER_LEN], [0; HEADER_LEN]);
        let buffers = static_buf!([[u8; RX_BUFFER_LEN]; NET_RX_BUFFERS]);
        // In place: on its way over the stack it would be the largest thing
        // that the stack ever holds. Bytes may be anything, so zeroes do.
        buffers.as_mut_ptr().write_bytes(0, 1);
        let buffers = buffers.assume_init_mut();
        (
            rx_queue,
            tx_queue,
            static_init!(NetHw, VirtIONet::new(tx_queue, header, rx_queue, buffers)),
            // Their places are their numbers: receive 0, transmit 1.
            static_init!([&'static dyn Virtqueue; 2], [rx_queue, tx_queue]),
        )
    };
    let net: &'static NetHw = net;
    rx_queue.set_transport(slot);
    rx_queue.set_client(net);
    tx_queue.set_transport(slot);
    tx_queue.set_client(net);
    if let Err(error) = slot.initialize(net, queues) {
        debug!("No Ethernet: {:?}", error);
        return None;
    }
    if let Err(error) = net.initialize() {
        debug!("No Ethernet: {:?}", error);
        return None;
    }
    Some(net)
}
