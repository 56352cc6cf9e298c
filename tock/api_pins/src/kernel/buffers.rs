// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Buffers that processes share.

use core::cell::Cell;
use core::ops::{Deref, Index, Range, RangeFrom, RangeTo};

use crate::implements;
use kernel::ErrorCode;
use kernel::process;
use kernel::processbuffer::{
    ReadOnlyProcessBuffer, ReadOnlyProcessBufferRef, ReadWriteProcessBuffer,
    ReadWriteProcessBufferRef, ReadableProcessBuffer, ReadableProcessByte, ReadableProcessSlice,
    UserspaceReadableProcessBuffer, WriteableProcessBuffer, WriteableProcessSlice,
};

pub struct Whole;

// SAFETY: `len` is zero, so no byte behind the pointer is ever reached.
unsafe impl ReadableProcessBuffer for Whole {
    fn len(&self) -> usize {
        0
    }
    fn ptr(&self) -> *const u8 {
        core::ptr::null()
    }
    fn enter<F, R>(&self, _: F) -> Result<R, process::Error>
    where
        F: FnOnce(&ReadableProcessSlice) -> R,
    {
        Err(process::Error::NoSuchApp)
    }
}

// SAFETY: as above.
unsafe impl WriteableProcessBuffer for Whole {
    fn mut_ptr(&self) -> *mut u8 {
        core::ptr::null_mut()
    }
    fn mut_enter<F, R>(&self, _: F) -> Result<R, process::Error>
    where
        F: FnOnce(&WriteableProcessSlice) -> R,
    {
        Err(process::Error::NoSuchApp)
    }
}

implements!(ReadOnlyProcessBuffer: Default, ReadableProcessBuffer);
implements!(ReadWriteProcessBuffer: Default, ReadableProcessBuffer, WriteableProcessBuffer);
implements!(ReadOnlyProcessBufferRef<'static>: Deref<Target = ReadOnlyProcessBuffer>);
implements!(ReadWriteProcessBufferRef<'static>: Deref<Target = ReadWriteProcessBuffer>);
pub const NOTHING: ReadWriteProcessBuffer = ReadWriteProcessBuffer::const_default();
const _: fn(UserspaceReadableProcessBuffer) -> ReadWriteProcessBuffer = |buffer| buffer;
const _: fn(&ReadableProcessByte) -> u8 = ReadableProcessByte::get;

const _: fn(&ReadableProcessSlice, &mut [u8]) = ReadableProcessSlice::copy_to_slice;
const _: fn(&ReadableProcessSlice, &mut [u8]) -> Result<(), ErrorCode> =
    ReadableProcessSlice::copy_to_slice_or_err;
const _: fn(&ReadableProcessSlice) -> usize = ReadableProcessSlice::len;
const _: fn(&ReadableProcessSlice) -> core::slice::Iter<'_, ReadableProcessByte> =
    ReadableProcessSlice::iter;
const _: fn(&WriteableProcessSlice, &mut [u8]) = WriteableProcessSlice::copy_to_slice;
const _: fn(&WriteableProcessSlice, &mut [u8]) -> Result<(), ErrorCode> =
    WriteableProcessSlice::copy_to_slice_or_err;
const _: fn(&WriteableProcessSlice, &[u8]) = WriteableProcessSlice::copy_from_slice;
const _: fn(&WriteableProcessSlice, &[u8]) -> Result<(), ErrorCode> =
    WriteableProcessSlice::copy_from_slice_or_err;
const _: fn(&WriteableProcessSlice) -> usize = WriteableProcessSlice::len;
const _: fn(&WriteableProcessSlice) -> core::slice::Iter<'_, Cell<u8>> =
    WriteableProcessSlice::iter;

#[allow(deprecated)]
pub fn deprecated(
    readable: &ReadableProcessSlice,
    writeable: &WriteableProcessSlice,
    from: RangeFrom<usize>,
    to: RangeTo<usize>,
) -> bool {
    let _: Option<&ReadableProcessSlice> = readable.get_from(from.clone());
    let _: Option<&WriteableProcessSlice> = writeable.get_from(from);
    let a: Option<&ReadableProcessSlice> = readable.get_to(to);
    let b: Option<&WriteableProcessSlice> = writeable.get_to(to);
    a.is_some() && b.is_some()
}

pub fn parts<'a>(
    readable: &'a ReadableProcessSlice,
    writeable: &'a WriteableProcessSlice,
) -> (
    impl Iterator<Item = &'a ReadableProcessSlice>,
    impl Iterator<Item = &'a WriteableProcessSlice>,
) {
    let _: Option<&ReadableProcessByte> = readable.get(0usize);
    let _: Option<&ReadableProcessSlice> = readable.get(0..1);
    let _: Option<&ReadableProcessSlice> = readable.get(0..);
    let _: Option<&ReadableProcessSlice> = readable.get(..1);
    let _: Option<&Cell<u8>> = writeable.get(0usize);
    let _: Option<&WriteableProcessSlice> = writeable.get(0..1);
    let _: Option<&WriteableProcessSlice> = writeable.get(0..);
    let _: Option<&WriteableProcessSlice> = writeable.get(..1);
    (readable.chunks(4usize), writeable.chunks(4usize))
}

implements!(ReadableProcessSlice: Index<usize, Output = ReadableProcessByte>);
implements!(ReadableProcessSlice: Index<Range<usize>, Output = ReadableProcessSlice>);
implements!(ReadableProcessSlice: Index<RangeFrom<usize>, Output = ReadableProcessSlice>);
implements!(ReadableProcessSlice: Index<RangeTo<usize>, Output = ReadableProcessSlice>);
implements!(WriteableProcessSlice: Index<usize, Output = Cell<u8>>);
implements!(WriteableProcessSlice: Index<Range<usize>, Output = WriteableProcessSlice>);
implements!(WriteableProcessSlice: Index<RangeFrom<usize>, Output = WriteableProcessSlice>);
implements!(WriteableProcessSlice: Index<RangeTo<usize>, Output = WriteableProcessSlice>);
crate::not_implements!(ReadableProcessSlice: Index<core::ops::RangeFull>);
crate::not_implements!(ReadableProcessSlice: Index<core::ops::RangeInclusive<usize>>);

pub fn conversions(bytes: &[u8]) -> &ReadableProcessSlice {
    bytes.into()
}

pub fn mutable_conversions(bytes: &mut [u8]) -> &ReadableProcessSlice {
    bytes.into()
}

pub fn writeable_conversions(bytes: &mut [u8]) -> &WriteableProcessSlice {
    bytes.into()
}
