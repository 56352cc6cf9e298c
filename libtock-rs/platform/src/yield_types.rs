// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What yield-no-wait tells its caller.

/// Whether yield-no-wait ran an upcall.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u8)]
pub enum YieldNoWaitReturn {
    NoUpcall = 0,
    Upcall = 1,
}
