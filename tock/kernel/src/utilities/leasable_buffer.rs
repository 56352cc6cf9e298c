// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Buffers of which a part is passed on, and which come back whole.
//!
//! A driver is handed a buffer and may look at a window of it only. Whoever owns
//! the buffer widens the window again with `reset` when it comes back.

use core::ops::{Bound, Index, IndexMut, Range, RangeBounds};
use core::slice::SliceIndex;

/// `window`, narrowed to `range`, which counts from its start. What exceeds the
/// window is cut off.
fn narrowed<R: RangeBounds<usize>>(window: &Range<usize>, range: &R) -> Range<usize> {
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(start) => start.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(end) => end.saturating_add(1),
        Bound::Excluded(end) => *end,
        Bound::Unbounded => window.len(),
    };
    let new_start = window.start.saturating_add(start).min(window.end);
    let new_end = window.start.saturating_add(end).min(window.end);
    new_start..new_end.max(new_start)
}

/// A window on a mutable buffer.
#[derive(Debug, PartialEq)]
pub struct SubSliceMut<'a, T> {
    internal: &'a mut [T],
    active_range: Range<usize>,
}

/// A window on an immutable buffer.
#[derive(Debug, PartialEq)]
pub struct SubSlice<'a, T> {
    internal: &'a [T],
    active_range: ActiveRange,
}

/// `Range` is not `Copy`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ActiveRange {
    start: usize,
    end: usize,
}

impl From<Range<usize>> for ActiveRange {
    fn from(range: Range<usize>) -> Self {
        ActiveRange {
            start: range.start,
            end: range.end,
        }
    }
}

impl<T> Clone for SubSlice<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for SubSlice<'_, T> {}

/// A window on a buffer of either kind.
#[derive(Debug)]
pub enum SubSliceMutImmut<'a, T> {
    /// A buffer that may only be read.
    Immutable(SubSlice<'a, T>),
    /// A buffer that may be written.
    Mutable(SubSliceMut<'a, T>),
}

impl<'a, T> SubSliceMut<'a, T> {
    /// A window on all of `buffer`.
    pub fn new(buffer: &'a mut [T]) -> Self {
        let active_range = 0..buffer.len();
        SubSliceMut {
            internal: buffer,
            active_range,
        }
    }

    /// Hands the whole buffer back.
    pub fn take(self) -> &'a mut [T] {
        self.internal
    }

    /// Widens the window to the whole buffer.
    pub fn reset(&mut self) {
        self.active_range = 0..self.internal.len();
    }

    /// Length of the window.
    pub fn len(&self) -> usize {
        self.active_range.len()
    }

    /// Whether the window is empty.
    pub fn is_empty(&self) -> bool {
        self.active_range.is_empty()
    }

    /// Start of the window.
    pub fn as_ptr(&self) -> *const T {
        self.as_slice().as_ptr()
    }

    /// Start of the window, for writing.
    pub fn as_mut_ptr(&mut self) -> *mut T {
        self.as_mut_slice().as_mut_ptr()
    }

    /// The window.
    pub fn as_slice(&self) -> &[T] {
        &self.internal[self.active_range.clone()]
    }

    /// The window, for writing.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.internal[self.active_range.clone()]
    }

    /// Where in the buffer the window lies.
    pub fn active_range(&self) -> Range<usize> {
        self.active_range.clone()
    }

    /// Whether the window is smaller than the buffer.
    pub fn is_sliced(&self) -> bool {
        self.active_range.len() != self.internal.len()
    }

    /// Narrows the window to `range`, counted from its start. A range that
    /// exceeds the window is cut off.
    pub fn slice<R: RangeBounds<usize>>(&mut self, range: R) {
        self.active_range = narrowed(&self.active_range, &range);
    }
}

impl<T, I: SliceIndex<[T]>> Index<I> for SubSliceMut<'_, T> {
    type Output = I::Output;

    fn index(&self, index: I) -> &Self::Output {
        &self.as_slice()[index]
    }
}

impl<T, I: SliceIndex<[T]>> IndexMut<I> for SubSliceMut<'_, T> {
    fn index_mut(&mut self, index: I) -> &mut Self::Output {
        &mut self.as_mut_slice()[index]
    }
}

impl<'a, T> From<&'a mut [T]> for SubSliceMut<'a, T> {
    fn from(buffer: &'a mut [T]) -> Self {
        Self::new(buffer)
    }
}

impl<'a, T> SubSlice<'a, T> {
    /// A window on all of `buffer`.
    pub fn new(buffer: &'a [T]) -> Self {
        SubSlice {
            internal: buffer,
            active_range: (0..buffer.len()).into(),
        }
    }

    /// Hands the whole buffer back.
    pub fn take(self) -> &'a [T] {
        self.internal
    }

    /// Widens the window to the whole buffer.
    pub fn reset(&mut self) {
        self.active_range = (0..self.internal.len()).into();
    }

    /// Length of the window.
    pub fn len(&self) -> usize {
        self.active_range().len()
    }

    /// Whether the window is empty.
    pub fn is_empty(&self) -> bool {
        self.active_range().is_empty()
    }

    /// Start of the window.
    pub fn as_ptr(&self) -> *const T {
        self.as_slice().as_ptr()
    }

    /// The window.
    pub fn as_slice(&self) -> &'a [T] {
        &self.internal[self.active_range()]
    }

    /// Where in the buffer the window lies.
    pub fn active_range(&self) -> Range<usize> {
        self.active_range.start..self.active_range.end
    }

    /// Whether the window is smaller than the buffer.
    pub fn is_sliced(&self) -> bool {
        self.len() != self.internal.len()
    }

    /// Narrows the window to `range`, counted from its start. A range that
    /// exceeds the window is cut off.
    pub fn slice<R: RangeBounds<usize>>(&mut self, range: R) {
        self.active_range = narrowed(&self.active_range(), &range).into();
    }
}

impl<T, I: SliceIndex<[T]>> Index<I> for SubSlice<'_, T> {
    type Output = I::Output;

    fn index(&self, index: I) -> &Self::Output {
        &self.as_slice()[index]
    }
}

impl<'a, T> From<&'a [T]> for SubSlice<'a, T> {
    fn from(buffer: &'a [T]) -> Self {
        Self::new(buffer)
    }
}

impl<'a, T> SubSliceMutImmut<'a, T> {
    /// Widens the window to the whole buffer.
    pub fn reset(&mut self) {
        match self {
            SubSliceMutImmut::Immutable(slice) => slice.reset(),
            SubSliceMutImmut::Mutable(slice) => slice.reset(),
        }
    }

    /// Length of the window.
    pub fn len(&self) -> usize {
        match self {
            SubSliceMutImmut::Immutable(slice) => slice.len(),
            SubSliceMutImmut::Mutable(slice) => slice.len(),
        }
    }

    /// Whether the window is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Narrows the window to `range`, counted from its start. A range that
    /// exceeds the window is cut off.
    pub fn slice<R: RangeBounds<usize>>(&mut self, range: R) {
        match self {
            SubSliceMutImmut::Immutable(slice) => slice.slice(range),
            SubSliceMutImmut::Mutable(slice) => slice.slice(range),
        }
    }

    /// Start of the window.
    pub fn as_ptr(&self) -> *const T {
        match self {
            SubSliceMutImmut::Immutable(slice) => slice.as_ptr(),
            SubSliceMutImmut::Mutable(slice) => slice.as_ptr(),
        }
    }

    /// Runs `f` on the window if it may be written.
    pub fn map_mut(&mut self, f: impl FnOnce(&mut SubSliceMut<'a, T>)) {
        if let SubSliceMutImmut::Mutable(slice) = self {
            f(slice);
        }
    }
}

impl<T, I: SliceIndex<[T]>> Index<I> for SubSliceMutImmut<'_, T> {
    type Output = I::Output;

    fn index(&self, index: I) -> &Self::Output {
        match self {
            SubSliceMutImmut::Immutable(slice) => &slice[index],
            SubSliceMutImmut::Mutable(slice) => &slice[index],
        }
    }
}

impl<'a, T> From<&'a [T]> for SubSliceMutImmut<'a, T> {
    fn from(buffer: &'a [T]) -> Self {
        SubSliceMutImmut::Immutable(buffer.into())
    }
}

impl<'a, T> From<&'a mut [T]> for SubSliceMutImmut<'a, T> {
    fn from(buffer: &'a mut [T]) -> Self {
        SubSliceMutImmut::Mutable(buffer.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_narrow_relative_to_themselves_and_come_back_whole() {
        let mut buffer = [0u8, 1, 2, 3, 4, 5, 6, 7];
        let mut window = SubSliceMut::new(&mut buffer);
        assert!(!window.is_sliced());
        window.slice(2..);
        window.slice(1..=2);
        assert_eq!(window.as_slice(), [3, 4]);
        assert_eq!((window.len(), window.active_range()), (2, 3..5));
        window[0] = 9;
        assert_eq!(&window[..], [9, 4]);
        window.reset();
        assert_eq!(window.take(), [0, 1, 2, 9, 4, 5, 6, 7]);
    }

    #[test]
    fn ranges_beyond_the_window_are_cut_off_and_never_panic() {
        let bounds = [0, 1, 3, 4, 5, usize::MAX];
        for start in bounds {
            for end in bounds {
                let mut buffer = [0u8, 1, 2, 3];
                let mut window = SubSliceMut::new(&mut buffer);
                window.slice(..3);
                window.slice((Bound::Included(start), Bound::Included(end)));
                let inside = window.as_slice();
                assert!(inside.iter().all(|v| usize::from(*v) >= start && *v < 3));
                window.slice((Bound::Excluded(start), Bound::Excluded(end)));
                assert!(window.len() <= 3);
            }
        }
    }

    #[test]
    fn copies_of_an_immutable_window_move_apart() {
        let buffer = [0u8, 1, 2, 3];
        let mut first = SubSlice::new(&buffer[..]);
        first.slice(1..);
        let mut second = first;
        second.slice(1..2);
        assert_eq!(
            (first.as_slice(), second.as_slice()),
            (&[1, 2, 3][..], &[2][..])
        );
        second.reset();
        assert_eq!(second.take(), buffer);
        assert!(first.is_sliced());
    }

    #[test]
    fn either_kind_slices_and_only_the_mutable_one_writes() {
        let mut buffer = [1u8, 2, 3];
        let mut mutable = SubSliceMutImmut::from(&mut buffer[..]);
        mutable.slice(1..2);
        mutable.map_mut(|window| window[0] = 7);
        assert_eq!((mutable.len(), mutable[0]), (1, 7));
        let mut immutable = SubSliceMutImmut::from(&[1u8, 2][..]);
        immutable.map_mut(|_| panic!("not mutable"));
        immutable.slice(5..);
        assert!(immutable.is_empty());
        immutable.reset();
        assert_eq!(immutable.len(), 2);
    }
}
