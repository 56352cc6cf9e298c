// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! In the place of the provisioner, with its rights.

#![cfg_attr(target_os = "none", no_std, no_main)]
#![forbid(unsafe_code)]

#[cfg(target_os = "none")]
mod image {
    use libtock::runtime::{set_main, stack_size};

    set_main! {main}
    stack_size! {0x2000}

    fn main() -> ! {
        hostile::process::run("hostile")
    }
}

/// On a host there is no kernel to run on.
#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!("This is a Tock process: build it for riscv32imac-unknown-none-elf.");
}
