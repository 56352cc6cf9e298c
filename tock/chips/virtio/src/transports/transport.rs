// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What every transport does for the drivers.

use crate::devices::{VirtIODeviceDriver, VirtIODeviceType};
use crate::queues::Virtqueue;

/// Why a device could not be brought up.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum VirtIOInitializationError {
    /// There is no VirtIO transport at that place.
    NotAVirtIODevice,
    /// The transport is of another version than 2; that of QEMU is with
    /// `force-legacy=false`.
    InvalidTransportVersion(u32),
    /// The device is not of the type that the driver is for.
    IncorrectDeviceType {
        expected: VirtIODeviceType,
        found: u32,
    },
    /// The device does not offer VirtIO 1, or the driver wants a feature that
    /// is not offered.
    FeatureNegotiationFailed { offered: u64, accepted: Option<u64> },
    /// A queue does not exist, is in use, or is of no possible size.
    VirtqueueNotAvailable(usize),
}

/// A device's registers, whatever bus they are on.
pub trait VirtIOTransport {
    /// Resets the device, negotiates features, gives it `queues`, and sets it
    /// to work. The place of a queue in the slice is its number.
    ///
    /// # Errors
    /// See [`VirtIOInitializationError`]. The device is off then.
    fn initialize(
        &self,
        driver: &dyn VirtIODeviceDriver,
        queues: &'static [&'static dyn Virtqueue],
    ) -> Result<(), VirtIOInitializationError>;

    /// Tells the device that a queue has new buffers.
    fn queue_notify(&self, queue_id: u32);
}
