// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What every queue of the kernel can do.

/// A bounded first-in, first-out queue.
// `has_elements` is what asks for emptiness here.
#[allow(clippy::len_without_is_empty)]
pub trait Queue<T> {
    /// Whether at least one element is queued.
    fn has_elements(&self) -> bool;

    /// Whether no further element fits.
    fn is_full(&self) -> bool;

    /// How many elements are queued.
    fn len(&self) -> usize;

    /// Queues `val`; returns whether it fitted.
    fn enqueue(&mut self, val: T) -> bool;

    /// Queues `val`; if the queue is full, removes and returns the oldest first.
    fn push(&mut self, val: T) -> Option<T>;

    /// Removes the oldest element.
    fn dequeue(&mut self) -> Option<T>;

    /// The oldest element that `f` accepts.
    fn find_first_matching<F>(&self, f: F) -> Option<&T>
    where
        F: Fn(&T) -> bool;

    /// Removes the oldest element that `f` accepts; the others keep their order.
    fn remove_first_matching<F>(&mut self, f: F) -> Option<T>
    where
        F: Fn(&T) -> bool;

    /// Removes all elements.
    fn empty(&mut self);

    /// Removes the elements that `f` does not accept; the others keep their order.
    fn retain<F>(&mut self, f: F)
    where
        F: FnMut(&T) -> bool;
}
