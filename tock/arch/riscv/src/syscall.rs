// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Processes in user mode: their registers, system calls and faults.

use crate::csr::mcause::{Exception, Trap};
use core::fmt::Write;
use core::mem::offset_of;
use kernel::ErrorCode;
use kernel::process::FunctionCall;
use kernel::syscall::{ContextSwitchReason, SyscallReturn, UserspaceKernelBoundary};
use kernel::utilities::arch_helpers;

/// Registers that have a name in the ABI, as places in
/// [`RiscvimacStoredState::regs`]: register xN is at N - 1, as x0 is constant.
mod register {
    pub const RA: usize = 0;
    pub const SP: usize = 1;
    pub const A0: usize = 9;
    pub const A1: usize = 10;
    pub const A2: usize = 11;
    pub const A3: usize = 12;
    pub const A4: usize = 13;
    pub const COUNT: usize = 31;
}

/// Length of an `ecall`, which has no compressed form.
const ECALL_LENGTH: usize = 4;

/// What a process has in the hart, while it does not run.
///
/// The trap handler in `trap.rs` stores and loads it by offsets.
#[derive(Default)]
#[repr(C)]
pub struct RiscvimacStoredState {
    /// x1 to x31.
    regs: [usize; register::COUNT],
    /// Where the process goes on.
    pc: usize,
    /// Why it stopped.
    mcause: usize,
    /// The address or instruction that belongs to `mcause`.
    mtval: usize,
    /// Stack pointer of the kernel while the process runs.
    kernel_sp: usize,
}

const _: () = {
    assert!(offset_of!(RiscvimacStoredState, regs) == 0);
    assert!(offset_of!(RiscvimacStoredState, pc) == 31 * size_of::<usize>());
    assert!(offset_of!(RiscvimacStoredState, mcause) == 32 * size_of::<usize>());
    assert!(offset_of!(RiscvimacStoredState, mtval) == 33 * size_of::<usize>());
    assert!(offset_of!(RiscvimacStoredState, kernel_sp) == 34 * size_of::<usize>());
};

/// Names of x1 to x31 in the ABI.
const REGISTER_NAMES: [&str; register::COUNT] = [
    "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6",
    "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
];

/// First word of what `store_context` writes.
const CONTEXT_TAG: u32 = u32::from_le_bytes(*b"rv5i");

/// Version of the layout that `store_context` writes.
const CONTEXT_VERSION: u32 = 1;

/// The boundary between the kernel in machine mode and processes in user mode.
#[derive(Default)]
pub struct SysCall(());

impl SysCall {
    /// The boundary has no state of its own.
    pub const fn new() -> SysCall {
        SysCall(())
    }
}

#[cfg(all(target_arch = "riscv32", target_os = "none"))]
// SAFETY: The assembly in `trap` defines it with this signature.
unsafe extern "C" {
    /// Runs the process until it traps, then returns with interrupts off.
    fn _switch_to_process(state: *mut RiscvimacStoredState);
}

/// Decides why a process trapped, and moves it past the `ecall` if that is why.
fn switch_reason(state: &mut RiscvimacStoredState) -> ContextSwitchReason {
    match Trap::from(state.mcause) {
        Trap::Interrupt(_) => ContextSwitchReason::Interrupted,
        Trap::Exception(Exception::UserEnvCall) => {
            state.pc = state.pc.wrapping_add(ECALL_LENGTH);
            // The class is the low byte of a4.
            let syscall = arch_helpers::syscall_from_register_arguments_32bit(
                state.regs[register::A4] as u8,
                state.regs[register::A0] as u32,
                state.regs[register::A1] as u32,
                state.regs[register::A2] as u32,
                state.regs[register::A3] as u32,
            );
            match syscall {
                Some(syscall) => ContextSwitchReason::SyscallFired { syscall },
                None => ContextSwitchReason::Fault,
            }
        }
        Trap::Exception(_) => ContextSwitchReason::Fault,
    }
}

impl UserspaceKernelBoundary for SysCall {
    type StoredState = RiscvimacStoredState;

    fn initial_process_app_brk_size(&self) -> usize {
        // Nothing is pushed onto a process's stack for it.
        0
    }

    unsafe fn initialize_process(
        &self,
        accessible_memory_start: *const u8,
        _app_brk: *const u8,
        state: &mut Self::StoredState,
    ) -> Result<(), ()> {
        *state = RiscvimacStoredState::default();
        // A process sets its stack up by itself; until then it has none.
        state.regs[register::SP] = accessible_memory_start as usize;
        // The process's first pc comes with its first function call.
        Ok(())
    }

    unsafe fn set_syscall_return_value(
        &self,
        _accessible_memory_start: *const u8,
        _app_brk: *const u8,
        state: &mut Self::StoredState,
        return_value: SyscallReturn,
    ) -> Result<(), ()> {
        let mut registers = [register::A0, register::A1, register::A2, register::A3]
            .map(|register| state.regs[register] as u32);
        let [r0, r1, r2, r3] = &mut registers;
        arch_helpers::encode_syscall_return_32bit(&return_value, r0, r1, r2, r3);
        for (place, value) in state.regs[register::A0..].iter_mut().zip(registers) {
            *place = value as usize;
        }
        Ok(())
    }

    unsafe fn set_process_function(
        &self,
        _accessible_memory_start: *const u8,
        _app_brk: *const u8,
        state: &mut Self::StoredState,
        upcall: FunctionCall,
    ) -> Result<(), ()> {
        state.regs[register::A0] = upcall.argument0;
        state.regs[register::A1] = upcall.argument1;
        state.regs[register::A2] = upcall.argument2;
        state.regs[register::A3] = upcall.argument3.as_usize();
        // The function returns to where the process yielded.
        state.regs[register::RA] = state.pc;
        state.pc = upcall.pc.addr();
        Ok(())
    }

    unsafe fn switch_to_process(
        &self,
        _accessible_memory_start: *const u8,
        _app_brk: *const u8,
        state: &mut Self::StoredState,
    ) -> (ContextSwitchReason, Option<*const u8>) {
        #[cfg(all(target_arch = "riscv32", target_os = "none"))]
        {
            use crate::csr::{CSR, mstatus::mstatus};
            let interrupts_were_on = CSR.mstatus.read_and_clear_field(mstatus::mie) != 0;
            // SAFETY: The pointer is to a live state that nobody else uses, and
            // the trap handler is installed, as the kernel's entry did. The
            // assembly keeps the registers that the C calling convention says
            // it must. The process runs in user mode within what the PMP
            // grants, which the caller has set up.
            unsafe { _switch_to_process(state) };
            if interrupts_were_on {
                CSR.mstatus.read_and_set_field(mstatus::mie);
            }
        }
        let reason = switch_reason(state);
        let stack_pointer = core::ptr::without_provenance(state.regs[register::SP]);
        (reason, Some(stack_pointer))
    }

    unsafe fn print_context(
        &self,
        accessible_memory_start: *const u8,
        app_brk: *const u8,
        state: &Self::StoredState,
        writer: &mut dyn Write,
    ) {
        let sp = state.regs[register::SP];
        let in_memory = (accessible_memory_start as usize..=app_brk as usize).contains(&sp);
        // A writer in a panic has nobody to report an error to.
        let _ = write!(writer, "\r\n Registers of the process:");
        for (number, (name, value)) in REGISTER_NAMES.iter().zip(state.regs).enumerate() {
            let separator = if number % 4 == 0 { "\r\n" } else { "  " };
            let _ = write!(writer, "{separator} {name:>3} {value:#010x}");
        }
        let _ = write!(
            writer,
            "\r\n  pc {:#010x}{}\r\n cause {} ({:#010x}), value {:#010x}\r\n",
            state.pc,
            if in_memory {
                ""
            } else {
                "   (sp lies outside of the process's memory)"
            },
            Trap::from(state.mcause).description(),
            state.mcause,
            state.mtval,
        );
    }

    fn store_context(&self, state: &Self::StoredState, out: &mut [u8]) -> Result<usize, ErrorCode> {
        let header = [CONTEXT_TAG, CONTEXT_VERSION];
        let saved = [state.pc, state.mcause, state.mtval];
        let words = header.into_iter().chain(
            state
                .regs
                .iter()
                .chain(saved.iter())
                .map(|&register| register as u32),
        );
        let needed = (header.len() + state.regs.len() + saved.len()) * size_of::<u32>();
        let target = out.get_mut(..needed).ok_or(ErrorCode::SIZE)?;
        for (place, word) in target.chunks_exact_mut(size_of::<u32>()).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        Ok(needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::process::FunctionCallSource;
    use kernel::syscall::Syscall;
    use kernel::utilities::capability_ptr::CapabilityPtr;
    use std::string::String;

    const ECALL_FROM_USER: usize = 8;
    const INTERRUPT: usize = 1 << (usize::BITS - 1);

    fn state(mcause: usize, a: [usize; 5]) -> RiscvimacStoredState {
        let mut state = RiscvimacStoredState {
            mcause,
            pc: 0x8010_0100,
            ..Default::default()
        };
        state.regs[register::A0..=register::A4].copy_from_slice(&a);
        state
    }

    fn arguments(state: &RiscvimacStoredState) -> [usize; 4] {
        core::array::from_fn(|i| state.regs[register::A0 + i])
    }

    #[test]
    fn an_ecall_is_decoded_and_stepped_over() {
        let mut state = state(ECALL_FROM_USER, [1, 2, 3, 4, 0xffff_ff02]);
        let reason = switch_reason(&mut state);
        assert!(matches!(
            reason,
            ContextSwitchReason::SyscallFired {
                syscall: Syscall::Command {
                    driver_number: 1,
                    subdriver_number: 2,
                    arg0: 3,
                    arg1: 4
                }
            }
        ));
        assert_eq!(state.pc, 0x8010_0104);
    }

    #[test]
    fn unknown_classes_and_yields_are_faults() {
        for a in [[0, 0, 0, 0, 8], [0, 0, 0, 0, 255], [3, 0, 0, 0, 0]] {
            let reason = switch_reason(&mut state(ECALL_FROM_USER, a));
            assert!(matches!(reason, ContextSwitchReason::Fault), "{a:?}");
        }
    }

    #[test]
    fn exceptions_are_faults_and_leave_the_pc() {
        for mcause in [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 15, 99] {
            let mut state = state(mcause, [0; 5]);
            assert!(matches!(
                switch_reason(&mut state),
                ContextSwitchReason::Fault
            ));
            assert_eq!(state.pc, 0x8010_0100);
        }
    }

    #[test]
    fn interrupts_are_no_faults() {
        for mcause in [3, 7, 11] {
            let reason = switch_reason(&mut state(INTERRUPT | mcause, [0; 5]));
            assert!(matches!(reason, ContextSwitchReason::Interrupted));
        }
    }

    #[test]
    fn a_return_value_changes_only_its_registers() {
        let mut state = state(ECALL_FROM_USER, [11, 12, 13, 14, 2]);
        let sys = SysCall::new();
        // SAFETY: No process runs; the pointers are not used.
        let result = unsafe {
            sys.set_syscall_return_value(
                core::ptr::null(),
                core::ptr::null(),
                &mut state,
                SyscallReturn::SuccessU32(7),
            )
        };
        assert_eq!(result, Ok(()));
        assert_eq!(arguments(&state), [129, 7, 13, 14]);
        assert_eq!(state.regs[register::A4], 2);
    }

    #[test]
    fn an_upcall_returns_to_where_the_process_yielded() {
        let mut state = state(ECALL_FROM_USER, [0; 5]);
        state.regs[register::SP] = 0x8030_1000;
        let call = FunctionCall {
            source: FunctionCallSource::Kernel,
            argument0: 1,
            argument1: 2,
            argument2: 3,
            argument3: 4usize.into(),
            pc: CapabilityPtr::from(0x8010_0200),
        };
        // SAFETY: No process runs; the pointers are not used.
        let result = unsafe {
            SysCall::new().set_process_function(
                core::ptr::null(),
                core::ptr::null(),
                &mut state,
                call,
            )
        };
        assert_eq!(result, Ok(()));
        assert_eq!(arguments(&state), [1, 2, 3, 4]);
        assert_eq!(state.regs[register::RA], 0x8010_0100);
        assert_eq!(state.regs[register::SP], 0x8030_1000);
        assert_eq!(state.pc, 0x8010_0200);
    }

    #[test]
    fn a_process_starts_with_cleared_registers() {
        let mut state = state(5, [1, 2, 3, 4, 5]);
        let start = core::ptr::without_provenance(0x8030_0000);
        // SAFETY: No process runs; the pointers are only stored.
        let result = unsafe { SysCall::new().initialize_process(start, start, &mut state) };
        assert_eq!(result, Ok(()));
        assert_eq!(state.regs[register::SP], 0x8030_0000);
        assert_eq!(state.regs[register::RA], 0);
        assert_eq!(arguments(&state), [0; 4]);
        assert_eq!(state.mcause, 0);
    }

    #[test]
    fn the_stored_context_needs_its_whole_length() {
        let state = state(5, [0xa0, 0, 0, 0, 0]);
        let mut out = [0; 36 * 4];
        let sys = SysCall::new();
        assert_eq!(sys.store_context(&state, &mut out), Ok(36 * 4));
        assert_eq!(out[(2 + register::A0) * 4], 0xa0);
        assert_eq!(out[(2 + 31) * 4..][..4], [0x00, 0x01, 0x10, 0x80]);
        assert_eq!(
            sys.store_context(&state, &mut out[1..]),
            Err(ErrorCode::SIZE)
        );
    }

    #[test]
    fn the_printed_context_names_the_cause() {
        let mut text = String::new();
        let state = state(5, [0xa0, 0, 0, 0, 0]);
        // SAFETY: No process runs; the pointers are not followed.
        unsafe {
            SysCall::new().print_context(core::ptr::null(), core::ptr::null(), &state, &mut text)
        };
        assert!(text.contains("Load access fault"));
        assert!(text.contains(" a0 0x000000a0"));
    }
}
