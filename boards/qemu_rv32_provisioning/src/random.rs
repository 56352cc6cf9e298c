// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What takes the place of the random number generator when there is none.

use kernel::ErrorCode;
use kernel::hil::rng::{Client, Rng};

/// Refuses every request: without randomness no session may begin.
pub(crate) struct NoRandomness;

impl Rng<'static> for NoRandomness {
    fn get(&self) -> Result<(), ErrorCode> {
        Err(ErrorCode::NODEVICE)
    }

    fn cancel(&self) -> Result<(), ErrorCode> {
        Err(ErrorCode::NODEVICE)
    }

    fn set_client(&'static self, _client: &'static dyn Client) {}
}
