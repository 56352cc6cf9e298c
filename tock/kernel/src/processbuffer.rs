// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Memory that a process shares with a capsule.
//!
//! A process may share the same bytes twice, and read-only as well as
//! read-write. So a capsule never gets a `&[u8]` or `&mut [u8]` of them, whose
//! rules a process could break, but slices of cells that any number of holders
//! may read and write:
//!
//! ```rust,ignore
//! use kernel::processbuffer::ReadableProcessBuffer;
//!
//! kernel_data
//!     .get_readonly_processbuffer(ro_allow::WRITE)
//!     .and_then(|buffer| buffer.enter(|slice| slice.copy_to_slice_or_err(&mut copy)))
//!     .unwrap_or(Err(ErrorCode::RESERVE))
//! ```

use core::cell::Cell;
use core::marker::PhantomData;
use core::ops::{Deref, Index, Range, RangeFrom, RangeTo};
use core::ptr::{self, NonNull};

use crate::errorcode::ErrorCode;
use crate::process::{self, ProcessId};

/// A buffer that a process shares at least for reading.
///
/// # Safety
///
/// While the process named by the buffer exists, `ptr` and `len` must describe
/// memory that belongs to it, and to which no Rust reference other than to cells
/// exists unless nobody writes there, as in flash.
pub unsafe trait ReadableProcessBuffer {
    /// Length in bytes; 0 when the process is gone.
    fn len(&self) -> usize;

    /// Whether nothing is shared.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Address of the first byte; dangling when the length is 0.
    fn ptr(&self) -> *const u8;

    /// Reads the buffer. `NoSuchApp` when the process is gone.
    fn enter<F, R>(&self, fun: F) -> Result<R, process::Error>
    where
        F: FnOnce(&ReadableProcessSlice) -> R;
}

/// A buffer that a process shares for reading and writing.
///
/// # Safety
///
/// As [`ReadableProcessBuffer`], and the memory must be writeable.
pub unsafe trait WriteableProcessBuffer: ReadableProcessBuffer {
    /// Address of the first byte; dangling when the length is 0.
    fn mut_ptr(&self) -> *mut u8;

    /// Reads and writes the buffer. `NoSuchApp` when the process is gone.
    fn mut_enter<F, R>(&self, fun: F) -> Result<R, process::Error>
    where
        F: FnOnce(&WriteableProcessSlice) -> R;
}

/// Whether the process that shared a buffer is still the one in its slot.
fn owner_exists(process_id: Option<ProcessId>) -> bool {
    process_id.is_some_and(|id| id.kernel.process_map_or(false, id, |_| true))
}

/// The check that stands before every look into process memory.
///
/// Without an owner the buffer is the default one, which is empty.
fn check_owner(process_id: Option<ProcessId>) -> Result<(), process::Error> {
    match process_id {
        Some(_) if !owner_exists(process_id) => Err(process::Error::NoSuchApp),
        _ => Ok(()),
    }
}

/// # Safety
///
/// `len` bytes from `ptr` must be readable for `'a`. In that time no `&mut` to them
/// may be used, and a plain `&` only if nobody writes them. With `len` 0, `ptr` may
/// be anything.
unsafe fn readable_slice<'a>(ptr: *const u8, len: usize) -> &'a ReadableProcessSlice {
    let ptr = if len == 0 {
        NonNull::dangling().as_ptr()
    } else {
        ptr
    };
    let slice = ptr::slice_from_raw_parts(ptr, len) as *const ReadableProcessSlice;
    // SAFETY: the caller says that the bytes are readable and that nobody relies
    // on their staying as they are if they may change; both wrappers are
    // transparent over `Cell<u8>`, which has the layout of `u8`, and offer no
    // way to write; an empty slice may dangle.
    unsafe { &*slice }
}

/// # Safety
///
/// As [`readable_slice`], and the bytes must be writeable, so that no plain `&` may
/// be used either.
unsafe fn writeable_slice<'a>(ptr: *mut u8, len: usize) -> &'a WriteableProcessSlice {
    let ptr = if len == 0 {
        NonNull::dangling().as_ptr()
    } else {
        ptr
    };
    let slice = ptr::slice_from_raw_parts_mut(ptr, len) as *const WriteableProcessSlice;
    // SAFETY: as in `readable_slice`, and the caller says that the bytes may
    // be written.
    unsafe { &*slice }
}

/// Memory that a process shares for reading.
pub struct ReadOnlyProcessBuffer {
    ptr: *const u8,
    len: usize,
    process_id: Option<ProcessId>,
}

impl ReadOnlyProcessBuffer {
    /// # Safety
    ///
    /// While the process exists, `len` bytes from `ptr` must be memory of the
    /// process that stays readable, and to which only references to cells exist
    /// unless nobody writes there. With `len` 0, `ptr` may be anything.
    pub(crate) unsafe fn new(ptr: *const u8, len: usize, process_id: ProcessId) -> Self {
        ReadOnlyProcessBuffer {
            ptr,
            len,
            process_id: Some(process_id),
        }
    }

    /// The address and length that the process passed.
    pub(crate) fn consume(self) -> (*const u8, usize) {
        (self.ptr, self.len)
    }
}

impl Default for ReadOnlyProcessBuffer {
    fn default() -> Self {
        ReadOnlyProcessBuffer {
            ptr: ptr::null(),
            len: 0,
            process_id: None,
        }
    }
}

// SAFETY: `new` demands what the trait promises; the default buffer is empty.
unsafe impl ReadableProcessBuffer for ReadOnlyProcessBuffer {
    fn len(&self) -> usize {
        if owner_exists(self.process_id) {
            self.len
        } else {
            0
        }
    }

    fn ptr(&self) -> *const u8 {
        if self.len() == 0 {
            NonNull::dangling().as_ptr()
        } else {
            self.ptr
        }
    }

    fn enter<F, R>(&self, fun: F) -> Result<R, process::Error>
    where
        F: FnOnce(&ReadableProcessSlice) -> R,
    {
        check_owner(self.process_id)?;
        // SAFETY: the process exists, so by the contract of `new` the bytes are
        // readable and shared as it says. The slice does not outlive `fun`. Who
        // gets the buffer is in a grant of the process, or in its system call, so
        // that its memory is given to nothing else meanwhile.
        Ok(fun(unsafe { readable_slice(self.ptr, self.len) }))
    }
}

/// A [`ReadOnlyProcessBuffer`] that lives as long as a grant is entered.
pub struct ReadOnlyProcessBufferRef<'a> {
    buffer: ReadOnlyProcessBuffer,
    _grant: PhantomData<&'a ()>,
}

impl ReadOnlyProcessBufferRef<'_> {
    /// # Safety
    ///
    /// As [`ReadOnlyProcessBuffer::new`].
    pub(crate) unsafe fn new(ptr: *const u8, len: usize, process_id: ProcessId) -> Self {
        ReadOnlyProcessBufferRef {
            // SAFETY: the caller keeps the same contract.
            buffer: unsafe { ReadOnlyProcessBuffer::new(ptr, len, process_id) },
            _grant: PhantomData,
        }
    }
}

impl Deref for ReadOnlyProcessBufferRef<'_> {
    type Target = ReadOnlyProcessBuffer;

    fn deref(&self) -> &ReadOnlyProcessBuffer {
        &self.buffer
    }
}

/// Memory that a process shares for reading and writing.
pub struct ReadWriteProcessBuffer {
    ptr: *mut u8,
    len: usize,
    process_id: Option<ProcessId>,
}

impl ReadWriteProcessBuffer {
    /// # Safety
    ///
    /// While the process exists, `len` bytes from `ptr` must be memory of the
    /// process that stays readable and writeable, to which only references to
    /// cells exist. With `len` 0, `ptr` may be anything.
    pub(crate) unsafe fn new(ptr: *mut u8, len: usize, process_id: ProcessId) -> Self {
        ReadWriteProcessBuffer {
            ptr,
            len,
            process_id: Some(process_id),
        }
    }

    /// The address and length that the process passed.
    pub(crate) fn consume(self) -> (*mut u8, usize) {
        (self.ptr, self.len)
    }

    /// An empty buffer of no process.
    pub const fn const_default() -> Self {
        ReadWriteProcessBuffer {
            ptr: ptr::null_mut(),
            len: 0,
            process_id: None,
        }
    }
}

impl Default for ReadWriteProcessBuffer {
    fn default() -> Self {
        Self::const_default()
    }
}

// SAFETY: `new` demands what the trait promises; the default buffer is empty.
unsafe impl ReadableProcessBuffer for ReadWriteProcessBuffer {
    fn len(&self) -> usize {
        if owner_exists(self.process_id) {
            self.len
        } else {
            0
        }
    }

    fn ptr(&self) -> *const u8 {
        self.mut_ptr()
    }

    fn enter<F, R>(&self, fun: F) -> Result<R, process::Error>
    where
        F: FnOnce(&ReadableProcessSlice) -> R,
    {
        check_owner(self.process_id)?;
        // SAFETY: the process exists, so by the contract of `new` the bytes are
        // readable and shared as it says. The slice does not outlive `fun`. Who
        // gets the buffer is in a grant of the process, or in its system call, so
        // that its memory is given to nothing else meanwhile.
        Ok(fun(unsafe { readable_slice(self.ptr, self.len) }))
    }
}

// SAFETY: `new` demands writeable memory.
unsafe impl WriteableProcessBuffer for ReadWriteProcessBuffer {
    fn mut_ptr(&self) -> *mut u8 {
        if self.len() == 0 {
            NonNull::dangling().as_ptr()
        } else {
            self.ptr
        }
    }

    fn mut_enter<F, R>(&self, fun: F) -> Result<R, process::Error>
    where
        F: FnOnce(&WriteableProcessSlice) -> R,
    {
        check_owner(self.process_id)?;
        // SAFETY: as in `enter`, and by the contract of `new` the bytes are
        // writeable.
        Ok(fun(unsafe { writeable_slice(self.ptr, self.len) }))
    }
}

/// A [`ReadWriteProcessBuffer`] that lives as long as a grant is entered.
pub struct ReadWriteProcessBufferRef<'a> {
    buffer: ReadWriteProcessBuffer,
    _grant: PhantomData<&'a ()>,
}

impl ReadWriteProcessBufferRef<'_> {
    /// # Safety
    ///
    /// As [`ReadWriteProcessBuffer::new`].
    pub(crate) unsafe fn new(ptr: *mut u8, len: usize, process_id: ProcessId) -> Self {
        ReadWriteProcessBufferRef {
            // SAFETY: the caller keeps the same contract.
            buffer: unsafe { ReadWriteProcessBuffer::new(ptr, len, process_id) },
            _grant: PhantomData,
        }
    }
}

impl Deref for ReadWriteProcessBufferRef<'_> {
    type Target = ReadWriteProcessBuffer;

    fn deref(&self) -> &ReadWriteProcessBuffer {
        &self.buffer
    }
}

/// Memory that a process shares and may itself read at the same time.
pub type UserspaceReadableProcessBuffer = ReadWriteProcessBuffer;

/// One byte of a process that can be read.
#[repr(transparent)]
pub struct ReadableProcessByte {
    cell: Cell<u8>,
}

impl ReadableProcessByte {
    /// Reads the byte.
    pub fn get(&self) -> u8 {
        self.cell.get()
    }
}

/// Bytes of a process that can be read.
#[repr(transparent)]
pub struct ReadableProcessSlice {
    slice: [ReadableProcessByte],
}

/// Bytes of a process that can be read and written.
#[repr(transparent)]
pub struct WriteableProcessSlice {
    slice: [Cell<u8>],
}

impl<'a> From<&'a [u8]> for &'a ReadableProcessSlice {
    fn from(bytes: &'a [u8]) -> Self {
        // SAFETY: the bytes are borrowed for `'a`, in which nobody writes them;
        // `ReadableProcessSlice` offers no way to do so either.
        unsafe { readable_slice(bytes.as_ptr(), bytes.len()) }
    }
}

impl<'a> From<&'a mut [u8]> for &'a ReadableProcessSlice {
    fn from(bytes: &'a mut [u8]) -> Self {
        // SAFETY: the bytes are borrowed exclusively for `'a`.
        unsafe { readable_slice(bytes.as_mut_ptr(), bytes.len()) }
    }
}

impl<'a> From<&'a mut [u8]> for &'a WriteableProcessSlice {
    fn from(bytes: &'a mut [u8]) -> Self {
        // SAFETY: the bytes are borrowed exclusively for `'a`.
        unsafe { writeable_slice(bytes.as_mut_ptr(), bytes.len()) }
    }
}

mod sealed {
    /// Keeps the set of index types closed.
    pub trait Sealed {}
    impl Sealed for usize {}
    impl Sealed for core::ops::Range<usize> {}
    impl Sealed for core::ops::RangeFrom<usize> {}
    impl Sealed for core::ops::RangeTo<usize> {}
}

/// What a process slice `PB` can be indexed with.
pub trait ProcessSliceIndex<PB: ?Sized>: sealed::Sealed {
    /// What the index selects.
    type Output: ?Sized;

    /// Selects, or `None` when out of bounds.
    fn get(self, slice: &PB) -> Option<&Self::Output>;

    /// Selects; panics when out of bounds.
    fn index(self, slice: &PB) -> &Self::Output;
}

macro_rules! slice_methods {
    ($slice:ident, $byte:ty) => {
        impl $slice {
            fn from_cells(cells: &[$byte]) -> &$slice {
                let cells = cells as *const [$byte] as *const $slice;
                // SAFETY: the type is transparent over the slice of cells, and
                // the lifetime stays that of `cells`.
                unsafe { &*cells }
            }

            /// Copies all bytes to `dest`; panics when the lengths differ.
            pub fn copy_to_slice(&self, dest: &mut [u8]) {
                assert!(
                    self.len() == dest.len(),
                    "process slice and destination differ in length"
                );
                for (to, from) in dest.iter_mut().zip(self.slice.iter()) {
                    *to = from.get();
                }
            }

            /// Copies all bytes to `dest`; `SIZE` when the lengths differ.
            pub fn copy_to_slice_or_err(&self, dest: &mut [u8]) -> Result<(), ErrorCode> {
                if self.len() != dest.len() {
                    return Err(ErrorCode::SIZE);
                }
                self.copy_to_slice(dest);
                Ok(())
            }

            /// Length in bytes.
            pub fn len(&self) -> usize {
                self.slice.len()
            }

            /// Whether there are no bytes.
            pub fn is_empty(&self) -> bool {
                self.slice.is_empty()
            }

            /// The bytes one by one.
            pub fn iter(&self) -> core::slice::Iter<'_, $byte> {
                self.slice.iter()
            }

            /// Pieces of `chunk_size` bytes, the last one possibly shorter.
            ///
            /// Panics when `chunk_size` is 0.
            pub fn chunks(&self, chunk_size: usize) -> impl Iterator<Item = &$slice> {
                self.slice.chunks(chunk_size).map(Self::from_cells)
            }

            /// Selects a byte or range, or `None` when out of bounds.
            pub fn get<I: ProcessSliceIndex<Self>>(&self, index: I) -> Option<&I::Output> {
                index.get(self)
            }

            /// Selects from a position on, or `None` when out of bounds.
            #[deprecated = "use get() instead"]
            pub fn get_from(&self, range: RangeFrom<usize>) -> Option<&$slice> {
                range.get(self)
            }

            /// Selects up to a position, or `None` when out of bounds.
            #[deprecated = "use get() instead"]
            pub fn get_to(&self, range: RangeTo<usize>) -> Option<&$slice> {
                range.get(self)
            }
        }

        impl ProcessSliceIndex<$slice> for usize {
            type Output = $byte;

            fn get(self, slice: &$slice) -> Option<&$byte> {
                slice.slice.get(self)
            }

            fn index(self, slice: &$slice) -> &$byte {
                &slice.slice[self]
            }
        }

        slice_methods!(@range $slice, Range<usize>);
        slice_methods!(@range $slice, RangeFrom<usize>);
        slice_methods!(@range $slice, RangeTo<usize>);

        impl<I: ProcessSliceIndex<$slice>> Index<I> for $slice {
            type Output = I::Output;

            fn index(&self, index: I) -> &I::Output {
                index.index(self)
            }
        }
    };
    (@range $slice:ident, $range:ty) => {
        impl ProcessSliceIndex<$slice> for $range {
            type Output = $slice;

            fn get(self, slice: &$slice) -> Option<&$slice> {
                slice.slice.get(self).map($slice::from_cells)
            }

            fn index(self, slice: &$slice) -> &$slice {
                $slice::from_cells(&slice.slice[self])
            }
        }
    };
}

slice_methods!(ReadableProcessSlice, ReadableProcessByte);
slice_methods!(WriteableProcessSlice, Cell<u8>);

impl WriteableProcessSlice {
    /// Copies all bytes of `src` here; panics when the lengths differ.
    pub fn copy_from_slice(&self, src: &[u8]) {
        assert!(
            self.len() == src.len(),
            "process slice and source differ in length"
        );
        for (to, from) in self.slice.iter().zip(src) {
            to.set(*from);
        }
    }

    /// Copies all bytes of `src` here; `SIZE` when the lengths differ.
    pub fn copy_from_slice_or_err(&self, src: &[u8]) -> Result<(), ErrorCode> {
        if self.len() != src.len() {
            return Err(ErrorCode::SIZE);
        }
        self.copy_from_slice(src);
        Ok(())
    }
}
