// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Arithmetic on cells that hold counters.

use core::cell::Cell;
use core::ops::{Add, Sub};

/// Counting operations for `Cell<T>`; overflow behaves as the operators of `T`.
pub trait NumericCellExt<T>
where
    T: Copy + Add<Output = T> + Sub<Output = T> + From<usize>,
{
    /// Adds `val`.
    fn add(&self, val: T);

    /// Subtracts `val`.
    fn subtract(&self, val: T);

    /// Adds one.
    fn increment(&self);

    /// Subtracts one.
    fn decrement(&self);

    /// Adds one and returns the value from before.
    fn get_and_increment(&self) -> T;

    /// Subtracts one and returns the value from before.
    fn get_and_decrement(&self) -> T;
}

impl<T> NumericCellExt<T> for Cell<T>
where
    T: Copy + Add<Output = T> + Sub<Output = T> + From<usize>,
{
    fn add(&self, val: T) {
        self.set(self.get() + val);
    }

    fn subtract(&self, val: T) {
        self.set(self.get() - val);
    }

    fn increment(&self) {
        self.add(T::from(1));
    }

    fn decrement(&self) {
        self.subtract(T::from(1));
    }

    fn get_and_increment(&self) -> T {
        let before = self.get();
        self.increment();
        before
    }

    fn get_and_decrement(&self) -> T {
        let before = self.get();
        self.decrement();
        before
    }
}
