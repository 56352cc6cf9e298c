// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A cell for a value that may be absent.

use core::cell::Cell;

/// `Cell<Option<T>>` with the operations that drivers use on it.
pub struct OptionalCell<T> {
    value: Cell<Option<T>>,
}

impl<T> OptionalCell<T> {
    /// A cell that holds `value`.
    pub const fn new(value: T) -> OptionalCell<T> {
        OptionalCell {
            value: Cell::new(Some(value)),
        }
    }

    /// A cell that holds nothing.
    pub const fn empty() -> OptionalCell<T> {
        OptionalCell {
            value: Cell::new(None),
        }
    }

    /// Stores `value`, dropping what was here.
    pub fn set(&self, value: T) {
        self.value.set(Some(value));
    }

    /// Stores `option` as it is, dropping what was here.
    pub fn insert(&self, option: Option<T>) {
        self.value.set(option);
    }

    /// Stores `value` and hands back what was here.
    pub fn replace(&self, value: T) -> Option<T> {
        self.value.replace(Some(value))
    }

    /// Empties the cell.
    pub fn clear(&self) {
        self.value.set(None);
    }

    /// Whether a value is here.
    pub fn is_some(&self) -> bool {
        let value = self.value.take();
        let some = value.is_some();
        self.value.set(value);
        some
    }

    /// Whether the cell is empty.
    pub fn is_none(&self) -> bool {
        !self.is_some()
    }

    /// Whether the value here equals `x`.
    pub fn contains(&self, x: &T) -> bool
    where
        T: PartialEq,
    {
        let value = self.value.take();
        let equal = value.as_ref() == Some(x);
        self.value.set(value);
        equal
    }

    /// Takes the value out and leaves the cell empty.
    pub fn take(&self) -> Option<T> {
        self.value.take()
    }

    /// Consumes the cell: its value, or `err` for an empty one.
    pub fn ok_or<E>(self, err: E) -> Result<T, E> {
        self.value.into_inner().ok_or(err)
    }

    /// Consumes the cell: its value, or what `err` makes for an empty one.
    pub fn ok_or_else<E, F>(self, err: F) -> Result<T, E>
    where
        F: FnOnce() -> E,
    {
        self.value.into_inner().ok_or_else(err)
    }

    /// Consumes the cell: `optb` if it holds a value, else `None`.
    pub fn and<U>(self, optb: Option<U>) -> Option<U> {
        self.value.into_inner().and(optb)
    }

    /// Consumes the cell: its value if `predicate` accepts it.
    pub fn filter<P>(self, predicate: P) -> Option<T>
    where
        P: FnOnce(&T) -> bool,
    {
        self.value.into_inner().filter(predicate)
    }

    /// Consumes the cell: its value, else `optb`.
    pub fn or(self, optb: Option<T>) -> Option<T> {
        self.value.into_inner().or(optb)
    }

    /// Consumes the cell: its value, else what `f` makes.
    pub fn or_else<F>(self, f: F) -> Option<T>
    where
        F: FnOnce() -> Option<T>,
    {
        self.value.into_inner().or_else(f)
    }

    /// Consumes the cell: its value, else the default of the type.
    pub fn unwrap_or_default(self) -> T
    where
        T: Default,
    {
        self.value.into_inner().unwrap_or_default()
    }
}

impl<T: Copy> OptionalCell<T> {
    /// A copy of the value.
    pub fn get(&self) -> Option<T> {
        self.value.get()
    }

    /// A copy of the value; panics for an empty cell.
    #[track_caller]
    pub fn unwrap_or_panic(&self) -> T {
        match self.value.get() {
            Some(value) => value,
            None => panic!("OptionalCell is empty"),
        }
    }

    /// A copy of the value, else `default`.
    pub fn unwrap_or(&self, default: T) -> T {
        self.value.get().unwrap_or(default)
    }

    /// A copy of the value, else what `default` makes.
    pub fn unwrap_or_else<F>(&self, default: F) -> T
    where
        F: FnOnce() -> T,
    {
        self.value.get().unwrap_or_else(default)
    }

    /// Runs `closure` on a copy of the value.
    pub fn map<F, R>(&self, closure: F) -> Option<R>
    where
        F: FnOnce(T) -> R,
    {
        self.value.get().map(closure)
    }

    /// Runs `closure` on a copy of the value, else answers `default`.
    pub fn map_or<F, R>(&self, default: R, closure: F) -> R
    where
        F: FnOnce(T) -> R,
    {
        self.value.get().map_or(default, closure)
    }

    /// Runs `closure` on a copy of the value, else `default`.
    pub fn map_or_else<U, D, F>(&self, default: D, closure: F) -> U
    where
        D: FnOnce() -> U,
        F: FnOnce(T) -> U,
    {
        self.value.get().map_or_else(default, closure)
    }

    /// Runs `closure`, which may itself answer `None`, on a copy of the value.
    pub fn and_then<U, F>(&self, closure: F) -> Option<U>
    where
        F: FnOnce(T) -> Option<U>,
    {
        self.value.get().and_then(closure)
    }
}

impl<T> Default for OptionalCell<T> {
    fn default() -> Self {
        OptionalCell::empty()
    }
}
