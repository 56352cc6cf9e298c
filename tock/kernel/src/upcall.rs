// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Names of upcalls and why one could not be queued.

/// Which upcall of which driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpcallId {
    /// The driver's number.
    pub driver_num: usize,
    /// The number of the subscription within the driver.
    pub subscribe_num: usize,
}

/// Why an upcall was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpcallError {
    /// The driver's grant has no such subscription.
    InvalidSubscribeNum,
    /// The process has too many tasks pending; the upcall is lost.
    QueueFull,
    /// The process is gone or the kernel is at fault.
    KernelError,
}
