// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Sources of the interrupt controller (QEMU, `hw/riscv/virt.h`).

/// The first of the eight VirtIO slots; the others follow.
pub const VIRTIO_MMIO_0: u32 = 1;
pub const VIRTIO_MMIO_1: u32 = 2;
pub const VIRTIO_MMIO_2: u32 = 3;
pub const VIRTIO_MMIO_3: u32 = 4;
pub const VIRTIO_MMIO_4: u32 = 5;
pub const VIRTIO_MMIO_5: u32 = 6;
pub const VIRTIO_MMIO_6: u32 = 7;
pub const VIRTIO_MMIO_7: u32 = 8;
pub const UART0: u32 = 10;
