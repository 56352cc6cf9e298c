// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a driver implements to serve system calls.

use crate::errorcode::ErrorCode;
use crate::process::{self, ProcessId};
use crate::processbuffer::UserspaceReadableProcessBuffer;
use crate::syscall::SyscallReturn;

/// What a command returns to the process: the subset of [`SyscallReturn`] that
/// drivers may choose from.
pub struct CommandReturn(SyscallReturn);

impl CommandReturn {
    pub(crate) fn into_inner(self) -> SyscallReturn {
        self.0
    }

    /// Failure.
    pub fn failure(rc: ErrorCode) -> Self {
        CommandReturn(SyscallReturn::Failure(rc))
    }

    /// Failure with a value.
    pub fn failure_u32(rc: ErrorCode, data0: u32) -> Self {
        CommandReturn(SyscallReturn::FailureU32(rc, data0))
    }

    /// Failure with two values.
    pub fn failure_u32_u32(rc: ErrorCode, data0: u32, data1: u32) -> Self {
        CommandReturn(SyscallReturn::FailureU32U32(rc, data0, data1))
    }

    /// Failure with a long value.
    pub fn failure_u64(rc: ErrorCode, data0: u64) -> Self {
        CommandReturn(SyscallReturn::FailureU64(rc, data0))
    }

    /// Success.
    pub fn success() -> Self {
        CommandReturn(SyscallReturn::Success)
    }

    /// Success with a value.
    pub fn success_u32(data0: u32) -> Self {
        CommandReturn(SyscallReturn::SuccessU32(data0))
    }

    /// Success with two values.
    pub fn success_u32_u32(data0: u32, data1: u32) -> Self {
        CommandReturn(SyscallReturn::SuccessU32U32(data0, data1))
    }

    /// Success with three values.
    pub fn success_u32_u32_u32(data0: u32, data1: u32, data2: u32) -> Self {
        CommandReturn(SyscallReturn::SuccessU32U32U32(data0, data1, data2))
    }

    /// Success with a long value.
    pub fn success_u64(data0: u64) -> Self {
        CommandReturn(SyscallReturn::SuccessU64(data0))
    }

    /// Success with a value and a long value.
    pub fn success_u32_u64(data0: u32, data1: u64) -> Self {
        CommandReturn(SyscallReturn::SuccessU32U64(data0, data1))
    }

    /// Whether this is [`failure`](Self::failure).
    pub fn is_failure(&self) -> bool {
        self.get_failure().is_some()
    }

    /// Whether this is [`failure_u32`](Self::failure_u32).
    pub fn is_failure_u32(&self) -> bool {
        self.get_failure_u32().is_some()
    }

    /// Whether this is [`failure_u32_u32`](Self::failure_u32_u32).
    pub fn is_failure_2_u32(&self) -> bool {
        self.get_failure_2_u32().is_some()
    }

    /// Whether this is [`failure_u64`](Self::failure_u64).
    pub fn is_failure_u64(&self) -> bool {
        self.get_failure_u64().is_some()
    }

    /// Whether this is [`success`](Self::success).
    pub fn is_success(&self) -> bool {
        matches!(self.0, SyscallReturn::Success)
    }

    /// Whether this is [`success_u32`](Self::success_u32).
    pub fn is_success_u32(&self) -> bool {
        self.get_success_u32().is_some()
    }

    /// Whether this is [`success_u32_u32`](Self::success_u32_u32).
    pub fn is_success_2_u32(&self) -> bool {
        self.get_success_2_u32().is_some()
    }

    /// Whether this is [`success_u64`](Self::success_u64).
    pub fn is_success_u64(&self) -> bool {
        self.get_success_u64().is_some()
    }

    /// Whether this is [`success_u32_u32_u32`](Self::success_u32_u32_u32).
    pub fn is_success_3_u32(&self) -> bool {
        self.get_success_3_u32().is_some()
    }

    /// Whether this is [`success_u32_u64`](Self::success_u32_u64).
    pub fn is_success_u32_u64(&self) -> bool {
        self.get_success_u32_u64().is_some()
    }

    /// The error of [`failure`](Self::failure).
    pub fn get_failure(&self) -> Option<ErrorCode> {
        match self.0 {
            SyscallReturn::Failure(rc) => Some(rc),
            _ => None,
        }
    }

    /// Error and value of [`failure_u32`](Self::failure_u32).
    pub fn get_failure_u32(&self) -> Option<(ErrorCode, u32)> {
        match self.0 {
            SyscallReturn::FailureU32(rc, data0) => Some((rc, data0)),
            _ => None,
        }
    }

    /// Error and values of [`failure_u32_u32`](Self::failure_u32_u32).
    pub fn get_failure_2_u32(&self) -> Option<(ErrorCode, u32, u32)> {
        match self.0 {
            SyscallReturn::FailureU32U32(rc, data0, data1) => Some((rc, data0, data1)),
            _ => None,
        }
    }

    /// Error and value of [`failure_u64`](Self::failure_u64).
    pub fn get_failure_u64(&self) -> Option<(ErrorCode, u64)> {
        match self.0 {
            SyscallReturn::FailureU64(rc, data0) => Some((rc, data0)),
            _ => None,
        }
    }

    /// Value of [`success_u32`](Self::success_u32).
    pub fn get_success_u32(&self) -> Option<u32> {
        match self.0 {
            SyscallReturn::SuccessU32(data0) => Some(data0),
            _ => None,
        }
    }

    /// Values of [`success_u32_u32`](Self::success_u32_u32).
    pub fn get_success_2_u32(&self) -> Option<(u32, u32)> {
        match self.0 {
            SyscallReturn::SuccessU32U32(data0, data1) => Some((data0, data1)),
            _ => None,
        }
    }

    /// Value of [`success_u64`](Self::success_u64).
    pub fn get_success_u64(&self) -> Option<u64> {
        match self.0 {
            SyscallReturn::SuccessU64(data0) => Some(data0),
            _ => None,
        }
    }

    /// Values of [`success_u32_u32_u32`](Self::success_u32_u32_u32).
    pub fn get_success_3_u32(&self) -> Option<(u32, u32, u32)> {
        match self.0 {
            SyscallReturn::SuccessU32U32U32(data0, data1, data2) => Some((data0, data1, data2)),
            _ => None,
        }
    }

    /// Values of [`success_u32_u64`](Self::success_u32_u64).
    pub fn get_success_u32_u64(&self) -> Option<(u32, u64)> {
        match self.0 {
            SyscallReturn::SuccessU32U64(data0, data1) => Some((data0, data1)),
            _ => None,
        }
    }
}

impl From<Result<(), ErrorCode>> for CommandReturn {
    fn from(rc: Result<(), ErrorCode>) -> Self {
        match rc {
            Ok(()) => CommandReturn::success(),
            Err(error) => CommandReturn::failure(error),
        }
    }
}

impl From<process::Error> for CommandReturn {
    fn from(error: process::Error) -> Self {
        CommandReturn::failure(error.into())
    }
}

/// A driver that processes reach by system calls.
///
/// The kernel itself serves subscribe and allow from the driver's grant; what is
/// left to the driver are commands and the promise to allocate its grant.
pub trait SyscallDriver {
    /// Serves a command. Command 0 must answer success and do nothing else.
    fn command(
        &self,
        _command_num: usize,
        _r2: usize,
        _r3: usize,
        _process_id: ProcessId,
    ) -> CommandReturn {
        CommandReturn::failure(ErrorCode::NOSUPPORT)
    }

    /// Takes a buffer that the process may go on reading; returns the previous.
    ///
    /// # Errors
    ///
    /// Hands `slice` back with the reason.
    fn allow_userspace_readable(
        &self,
        _app: ProcessId,
        _which: usize,
        slice: UserspaceReadableProcessBuffer,
    ) -> Result<UserspaceReadableProcessBuffer, (UserspaceReadableProcessBuffer, ErrorCode)> {
        Err((slice, ErrorCode::NOSUPPORT))
    }

    /// Makes sure that the process has the driver's grant, by entering it.
    ///
    /// # Errors
    ///
    /// Why the grant could not be entered.
    fn allocate_grant(&self, process_id: ProcessId) -> Result<(), crate::process::Error>;
}
