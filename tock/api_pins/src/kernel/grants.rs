// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Grants: memory of a driver inside of each process.

use core::ops::{Deref, DerefMut};

use crate::implements;
use kernel::ProcessId;
use kernel::grant::{
    AllowRoCount, AllowRoSize, AllowRwCount, AllowRwSize, CustomGrant, Grant, GrantData,
    GrantKernelData, GrantRegionAllocator, Iter, ProcessGrant, UpcallCount, UpcallSize,
};
use kernel::process::{self, Error};
use kernel::processbuffer::{ReadOnlyProcessBufferRef, ReadWriteProcessBufferRef};
use kernel::upcall::UpcallError;

implements!(UpcallCount<3>: UpcallSize);
implements!(AllowRoCount<2>: AllowRoSize);
implements!(AllowRwCount<1>: AllowRwSize);
const _: () = {
    assert!(<UpcallCount<3> as UpcallSize>::COUNT == 3u8);
    assert!(<AllowRoCount<2> as AllowRoSize>::COUNT == 2u8);
    assert!(<AllowRwCount<1> as AllowRwSize>::COUNT == 1u8);
};

pub struct Sizes;

impl UpcallSize for Sizes {
    const COUNT: u8 = 0;
}
impl AllowRoSize for Sizes {
    const COUNT: u8 = 0;
}
impl AllowRwSize for Sizes {
    const COUNT: u8 = 0;
}

pub fn entered<
    T: Default + 'static,
    U: UpcallSize + 'static,
    RO: AllowRoSize + 'static,
    RW: AllowRwSize + 'static,
    F,
    R,
>()
where
    F: FnOnce(&mut GrantData<T>, &GrantKernelData) -> R,
{
    let _: fn(&Grant<T, U, RO, RW>, ProcessId, F) -> Result<R, Error> =
        Grant::<T, U, RO, RW>::enter::<F, R>;
    let _: fn(ProcessGrant<'static, T, U, RO, RW>, F) -> R =
        ProcessGrant::<'static, T, U, RO, RW>::enter::<F, R>;
    let _: fn(ProcessGrant<'static, T, U, RO, RW>, F) -> Option<R> =
        ProcessGrant::<'static, T, U, RO, RW>::try_enter::<F, R>;
    let _: fn(&ProcessGrant<'static, T, U, RO, RW>) -> ProcessId =
        ProcessGrant::<'static, T, U, RO, RW>::processid;
}

pub fn entered_with_allocator<
    T: Default + 'static,
    U: UpcallSize + 'static,
    RO: AllowRoSize + 'static,
    RW: AllowRwSize + 'static,
    F,
    R,
>()
where
    F: FnOnce(&mut GrantData<T>, &GrantKernelData, &mut GrantRegionAllocator) -> R,
{
    let _: fn(&Grant<T, U, RO, RW>, ProcessId, F) -> Result<R, Error> =
        Grant::<T, U, RO, RW>::enter_with_allocator::<F, R>;
    let _: fn(ProcessGrant<'static, T, U, RO, RW>, F) -> R =
        ProcessGrant::<'static, T, U, RO, RW>::enter_with_allocator::<F, R>;
}

pub fn each<T: Default, U: UpcallSize, RO: AllowRoSize, RW: AllowRwSize, F>()
where
    F: FnMut(ProcessId, &mut GrantData<T>, &GrantKernelData),
{
    let _: fn(&Grant<T, U, RO, RW>, F) = Grant::<T, U, RO, RW>::each::<F>;
}

pub fn iter<T: Default, U: UpcallSize, RO: AllowRoSize, RW: AllowRwSize>() {
    let _: for<'a> fn(&'a Grant<T, U, RO, RW>) -> Iter<'a, T, U, RO, RW> =
        Grant::<T, U, RO, RW>::iter;
    fn items<'a, I, T, U, RO, RW>()
    where
        T: Default + 'a,
        U: UpcallSize,
        RO: AllowRoSize,
        RW: AllowRwSize,
        I: Iterator<Item = ProcessGrant<'a, T, U, RO, RW>>,
    {
    }
    items::<Iter<'static, u8, Sizes, Sizes, Sizes>, u8, Sizes, Sizes, Sizes>();
}

implements!(GrantData<'static, u8>: Deref<Target = u8>, DerefMut);
implements!(GrantData<'static, [u8]>: Deref<Target = [u8]>, DerefMut);

pub fn upcalls<'a>() {
    let _: fn(&GrantKernelData<'a>, usize, (usize, usize, usize)) -> Result<(), UpcallError> =
        GrantKernelData::<'a>::schedule_upcall;
    let _: fn(&GrantKernelData<'a>, usize) -> Option<process::Task> =
        GrantKernelData::<'a>::remove_upcall;
    let _: fn(&GrantKernelData<'a>, usize) -> usize = GrantKernelData::<'a>::remove_pending_upcalls;
}

pub fn buffers<'a>(
    data: &'a GrantKernelData<'_>,
) -> (
    Result<ReadOnlyProcessBufferRef<'a>, process::Error>,
    Result<ReadWriteProcessBufferRef<'a>, process::Error>,
) {
    (
        data.get_readonly_processbuffer(0usize),
        data.get_readwrite_processbuffer(0usize),
    )
}

pub fn custom<T, M: FnOnce() -> T, MN: FnMut(usize) -> T, F: FnOnce(GrantData<'_, T>) -> R, R>() {
    let _: fn(&GrantRegionAllocator, M) -> Result<CustomGrant<T>, Error> =
        GrantRegionAllocator::alloc_with::<T, M>;
    let _: fn(&GrantRegionAllocator, MN) -> Result<CustomGrant<[T; 4]>, Error> =
        GrantRegionAllocator::alloc_n_with::<T, MN, 4>;
    let _: fn(&CustomGrant<T>) -> ProcessId = CustomGrant::processid;
    let _: fn(&CustomGrant<T>, F) -> Result<R, Error> = CustomGrant::<T>::enter::<F, R>;
}
