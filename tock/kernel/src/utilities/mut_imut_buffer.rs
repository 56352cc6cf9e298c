// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A buffer that is mutable or not.

/// Either kind of reference to a slice, for interfaces that read only.
#[derive(Debug)]
pub enum MutImutBuffer<'a, T> {
    /// A buffer that may be written.
    Mutable(&'a mut [T]),
    /// A buffer that may only be read.
    Immutable(&'a [T]),
}

impl<T> MutImutBuffer<'_, T> {
    /// How many elements the buffer has.
    pub fn len(&self) -> usize {
        match self {
            MutImutBuffer::Mutable(buffer) => buffer.len(),
            MutImutBuffer::Immutable(buffer) => buffer.len(),
        }
    }

    /// Whether the buffer has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
