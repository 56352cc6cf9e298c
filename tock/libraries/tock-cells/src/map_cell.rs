// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A cell whose value is worked on in place.
//!
//! Unlike `OptionalCell`, which copies or moves, a `MapCell` lends its value to
//! a closure where it lies. That matters for large values and for secrets, which
//! must not be copied about the stack. While it is lent, the cell looks empty.

use core::cell::RefCell;

/// A place for one value that closures borrow mutably through `&self`.
pub struct MapCell<T> {
    // A failed borrow is read as "empty", so that nothing in here panics.
    value: RefCell<Option<T>>,
}

impl<T> MapCell<T> {
    /// A cell that holds nothing.
    pub const fn empty() -> MapCell<T> {
        MapCell {
            value: RefCell::new(None),
        }
    }

    /// A cell that holds `value`.
    pub const fn new(value: T) -> MapCell<T> {
        MapCell {
            value: RefCell::new(Some(value)),
        }
    }

    /// Whether there is no value, or the value is lent right now.
    pub fn is_none(&self) -> bool {
        !self.is_some()
    }

    /// Whether a value is here and not lent right now.
    pub fn is_some(&self) -> bool {
        self.value.try_borrow().is_ok_and(|value| value.is_some())
    }

    /// Takes the value out and leaves the cell empty.
    pub fn take(&self) -> Option<T> {
        self.value.try_borrow_mut().ok()?.take()
    }

    /// A copy of the value.
    pub fn get(&self) -> Option<T>
    where
        T: Copy,
    {
        *self.value.try_borrow().ok()?
    }

    /// Stores `value`, dropping what was here.
    ///
    /// While the value is lent (from within the closure of [`map`](Self::map))
    /// the place is taken: `value` is dropped then and the lent one stays.
    pub fn put(&self, value: T) {
        self.replace(value);
    }

    /// Stores `value` and hands back what was here; see [`put`](Self::put).
    pub fn replace(&self, value: T) -> Option<T> {
        self.value.try_borrow_mut().ok()?.replace(value)
    }

    /// Runs `closure` on the value if it is here and not lent.
    pub fn map<F, R>(&self, closure: F) -> Option<R>
    where
        F: FnOnce(&mut T) -> R,
    {
        self.value.try_borrow_mut().ok()?.as_mut().map(closure)
    }

    /// Like [`map`](Self::map), with `default` for an empty cell.
    pub fn map_or<F, R>(&self, default: R, closure: F) -> R
    where
        F: FnOnce(&mut T) -> R,
    {
        self.map(closure).unwrap_or(default)
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
        G: FnOnce() -> T,
    {
        if let Ok(mut slot) = self.value.try_borrow_mut() {
            match slot.as_mut() {
                Some(value) => modify(value),
                None => *slot = Some(mkval()),
            }
        }
    }
}

impl<T> Default for MapCell<T> {
    fn default() -> Self {
        MapCell::empty()
    }
}
