// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! One CSR: its number is a const parameter, its fields a tock-registers name.
//!
//! A CSR is addressed by an immediate of the instruction, so the number has to
//! be known at compile time; hence the const generic. On other architectures
//! than RISC-V (unit tests and documentation on a host) there is no register
//! behind the type, and every access panics with that explanation.

use core::marker::PhantomData;
use tock_registers::fields::Field;
use tock_registers::interfaces::{Readable, Writeable};
use tock_registers::{RegisterLongName, UIntLike};

/// A readable and writeable CSR with number `V` and fields `R`.
///
/// The type is only implemented for `T = usize`, the width of a CSR of the
/// hart (XLEN).
#[derive(Copy, Clone)]
pub struct ReadWriteRiscvCsr<T: UIntLike, R: RegisterLongName, const V: usize> {
    _value: PhantomData<T>,
    _name: PhantomData<R>,
}

#[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
macro_rules! csr_instruction {
    ($instruction:literal, $number:ident, $value:expr) => {{
        let previous: usize;
        // SAFETY: The instruction touches one CSR and two general registers.
        // It accesses no memory by itself; it is nevertheless not marked
        // `nomem`, so that the compiler keeps memory accesses on their side of
        // a change to, say, `mstatus` or a PMP entry. That the new value is
        // right for the machine is up to the owner of the register, as with
        // every tock-registers register.
        unsafe {
            core::arch::asm!(
                concat!($instruction, " {previous}, {number}, {value}"),
                previous = out(reg) previous,
                value = in(reg) $value,
                number = const $number,
                options(nostack)
            );
        }
        previous
    }};
}

#[cfg(not(any(target_arch = "riscv32", target_arch = "riscv64")))]
macro_rules! csr_instruction {
    ($instruction:literal, $number:ident, $value:expr) => {{
        let _ = $value;
        panic!(
            "CSR {:#x} is accessed on a machine that is not RISC-V",
            $number
        )
    }};
}

impl<R: RegisterLongName, const V: usize> Default for ReadWriteRiscvCsr<usize, R, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R: RegisterLongName, const V: usize> ReadWriteRiscvCsr<usize, R, V> {
    /// Names the register. Nothing is accessed.
    pub const fn new() -> Self {
        ReadWriteRiscvCsr {
            _value: PhantomData,
            _name: PhantomData,
        }
    }

    /// Writes `value` and returns what the register held, in one instruction.
    #[inline]
    pub fn atomic_replace(&self, value: usize) -> usize {
        csr_instruction!("csrrw", V, value)
    }

    /// Sets the bits of `bitmask` and returns the value from before, in one
    /// instruction.
    #[inline]
    pub fn read_and_set_bits(&self, bitmask: usize) -> usize {
        csr_instruction!("csrrs", V, bitmask)
    }

    /// Clears the bits of `bitmask` and returns the value from before, in one
    /// instruction.
    #[inline]
    pub fn read_and_clear_bits(&self, bitmask: usize) -> usize {
        csr_instruction!("csrrc", V, bitmask)
    }

    /// Sets all bits of `field` and returns the field's value from before.
    #[inline]
    pub fn read_and_set_field(&self, field: Field<usize, R>) -> usize {
        field.read(self.read_and_set_bits(field.mask << field.shift))
    }

    /// Clears all bits of `field` and returns the field's value from before.
    #[inline]
    pub fn read_and_clear_field(&self, field: Field<usize, R>) -> usize {
        field.read(self.read_and_clear_bits(field.mask << field.shift))
    }
}

impl<R: RegisterLongName, const V: usize> Readable for ReadWriteRiscvCsr<usize, R, V> {
    type T = usize;
    type R = R;

    #[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
    #[inline]
    fn get(&self) -> usize {
        let value: usize;
        // SAFETY: Reads one CSR into one general register; `csrr` writes
        // nothing, which matters for read-only registers such as `mhartid`.
        unsafe {
            core::arch::asm!(
                "csrr {value}, {number}",
                value = out(reg) value,
                number = const V,
                options(nostack)
            );
        }
        value
    }

    #[cfg(not(any(target_arch = "riscv32", target_arch = "riscv64")))]
    fn get(&self) -> usize {
        csr_instruction!("csrr", V, 0)
    }
}

impl<R: RegisterLongName, const V: usize> Writeable for ReadWriteRiscvCsr<usize, R, V> {
    type T = usize;
    type R = R;

    #[inline]
    fn set(&self, value: usize) {
        self.atomic_replace(value);
    }
}
