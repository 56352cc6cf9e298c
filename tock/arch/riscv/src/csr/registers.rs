// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The set of registers under their names.

use super::{mcause::mcause, mie::mie, mip::mip, mstatus::mstatus, mtvec::mtvec};
use riscv_csr::csr::ReadWriteRiscvCsr;

/// The registers of the hart that executes; see [`CSR`].
pub struct Csr {
    pub mstatus: ReadWriteRiscvCsr<usize, mstatus::Register, 0x300>,
    pub misa: ReadWriteRiscvCsr<usize, (), 0x301>,
    pub medeleg: ReadWriteRiscvCsr<usize, (), 0x302>,
    pub mideleg: ReadWriteRiscvCsr<usize, (), 0x303>,
    pub mie: ReadWriteRiscvCsr<usize, mie::Register, 0x304>,
    pub mtvec: ReadWriteRiscvCsr<usize, mtvec::Register, 0x305>,
    /// Which counters user mode may read.
    pub mcounteren: ReadWriteRiscvCsr<usize, (), 0x306>,
    pub mscratch: ReadWriteRiscvCsr<usize, (), 0x340>,
    pub mepc: ReadWriteRiscvCsr<usize, (), 0x341>,
    pub mcause: ReadWriteRiscvCsr<usize, mcause::Register, 0x342>,
    pub mtval: ReadWriteRiscvCsr<usize, (), 0x343>,
    pub mip: ReadWriteRiscvCsr<usize, mip::Register, 0x344>,
    pub mcycle: ReadWriteRiscvCsr<usize, (), 0xB00>,
    pub minstret: ReadWriteRiscvCsr<usize, (), 0xB02>,
    pub mcycleh: ReadWriteRiscvCsr<usize, (), 0xB80>,
    pub minstreth: ReadWriteRiscvCsr<usize, (), 0xB82>,
    /// Read-only: writing it traps.
    pub mhartid: ReadWriteRiscvCsr<usize, (), 0xF14>,
}

/// The registers of the executing hart. `CSR.mstatus.get()` reads one.
pub const CSR: &Csr = &Csr {
    mstatus: ReadWriteRiscvCsr::new(),
    misa: ReadWriteRiscvCsr::new(),
    medeleg: ReadWriteRiscvCsr::new(),
    mideleg: ReadWriteRiscvCsr::new(),
    mie: ReadWriteRiscvCsr::new(),
    mtvec: ReadWriteRiscvCsr::new(),
    mcounteren: ReadWriteRiscvCsr::new(),
    mscratch: ReadWriteRiscvCsr::new(),
    mepc: ReadWriteRiscvCsr::new(),
    mcause: ReadWriteRiscvCsr::new(),
    mtval: ReadWriteRiscvCsr::new(),
    mip: ReadWriteRiscvCsr::new(),
    mcycle: ReadWriteRiscvCsr::new(),
    minstret: ReadWriteRiscvCsr::new(),
    mcycleh: ReadWriteRiscvCsr::new(),
    minstreth: ReadWriteRiscvCsr::new(),
    mhartid: ReadWriteRiscvCsr::new(),
};

impl Csr {
    /// Reads a 64-bit counter from its two halves; a carry between the two
    /// reads is noticed by the upper half having changed.
    fn read_wide(low: impl Fn() -> usize, high: impl Fn() -> usize) -> u64 {
        loop {
            let before = high();
            let value = low();
            if high() == before {
                return ((before as u64) << 32) | value as u64;
            }
        }
    }

    /// Clock cycles of the hart since reset.
    pub fn read_cycle_counter(&self) -> u64 {
        use tock_registers::interfaces::Readable;
        Self::read_wide(|| self.mcycle.get(), || self.mcycleh.get())
    }

    /// Instructions that the hart has retired since reset.
    pub fn read_instret_counter(&self) -> u64 {
        use tock_registers::interfaces::Readable;
        Self::read_wide(|| self.minstret.get(), || self.minstreth.get())
    }
}
