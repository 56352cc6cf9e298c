// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a fake driver must do.

use libtock_platform::{CommandReturn, ErrorCode};

use crate::{DriverInfo, DriverShareRef, RoAllowBuffer, RwAllowBuffer};

/// A fake driver.
///
/// There is one process only, so a driver needs no grants.
pub trait SyscallDriver: 'static {
    /// The number of the driver and how many upcalls it has.
    fn info(&self) -> DriverInfo;

    /// Called when the driver is added to a kernel, with its way to the process.
    fn register(&self, share_ref: DriverShareRef) {
        let _ = share_ref;
    }

    /// A command from the process.
    fn command(&self, command_num: u32, argument0: u32, argument1: u32) -> CommandReturn;

    /// A buffer to read from. The driver returns the one it had under this
    /// number, an empty one at first, or this one if it refuses.
    fn allow_readonly(
        &self,
        buffer_num: u32,
        buffer: RoAllowBuffer,
    ) -> Result<RoAllowBuffer, (RoAllowBuffer, ErrorCode)> {
        let _ = buffer_num;
        Err((buffer, ErrorCode::NoSupport))
    }

    /// A buffer to read from and write to. The driver returns the one it had
    /// under this number, an empty one at first, or this one if it refuses.
    fn allow_readwrite(
        &self,
        buffer_num: u32,
        buffer: RwAllowBuffer,
    ) -> Result<RwAllowBuffer, (RwAllowBuffer, ErrorCode)> {
        let _ = buffer_num;
        Err((buffer, ErrorCode::NoSupport))
    }
}
