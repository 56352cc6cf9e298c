// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The same program for every place that it is installed in.

/// Makes the process with this name, which its lines on the console begin with.
#[macro_export]
macro_rules! process {
    ($name:literal) => {
        #[cfg(target_os = "none")]
        mod image {
            libtock::runtime::set_main! {main}
            libtock::runtime::stack_size! {0x2000}

            fn main() -> ! {
                $crate::process::run($name)
            }
        }

        /// On a host there is no kernel to run on.
        #[cfg(not(target_os = "none"))]
        fn main() {
            eprintln!("This is a Tock process: build it for riscv32imac-unknown-none-elf.");
        }
    };
}
