// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the board has for the conformance suite and for nothing else.

mod assembly;
mod driver;
mod policy;
mod records;
mod sha256;

pub(crate) use assembly::{Driver, driver, load};
pub(crate) use driver::DRIVER_NUM;
