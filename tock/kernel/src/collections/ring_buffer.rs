// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A queue in memory that someone else provides.

use crate::collections::queue;
use core::mem::MaybeUninit;

/// A ring of elements. One slot always stays unused, to tell full from empty.
pub struct RingBuffer<'a, T: 'a> {
    /// Slots `head`, `head + 1`, .. up to but without `tail`, modulo the length,
    /// are initialized.
    ring: &'a mut [MaybeUninit<T>],
    head: usize,
    tail: usize,
}

impl<'a, T: Copy> RingBuffer<'a, T> {
    /// An empty queue for `ring.len() - 1` elements.
    pub fn new(ring: &'a mut [MaybeUninit<T>]) -> RingBuffer<'a, T> {
        RingBuffer {
            ring,
            head: 0,
            tail: 0,
        }
    }

    /// How many more elements fit.
    pub fn available_len(&self) -> usize {
        self.ring
            .len()
            .saturating_sub(1)
            .saturating_sub(queue::Queue::len(self))
    }

    /// The elements from oldest to newest, in up to two pieces.
    pub fn as_slices(&self) -> (Option<&[T]>, Option<&[T]>) {
        if self.head <= self.tail {
            (self.initialized(self.head, self.tail), None)
        } else {
            (
                self.initialized(self.head, self.ring.len()),
                self.initialized(0, self.tail),
            )
        }
    }

    /// The elements of the slots `start..end`, which must all be initialized.
    fn initialized(&self, start: usize, end: usize) -> Option<&[T]> {
        let slots = self.ring.get(start..end)?;
        if slots.is_empty() {
            return None;
        }
        // SAFETY: both callers pass a range between head and tail, whose slots are
        // initialized by the invariant of `ring`; `MaybeUninit<T>` has the layout
        // of `T`, and the borrow of `self` is kept.
        Some(unsafe { core::slice::from_raw_parts(slots.as_ptr().cast::<T>(), slots.len()) })
    }

    /// The slot behind `index`, around the end.
    fn following(&self, index: usize) -> usize {
        if index + 1 >= self.ring.len() {
            0
        } else {
            index + 1
        }
    }

    /// The slot of the element at `position`, counted from the oldest.
    fn slot(&self, position: usize) -> usize {
        let index = self.head + position;
        if index >= self.ring.len() {
            index - self.ring.len()
        } else {
            index
        }
    }

    /// The element at `position`, counted from the oldest.
    fn element(&self, position: usize) -> Option<&T> {
        if position >= queue::Queue::len(self) {
            return None;
        }
        let slot = self.ring.get(self.slot(position))?;
        // SAFETY: the position is below the length, so that the slot lies between
        // head and tail and is initialized by the invariant of `ring`.
        Some(unsafe { slot.assume_init_ref() })
    }
}

impl<T: Copy> queue::Queue<T> for RingBuffer<'_, T> {
    fn has_elements(&self) -> bool {
        self.head != self.tail
    }

    fn is_full(&self) -> bool {
        self.available_len() == 0
    }

    fn len(&self) -> usize {
        if self.tail >= self.head {
            self.tail - self.head
        } else {
            self.ring.len() - self.head + self.tail
        }
    }

    fn enqueue(&mut self, val: T) -> bool {
        if self.is_full() {
            return false;
        }
        self.ring[self.tail] = MaybeUninit::new(val);
        self.tail = self.following(self.tail);
        true
    }

    fn push(&mut self, val: T) -> Option<T> {
        let oldest = if self.is_full() { self.dequeue() } else { None };
        // A ring without any usable slot hands the element itself back.
        if self.enqueue(val) { oldest } else { Some(val) }
    }

    fn dequeue(&mut self) -> Option<T> {
        let oldest = *self.element(0)?;
        self.head = self.following(self.head);
        Some(oldest)
    }

    fn find_first_matching<F>(&self, f: F) -> Option<&T>
    where
        F: Fn(&T) -> bool,
    {
        (0..self.len())
            .filter_map(|position| self.element(position))
            .find(|element| f(element))
    }

    fn remove_first_matching<F>(&mut self, f: F) -> Option<T>
    where
        F: Fn(&T) -> bool,
    {
        let mut removed = None;
        self.retain(|element| {
            if removed.is_none() && f(element) {
                removed = Some(*element);
                false
            } else {
                true
            }
        });
        removed
    }

    fn empty(&mut self) {
        self.head = 0;
        self.tail = 0;
    }

    fn retain<F>(&mut self, mut f: F)
    where
        F: FnMut(&T) -> bool,
    {
        let mut kept = 0;
        for position in 0..self.len() {
            let Some(&element) = self.element(position) else {
                break;
            };
            if f(&element) {
                let slot = self.slot(kept);
                self.ring[slot] = MaybeUninit::new(element);
                kept += 1;
            }
        }
        self.tail = self.slot(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collections::queue::Queue;
    use std::vec::Vec;

    fn contents(ring: &RingBuffer<u32>) -> Vec<u32> {
        let (first, second) = ring.as_slices();
        [first.unwrap_or(&[]), second.unwrap_or(&[])].concat()
    }

    /// A ring whose head lies at `start`, so that its elements go around the end.
    fn ring_at<'a>(slots: &'a mut [MaybeUninit<u32>], start: usize) -> RingBuffer<'a, u32> {
        let mut ring = RingBuffer::new(slots);
        for _ in 0..start {
            assert!(ring.enqueue(0));
            ring.dequeue();
        }
        ring
    }

    #[test]
    fn holds_one_less_than_its_slots() {
        let mut slots = [MaybeUninit::uninit(); 4];
        let mut ring = RingBuffer::new(&mut slots);
        assert!(!ring.has_elements());
        assert!([1, 2, 3].into_iter().all(|n| ring.enqueue(n)));
        assert!(ring.is_full() && !ring.enqueue(4));
        assert_eq!(ring.len(), 3);
        assert_eq!(ring.push(4), Some(1));
        assert_eq!(contents(&ring), [2, 3, 4]);
    }

    #[test]
    fn behaves_alike_wherever_its_head_lies() {
        for start in 0..5 {
            let mut slots = [MaybeUninit::uninit(); 5];
            let mut ring = ring_at(&mut slots, start);
            (1..=4).for_each(|n| assert!(ring.enqueue(n)));
            assert_eq!(contents(&ring), [1, 2, 3, 4]);
            assert_eq!(ring.find_first_matching(|n| n % 2 == 0), Some(&2));
            assert_eq!(ring.remove_first_matching(|n| n % 2 == 0), Some(2));
            assert_eq!(ring.remove_first_matching(|n| *n == 9), None);
            assert_eq!(contents(&ring), [1, 3, 4]);
            assert_eq!(ring.available_len(), 1);
            ring.retain(|n| *n != 1);
            assert!(ring.enqueue(5) && ring.enqueue(6) && !ring.enqueue(7));
            let drained: Vec<u32> = core::iter::from_fn(|| ring.dequeue()).collect();
            assert_eq!(drained, [3, 4, 5, 6]);
            assert_eq!(ring.as_slices(), (None, None));
        }
    }

    #[test]
    fn retain_can_remove_everything() {
        let mut slots = [MaybeUninit::uninit(); 3];
        let mut ring = ring_at(&mut slots, 2);
        ring.enqueue(1);
        ring.enqueue(2);
        ring.retain(|_| false);
        assert!(!ring.has_elements());
        ring.enqueue(3);
        ring.empty();
        assert_eq!(ring.dequeue(), None);
    }

    #[test]
    fn rings_too_small_for_an_element_refuse_it() {
        for slots in [&mut [][..], &mut [MaybeUninit::uninit()][..]] {
            let mut ring: RingBuffer<u32> = RingBuffer::new(slots);
            assert!(ring.is_full() && !ring.enqueue(1));
            assert_eq!(ring.push(2), Some(2));
            assert_eq!(ring.dequeue(), None);
        }
    }
}
