// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The devices in the VirtIO slots, which depend on how QEMU was started.

use crate::platform::{NET_RX_BUFFERS, NetHw, RngHw};
use emulated_panel::{EVENT_LEN, EVENTS, KeyPin, Keyboard};
use kernel::{ErrorCode, debug};
use kernel::{static_buf, static_init};
use qemu_rv32_virt_chip::chip::QemuRv32VirtDefaultPeripherals;
use virtio::devices::virtio_net::{HEADER_LEN, RX_BUFFER_LEN, VirtIONet};
use virtio::devices::virtio_rng::VirtIORng;
use virtio::devices::{VirtIODeviceDriver, VirtIODeviceType};
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

/// Introduces the driver to its device. `None`, and a line on the console, when
/// the device refuses.
fn set_up(
    name: &str,
    slot: &'static VirtIOMMIODevice,
    driver: &'static dyn VirtIODeviceDriver,
    queues: &'static [&'static dyn Virtqueue],
) -> Option<()> {
    slot.initialize(driver, queues)
        .inspect_err(|error| debug!("provisioning: {} fails: {:?}", name, error))
        .ok()
        .map(drop)
}

/// Whether the device could be given its buffers.
fn provided<T>(name: &str, outcome: Result<T, ErrorCode>) -> Option<T> {
    outcome
        .inspect_err(|error| debug!("provisioning: {} fails: {:?}", name, error))
        .ok()
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
    set_up("virtio-rng", slot, rng, queues)?;
    provided("virtio-rng", rng.provide_buffer(buffer))?;
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
    set_up("virtio-net", slot, net, queues)?;
    provided("virtio-net", net.initialize())?;
    Some(net)
}

/// Sets up the keyboard, if there is one, so that its keys move `pins`.
///
/// # Safety
/// To be called once, by the thread that runs the kernel.
pub(crate) unsafe fn keyboard(
    peripherals: &'static QemuRv32VirtDefaultPeripherals<'static>,
    pins: &'static [&'static KeyPin],
) -> Option<&'static Keyboard> {
    let slot = find(peripherals, VirtIODeviceType::InputDevice)?;
    // SAFETY: Static memory is taken once, as the caller vouches.
    let (queue, keyboard, queues, buffers) = unsafe {
        let queue: &'static SplitVirtqueue<'static, 'static, EVENTS> = queue!(EVENTS);
        (
            queue,
            static_init!(Keyboard, Keyboard::new(queue, pins)),
            // Events are queue 0; the other one would light LEDs.
            static_init!([&'static dyn Virtqueue; 1], [queue]),
            static_init!([[u8; EVENT_LEN]; EVENTS], [[0; EVENT_LEN]; EVENTS]),
        )
    };
    let keyboard: &'static Keyboard = keyboard;
    queue.set_transport(slot);
    queue.set_client(keyboard);
    set_up("virtio-keyboard", slot, keyboard, queues)?;
    provided("virtio-keyboard", keyboard.provide_buffers(buffers))?;
    Some(keyboard)
}
