// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Storage that is read and written by bytes.

use crate::errorcode::ErrorCode;

/// Storage, one operation at a time.
pub trait NonvolatileStorage<'a> {
    /// Sets who hears of the end of operations.
    fn set_client(&self, client: &'a dyn NonvolatileStorageClient);

    /// Starts to read `length` bytes at `address`.
    ///
    /// # Errors
    ///
    /// Why it could not be started; `buffer` is lost then.
    fn read(
        &self,
        buffer: &'static mut [u8],
        address: usize,
        length: usize,
    ) -> Result<(), ErrorCode>;

    /// Starts to write `length` bytes at `address`.
    ///
    /// # Errors
    ///
    /// Why it could not be started; `buffer` is lost then.
    fn write(
        &self,
        buffer: &'static mut [u8],
        address: usize,
        length: usize,
    ) -> Result<(), ErrorCode>;
}

/// Hears of the end of operations. Failures after the start are not told.
pub trait NonvolatileStorageClient {
    /// `length` bytes of `buffer` were read.
    fn read_done(&self, buffer: &'static mut [u8], length: usize);

    /// `length` bytes of `buffer` were written.
    fn write_done(&self, buffer: &'static mut [u8], length: usize);
}
