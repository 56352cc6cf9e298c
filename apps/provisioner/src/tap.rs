// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The Ethernet tap as a smoltcp device.

use core::marker::PhantomData;

use libtock_ethernet_tap::{EthernetTap, Receiver};
use libtock_platform::Syscalls;
use smoltcp::phy::{self, Device, DeviceCapabilities, Medium};
use smoltcp::time::Instant;

/// Longest frame, in bytes: 1,500 of payload and the Ethernet header.
const MAX_FRAME_LEN: usize = 1_514;

/// The tap and the frames that came last.
pub struct TapDevice<S: Syscalls> {
    receiver: Receiver<S>,
    /// Frames of the receiver's buffer that were handed on already.
    taken: usize,
}

impl<S: Syscalls> TapDevice<S> {
    /// The device over this receiver.
    pub const fn new(receiver: Receiver<S>) -> Self {
        Self { receiver, taken: 0 }
    }
}

impl<S: Syscalls> Device for TapDevice<S> {
    type RxToken<'a>
        = RxToken<'a>
    where
        Self: 'a;
    type TxToken<'a>
        = TxToken<S>
    where
        Self: 'a;

    fn receive(&mut self, _timestamp: Instant) -> Option<(RxToken<'_>, TxToken<S>)> {
        if self.receiver.frames().nth(self.taken).is_none() {
            self.taken = 0;
            // Without a swap there are no new frames; the next wake-up tries
            // again.
            self.receiver.swap().ok()?;
        }
        let frame = self.receiver.frames().nth(self.taken)?;
        self.taken += 1;
        Some((RxToken(frame), TxToken(PhantomData)))
    }

    fn transmit(&mut self, _timestamp: Instant) -> Option<TxToken<S>> {
        Some(TxToken(PhantomData))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = MAX_FRAME_LEN;
        capabilities
    }
}

/// A frame that came.
pub struct RxToken<'a>(&'a [u8]);

impl phy::RxToken for RxToken<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(self.0)
    }
}

/// A frame that may go.
pub struct TxToken<S: Syscalls>(PhantomData<S>);

impl<S: Syscalls> phy::TxToken for TxToken<S> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut frame = [0; MAX_FRAME_LEN];
        let end = len.min(MAX_FRAME_LEN);
        let result = f(&mut frame[..end]);
        // A frame that was not sent is a frame that was lost on the way: what
        // must arrive is sent again by TCP, or asked for again.
        let _ = EthernetTap::<S>::transmit(&frame[..end]);
        result
    }
}
