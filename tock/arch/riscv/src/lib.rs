// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! RISC-V support shared by the machine-mode chips of the kernel.
//!
//! The assembly is for rv32 harts with the M, A and C extensions. The rest
//! compiles on any machine, so that the protection unit's arithmetic and the
//! trap tables are tested on a host.

#![no_std]

#[cfg(test)]
extern crate std;

pub mod csr;
pub mod pmp;
#[cfg(all(target_arch = "riscv32", target_os = "none"))]
mod start;
pub mod support;
pub mod syscall;
pub mod thread_id;
mod trap;

#[cfg(all(target_arch = "riscv32", target_os = "none"))]
pub use start::initialize_ram_jump_to_main;
#[cfg(all(target_arch = "riscv32", target_os = "none"))]
pub use trap::_start_trap;
pub use trap::{configure_trap_handler, print_mcause, print_riscv_state};
