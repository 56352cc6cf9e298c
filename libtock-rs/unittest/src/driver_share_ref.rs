// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A fake driver's way to its process.

use std::cell::Cell;

use crate::kernel_data::KernelData;

/// The subscribe number is not below the driver's upcall count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidSubscribeNum;

/// What a driver schedules upcalls with.
///
/// A driver creates an empty one and puts in its place the one it gets when it
/// is added to a kernel. What is scheduled before that goes nowhere.
#[derive(Debug, Default)]
pub struct DriverShareRef {
    driver_num: Cell<Option<u32>>,
}

impl DriverShareRef {
    pub(crate) fn new(driver_num: u32) -> DriverShareRef {
        DriverShareRef {
            driver_num: Cell::new(Some(driver_num)),
        }
    }

    /// Takes over from `new`.
    pub fn replace(&self, new: DriverShareRef) {
        self.driver_num.set(new.driver_num.get());
    }

    /// Queues an upcall for the process to run in a yield. As in a kernel,
    /// nothing is queued if the process has not subscribed.
    pub fn schedule_upcall(
        &self,
        subscribe_num: u32,
        args: (u32, u32, u32),
    ) -> Result<(), InvalidSubscribeNum> {
        match self.driver_num.get() {
            Some(driver_num) => KernelData::try_with(|kernel| {
                kernel.schedule_upcall(driver_num, subscribe_num, args)
            })
            .unwrap_or(Ok(())),
            None => Ok(()),
        }
    }
}
