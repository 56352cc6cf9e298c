// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System calls in the registers of 32-bit architectures.
//!
//! Architectures differ in where the class of a call comes from; what the four
//! registers r0..r3 (a0..a3) mean is common to them and lies here.

use crate::errorcode::ErrorCode;
use crate::syscall::{Syscall, SyscallClass, SyscallReturn, YieldVariant};
use crate::utilities::capability_ptr::CapabilityPtr;
use crate::utilities::machine_register::MachineRegister;
use core::ptr;

/// Value of r0 that says which variant a system call returns.
mod variant {
    pub(super) const FAILURE: u32 = 0;
    pub(super) const FAILURE_U32: u32 = 1;
    pub(super) const FAILURE_U32_U32: u32 = 2;
    pub(super) const FAILURE_U64: u32 = 3;
    pub(super) const SUCCESS: u32 = 128;
    pub(super) const SUCCESS_U32: u32 = 129;
    pub(super) const SUCCESS_U32_U32: u32 = 130;
    pub(super) const SUCCESS_U64: u32 = 131;
    pub(super) const SUCCESS_U32_U32_U32: u32 = 132;
    pub(super) const SUCCESS_U32_U64: u32 = 133;
}

const YIELD_NO_WAIT: usize = 0;
const YIELD_WAIT: usize = 1;
const YIELD_WAIT_FOR: usize = 2;

/// Decodes a system call of class `syscall_number` from r0..r3. `None` for an
/// unknown class or yield variant, which is a fault of the process.
///
/// Pointers are what the process says: addresses that give no access. The kernel
/// checks them against the process's memory and derives its own from that.
pub fn syscall_from_register_arguments_32bit(
    syscall_number: u8,
    r0: u32,
    r1: u32,
    r2: u32,
    r3: u32,
) -> Option<Syscall> {
    let [r0, r1, r2, r3] = [r0, r1, r2, r3].map(|register| register as usize);
    let class = SyscallClass::try_from(syscall_number).ok()?;
    Some(match class {
        SyscallClass::Yield => Syscall::Yield {
            yield_type: match r0 {
                YIELD_NO_WAIT => YieldVariant::NoWait {
                    ptr: ptr::without_provenance_mut(r1),
                },
                YIELD_WAIT => YieldVariant::Wait,
                YIELD_WAIT_FOR => YieldVariant::WaitFor {
                    driver_number: r1,
                    subdriver_number: r2,
                },
                _ => return None,
            },
        },
        SyscallClass::Subscribe => Syscall::Subscribe {
            driver_number: r0,
            subdriver_number: r1,
            upcall_ptr: CapabilityPtr::from(r2),
            appdata: MachineRegister::from(r3),
        },
        SyscallClass::Command => Syscall::Command {
            driver_number: r0,
            subdriver_number: r1,
            arg0: r2,
            arg1: r3,
        },
        SyscallClass::ReadWriteAllow => Syscall::ReadWriteAllow {
            driver_number: r0,
            subdriver_number: r1,
            allow_address: ptr::without_provenance_mut(r2),
            allow_size: r3,
        },
        SyscallClass::UserspaceReadableAllow => Syscall::UserspaceReadableAllow {
            driver_number: r0,
            subdriver_number: r1,
            allow_address: ptr::without_provenance_mut(r2),
            allow_size: r3,
        },
        SyscallClass::ReadOnlyAllow => Syscall::ReadOnlyAllow {
            driver_number: r0,
            subdriver_number: r1,
            allow_address: ptr::without_provenance(r2),
            allow_size: r3,
        },
        SyscallClass::Memop => Syscall::Memop {
            operand: r0,
            arg0: r1,
        },
        SyscallClass::Exit => Syscall::Exit {
            which: r0,
            completion_code: r1,
        },
    })
}

/// Encodes what a system call returns into r0..r3. Registers that the variant
/// does not use keep their values.
pub fn encode_syscall_return_32bit(
    syscall_return: &SyscallReturn,
    r0: &mut u32,
    r1: &mut u32,
    r2: &mut u32,
    r3: &mut u32,
) {
    match *syscall_return {
        SyscallReturn::Failure(error) => {
            *r0 = variant::FAILURE;
            *r1 = error_number(error);
        }
        SyscallReturn::FailureU32(error, data0) => {
            *r0 = variant::FAILURE_U32;
            *r1 = error_number(error);
            *r2 = data0;
        }
        SyscallReturn::FailureU32U32(error, data0, data1) => {
            *r0 = variant::FAILURE_U32_U32;
            *r1 = error_number(error);
            *r2 = data0;
            *r3 = data1;
        }
        SyscallReturn::FailureU64(error, data0) => {
            *r0 = variant::FAILURE_U64;
            *r1 = error_number(error);
            (*r2, *r3) = halves(data0);
        }
        SyscallReturn::Success => *r0 = variant::SUCCESS,
        SyscallReturn::SuccessU32(data0) => {
            *r0 = variant::SUCCESS_U32;
            *r1 = data0;
        }
        SyscallReturn::SuccessU32U32(data0, data1) => {
            *r0 = variant::SUCCESS_U32_U32;
            *r1 = data0;
            *r2 = data1;
        }
        SyscallReturn::SuccessU32U32U32(data0, data1, data2) => {
            *r0 = variant::SUCCESS_U32_U32_U32;
            *r1 = data0;
            *r2 = data1;
            *r3 = data2;
        }
        SyscallReturn::SuccessU64(data0) => {
            *r0 = variant::SUCCESS_U64;
            (*r1, *r2) = halves(data0);
        }
        SyscallReturn::SuccessU32U64(data0, data1) => {
            *r0 = variant::SUCCESS_U32_U64;
            *r1 = data0;
            (*r2, *r3) = halves(data1);
        }
        SyscallReturn::SuccessAddr(address) => {
            *r0 = variant::SUCCESS_U32;
            *r1 = word(address);
        }
        SyscallReturn::SuccessPtr(pointer) => {
            *r0 = variant::SUCCESS_U32;
            *r1 = word(pointer.addr());
        }
        SyscallReturn::AllowReadWriteSuccess(pointer, length)
        | SyscallReturn::UserspaceReadableAllowSuccess(pointer, length) => {
            encode_pair(pointer.addr(), length, r0, r1, r2);
        }
        SyscallReturn::AllowReadOnlySuccess(pointer, length) => {
            encode_pair(pointer.addr(), length, r0, r1, r2);
        }
        SyscallReturn::SubscribeSuccess(pointer, data) => {
            encode_pair(pointer.addr(), data, r0, r1, r2);
        }
        SyscallReturn::AllowReadWriteFailure(error, pointer, length)
        | SyscallReturn::UserspaceReadableAllowFailure(error, pointer, length) => {
            *r1 = error_number(error);
            encode_refused_pair(pointer.addr(), length, r0, r2, r3);
        }
        SyscallReturn::AllowReadOnlyFailure(error, pointer, length) => {
            *r1 = error_number(error);
            encode_refused_pair(pointer.addr(), length, r0, r2, r3);
        }
        SyscallReturn::SubscribeFailure(error, pointer, data) => {
            *r1 = error_number(error);
            encode_refused_pair(pointer.addr(), data, r0, r2, r3);
        }
        SyscallReturn::YieldWaitFor(data0, data1, data2) => {
            *r0 = word(data0);
            *r1 = word(data1);
            *r2 = word(data2);
        }
    }
}

fn encode_pair(first: usize, second: usize, r0: &mut u32, r1: &mut u32, r2: &mut u32) {
    *r0 = variant::SUCCESS_U32_U32;
    *r1 = word(first);
    *r2 = word(second);
}

fn encode_refused_pair(first: usize, second: usize, r0: &mut u32, r2: &mut u32, r3: &mut u32) {
    *r0 = variant::FAILURE_U32_U32;
    *r2 = word(first);
    *r3 = word(second);
}

fn error_number(error: ErrorCode) -> u32 {
    word(usize::from(error))
}

/// On the 32-bit architectures this is for, nothing is cut off.
fn word(value: usize) -> u32 {
    value as u32
}

/// Lower and upper half.
fn halves(value: u64) -> (u32, u32) {
    (value as u32, (value >> 32) as u32)
}

#[cfg(test)]
mod tests;
