// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The crate `libtock_unittest`.

extern crate std;

use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::vec::Vec;

use crate::implements;
use libtock_platform::{CommandReturn, ErrorCode, RawSyscalls, YieldNoWaitReturn};
use libtock_unittest::{
    command_return, exit_test, fake, DriverInfo, DriverShareRef, ExitCall, ExpectedSyscall,
    InvalidSubscribeNum, RoAllowBuffer, RwAllowBuffer, SyscallLogEntry,
};

const _: fn() -> fake::Kernel = fake::Kernel::new;
const _: fn(&fake::Kernel, &Rc<Whole>) = fake::Kernel::add_driver::<Whole>;
const _: fn(&fake::Kernel, ExpectedSyscall) = fake::Kernel::add_expected_syscall;
const _: fn(&fake::Kernel) -> Vec<SyscallLogEntry> = fake::Kernel::take_syscall_log;
const _: fn(u32) -> bool = fake::Kernel::is_driver_present;
const _: fn() -> bool = fake::Kernel::is_upcall_pending;
implements!(fake::Syscalls: RawSyscalls);

pub struct Whole;

impl fake::SyscallDriver for Whole {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(1u32).upcall_count(2u32)
    }
    fn register(&self, _: DriverShareRef) {}
    fn command(&self, _: u32, _: u32, _: u32) -> CommandReturn {
        command_return::success()
    }
    fn allow_readonly(
        &self,
        _: u32,
        buffer: RoAllowBuffer,
    ) -> Result<RoAllowBuffer, (RoAllowBuffer, ErrorCode)> {
        Ok(buffer)
    }
    fn allow_readwrite(
        &self,
        _: u32,
        buffer: RwAllowBuffer,
    ) -> Result<RwAllowBuffer, (RwAllowBuffer, ErrorCode)> {
        Ok(buffer)
    }
}

pub struct Least;

impl fake::SyscallDriver for Least {
    fn info(&self) -> DriverInfo {
        DriverInfo::new(1u32)
    }
    fn command(&self, _: u32, _: u32, _: u32) -> CommandReturn {
        command_return::success()
    }
}

implements!(RoAllowBuffer: Default, Deref<Target = [u8]>);
implements!(RwAllowBuffer: Default, Deref<Target = [u8]>, DerefMut);

const _: fn(&DriverShareRef, DriverShareRef) = DriverShareRef::replace;
const _: fn(&DriverShareRef, u32, (u32, u32, u32)) -> Result<(), InvalidSubscribeNum> =
    DriverShareRef::schedule_upcall;
implements!(DriverShareRef: Default);

const _: fn(ErrorCode) -> CommandReturn = command_return::failure;
const _: fn(ErrorCode, u32) -> CommandReturn = command_return::failure_u32;
const _: fn(ErrorCode, u32, u32) -> CommandReturn = command_return::failure_2_u32;
const _: fn(ErrorCode, u64) -> CommandReturn = command_return::failure_u64;
const _: fn() -> CommandReturn = command_return::success;
const _: fn(u32) -> CommandReturn = command_return::success_u32;
const _: fn(u32, u32) -> CommandReturn = command_return::success_2_u32;
const _: fn(u64) -> CommandReturn = command_return::success_u64;
const _: fn(u32, u32, u32) -> CommandReturn = command_return::success_3_u32;
const _: fn(u32, u64) -> CommandReturn = command_return::success_u32_u64;

pub fn log(entry: SyscallLogEntry) -> u32 {
    match entry {
        SyscallLogEntry::YieldNoWait | SyscallLogEntry::YieldWait => 0,
        SyscallLogEntry::Subscribe {
            driver_num,
            subscribe_num,
        } => driver_num + subscribe_num,
        SyscallLogEntry::Command {
            driver_id,
            command_id,
            argument0,
            argument1,
        } => driver_id + command_id + argument0 + argument1,
        SyscallLogEntry::AllowRo {
            driver_num,
            buffer_num,
            len,
        }
        | SyscallLogEntry::AllowRw {
            driver_num,
            buffer_num,
            len,
        } => {
            let _: usize = len;
            driver_num + buffer_num
        }
        SyscallLogEntry::Memop { memop_num } => memop_num,
    }
}

pub fn expected() -> [ExpectedSyscall; 7] {
    let all = [
        ExpectedSyscall::YieldNoWait {
            override_return: None::<YieldNoWaitReturn>,
        },
        ExpectedSyscall::YieldWait { skip_upcall: false },
        ExpectedSyscall::Subscribe {
            driver_num: 1u32,
            subscribe_num: 1u32,
            skip_with_error: None::<ErrorCode>,
        },
        ExpectedSyscall::Command {
            driver_id: 1u32,
            command_id: 1u32,
            argument0: 1u32,
            argument1: 1u32,
            override_return: None::<CommandReturn>,
        },
        ExpectedSyscall::AllowRo {
            driver_num: 1u32,
            buffer_num: 1u32,
            return_error: None::<ErrorCode>,
        },
        ExpectedSyscall::AllowRw {
            driver_num: 1u32,
            buffer_num: 1u32,
            return_error: None::<ErrorCode>,
        },
        ExpectedSyscall::Memop {
            memop_num: 1u32,
            return_error: None::<ErrorCode>,
        },
    ];
    match all[0] {
        ExpectedSyscall::YieldNoWait { .. }
        | ExpectedSyscall::YieldWait { .. }
        | ExpectedSyscall::Subscribe { .. }
        | ExpectedSyscall::Command { .. }
        | ExpectedSyscall::AllowRo { .. }
        | ExpectedSyscall::AllowRw { .. }
        | ExpectedSyscall::Memop { .. } => all,
    }
}

pub fn exits(test: fn()) -> u32 {
    match exit_test("name", test) {
        ExitCall::Terminate(code) | ExitCall::Restart(code) => code,
    }
}

/// Drivers that come with it.
pub fn fakes() {
    let _ = fake::Alarm::new(10_000_000u32);
    let _ = fake::Buttons::<3>::new();
    let console: Rc<fake::Console> = fake::Console::new();
    let _: Vec<u8> = console.take_bytes();
    let _: Rc<fake::Console> = fake::Console::new_with_input(b"input");
    let _ = fake::Gpio::<3>::new();
    let _ = fake::Leds::<3>::new();
    let _ = fake::LowLevelDebug::new();
}
