// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The image for QEMU's riscv32 `virt` machine.

#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod virt;

/// On a host there is no machine to measure on.
#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!("This is a bare image: build it for riscv32imac-unknown-none-elf.");
}
