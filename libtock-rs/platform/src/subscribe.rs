// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Functions that the kernel calls when something happened.

mod upcall_impls;

use core::cell::Cell;
use core::marker::PhantomData;

use crate::share::List;
use crate::Syscalls;

/// A place in a share list for one subscription.
///
/// While it exists, driver `DRIVER_NUM` may hold a reference to an upcall that
/// lives for `'share` under the number `SUBSCRIBE_NUM`; dropping it unsubscribes.
pub struct Subscribe<'share, S: Syscalls, const DRIVER_NUM: u32, const SUBSCRIBE_NUM: u32> {
    _syscalls: PhantomData<S>,
    // Invariant: shortening the lifetime would let a shorter-lived upcall in.
    _share: PhantomData<Cell<&'share ()>>,
}

impl<S: Syscalls, const DRIVER_NUM: u32, const SUBSCRIBE_NUM: u32> Default
    for Subscribe<'_, S, DRIVER_NUM, SUBSCRIBE_NUM>
{
    fn default() -> Self {
        Subscribe {
            _syscalls: PhantomData,
            _share: PhantomData,
        }
    }
}

impl<S: Syscalls, const DRIVER_NUM: u32, const SUBSCRIBE_NUM: u32> Drop
    for Subscribe<'_, S, DRIVER_NUM, SUBSCRIBE_NUM>
{
    fn drop(&mut self) {
        S::unsubscribe(DRIVER_NUM, SUBSCRIBE_NUM);
    }
}

impl<S: Syscalls, const DRIVER_NUM: u32, const SUBSCRIBE_NUM: u32> List
    for Subscribe<'_, S, DRIVER_NUM, SUBSCRIBE_NUM>
{
}

/// Something that the kernel can call.
///
/// `SupportedIds` says which subscriptions it fits: [`AnyId`] or a [`OneId`].
/// An upcall runs only inside a yield, so it never interrupts other code; it
/// takes `&self`, since it may run while it is borrowed elsewhere.
pub trait Upcall<SupportedIds> {
    fn upcall(&self, arg0: u32, arg1: u32, arg2: u32);
}

/// Fits every subscription.
pub struct AnyId;

/// Fits only subscription `SUBSCRIBE_NUM` of driver `DRIVER_NUM`, for upcalls
/// that give the arguments a meaning.
pub struct OneId<const DRIVER_NUM: u32, const SUBSCRIBE_NUM: u32>;

/// Implemented by a set of subscription numbers that contains this one.
pub trait SupportsId<const DRIVER_NUM: u32, const SUBSCRIBE_NUM: u32> {}

impl<const DRIVER_NUM: u32, const SUBSCRIBE_NUM: u32> SupportsId<DRIVER_NUM, SUBSCRIBE_NUM>
    for AnyId
{
}

impl<const DRIVER_NUM: u32, const SUBSCRIBE_NUM: u32> SupportsId<DRIVER_NUM, SUBSCRIBE_NUM>
    for OneId<DRIVER_NUM, SUBSCRIBE_NUM>
{
}

/// What to do about surprises in a subscribe call.
pub trait Config {
    /// Called when the call replaced a subscription that was still in place.
    ///
    /// That is a defect in most programs: two users of one subscription get
    /// into each other's way.
    fn returned_nonnull_upcall(_driver_num: u32, _subscribe_num: u32) {}
}
