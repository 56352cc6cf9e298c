// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! How many upcalls and buffers a driver offers, as types.

/// Number of upcalls of a driver.
pub trait UpcallSize {
    /// The number.
    const COUNT: u8;
}

/// A driver with `NUM` upcalls.
pub struct UpcallCount<const NUM: u8>;

impl<const NUM: u8> UpcallSize for UpcallCount<NUM> {
    const COUNT: u8 = NUM;
}

/// Number of read-only buffers of a driver.
pub trait AllowRoSize {
    /// The number.
    const COUNT: u8;
}

/// A driver with `NUM` read-only buffers.
pub struct AllowRoCount<const NUM: u8>;

impl<const NUM: u8> AllowRoSize for AllowRoCount<NUM> {
    const COUNT: u8 = NUM;
}

/// Number of read-write buffers of a driver.
pub trait AllowRwSize {
    /// The number.
    const COUNT: u8;
}

/// A driver with `NUM` read-write buffers.
pub struct AllowRwCount<const NUM: u8>;

impl<const NUM: u8> AllowRwSize for AllowRwCount<NUM> {
    const COUNT: u8 = NUM;
}
