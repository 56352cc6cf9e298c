// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Peripherals of QEMU's `virt` machines, whatever their processor is.

#![no_std]

pub mod uart;
