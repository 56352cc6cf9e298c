// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The places of the VirtIO slots.

use kernel::utilities::StaticRef;
use virtio::transports::mmio::VirtIOMMIODeviceRegisters;

/// Number of slots. QEMU fills them from the last one on.
pub const SLOTS: usize = 8;

/// Address of slot 0.
const FIRST: usize = 0x1000_1000;

/// Bytes from one slot to the next.
const STRIDE: usize = 0x1000;

/// The registers of slot `number`.
const fn slot(number: usize) -> StaticRef<VirtIOMMIODeviceRegisters> {
    assert!(number < SLOTS);
    // SAFETY: The machine has a slot at this address whether or not a device
    // is in it, and it is accessed by its transport only.
    unsafe { StaticRef::new((FIRST + number * STRIDE) as *const VirtIOMMIODeviceRegisters) }
}

/// The registers of all slots.
pub const VIRTIO_MMIO_BASE: [StaticRef<VirtIOMMIODeviceRegisters>; SLOTS] = [
    slot(0),
    slot(1),
    slot(2),
    slot(3),
    slot(4),
    slot(5),
    slot(6),
    slot(7),
];
