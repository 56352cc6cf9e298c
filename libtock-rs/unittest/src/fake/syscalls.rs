// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Raw system calls into the fake kernel of this thread.

use libtock_platform::{
    exit_id, return_variant, syscall_class, yield_id, ErrorCode, RawSyscalls, Register,
    ReturnVariant, YieldNoWaitReturn,
};

use crate::exit_test::{exit, ExitCall};
use crate::kernel_data::{BufferId, KernelData, Upcall};
use crate::{ExpectedSyscall, RoAllowBuffer, RwAllowBuffer, SyscallLogEntry};

/// The system calls of a process under test.
pub struct Syscalls;

// SAFETY: The calls act on the fake kernel with exactly their arguments. It
// changes no memory but that of allowed buffers and the yield-no-wait flag.
unsafe impl RawSyscalls for Syscalls {
    unsafe fn yield1([r0]: [Register; 1]) {
        assert_eq!(number(r0), yield_id::WAIT, "not a yield with one argument");
        yield_wait();
    }

    unsafe fn yield2([r0, r1]: [Register; 2]) {
        assert_eq!(
            number(r0),
            yield_id::NO_WAIT,
            "not a yield with two arguments"
        );
        // SAFETY: The caller passes null or a byte to write.
        unsafe { yield_no_wait(r1.into()) };
    }

    unsafe fn syscall1<const CLASS: usize>([r0]: [Register; 1]) -> [Register; 2] {
        assert_eq!(CLASS, syscall_class::MEMOP, "not a call with one argument");
        memop(number(r0), None)
    }

    unsafe fn syscall2<const CLASS: usize>([r0, r1]: [Register; 2]) -> [Register; 2] {
        match CLASS {
            syscall_class::MEMOP => memop(number(r0), Some(r1)),
            syscall_class::EXIT => match number(r0) {
                exit_id::TERMINATE => exit(ExitCall::Terminate(number(r1))),
                exit_id::RESTART => exit(ExitCall::Restart(number(r1))),
                _ => [
                    variant(return_variant::FAILURE),
                    ErrorCode::NoSupport.into(),
                ],
            },
            _ => panic!("class {CLASS} is not a call with two arguments"),
        }
    }

    unsafe fn syscall4<const CLASS: usize>([r0, r1, r2, r3]: [Register; 4]) -> [Register; 4] {
        match CLASS {
            syscall_class::SUBSCRIBE => subscribe(
                number(r0),
                number(r1),
                Upcall {
                    function: r2,
                    data: r3,
                },
            ),
            syscall_class::COMMAND => command(number(r0), number(r1), number(r2), number(r3)),
            // SAFETY: The caller answers for the buffer until it is given back,
            // which the two functions see to.
            syscall_class::ALLOW_RW => unsafe { allow_rw(number(r0), number(r1), r2, r3) },
            // SAFETY: As above.
            syscall_class::ALLOW_RO => unsafe { allow_ro(number(r0), number(r1), r2, r3) },
            _ => panic!("class {CLASS} is not a call with four arguments"),
        }
    }
}

/// A register that must hold a 32-bit number, else the caller has a defect that
/// would not show on a 32-bit machine.
fn number(register: Register) -> u32 {
    register
        .try_into()
        .expect("a system call argument does not fit into 32 bits")
}

fn variant(variant: ReturnVariant) -> Register {
    u32::from(variant).into()
}

/// The failure of a call that exchanges two registers: they come back.
fn not_swapped(error: ErrorCode, r2: Register, r3: Register) -> [Register; 4] {
    [variant(return_variant::FAILURE_2_U32), error.into(), r2, r3]
}

/// Runs the next upcall, if there is one.
fn run_upcall() -> bool {
    let Some(queued) = KernelData::with(|kernel| kernel.next_upcall()) else {
        return false;
    };
    let function: *const () = queued.upcall.function.into();
    // SAFETY: The process subscribed this function pointer, which it promises to
    // be of this type and callable with this data until it is replaced, and it
    // has not been: that would have removed it from the queue.
    unsafe {
        let function = std::mem::transmute::<
            *const (),
            unsafe extern "C" fn(u32, u32, u32, Register),
        >(function);
        let (arg0, arg1, arg2) = queued.args;
        function(arg0, arg1, arg2, queued.upcall.data);
    }
    true
}

fn yield_wait() {
    let expected = KernelData::with(|kernel| kernel.log(SyscallLogEntry::YieldWait));
    if let Some(ExpectedSyscall::YieldWait { skip_upcall: true }) = expected {
        return;
    }
    assert!(
        run_upcall(),
        "the process waits for an upcall, but none is pending: it would wait forever"
    );
}

/// # Safety
///
/// `flag` must be null or the address of a byte that may be written.
unsafe fn yield_no_wait(flag: *mut u8) {
    let expected = KernelData::with(|kernel| kernel.log(SyscallLogEntry::YieldNoWait));
    let result = match expected {
        Some(ExpectedSyscall::YieldNoWait {
            override_return: Some(result),
        }) => result,
        _ => match run_upcall() {
            true => YieldNoWaitReturn::Upcall,
            false => YieldNoWaitReturn::NoUpcall,
        },
    };
    if !flag.is_null() {
        // SAFETY: The caller promises that it may be written.
        unsafe { flag.write(result as u8) };
    }
}

fn subscribe(driver_num: u32, subscribe_num: u32, upcall: Upcall) -> [Register; 4] {
    let result = KernelData::with(|kernel| {
        let expected = kernel.log(SyscallLogEntry::Subscribe {
            driver_num,
            subscribe_num,
        });
        if let Some(ExpectedSyscall::Subscribe {
            skip_with_error: Some(error),
            ..
        }) = expected
        {
            return Err(error);
        }
        kernel.subscribe(driver_num, subscribe_num, upcall)
    });
    match result {
        Ok(old) => [
            variant(return_variant::SUCCESS_2_U32),
            old.function,
            old.data,
            0u32.into(),
        ],
        Err(error) => not_swapped(error, upcall.function, upcall.data),
    }
}

fn command(driver_id: u32, command_id: u32, argument0: u32, argument1: u32) -> [Register; 4] {
    let (expected, driver) = KernelData::with(|kernel| {
        let expected = kernel.log(SyscallLogEntry::Command {
            driver_id,
            command_id,
            argument0,
            argument1,
        });
        (expected, kernel.driver(driver_id))
    });
    let result = match (expected, driver) {
        (
            Some(ExpectedSyscall::Command {
                override_return: Some(result),
                ..
            }),
            _,
        ) => result,
        (_, Some(driver)) => driver.command(command_id, argument0, argument1),
        (_, None) => crate::command_return::failure(ErrorCode::NoDevice),
    };
    let (r0, r1, r2, r3) = result.raw_values();
    [variant(r0), r1.into(), r2.into(), r3.into()]
}

/// # Safety
///
/// The buffer must be valid for reads, and unwritten, until it is given back.
unsafe fn allow_ro(driver_num: u32, buffer_num: u32, r2: Register, r3: Register) -> [Register; 4] {
    let (address, len): (*const u8, usize) = (r2.into(), r3.into());
    let (expected, driver) = KernelData::with(|kernel| {
        let expected = kernel.log(SyscallLogEntry::AllowRo {
            driver_num,
            buffer_num,
            len,
        });
        (expected, kernel.driver(driver_num))
    });
    if let Some(ExpectedSyscall::AllowRo {
        return_error: Some(error),
        ..
    }) = expected
    {
        return not_swapped(error, r2, r3);
    }
    let Some(driver) = driver else {
        return not_swapped(ErrorCode::NoDevice, r2, r3);
    };
    // SAFETY: The caller promises it.
    let buffer = unsafe { RoAllowBuffer::new(address, len) };
    match driver.allow_readonly(buffer_num, buffer) {
        Ok(old) => {
            let (old_address, old_len) = old.raw_parts();
            let id = BufferId {
                driver_num,
                buffer_num,
                writeable: false,
            };
            KernelData::with(|kernel| {
                kernel.swap_buffer(id, (address.addr(), len), (old_address.addr(), old_len))
            });
            [
                variant(return_variant::SUCCESS_2_U32),
                old_address.into(),
                old_len.into(),
                0u32.into(),
            ]
        }
        Err((refused, error)) => {
            assert_eq!(
                refused.raw_parts(),
                (address, len),
                "the driver refused a buffer and gave back another one"
            );
            not_swapped(error, r2, r3)
        }
    }
}

/// # Safety
///
/// The buffer must be valid for reads and writes, and untouched by others, until
/// it is given back.
unsafe fn allow_rw(driver_num: u32, buffer_num: u32, r2: Register, r3: Register) -> [Register; 4] {
    let (address, len): (*mut u8, usize) = (r2.into(), r3.into());
    let (expected, driver) = KernelData::with(|kernel| {
        let expected = kernel.log(SyscallLogEntry::AllowRw {
            driver_num,
            buffer_num,
            len,
        });
        (expected, kernel.driver(driver_num))
    });
    if let Some(ExpectedSyscall::AllowRw {
        return_error: Some(error),
        ..
    }) = expected
    {
        return not_swapped(error, r2, r3);
    }
    let Some(driver) = driver else {
        return not_swapped(ErrorCode::NoDevice, r2, r3);
    };
    // SAFETY: The caller promises it.
    let buffer = unsafe { RwAllowBuffer::new(address, len) };
    match driver.allow_readwrite(buffer_num, buffer) {
        Ok(old) => {
            let (old_address, old_len) = old.raw_parts();
            let id = BufferId {
                driver_num,
                buffer_num,
                writeable: true,
            };
            KernelData::with(|kernel| {
                kernel.swap_buffer(id, (address.addr(), len), (old_address.addr(), old_len))
            });
            [
                variant(return_variant::SUCCESS_2_U32),
                old_address.into(),
                old_len.into(),
                0u32.into(),
            ]
        }
        Err((refused, error)) => {
            assert_eq!(
                refused.raw_parts(),
                (address, len),
                "the driver refused a buffer and gave back another one"
            );
            not_swapped(error, r2, r3)
        }
    }
}

fn memop(memop_num: u32, argument: Option<Register>) -> [Register; 2] {
    let result = KernelData::with(|kernel| {
        let expected = kernel.log(SyscallLogEntry::Memop { memop_num });
        if let Some(ExpectedSyscall::Memop {
            return_error: Some(error),
            ..
        }) = expected
        {
            return Err(error);
        }
        match (memop_num, argument) {
            (0, Some(address)) => kernel.brk(address.into()).map(|_| None),
            (1, Some(increment)) => kernel
                .sbrk(increment.as_i32())
                .map(|old| Some(Register::from(old))),
            (2, None) => Ok(Some(kernel.ram().start.into())),
            (3, None) => Ok(Some(kernel.ram().end.into())),
            (10 | 11, Some(_)) => Ok(None),
            _ => Err(ErrorCode::NoSupport),
        }
    });
    match result {
        Ok(None) => [variant(return_variant::SUCCESS), 0u32.into()],
        Ok(Some(value)) => [variant(return_variant::SUCCESS_U32), value],
        Err(error) => [variant(return_variant::FAILURE), error.into()],
    }
}
