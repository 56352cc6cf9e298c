// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Support for rv32i chips: the parts of the RISC-V crate under this name.

#![no_std]

pub use riscv::{configure_trap_handler, print_mcause, print_riscv_state};
pub use riscv::{csr, pmp, support, syscall, thread_id};

#[cfg(all(target_arch = "riscv32", target_os = "none"))]
pub use riscv::{_start_trap, initialize_ram_jump_to_main};
