// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Output of bytes that may not all be taken at once.

/// A sink for bytes that takes as many as it has room for.
pub trait BinaryWrite {
    /// Writes the start of `buffer`; returns how many bytes were taken.
    ///
    /// # Errors
    ///
    /// The sink has failed.
    fn write_buffer(&mut self, buffer: &[u8]) -> Result<usize, ()>;
}
