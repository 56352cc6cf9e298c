// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Ethernet frames.

use crate::errorcode::ErrorCode;

/// Hears of frames sent and received.
pub trait EthernetAdapterDatapathClient {
    /// The end of `transmit_frame`. The time stamp is the adapter's own.
    fn transmit_frame_done(
        &self,
        err: Result<(), ErrorCode>,
        frame_buffer: &'static mut [u8],
        len: u16,
        transmission_identifier: usize,
        timestamp: Option<u64>,
    );

    /// A frame came, without its check sequence.
    fn received_frame(&self, frame: &[u8], timestamp: Option<u64>);
}

/// An adapter.
pub trait EthernetAdapterDatapath<'a> {
    /// Sets who hears of frames.
    fn set_client(&self, client: &'a dyn EthernetAdapterDatapathClient);

    /// Begins to receive.
    fn enable_receive(&self);

    /// Ceases to receive.
    fn disable_receive(&self);

    /// Starts to send the first `len` bytes of `frame_buffer`; the identifier
    /// comes back in the callback.
    ///
    /// # Errors
    ///
    /// Hands the buffer back with the reason; no callback comes then.
    fn transmit_frame(
        &self,
        frame_buffer: &'static mut [u8],
        len: u16,
        transmission_identifier: usize,
    ) -> Result<(), (ErrorCode, &'static mut [u8])>;
}
