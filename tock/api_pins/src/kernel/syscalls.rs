// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Versions, error codes, system calls and their drivers.

use core::fmt::{Debug, Write};

use crate::{implements, not_implements};
use kernel::process;
use kernel::processbuffer::UserspaceReadableProcessBuffer;
use kernel::syscall::{
    CommandReturn, ContextSwitchReason, Syscall, SyscallClass, SyscallDriver, SyscallReturn,
    UserspaceKernelBoundary, YieldVariant,
};
use kernel::upcall::{UpcallError, UpcallId};
use kernel::utilities::capability_ptr::CapabilityPtr;
use kernel::utilities::machine_register::MachineRegister;
use kernel::{ErrorCode, ProcessId};

const _: u16 = kernel::KERNEL_MAJOR_VERSION;
const _: () = {
    assert!(kernel::KERNEL_MAJOR_VERSION == 2);
    assert!(kernel::KERNEL_MINOR_VERSION == 3);
    assert!(kernel::KERNEL_PATCH_VERSION == 0);
    assert!(kernel::KERNEL_PRERELEASE_VERSION == 1);
};

implements!(ErrorCode: Clone, Copy, Debug, Eq);
const _: () = assert!(size_of::<ErrorCode>() == size_of::<usize>());
const _: fn(ErrorCode) -> usize = <usize as From<ErrorCode>>::from;
const _: fn(ErrorCode) -> Result<(), ErrorCode> = <Result<(), ErrorCode> as From<ErrorCode>>::from;
const _: fn(Result<(), ErrorCode>) -> Result<ErrorCode, ()> =
    <ErrorCode as TryFrom<Result<(), ErrorCode>>>::try_from;
const _: fn(Result<(), ErrorCode>) -> usize = kernel::errorcode::into_statuscode;

pub const fn error_code(code: ErrorCode) -> usize {
    match code {
        ErrorCode::FAIL => 1,
        ErrorCode::BUSY => 2,
        ErrorCode::ALREADY => 3,
        ErrorCode::OFF => 4,
        ErrorCode::RESERVE => 5,
        ErrorCode::INVAL => 6,
        ErrorCode::SIZE => 7,
        ErrorCode::CANCEL => 8,
        ErrorCode::NOMEM => 9,
        ErrorCode::NOSUPPORT => 10,
        ErrorCode::NODEVICE => 11,
        ErrorCode::UNINSTALLED => 12,
        ErrorCode::NOACK => 13,
    }
}

const _: () = {
    use ErrorCode::*;
    let all = [
        FAIL,
        BUSY,
        ALREADY,
        OFF,
        RESERVE,
        INVAL,
        SIZE,
        CANCEL,
        NOMEM,
        NOSUPPORT,
        NODEVICE,
        UNINSTALLED,
        NOACK,
    ];
    let mut index = 0;
    while index < all.len() {
        assert!(all[index] as usize == index + 1);
        assert!(error_code(all[index]) == index + 1);
        index += 1;
    }
};

not_implements!(CommandReturn: Copy);
not_implements!(CommandReturn: Debug);
const _: fn(ErrorCode) -> CommandReturn = CommandReturn::failure;
const _: fn(ErrorCode, u32) -> CommandReturn = CommandReturn::failure_u32;
const _: fn(ErrorCode, u32, u32) -> CommandReturn = CommandReturn::failure_u32_u32;
const _: fn(ErrorCode, u64) -> CommandReturn = CommandReturn::failure_u64;
const _: fn() -> CommandReturn = CommandReturn::success;
const _: fn(u32) -> CommandReturn = CommandReturn::success_u32;
const _: fn(u32, u32) -> CommandReturn = CommandReturn::success_u32_u32;
const _: fn(u32, u32, u32) -> CommandReturn = CommandReturn::success_u32_u32_u32;
const _: fn(u64) -> CommandReturn = CommandReturn::success_u64;
const _: fn(u32, u64) -> CommandReturn = CommandReturn::success_u32_u64;
const _: [fn(&CommandReturn) -> bool; 10] = [
    CommandReturn::is_failure,
    CommandReturn::is_failure_u32,
    CommandReturn::is_failure_2_u32,
    CommandReturn::is_failure_u64,
    CommandReturn::is_success,
    CommandReturn::is_success_u32,
    CommandReturn::is_success_2_u32,
    CommandReturn::is_success_u64,
    CommandReturn::is_success_3_u32,
    CommandReturn::is_success_u32_u64,
];
const _: fn(&CommandReturn) -> Option<ErrorCode> = CommandReturn::get_failure;
const _: fn(&CommandReturn) -> Option<(ErrorCode, u32)> = CommandReturn::get_failure_u32;
const _: fn(&CommandReturn) -> Option<(ErrorCode, u32, u32)> = CommandReturn::get_failure_2_u32;
const _: fn(&CommandReturn) -> Option<(ErrorCode, u64)> = CommandReturn::get_failure_u64;
const _: fn(&CommandReturn) -> Option<u32> = CommandReturn::get_success_u32;
const _: fn(&CommandReturn) -> Option<(u32, u32)> = CommandReturn::get_success_2_u32;
const _: fn(&CommandReturn) -> Option<u64> = CommandReturn::get_success_u64;
const _: fn(&CommandReturn) -> Option<(u32, u32, u32)> = CommandReturn::get_success_3_u32;
const _: fn(&CommandReturn) -> Option<(u32, u64)> = CommandReturn::get_success_u32_u64;
const _: fn(Result<(), ErrorCode>) -> CommandReturn =
    <CommandReturn as From<Result<(), ErrorCode>>>::from;
const _: fn(process::Error) -> CommandReturn = <CommandReturn as From<process::Error>>::from;

pub struct WholeDriver;

impl SyscallDriver for WholeDriver {
    fn command(&self, _: usize, _: usize, _: usize, _: ProcessId) -> CommandReturn {
        CommandReturn::success()
    }
    fn allow_userspace_readable(
        &self,
        _: ProcessId,
        _: usize,
        slice: UserspaceReadableProcessBuffer,
    ) -> Result<UserspaceReadableProcessBuffer, (UserspaceReadableProcessBuffer, ErrorCode)> {
        Ok(slice)
    }
    fn allocate_grant(&self, _: ProcessId) -> Result<(), process::Error> {
        Ok(())
    }
}

pub struct LeastDriver;

impl SyscallDriver for LeastDriver {
    fn allocate_grant(&self, _: ProcessId) -> Result<(), process::Error> {
        Ok(())
    }
}

const _: fn(&dyn SyscallDriver) = |_| ();

const _: fn(u8) -> Result<SyscallClass, u8> = <SyscallClass as TryFrom<u8>>::try_from;

pub const fn syscall_class(class: SyscallClass) -> u8 {
    match class {
        SyscallClass::Yield => 0,
        SyscallClass::Subscribe => 1,
        SyscallClass::Command => 2,
        SyscallClass::ReadWriteAllow => 3,
        SyscallClass::ReadOnlyAllow => 4,
        SyscallClass::Memop => 5,
        SyscallClass::Exit => 6,
        SyscallClass::UserspaceReadableAllow => 7,
    }
}

const _: () = {
    use SyscallClass::*;
    assert!(Yield as usize == 0 && Subscribe as usize == 1 && Command as usize == 2);
    assert!(ReadWriteAllow as usize == 3 && ReadOnlyAllow as usize == 4 && Memop as usize == 5);
    assert!(Exit as usize == 6 && UserspaceReadableAllow as usize == 7);
};

pub fn yield_variant(variant: YieldVariant) -> (usize, usize, *mut u8) {
    match variant {
        YieldVariant::NoWait { ptr } => (0, 0, ptr),
        YieldVariant::Wait => (0, 0, core::ptr::null_mut()),
        YieldVariant::WaitFor {
            driver_number,
            subdriver_number,
        } => (driver_number, subdriver_number, core::ptr::null_mut()),
    }
}

implements!(Syscall: Copy, Debug, PartialEq);
const _: fn(&Syscall) -> Option<usize> = Syscall::driver_number;
const _: fn(&Syscall) -> Option<usize> = Syscall::subdriver_number;

pub fn syscalls(
    [word, another]: [usize; 2],
    upcall_ptr: CapabilityPtr,
    appdata: MachineRegister,
    writeable: *mut u8,
    readable: *const u8,
    yield_type: YieldVariant,
) -> [Syscall; 8] {
    let all = [
        Syscall::Yield { yield_type },
        Syscall::Subscribe {
            driver_number: word,
            subdriver_number: word,
            upcall_ptr,
            appdata,
        },
        Syscall::Command {
            driver_number: word,
            subdriver_number: word,
            arg0: word,
            arg1: word,
        },
        Syscall::ReadWriteAllow {
            driver_number: word,
            subdriver_number: word,
            allow_address: writeable,
            allow_size: another,
        },
        Syscall::UserspaceReadableAllow {
            driver_number: word,
            subdriver_number: word,
            allow_address: writeable,
            allow_size: another,
        },
        Syscall::ReadOnlyAllow {
            driver_number: word,
            subdriver_number: word,
            allow_address: readable,
            allow_size: another,
        },
        Syscall::Memop {
            operand: word,
            arg0: word,
        },
        Syscall::Exit {
            which: word,
            completion_code: word,
        },
    ];
    match all[0] {
        Syscall::Yield { .. }
        | Syscall::Subscribe { .. }
        | Syscall::Command { .. }
        | Syscall::ReadWriteAllow { .. }
        | Syscall::UserspaceReadableAllow { .. }
        | Syscall::ReadOnlyAllow { .. }
        | Syscall::Memop { .. }
        | Syscall::Exit { .. } => all,
    }
}

const _: [fn(usize) -> SyscallReturn; 1] = [SyscallReturn::SuccessAddr];
const _: fn(ErrorCode) -> SyscallReturn = SyscallReturn::Failure;
const _: fn(ErrorCode, u32) -> SyscallReturn = SyscallReturn::FailureU32;
const _: fn(ErrorCode, u32, u32) -> SyscallReturn = SyscallReturn::FailureU32U32;
const _: fn(ErrorCode, u64) -> SyscallReturn = SyscallReturn::FailureU64;
const _: SyscallReturn = SyscallReturn::Success;
const _: fn(u32) -> SyscallReturn = SyscallReturn::SuccessU32;
const _: fn(u32, u32) -> SyscallReturn = SyscallReturn::SuccessU32U32;
const _: fn(u32, u32, u32) -> SyscallReturn = SyscallReturn::SuccessU32U32U32;
const _: fn(u64) -> SyscallReturn = SyscallReturn::SuccessU64;
const _: fn(u32, u64) -> SyscallReturn = SyscallReturn::SuccessU32U64;
const _: fn(CapabilityPtr) -> SyscallReturn = SyscallReturn::SuccessPtr;
const _: [fn(*mut u8, usize) -> SyscallReturn; 2] = [
    SyscallReturn::AllowReadWriteSuccess,
    SyscallReturn::UserspaceReadableAllowSuccess,
];
const _: [fn(ErrorCode, *mut u8, usize) -> SyscallReturn; 2] = [
    SyscallReturn::AllowReadWriteFailure,
    SyscallReturn::UserspaceReadableAllowFailure,
];
const _: fn(*const u8, usize) -> SyscallReturn = SyscallReturn::AllowReadOnlySuccess;
const _: fn(ErrorCode, *const u8, usize) -> SyscallReturn = SyscallReturn::AllowReadOnlyFailure;
const _: fn(*const (), usize) -> SyscallReturn = SyscallReturn::SubscribeSuccess;
const _: fn(ErrorCode, *const (), usize) -> SyscallReturn = SyscallReturn::SubscribeFailure;
const _: fn(usize, usize, usize) -> SyscallReturn = SyscallReturn::YieldWaitFor;

pub fn syscall_returns(value: SyscallReturn) {
    match value {
        SyscallReturn::Failure(_)
        | SyscallReturn::FailureU32(..)
        | SyscallReturn::FailureU32U32(..)
        | SyscallReturn::FailureU64(..)
        | SyscallReturn::Success
        | SyscallReturn::SuccessU32(_)
        | SyscallReturn::SuccessU32U32(..)
        | SyscallReturn::SuccessU32U32U32(..)
        | SyscallReturn::SuccessU64(_)
        | SyscallReturn::SuccessU32U64(..)
        | SyscallReturn::SuccessAddr(_)
        | SyscallReturn::SuccessPtr(_)
        | SyscallReturn::AllowReadWriteSuccess(..)
        | SyscallReturn::AllowReadWriteFailure(..)
        | SyscallReturn::UserspaceReadableAllowSuccess(..)
        | SyscallReturn::UserspaceReadableAllowFailure(..)
        | SyscallReturn::AllowReadOnlySuccess(..)
        | SyscallReturn::AllowReadOnlyFailure(..)
        | SyscallReturn::SubscribeSuccess(..)
        | SyscallReturn::SubscribeFailure(..)
        | SyscallReturn::YieldWaitFor(..) => {}
    }
}

pub fn context_switch_reasons(reason: ContextSwitchReason) -> Option<Syscall> {
    match reason {
        ContextSwitchReason::SyscallFired { syscall } => Some(syscall),
        ContextSwitchReason::Fault | ContextSwitchReason::Interrupted => None,
    }
}

pub struct Boundary;

impl UserspaceKernelBoundary for Boundary {
    type StoredState = ();

    fn initial_process_app_brk_size(&self) -> usize {
        0
    }
    unsafe fn initialize_process(&self, _: *const u8, _: *const u8, _: &mut ()) -> Result<(), ()> {
        Err(())
    }
    unsafe fn set_syscall_return_value(
        &self,
        _: *const u8,
        _: *const u8,
        _: &mut (),
        _: SyscallReturn,
    ) -> Result<(), ()> {
        Err(())
    }
    unsafe fn set_process_function(
        &self,
        _: *const u8,
        _: *const u8,
        _: &mut (),
        _: process::FunctionCall,
    ) -> Result<(), ()> {
        Err(())
    }
    unsafe fn switch_to_process(
        &self,
        _: *const u8,
        _: *const u8,
        _: &mut (),
    ) -> (ContextSwitchReason, Option<*const u8>) {
        (ContextSwitchReason::Fault, None)
    }
    unsafe fn print_context(&self, _: *const u8, _: *const u8, _: &(), _: &mut dyn Write) {}
    fn store_context(&self, _: &(), _: &mut [u8]) -> Result<usize, ErrorCode> {
        Err(ErrorCode::NOSUPPORT)
    }
}

implements!(UpcallId: Copy, Debug, Eq);

pub const UPCALL_ID: UpcallId = UpcallId {
    driver_num: 0usize,
    subscribe_num: 0usize,
};

pub fn upcall_errors(error: UpcallError) {
    match error {
        UpcallError::InvalidSubscribeNum | UpcallError::QueueFull | UpcallError::KernelError => {}
    }
}
