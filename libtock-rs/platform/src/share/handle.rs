// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The proof that a share list exists and will be dropped in time.

use core::cell::Cell;
use core::marker::PhantomData;

use super::{List, SplittableHandle};

/// Stands for a list of type `L` that lives at least as long as `'handle`.
///
/// Whoever holds one may share with the kernel what `L` names, since `L`'s
/// destructor undoes it. A handle carries no data.
pub struct Handle<'handle, L: List> {
    // The cell keeps `L` invariant: a handle on a list must not pass for one on
    // a list of things that are shared for a shorter time.
    _list: PhantomData<&'handle Cell<L>>,
}

impl<L: List> Clone for Handle<'_, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L: List> Copy for Handle<'_, L> {}

impl<'handle, L: List> Handle<'handle, L> {
    /// # Safety
    ///
    /// The list must be dropped, not forgotten or leaked, before any lifetime
    /// in the type `L` ends.
    pub unsafe fn new(_list: &'handle L) -> Self {
        Handle { _list: PhantomData }
    }

    /// # Safety
    ///
    /// When the list of type `L` is dropped, everything that a list of type
    /// `Other` would take back must be taken back.
    pub unsafe fn change_type<Other: List>(self) -> Handle<'handle, Other> {
        Handle { _list: PhantomData }
    }

    /// Takes the handle on a tuple of lists apart into a tuple of handles.
    pub fn split(self) -> L::SplitHandles
    where
        L: SplittableHandle<'handle>,
    {
        L::split(self)
    }
}
