// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! System calls as the kernel sees them, independent of the architecture.

use crate::errorcode::ErrorCode;
use crate::process;
use crate::utilities::capability_ptr::CapabilityPtr;
use crate::utilities::machine_register::MachineRegister;
use core::fmt::Write;

pub use crate::syscall_driver::{CommandReturn, SyscallDriver};

/// Classes of system calls; the numbers are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SyscallClass {
    /// Give the processor up and receive upcalls.
    Yield = 0,
    /// Register a function for an upcall.
    Subscribe = 1,
    /// Make a driver do something.
    Command = 2,
    /// Share memory that a driver may write.
    ReadWriteAllow = 3,
    /// Share memory that a driver may read.
    ReadOnlyAllow = 4,
    /// Ask about or change the process's own memory.
    Memop = 5,
    /// Terminate or restart.
    Exit = 6,
    /// Share memory that a driver may write while the process reads it.
    UserspaceReadableAllow = 7,
}

impl TryFrom<u8> for SyscallClass {
    type Error = u8;

    fn try_from(class: u8) -> Result<Self, u8> {
        Ok(match class {
            0 => SyscallClass::Yield,
            1 => SyscallClass::Subscribe,
            2 => SyscallClass::Command,
            3 => SyscallClass::ReadWriteAllow,
            4 => SyscallClass::ReadOnlyAllow,
            5 => SyscallClass::Memop,
            6 => SyscallClass::Exit,
            7 => SyscallClass::UserspaceReadableAllow,
            other => return Err(other),
        })
    }
}

/// Variants of yield.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YieldVariant {
    /// Return at once if nothing is pending.
    NoWait {
        /// Where to write whether an upcall ran; null for nowhere.
        ptr: *mut u8,
    },
    /// Wait for any upcall.
    Wait,
    /// Wait for one upcall and return its arguments instead of calling.
    WaitFor {
        /// The driver's number.
        driver_number: usize,
        /// The number of the subscription.
        subdriver_number: usize,
    },
}

/// A decoded system call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Syscall {
    /// Class 0.
    Yield {
        /// How to yield.
        yield_type: YieldVariant,
    },
    /// Class 1.
    Subscribe {
        /// The driver's number.
        driver_number: usize,
        /// The number of the subscription.
        subdriver_number: usize,
        /// The function; null for the null upcall.
        upcall_ptr: CapabilityPtr,
        /// Handed to the function as it is.
        appdata: MachineRegister,
    },
    /// Class 2.
    Command {
        /// The driver's number.
        driver_number: usize,
        /// The number of the command.
        subdriver_number: usize,
        /// First argument.
        arg0: usize,
        /// Second argument.
        arg1: usize,
    },
    /// Class 3.
    ReadWriteAllow {
        /// The driver's number.
        driver_number: usize,
        /// The number of the buffer.
        subdriver_number: usize,
        /// Start of the buffer.
        allow_address: *mut u8,
        /// Length in bytes.
        allow_size: usize,
    },
    /// Class 7.
    UserspaceReadableAllow {
        /// The driver's number.
        driver_number: usize,
        /// The number of the buffer.
        subdriver_number: usize,
        /// Start of the buffer.
        allow_address: *mut u8,
        /// Length in bytes.
        allow_size: usize,
    },
    /// Class 4.
    ReadOnlyAllow {
        /// The driver's number.
        driver_number: usize,
        /// The number of the buffer.
        subdriver_number: usize,
        /// Start of the buffer.
        allow_address: *const u8,
        /// Length in bytes.
        allow_size: usize,
    },
    /// Class 5.
    Memop {
        /// The operation.
        operand: usize,
        /// Its argument.
        arg0: usize,
    },
    /// Class 6.
    Exit {
        /// Terminate (0) or restart (1).
        which: usize,
        /// What the process says about its end.
        completion_code: usize,
    },
}

impl Syscall {
    /// The driver that the call is for, if its class has one.
    pub fn driver_number(&self) -> Option<usize> {
        match *self {
            Syscall::Subscribe { driver_number, .. }
            | Syscall::Command { driver_number, .. }
            | Syscall::ReadWriteAllow { driver_number, .. }
            | Syscall::UserspaceReadableAllow { driver_number, .. }
            | Syscall::ReadOnlyAllow { driver_number, .. } => Some(driver_number),
            Syscall::Yield { .. } | Syscall::Memop { .. } | Syscall::Exit { .. } => None,
        }
    }

    /// The command, subscription or buffer number, if its class has one.
    pub fn subdriver_number(&self) -> Option<usize> {
        match *self {
            Syscall::Subscribe {
                subdriver_number, ..
            }
            | Syscall::Command {
                subdriver_number, ..
            }
            | Syscall::ReadWriteAllow {
                subdriver_number, ..
            }
            | Syscall::UserspaceReadableAllow {
                subdriver_number, ..
            }
            | Syscall::ReadOnlyAllow {
                subdriver_number, ..
            } => Some(subdriver_number),
            Syscall::Yield { .. } | Syscall::Memop { .. } | Syscall::Exit { .. } => None,
        }
    }
}

/// What a system call returns, before it is encoded into registers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SyscallReturn {
    /// Failure.
    Failure(ErrorCode),
    /// Failure with a value.
    FailureU32(ErrorCode, u32),
    /// Failure with two values.
    FailureU32U32(ErrorCode, u32, u32),
    /// Failure with a long value.
    FailureU64(ErrorCode, u64),
    /// Success.
    Success,
    /// Success with a value.
    SuccessU32(u32),
    /// Success with two values.
    SuccessU32U32(u32, u32),
    /// Success with three values.
    SuccessU32U32U32(u32, u32, u32),
    /// Success with a long value.
    SuccessU64(u64),
    /// Success with a value and a long value.
    SuccessU32U64(u32, u64),
    /// Success with an address.
    SuccessAddr(usize),
    /// Success with a pointer.
    SuccessPtr(CapabilityPtr),
    /// The previous buffer.
    AllowReadWriteSuccess(*mut u8, usize),
    /// The buffer that was refused.
    AllowReadWriteFailure(ErrorCode, *mut u8, usize),
    /// The previous buffer.
    UserspaceReadableAllowSuccess(*mut u8, usize),
    /// The buffer that was refused.
    UserspaceReadableAllowFailure(ErrorCode, *mut u8, usize),
    /// The previous buffer.
    AllowReadOnlySuccess(*const u8, usize),
    /// The buffer that was refused.
    AllowReadOnlyFailure(ErrorCode, *const u8, usize),
    /// The previous function and its data.
    SubscribeSuccess(*const (), usize),
    /// The function that was refused and its data.
    SubscribeFailure(ErrorCode, *const (), usize),
    /// The arguments of the upcall that was waited for.
    YieldWaitFor(usize, usize, usize),
}

impl SyscallReturn {
    /// What a driver's command returned.
    pub(crate) fn from_command_return(res: CommandReturn) -> Self {
        res.into_inner()
    }
}

/// Why a process gave the processor back to the kernel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ContextSwitchReason {
    /// It made a system call.
    SyscallFired {
        /// The call.
        syscall: Syscall,
    },
    /// It faulted, or its system call cannot be decoded.
    Fault,
    /// An interrupt came.
    Interrupted,
}

/// The architecture's part of running processes.
///
/// `accessible_memory_start` and `app_brk` delimit the memory that the process
/// itself can reach; where the architecture keeps a frame on the process's stack,
/// it must lie in there.
pub trait UserspaceKernelBoundary {
    /// Registers of a process that does not run, held by the kernel.
    type StoredState: Default;

    /// How many bytes of memory a process must reach before it first runs.
    fn initial_process_app_brk_size(&self) -> usize;

    /// Prepares the state of a process that starts or restarts.
    ///
    /// # Errors
    ///
    /// The memory does not suffice for a first stack frame.
    ///
    /// # Safety
    ///
    /// Both pointers must delimit memory of that process.
    unsafe fn initialize_process(
        &self,
        accessible_memory_start: *const u8,
        app_brk: *const u8,
        state: &mut Self::StoredState,
    ) -> Result<(), ()>;

    /// Stores what the process's last system call returns.
    ///
    /// # Errors
    ///
    /// The process's stack frame is not in its memory.
    ///
    /// # Safety
    ///
    /// Both pointers must delimit memory of that process, which must have made a
    /// system call that has not returned.
    unsafe fn set_syscall_return_value(
        &self,
        accessible_memory_start: *const u8,
        app_brk: *const u8,
        state: &mut Self::StoredState,
        return_value: SyscallReturn,
    ) -> Result<(), ()>;

    /// Makes the process call a function when it next runs.
    ///
    /// # Errors
    ///
    /// The process's stack has no room for the call.
    ///
    /// # Safety
    ///
    /// Both pointers must delimit memory of that process, which must be yielded.
    unsafe fn set_process_function(
        &self,
        accessible_memory_start: *const u8,
        app_brk: *const u8,
        state: &mut Self::StoredState,
        upcall: process::FunctionCall,
    ) -> Result<(), ()>;

    /// Runs the process until it gives the processor back; returns why, and its
    /// stack pointer if known.
    ///
    /// # Safety
    ///
    /// Both pointers must delimit memory of that process, and the memory
    /// protection must be configured for it and enabled.
    unsafe fn switch_to_process(
        &self,
        accessible_memory_start: *const u8,
        app_brk: *const u8,
        state: &mut Self::StoredState,
    ) -> (ContextSwitchReason, Option<*const u8>);

    /// Prints the registers of the process.
    ///
    /// # Safety
    ///
    /// Both pointers must delimit memory of that process.
    unsafe fn print_context(
        &self,
        accessible_memory_start: *const u8,
        app_brk: *const u8,
        state: &Self::StoredState,
        writer: &mut dyn Write,
    );

    /// Serializes the registers; returns how many bytes were written.
    ///
    /// # Errors
    ///
    /// `SIZE` if `out` is too short.
    fn store_context(&self, state: &Self::StoredState, out: &mut [u8]) -> Result<usize, ErrorCode>;
}
