// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the fake kernel must know of a driver.

/// The number of a driver and how many upcalls it has.
#[derive(Clone, Copy, Debug)]
pub struct DriverInfo {
    pub(crate) driver_num: u32,
    pub(crate) upcall_count: u32,
}

impl DriverInfo {
    /// A driver without upcalls.
    pub fn new(driver_num: u32) -> DriverInfo {
        DriverInfo {
            driver_num,
            upcall_count: 0,
        }
    }

    /// The same with upcalls 0 to `upcall_count` - 1.
    pub fn upcall_count(self, upcall_count: u32) -> DriverInfo {
        DriverInfo {
            upcall_count,
            ..self
        }
    }
}
