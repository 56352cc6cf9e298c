// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A range that can be copied.

use core::ops::Range;

/// `start..end`, but `Copy`, so that it can lie in a `Cell`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct CopyRange<Idx> {
    /// First index.
    pub start: Idx,
    /// Index behind the last one.
    pub end: Idx,
}

impl<Idx> From<Range<Idx>> for CopyRange<Idx> {
    fn from(range: Range<Idx>) -> Self {
        CopyRange {
            start: range.start,
            end: range.end,
        }
    }
}

impl<Idx> From<CopyRange<Idx>> for Range<Idx> {
    fn from(range: CopyRange<Idx>) -> Self {
        range.start..range.end
    }
}
