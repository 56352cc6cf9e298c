// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! `pmpcfg0..3` and `pmpaddr0..15`, addressed by a number known at run time.
//!
//! A CSR number is an immediate of the instruction; a table of matches turns
//! an index into the right instruction.

use riscv_csr::csr::ReadWriteRiscvCsr;
use tock_registers::interfaces::{Readable, Writeable};

/// Entries that the table covers: all that QEMU's `virt` machine has.
pub const MAX_ENTRIES: usize = 16;

/// Entries whose configuration bytes share one `pmpcfg` register (rv32).
pub const ENTRIES_PER_CONFIG: usize = 4;

macro_rules! indexed_csr {
    ($read:ident, $write:ident, $($index:literal => $number:literal),+ $(,)?) => {
        /// Reads register `index`; an index without a register reads as 0.
        pub fn $read(index: usize) -> usize {
            match index {
                $($index => ReadWriteRiscvCsr::<usize, (), $number>::new().get(),)+
                _ => 0,
            }
        }

        /// Writes register `index`; an index without a register is ignored.
        pub fn $write(index: usize, value: usize) {
            match index {
                $($index => ReadWriteRiscvCsr::<usize, (), $number>::new().set(value),)+
                _ => (),
            }
        }
    };
}

indexed_csr!(
    pmpconfig_get, pmpconfig_set,
    0 => 0x3A0, 1 => 0x3A1, 2 => 0x3A2, 3 => 0x3A3,
);

indexed_csr!(
    pmpaddr_get, pmpaddr_set,
    0 => 0x3B0, 1 => 0x3B1, 2 => 0x3B2, 3 => 0x3B3,
    4 => 0x3B4, 5 => 0x3B5, 6 => 0x3B6, 7 => 0x3B7,
    8 => 0x3B8, 9 => 0x3B9, 10 => 0x3BA, 11 => 0x3BB,
    12 => 0x3BC, 13 => 0x3BD, 14 => 0x3BE, 15 => 0x3BF,
);
