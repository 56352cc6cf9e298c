// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The network device as an Ethernet adapter (section 5.1).
//!
//! Every receive buffer but the one that the client looks at is with the
//! device, so that frames which arrive meanwhile have a place.

use super::{VirtIODeviceDriver, VirtIODeviceType};
use crate::queues::split_queue::{SplitVirtqueue, SplitVirtqueueClient, VirtqueueBuffer};
use core::cell::Cell;
use kernel::ErrorCode;
use kernel::hil::ethernet::{EthernetAdapterDatapath, EthernetAdapterDatapathClient};
use kernel::utilities::cells::{OptionalCell, TakeCell};

/// Bytes before each frame: `virtio_net_hdr` of a VirtIO 1 device.
pub const HEADER_LEN: usize = 12;

/// Greatest frame without its check sequence: header with a VLAN tag and 1500
/// bytes of payload.
pub const MAX_FRAME_LEN: usize = 1518;

/// Length of a receive buffer: one frame and the header before it.
pub const RX_BUFFER_LEN: usize = HEADER_LEN + MAX_FRAME_LEN;

/// Numbers of the queues, fixed by the specification.
pub const RX_QUEUE: u32 = 0;
/// See [`RX_QUEUE`].
pub const TX_QUEUE: u32 = 1;

/// A frame that the device is sending.
#[derive(Copy, Clone)]
struct Transmission {
    len: u16,
    identifier: usize,
}

/// The driver, with up to `RX_BUFFERS` receive buffers.
pub struct VirtIONet<'a, const RX_BUFFERS: usize> {
    rx_queue: &'a SplitVirtqueue<'a, 'a, RX_BUFFERS>,
    tx_queue: &'a SplitVirtqueue<'a, 'a, 2>,
    /// Buffers that have not been given to the device yet.
    rx_buffers: TakeCell<'a, [[u8; RX_BUFFER_LEN]; RX_BUFFERS]>,
    /// Empty while a frame is being sent.
    tx_header: TakeCell<'a, [u8]>,
    transmission: Cell<Option<Transmission>>,
    receiving: Cell<bool>,
    client: OptionalCell<&'a dyn EthernetAdapterDatapathClient>,
}

impl<const RX_BUFFERS: usize> VirtIONet<'static, RX_BUFFERS> {
    /// Makes the driver. The transport's queues 0 and 1 are `rx_queue` and
    /// `tx_queue`, whose client is the driver.
    pub fn new(
        tx_queue: &'static SplitVirtqueue<'static, 'static, 2>,
        tx_header: &'static mut [u8; HEADER_LEN],
        rx_queue: &'static SplitVirtqueue<'static, 'static, RX_BUFFERS>,
        rx_buffers: &'static mut [[u8; RX_BUFFER_LEN]; RX_BUFFERS],
    ) -> Self {
        // All zero: no checksum is left to the device and the frame is whole.
        tx_header.fill(0);
        VirtIONet {
            rx_queue,
            tx_queue,
            rx_buffers: TakeCell::new(rx_buffers),
            tx_header: TakeCell::new(tx_header),
            transmission: Cell::new(None),
            receiving: Cell::new(false),
            client: OptionalCell::empty(),
        }
    }

    /// Gives the device the receive buffers. The transport has to be
    /// initialized before, and frames are dropped until
    /// [`EthernetAdapterDatapath::enable_receive`].
    ///
    /// # Errors
    /// `ALREADY` the second time; otherwise see
    /// [`SplitVirtqueue::provide_buffer_chain`].
    pub fn initialize(&self) -> Result<(), ErrorCode> {
        // A device with a smaller queue than the driver's gets fewer buffers.
        let room = self.rx_queue.free_descriptor_count();
        if room == 0 && self.rx_buffers.is_some() {
            return Err(ErrorCode::OFF);
        }
        let buffers = self.rx_buffers.take().ok_or(ErrorCode::ALREADY)?;
        for buffer in buffers.iter_mut().take(room) {
            self.provide_receive_buffer(buffer)?;
        }
        Ok(())
    }

    fn provide_receive_buffer(&self, buf: &'static mut [u8]) -> Result<(), ErrorCode> {
        let len = buf.len();
        self.rx_queue
            .provide_buffer_chain(&mut [Some(VirtqueueBuffer {
                buf,
                len,
                device_writeable: true,
            })])
    }

    fn frame_received(&self, chain: &mut [Option<VirtqueueBuffer<'static>>], bytes_used: usize) {
        let Some(buffer) = chain.first_mut().and_then(|buffer| buffer.take()) else {
            return;
        };
        if self.receiving.get() {
            let end = core::cmp::min(bytes_used, buffer.len);
            if let Some(frame) = buffer.buf.get(HEADER_LEN..end)
                && !frame.is_empty()
            {
                self.client.map(|client| client.received_frame(frame, None));
            }
        }
        // The descriptor that it came with is free, so there is room for it.
        let provided = self.provide_receive_buffer(buffer.buf);
        debug_assert_eq!(provided, Ok(()));
    }

    fn frame_transmitted(&self, chain: &mut [Option<VirtqueueBuffer<'static>>]) {
        let mut buffers = chain.iter_mut().filter_map(|buffer| buffer.take());
        if let Some(header) = buffers.next() {
            self.tx_header.replace(header.buf);
        }
        if let (Some(frame), Some(transmission)) = (buffers.next(), self.transmission.take()) {
            self.client.map(|client| {
                client.transmit_frame_done(
                    Ok(()),
                    frame.buf,
                    transmission.len,
                    transmission.identifier,
                    None,
                )
            });
        }
    }
}

impl<const RX_BUFFERS: usize> EthernetAdapterDatapath<'static> for VirtIONet<'static, RX_BUFFERS> {
    fn set_client(&self, client: &'static dyn EthernetAdapterDatapathClient) {
        self.client.set(client);
    }

    fn enable_receive(&self) {
        self.receiving.set(true);
    }

    fn disable_receive(&self) {
        // The buffers stay with the device, which cannot give them back; what
        // it brings is dropped.
        self.receiving.set(false);
    }

    fn transmit_frame(
        &self,
        frame_buffer: &'static mut [u8],
        len: u16,
        transmission_identifier: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])> {
        let frame_len = usize::from(len);
        if frame_len == 0 || frame_len > frame_buffer.len() || frame_len > MAX_FRAME_LEN {
            return Err((ErrorCode::SIZE, frame_buffer));
        }
        let Some(header) = self.tx_header.take() else {
            return Err((ErrorCode::BUSY, frame_buffer));
        };

        let header_len = header.len();
        let mut chain = [
            Some(VirtqueueBuffer {
                buf: header,
                len: header_len,
                device_writeable: false,
            }),
            Some(VirtqueueBuffer {
                buf: frame_buffer,
                len: frame_len,
                device_writeable: false,
            }),
        ];
        self.transmission.set(Some(Transmission {
            len,
            identifier: transmission_identifier,
        }));
        match self.tx_queue.provide_buffer_chain(&mut chain) {
            Ok(()) => Ok(()),
            Err(error) => {
                self.transmission.set(None);
                let [header, frame] = chain;
                self.tx_header.put(header.map(|buffer| buffer.buf));
                match frame {
                    Some(frame) => Err((error, frame.buf)),
                    // A refused chain is left as it was.
                    None => Ok(()),
                }
            }
        }
    }
}

impl<const RX_BUFFERS: usize> SplitVirtqueueClient<'static> for VirtIONet<'static, RX_BUFFERS> {
    fn buffer_chain_ready(
        &self,
        queue_number: u32,
        buffer_chain: &mut [Option<VirtqueueBuffer<'static>>],
        bytes_used: usize,
    ) {
        match queue_number {
            RX_QUEUE => self.frame_received(buffer_chain, bytes_used),
            TX_QUEUE => self.frame_transmitted(buffer_chain),
            _ => (),
        }
    }
}

impl<const RX_BUFFERS: usize> VirtIODeviceDriver for VirtIONet<'static, RX_BUFFERS> {
    fn negotiate_features(&self, _offered_features: u64) -> Option<u64> {
        // Plain frames only: no offloading, no merged buffers. Without a
        // control queue the device passes frames to any address, and the host
        // behind the adapter filters.
        Some(0)
    }

    fn device_type(&self) -> VirtIODeviceType {
        VirtIODeviceType::NetworkCard
    }
}

#[cfg(test)]
mod tests;
