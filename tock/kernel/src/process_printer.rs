// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The interface of a tool that prints what is known of a process.

use crate::process::Process;
use crate::utilities::binary_write::BinaryWrite;

/// How far a printer came before the writer was full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessPrinterContext {
    /// Bytes of the overview that were written already.
    pub offset: usize,
}

/// Prints processes for people.
pub trait ProcessPrinter {
    /// Prints an overview of `process`.
    ///
    /// Returns a context when `writer` took only a part. The caller then makes
    /// room and calls again with that context; `None` means that all is printed.
    fn print_overview(
        &self,
        process: &dyn Process,
        writer: &mut dyn BinaryWrite,
        context: Option<ProcessPrinterContext>,
    ) -> Option<ProcessPrinterContext>;
}
