// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Flash that is read, written and erased by pages.

use crate::errorcode::ErrorCode;

/// Why an operation on flash failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The flash reports a failure.
    FlashError,
    /// The page is protected.
    FlashMemoryProtectionError,
}

/// Something that has a client of type `C`.
pub trait HasClient<'a, C> {
    /// Sets who hears of the end of operations.
    fn set_client(&'a self, client: &'a C);
}

/// Flash, one operation at a time.
pub trait Flash {
    /// A buffer of the size of a page.
    type Page: AsMut<[u8]> + Default;

    /// Starts to read a page into `buf`.
    ///
    /// # Errors
    ///
    /// Hands `buf` back with the reason; no callback comes then.
    fn read_page(
        &self,
        page_number: usize,
        buf: &'static mut Self::Page,
    ) -> Result<(), (ErrorCode, &'static mut Self::Page)>;

    /// Starts to erase a page, if need be, and to write `buf` to it.
    ///
    /// # Errors
    ///
    /// Hands `buf` back with the reason; no callback comes then.
    fn write_page(
        &self,
        page_number: usize,
        buf: &'static mut Self::Page,
    ) -> Result<(), (ErrorCode, &'static mut Self::Page)>;

    /// Starts to erase a page.
    ///
    /// # Errors
    ///
    /// Why it could not be started; no callback comes then.
    fn erase_page(&self, page_number: usize) -> Result<(), ErrorCode>;
}

/// Hears how operations ended.
pub trait Client<F: Flash> {
    /// The end of `read_page`.
    fn read_complete(&self, read_buffer: &'static mut F::Page, result: Result<(), Error>);

    /// The end of `write_page`.
    fn write_complete(&self, write_buffer: &'static mut F::Page, result: Result<(), Error>);

    /// The end of `erase_page`.
    fn erase_complete(&self, result: Result<(), Error>);
}
