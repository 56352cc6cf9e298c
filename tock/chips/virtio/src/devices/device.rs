// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a transport needs to know of a driver.

/// Types of devices (section 5), as far as they have a use on a small machine.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum VirtIODeviceType {
    NetworkCard = 1,
    BlockDevice = 2,
    Console = 3,
    EntropySource = 4,
    GPUDevice = 16,
    InputDevice = 18,
    SocketDevice = 19,
    CryptoDevice = 20,
}

impl TryFrom<u32> for VirtIODeviceType {
    type Error = ();

    /// # Errors
    /// `Err(())` for a number that has no name here; 0, the empty slot, is one.
    fn try_from(device_id: u32) -> Result<Self, ()> {
        Ok(match device_id {
            1 => Self::NetworkCard,
            2 => Self::BlockDevice,
            3 => Self::Console,
            4 => Self::EntropySource,
            16 => Self::GPUDevice,
            18 => Self::InputDevice,
            19 => Self::SocketDevice,
            20 => Self::CryptoDevice,
            _ => return Err(()),
        })
    }
}

/// A driver as the transport sees it.
pub trait VirtIODeviceDriver {
    /// Chooses among the features that the device offers, those common to all
    /// device types left out; `None` if the device cannot be used.
    fn negotiate_features(&self, offered_features: u64) -> Option<u64>;

    /// The type of device that the driver is for.
    fn device_type(&self) -> VirtIODeviceType;

    /// The device works from now on.
    fn device_initialized(&self) {}
}
