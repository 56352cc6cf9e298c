// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The two ways in which coding can fail.

use core::fmt;

/// Bytes from outside that are not what the protocol allows.
///
/// One error on purpose: what exactly was wrong helps only somebody who probes
/// the parser. It is answered with [`AlertCode::Malformed`](crate::AlertCode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed bytes")
    }
}

impl core::error::Error for Malformed {}

impl From<minicbor::decode::Error> for Malformed {
    fn from(_: minicbor::decode::Error) -> Self {
        Malformed
    }
}

/// The buffer handed to `emit` is shorter than the value's `buffer_len()`, or
/// the payload is longer than a frame may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferTooSmall;

impl fmt::Display for BufferTooSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("buffer too small")
    }
}

impl core::error::Error for BufferTooSmall {}
