// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The kernel image for the board.

#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod image {
    use kernel::{capabilities, create_capability};

    // Wiring the board takes some 2 KB, the loop then some 6 KB, signatures of
    // processes included (measured in the emulator, whose RAM is zero at first);
    // the rest is for what faults and panics print. No guard lies below.
    kernel::stack_size! {0x6000}

    /// Where the entry code goes when RAM is set up.
    // SAFETY: The entry code declares this symbol with this signature, and nothing
    // else defines it.
    #[unsafe(no_mangle)]
    extern "C" fn main() -> ! {
        let capability = create_capability!(capabilities::MainLoopCapability);
        // SAFETY: The entry code comes here once, with nothing running yet.
        let (kernel, platform, chip) = unsafe { qemu_rv32_virt::start() };
        kernel.kernel_loop(platform, chip, None::<&kernel::ipc::IPC<0>>, &capability)
    }

    #[panic_handler]
    fn panicked(info: &core::panic::PanicInfo) -> ! {
        qemu_rv32_virt::panic(info)
    }
}

/// On a host there is no machine to run on.
#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!("This is a kernel: build it for riscv32imac-unknown-none-elf.");
}
