// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The chip of QEMU's riscv32 `virt` machine.

#![no_std]

pub mod chip;
pub mod clint;
pub mod interrupts;
pub mod plic;
pub mod uart;
pub mod virtio_mmio;
