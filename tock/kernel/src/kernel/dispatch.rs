// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System calls: from the registers of a process to drivers and back.

use crate::config::CONFIG;
use crate::errorcode::ErrorCode;
use crate::grant::{SavedUpcall, swap_readonly, swap_readwrite, swap_upcall};
use crate::memop;
use crate::platform::chip::Chip;
use crate::platform::{KernelResources, SyscallDriverLookup, SyscallFilter};
use crate::process::Process;
use crate::syscall::{CommandReturn, Syscall, SyscallDriver, SyscallReturn, YieldVariant};
use crate::upcall::UpcallId;
use crate::utilities::capability_ptr::CapabilityPtr;
use crate::utilities::machine_register::MachineRegister;

/// Exit call: end the process.
const EXIT_TERMINATE: usize = 0;
/// Exit call: start the process afresh.
const EXIT_RESTART: usize = 1;

/// Serves one system call of `process`.
pub(super) fn handle_syscall<KR: KernelResources<C>, C: Chip>(
    resources: &KR,
    process: &dyn Process,
    syscall: Syscall,
) {
    process.debug_syscall_called(syscall);
    let result = match syscall {
        // These three concern the process alone, so no filter applies to them.
        Syscall::Yield { yield_type } => return handle_yield(process, yield_type),
        Syscall::Exit {
            which,
            completion_code,
        } => match which {
            EXIT_TERMINATE => return process.terminate(Some(completion_code as u32)),
            EXIT_RESTART => return process.try_restart(Some(completion_code as u32)),
            _ => SyscallReturn::Failure(ErrorCode::NOSUPPORT),
        },
        Syscall::Memop { operand, arg0 } => memop::memop(process, operand, arg0),
        Syscall::Subscribe { .. }
        | Syscall::Command { .. }
        | Syscall::ReadWriteAllow { .. }
        | Syscall::UserspaceReadableAllow { .. }
        | Syscall::ReadOnlyAllow { .. } => {
            match resources.syscall_filter().filter_syscall(process, &syscall) {
                // The plain failure, whatever the class of the call: so the ABI.
                Err(error) => SyscallReturn::Failure(error),
                Ok(()) => call_driver(resources.syscall_driver_lookup(), process, syscall),
            }
        }
    };
    if CONFIG.trace_syscalls {
        crate::debug!("[{:?}] {:?} = {:?}", process.processid(), syscall, result);
    }
    process.set_syscall_return_value(result);
}

fn handle_yield(process: &dyn Process, yield_type: YieldVariant) {
    match yield_type {
        YieldVariant::NoWait { ptr } => {
            let has_tasks = process.has_tasks();
            // An address outside of the process's RAM is ignored.
            // SAFETY: a process entered the kernel, so no driver is at work and
            // none of the process's buffers is entered.
            unsafe { process.set_byte(ptr, u8::from(has_tasks)) };
            if has_tasks {
                process.set_yielded_state();
            }
        }
        YieldVariant::Wait => process.set_yielded_state(),
        YieldVariant::WaitFor {
            driver_number,
            subdriver_number,
        } => process.set_yielded_for_state(UpcallId {
            driver_num: driver_number,
            subscribe_num: subdriver_number,
        }),
    }
}

/// Serves the classes of calls that name a driver.
fn call_driver<L: SyscallDriverLookup>(
    drivers: &L,
    process: &dyn Process,
    syscall: Syscall,
) -> SyscallReturn {
    match syscall {
        Syscall::Command {
            driver_number,
            subdriver_number,
            arg0,
            arg1,
        } => SyscallReturn::from_command_return(drivers.with_driver(driver_number, |driver| {
            match driver {
                Some(driver) => driver.command(subdriver_number, arg0, arg1, process.processid()),
                None => CommandReturn::failure(ErrorCode::NODEVICE),
            }
        })),
        Syscall::Subscribe {
            driver_number,
            subdriver_number,
            upcall_ptr,
            appdata,
        } => subscribe(
            drivers,
            process,
            UpcallId {
                driver_num: driver_number,
                subscribe_num: subdriver_number,
            },
            upcall_ptr,
            appdata,
        ),
        Syscall::ReadWriteAllow {
            driver_number,
            subdriver_number,
            allow_address,
            allow_size,
        } => allow_readwrite(
            drivers,
            process,
            driver_number,
            subdriver_number,
            allow_address,
            allow_size,
        ),
        Syscall::UserspaceReadableAllow {
            driver_number,
            subdriver_number,
            allow_address,
            allow_size,
        } => allow_userspace_readable(
            drivers,
            process,
            driver_number,
            subdriver_number,
            allow_address,
            allow_size,
        ),
        Syscall::ReadOnlyAllow {
            driver_number,
            subdriver_number,
            allow_address,
            allow_size,
        } => allow_readonly(
            drivers,
            process,
            driver_number,
            subdriver_number,
            allow_address,
            allow_size,
        ),
        Syscall::Yield { .. } | Syscall::Memop { .. } | Syscall::Exit { .. } => {
            SyscallReturn::Failure(ErrorCode::NOSUPPORT)
        }
    }
}

/// Lets the driver allocate its grant for `process`; whether one appeared.
fn allocate_grant(driver: &dyn SyscallDriver, process: &dyn Process) -> bool {
    let before = process.grant_allocated_count();
    let result = driver.allocate_grant(process.processid());
    // A driver may say `Ok` without having a grant at all, so look.
    result.is_ok() && process.grant_allocated_count() > before
}

/// Runs `swap`, and once more if its grant was missing and is there now.
fn swap_in_grant<B, R>(
    driver: &dyn SyscallDriver,
    process: &dyn Process,
    new: B,
    swap: impl Fn(B) -> Result<R, (B, ErrorCode)>,
) -> Result<R, (B, ErrorCode)> {
    match swap(new) {
        Err((new, ErrorCode::NOMEM)) if allocate_grant(driver, process) => swap(new),
        result => result,
    }
}

fn subscribe<L: SyscallDriverLookup>(
    drivers: &L,
    process: &dyn Process,
    upcall_id: UpcallId,
    fn_ptr: CapabilityPtr,
    appdata: MachineRegister,
) -> SyscallReturn {
    let failure =
        |error| SyscallReturn::SubscribeFailure(error, fn_ptr.as_ptr::<()>(), appdata.as_usize());
    let is_null = fn_ptr.addr() == 0;
    if !is_null && !process.is_valid_upcall_function_pointer(fn_ptr.as_ptr::<()>()) {
        return failure(ErrorCode::INVAL);
    }
    drivers.with_driver(upcall_id.driver_num, |driver| {
        let Some(driver) = driver else {
            return failure(ErrorCode::NODEVICE);
        };
        let new = SavedUpcall { appdata, fn_ptr };
        match swap_in_grant(driver, process, new, |new| {
            swap_upcall(process, upcall_id, new).map_err(|error| (new, error))
        }) {
            Ok(old) => {
                SyscallReturn::SubscribeSuccess(old.fn_ptr.as_ptr::<()>(), old.appdata.as_usize())
            }
            Err((_, error)) => failure(error),
        }
    })
}

fn allow_readwrite<L: SyscallDriverLookup>(
    drivers: &L,
    process: &dyn Process,
    driver_num: usize,
    allow_num: usize,
    address: *mut u8,
    size: usize,
) -> SyscallReturn {
    let failure = |error| SyscallReturn::AllowReadWriteFailure(error, address, size);
    drivers.with_driver(driver_num, |driver| {
        let Some(driver) = driver else {
            return failure(ErrorCode::NODEVICE);
        };
        let buffer = match process.build_readwrite_process_buffer(address, size) {
            Ok(buffer) => buffer,
            Err(error) => return failure(error),
        };
        match swap_in_grant(driver, process, buffer, |buffer| {
            swap_readwrite(process, driver_num, allow_num, buffer)
        }) {
            Ok((ptr, len)) => SyscallReturn::AllowReadWriteSuccess(ptr, len),
            Err((_, error)) => failure(error),
        }
    })
}

fn allow_userspace_readable<L: SyscallDriverLookup>(
    drivers: &L,
    process: &dyn Process,
    driver_num: usize,
    allow_num: usize,
    address: *mut u8,
    size: usize,
) -> SyscallReturn {
    let failure = |error| SyscallReturn::UserspaceReadableAllowFailure(error, address, size);
    drivers.with_driver(driver_num, |driver| {
        let Some(driver) = driver else {
            return failure(ErrorCode::NODEVICE);
        };
        let buffer = match process.build_readwrite_process_buffer(address, size) {
            Ok(buffer) => buffer,
            Err(error) => return failure(error),
        };
        // The driver itself keeps a buffer of this kind, not the grant.
        match driver.allow_userspace_readable(process.processid(), allow_num, buffer) {
            Ok(old) => {
                let (ptr, len) = old.consume();
                SyscallReturn::UserspaceReadableAllowSuccess(ptr, len)
            }
            Err((_, error)) => failure(error),
        }
    })
}

fn allow_readonly<L: SyscallDriverLookup>(
    drivers: &L,
    process: &dyn Process,
    driver_num: usize,
    allow_num: usize,
    address: *const u8,
    size: usize,
) -> SyscallReturn {
    let failure = |error| SyscallReturn::AllowReadOnlyFailure(error, address, size);
    drivers.with_driver(driver_num, |driver| {
        let Some(driver) = driver else {
            return failure(ErrorCode::NODEVICE);
        };
        let buffer = match process.build_readonly_process_buffer(address, size) {
            Ok(buffer) => buffer,
            Err(error) => return failure(error),
        };
        match swap_in_grant(driver, process, buffer, |buffer| {
            swap_readonly(process, driver_num, allow_num, buffer)
        }) {
            Ok((ptr, len)) => SyscallReturn::AllowReadOnlySuccess(ptr, len),
            Err((_, error)) => failure(error),
        }
    })
}
