// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Slices that narrow, references, pointers, writers and sums.

use core::ops::{Deref, Index, IndexMut, Range, RangeFrom};

use crate::implements;
use kernel::ErrorCode;
use kernel::collections::ring_buffer::RingBuffer;
use kernel::processbuffer::WriteableProcessSlice;
use kernel::utilities::StaticRef;
use kernel::utilities::binary_write::BinaryWrite;
use kernel::utilities::capability_ptr::CapabilityPtr;
use kernel::utilities::copy_range::CopyRange;
use kernel::utilities::copy_slice::CopyOrErr;
use kernel::utilities::helpers;
use kernel::utilities::io_write::IoWrite;
use kernel::utilities::leasable_buffer::{SubSlice, SubSliceMut, SubSliceMutImmut};
use kernel::utilities::machine_register::MachineRegister;
use kernel::utilities::math::{PowerOfTwo, abs, log_base_two, log_base_two_u64, log10};
use kernel::utilities::mut_imut_buffer::MutImutBuffer;
use kernel::utilities::streaming_process_slice::StreamingProcessSlice;

pub fn sub_slice_mut<'a, T>(mut slice: SubSliceMut<'a, T>) -> &'a mut [T] {
    let _: fn(&'a mut [T]) -> SubSliceMut<'a, T> = SubSliceMut::new;
    let _: fn(&'a mut [T]) -> SubSliceMut<'a, T> = <SubSliceMut<'a, T> as From<&'a mut [T]>>::from;
    slice.reset();
    let _: usize = slice.len();
    let _: *const T = slice.as_ptr();
    let _: *mut T = slice.as_mut_ptr();
    let _: &[T] = slice.as_slice();
    let _: &mut [T] = slice.as_mut_slice();
    let _: Range<usize> = slice.active_range();
    let _: bool = slice.is_sliced();
    slice.slice(0..0);
    slice.slice(..0);
    slice.slice(0..);
    slice.slice(..);
    slice.take()
}

implements!(SubSliceMut<'static, u8>: Index<usize, Output = u8>, IndexMut<usize>);
implements!(SubSliceMut<'static, u8>: Index<RangeFrom<usize>, Output = [u8]>);

pub fn sub_slice<'a, T>(mut slice: SubSlice<'a, T>) -> &'a [T] {
    let _: fn(&'a [T]) -> SubSlice<'a, T> = SubSlice::new;
    let _: fn(&'a [T]) -> SubSlice<'a, T> = <SubSlice<'a, T> as From<&'a [T]>>::from;
    slice.reset();
    let _: usize = slice.len();
    let _: *const T = slice.as_ptr();
    let _: &[T] = slice.as_slice();
    let _: Range<usize> = slice.active_range();
    let _: bool = slice.is_sliced();
    slice.slice(0..0);
    slice.take()
}

implements!(SubSlice<'static, u8>: Copy, Index<usize, Output = u8>);

pub fn either<'a>(mut slice: SubSliceMutImmut<'a, u8>, f: fn(&mut SubSliceMut<'a, u8>)) {
    let _: fn(SubSlice<'a, u8>) -> SubSliceMutImmut<'a, u8> = SubSliceMutImmut::Immutable;
    let _: fn(SubSliceMut<'a, u8>) -> SubSliceMutImmut<'a, u8> = SubSliceMutImmut::Mutable;
    slice.reset();
    let _: usize = slice.len();
    slice.slice(0..0);
    let _: *const u8 = slice.as_ptr();
    slice.map_mut(f);
}

implements!(StaticRef<u8>: Copy, Deref<Target = u8>);
const _: unsafe fn(*const u8) -> StaticRef<u8> = StaticRef::new;
const _: fn(StaticRef<u8>) -> kernel::utilities::static_ref::StaticRef<u8> = |same| same;

const _: fn(&mut [u8], &[u8]) -> Result<(), ErrorCode> =
    <[u8] as CopyOrErr>::copy_from_slice_or_err;
implements!([u16]: CopyOrErr);
implements!([u32]: CopyOrErr);
implements!([u64]: CopyOrErr);
implements!([usize]: CopyOrErr);

implements!(CopyRange<usize>: Copy, From<Range<usize>>);
pub const RANGE: CopyRange<usize> = CopyRange { start: 0, end: 1 };

pub fn either_buffer<'a, T>(buffer: MutImutBuffer<'a, T>) {
    let _: fn(&'a mut [T]) -> MutImutBuffer<'a, T> = MutImutBuffer::Mutable;
    let _: fn(&'a [T]) -> MutImutBuffer<'a, T> = MutImutBuffer::Immutable;
    match buffer {
        MutImutBuffer::Mutable(_) | MutImutBuffer::Immutable(_) => {}
    }
}

pub struct Whole;

impl BinaryWrite for Whole {
    fn write_buffer(&mut self, _: &[u8]) -> Result<usize, ()> {
        Err(())
    }
}

impl IoWrite for Whole {
    fn write(&mut self, _: &[u8]) -> usize {
        0
    }
    fn write_ring_buffer(&mut self, _: &RingBuffer<u8>) -> usize {
        0
    }
}

const _: fn(&[u8]) -> u32 = helpers::crc32_posix;
const _: fn(u32) -> u32 = log_base_two;
const _: fn(u64) -> u32 = log_base_two_u64;
const _: (fn(f32) -> f32, fn(f32) -> f32) = (abs, log10);
implements!(PowerOfTwo: Copy);

implements!(CapabilityPtr: Copy, Default, From<usize>);
const _: fn(&CapabilityPtr) -> usize = |pointer| pointer.addr();
const _: fn(&CapabilityPtr) -> *const u8 = |pointer| pointer.as_ptr::<u8>();

pub fn mapped<R>(pointer: &CapabilityPtr, default: fn() -> R, f: fn(&CapabilityPtr) -> R) {
    let _: R = pointer.map_or(default(), f);
    let _: R = pointer.map_or_else(default, f);
}

implements!(MachineRegister: From<usize>, From<CapabilityPtr>);
const _: fn(MachineRegister) -> usize = |register| register.as_usize();
const _: fn(MachineRegister) -> usize = |register| register.as_usize_32bit();
const _: fn(MachineRegister) -> CapabilityPtr = |register| register.as_capability_ptr();

pub fn streaming<'a>() {
    let _: fn(&'a WriteableProcessSlice) -> StreamingProcessSlice<'a> = StreamingProcessSlice::new;
    let _: fn(&StreamingProcessSlice<'a>, &[u8]) -> Result<(bool, u32), ErrorCode> =
        StreamingProcessSlice::append_chunk;
}

pub mod registers {
    //! What of `tock-registers` the kernel hands on.
    pub use kernel::utilities::registers::interfaces::{ReadWriteable, Readable, Writeable};
    pub use kernel::utilities::registers::{
        Aliased, Field, FieldValue, InMemoryRegister, LocalRegisterCopy, ReadOnly, ReadWrite,
        WriteOnly, register_bitfields, register_structs,
    };
}
