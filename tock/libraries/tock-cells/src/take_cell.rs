// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A cell that lends out a mutable reference.
//!
//! Kernel buffers are `&'static mut [u8]` that wander between a capsule and the
//! driver below it. A `TakeCell` is where such a reference rests meanwhile; it
//! is empty while the reference is lent out.

use core::cell::Cell;

/// A place for one `&'a mut T` that can be taken and put back through `&self`.
pub struct TakeCell<'a, T: 'a + ?Sized> {
    value: Cell<Option<&'a mut T>>,
}

impl<'a, T: ?Sized> TakeCell<'a, T> {
    /// A cell that holds nothing.
    pub const fn empty() -> TakeCell<'a, T> {
        TakeCell {
            value: Cell::new(None),
        }
    }

    /// A cell that holds `value`.
    pub fn new(value: &'a mut T) -> TakeCell<'a, T> {
        TakeCell {
            value: Cell::new(Some(value)),
        }
    }

    /// Whether the reference is lent out or was never put in.
    pub fn is_none(&self) -> bool {
        let value = self.value.take();
        let none = value.is_none();
        self.value.set(value);
        none
    }

    /// Whether the reference rests here.
    pub fn is_some(&self) -> bool {
        !self.is_none()
    }

    /// Takes the reference out and leaves the cell empty.
    pub fn take(&self) -> Option<&'a mut T> {
        self.value.take()
    }

    /// Stores `value`, dropping the reference that was here.
    pub fn put(&self, value: Option<&'a mut T>) {
        self.value.set(value);
    }

    /// Stores `value` and hands back the reference that was here.
    pub fn replace(&self, value: &'a mut T) -> Option<&'a mut T> {
        self.value.replace(Some(value))
    }

    /// Borrows the value for as long as the cell itself is borrowed mutably.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut().as_deref_mut()
    }

    /// Runs `closure` on the value if it is here.
    ///
    /// The cell is empty while `closure` runs, so that a nested call sees `None`.
    pub fn map<F, R>(&self, closure: F) -> Option<R>
    where
        F: FnOnce(&mut T) -> R,
    {
        let value = self.take()?;
        let result = closure(value);
        self.replace(value);
        Some(result)
    }

    /// Like [`map`](Self::map), with `default` for an empty cell.
    pub fn map_or<F, R>(&self, default: R, closure: F) -> R
    where
        F: FnOnce(&mut T) -> R,
    {
        self.map(closure).unwrap_or(default)
    }

    /// Like [`map`](Self::map), computing the answer for an empty cell.
    pub fn map_or_else<U, D, F>(&self, default: D, closure: F) -> U
    where
        D: FnOnce() -> U,
        F: FnOnce(&mut T) -> U,
    {
        match self.take() {
            None => default(),
            Some(value) => {
                let result = closure(value);
                self.replace(value);
                result
            }
        }
    }

    /// Like [`map`](Self::map) for a closure that returns an `Option`.
    pub fn and_then<F, R>(&self, closure: F) -> Option<R>
    where
        F: FnOnce(&mut T) -> Option<R>,
    {
        self.map(closure).flatten()
    }

    /// Runs `modify` on the value if it is here, else stores what `mkval` makes.
    pub fn modify_or_replace<F, G>(&self, modify: F, mkval: G)
    where
        F: FnOnce(&mut T),
        G: FnOnce() -> &'a mut T,
    {
        let value = match self.take() {
            Some(value) => {
                modify(value);
                value
            }
            None => mkval(),
        };
        self.replace(value);
    }
}
