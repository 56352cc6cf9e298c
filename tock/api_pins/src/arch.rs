// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The crates `riscv-csr`, `riscv` and `rv32i`.
//!
//! The facts name the crates, the entry of a kernel image, what a chip is made of
//! here (boundary, PMP types and their parameters, state of a process) and which
//! registers the kernel needs. Where else things are is our own reading, which is
//! pinned in [`reading`], so that it changes on purpose only.

use crate::{implements, not_implements};
use ::kernel::platform::chip::ThreadIdProvider;
use ::kernel::platform::mpu::MPU;
use ::kernel::syscall::UserspaceKernelBoundary;
use riscv_csr::csr::ReadWriteRiscvCsr;
use rv32i::pmp::simple::SimplePMP;
use rv32i::pmp::{PMPUserMPU, TORUserPMP};
use rv32i::syscall::{RiscvimacStoredState, SysCall};
use rv32i::thread_id::RiscvThreadIdProvider;

#[cfg(all(target_arch = "riscv32", target_os = "none"))]
const _: [extern "C" fn() -> !; 2] = [
    riscv::initialize_ram_jump_to_main,
    rv32i::initialize_ram_jump_to_main,
];

const _: fn(SimplePMP<16>) -> PMPUserMPU<5, SimplePMP<16>> = PMPUserMPU::new;
const _: unsafe fn() -> Result<SimplePMP<16>, ()> = SimplePMP::new;
const _: fn() -> SysCall = SysCall::new;

implements!(SimplePMP<16>: TORUserPMP<5>, TORUserPMP<8>);
implements!(PMPUserMPU<5, SimplePMP<16>>: MPU);
implements!(SysCall: UserspaceKernelBoundary);
implements!(RiscvimacStoredState: Default);
implements!(RiscvThreadIdProvider: ThreadIdProvider);
// Whoever could copy what the processor holds of a process could run it twice.
not_implements!(RiscvimacStoredState: Clone);

pub fn stored_state(
    state: <SysCall as UserspaceKernelBoundary>::StoredState,
) -> RiscvimacStoredState {
    state
}

/// `rv32i` is what a board of this width uses `riscv` by.
pub fn one_type(boundary: riscv::syscall::SysCall) -> SysCall {
    boundary
}

/// What the facts leave to us.
pub mod reading {
    use super::*;
    use core::fmt::{self, Write};
    use riscv::csr::{CSR, Csr};
    use rv32i::pmp::{PMPUserMPUConfig, TORUserPMPCFG};
    use tock_registers::RegisterLongName;
    use tock_registers::fields::Field;
    use tock_registers::interfaces::{Readable, Writeable};

    type Plain = ReadWriteRiscvCsr<usize, (), 0x340>;
    implements!(Plain: Readable<T = usize, R = ()>, Writeable<T = usize, R = ()>, Copy, Default);
    const _: fn() -> Plain = Plain::new;
    const _: fn(&Plain, usize) -> usize = Plain::atomic_replace;
    const _: fn(&Plain, usize) -> usize = Plain::read_and_set_bits;
    const _: fn(&Plain, usize) -> usize = Plain::read_and_clear_bits;
    pub const fn fields<R: RegisterLongName, const V: usize>() -> [Change<R, V>; 2] {
        [
            ReadWriteRiscvCsr::read_and_set_field,
            ReadWriteRiscvCsr::read_and_clear_field,
        ]
    }
    type Change<R, const V: usize> = fn(&ReadWriteRiscvCsr<usize, R, V>, Field<usize, R>) -> usize;

    const _: &Csr = CSR;
    pub fn registers(csr: &'static Csr) {
        use riscv::csr::{mcause::mcause, mie::mie, mip::mip, mstatus::mstatus, mtvec::mtvec};
        let _: &ReadWriteRiscvCsr<usize, mstatus::Register, 0x300> = &csr.mstatus;
        let _: &ReadWriteRiscvCsr<usize, (), 0x301> = &csr.misa;
        let _: &ReadWriteRiscvCsr<usize, (), 0x302> = &csr.medeleg;
        let _: &ReadWriteRiscvCsr<usize, (), 0x303> = &csr.mideleg;
        let _: &ReadWriteRiscvCsr<usize, mie::Register, 0x304> = &csr.mie;
        let _: &ReadWriteRiscvCsr<usize, mtvec::Register, 0x305> = &csr.mtvec;
        let _: &ReadWriteRiscvCsr<usize, (), 0x306> = &csr.mcounteren;
        let _: &ReadWriteRiscvCsr<usize, (), 0x340> = &csr.mscratch;
        let _: &ReadWriteRiscvCsr<usize, (), 0x341> = &csr.mepc;
        let _: &ReadWriteRiscvCsr<usize, mcause::Register, 0x342> = &csr.mcause;
        let _: &ReadWriteRiscvCsr<usize, (), 0x343> = &csr.mtval;
        let _: &ReadWriteRiscvCsr<usize, mip::Register, 0x344> = &csr.mip;
        let _: &ReadWriteRiscvCsr<usize, (), 0xB00> = &csr.mcycle;
        let _: &ReadWriteRiscvCsr<usize, (), 0xB02> = &csr.minstret;
        let _: &ReadWriteRiscvCsr<usize, (), 0xB80> = &csr.mcycleh;
        let _: &ReadWriteRiscvCsr<usize, (), 0xB82> = &csr.minstreth;
        let _: &ReadWriteRiscvCsr<usize, (), 0xF14> = &csr.mhartid;
    }
    const _: [fn(&Csr) -> u64; 2] = [Csr::read_cycle_counter, Csr::read_instret_counter];

    const _: fn() = rv32i::configure_trap_handler;
    const _: fn(usize, &mut dyn Write) -> fmt::Result = rv32i::print_mcause;
    const _: unsafe fn(&mut dyn Write) = rv32i::print_riscv_state;
    const _: [fn(); 2] = [rv32i::support::nop, rv32i::support::wfi];
    const _: fn(fn() -> u8) -> u8 = rv32i::support::with_interrupts_disabled;

    implements!(PMPUserMPUConfig<5>: fmt::Display);
    implements!(TORUserPMPCFG: From<::kernel::platform::mpu::Permissions>, Copy);
    const _: fn(TORUserPMPCFG) -> u8 = TORUserPMPCFG::get;
    const _: TORUserPMPCFG = TORUserPMPCFG::OFF;
    pub fn config(config: <PMPUserMPU<5, SimplePMP<16>> as MPU>::MpuConfig) -> PMPUserMPUConfig<5> {
        config
    }

    /// A PMP that confines nobody, for its signatures.
    pub struct NoPmp;
    impl<const N: usize> TORUserPMP<N> for NoPmp {
        const CONST_ASSERT_CHECK: () = ();
        fn available_regions(&self) -> usize {
            0
        }
        fn configure_pmp(
            &self,
            _regions: &[(TORUserPMPCFG, *const u8, *const u8); N],
        ) -> Result<(), ()> {
            Err(())
        }
        fn enable_user_pmp(&self) -> Result<(), ()> {
            Err(())
        }
        fn disable_user_pmp(&self) {}
    }
}
