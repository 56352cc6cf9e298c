// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The hello tenant.

#![cfg_attr(target_os = "none", no_std, no_main)]
#![forbid(unsafe_code)]

#[cfg(target_os = "none")]
mod process;

/// On a host there is no kernel to run on.
#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!("This is a Tock process: build it for riscv32imac-unknown-none-elf.");
}
