// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A linked list whose links lie in its elements.

use core::cell::Cell;

/// The link from an element to the next one.
pub struct ListLink<'a, T: 'a + ?Sized>(Cell<Option<&'a T>>);

impl<'a, T: ?Sized> ListLink<'a, T> {
    /// A link to nothing.
    pub const fn empty() -> ListLink<'a, T> {
        ListLink(Cell::new(None))
    }
}

/// An element of a list.
pub trait ListNode<'a, T: ?Sized> {
    /// The link that lies in this element. It must always be the same one.
    fn next(&'a self) -> &'a ListLink<'a, T>;
}

/// A list of elements that live elsewhere. An element can be in one list, once.
pub struct List<'a, T: 'a + ?Sized + ListNode<'a, T>> {
    head: ListLink<'a, T>,
}

/// Walks along a list.
pub struct ListIterator<'a, T: 'a + ?Sized + ListNode<'a, T>> {
    cur: Option<&'a T>,
}

impl<'a, T: ?Sized + ListNode<'a, T>> Iterator for ListIterator<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        let element = self.cur?;
        self.cur = element.next().0.get();
        Some(element)
    }
}

impl<'a, T: ?Sized + ListNode<'a, T>> List<'a, T> {
    /// An empty list.
    pub const fn new() -> List<'a, T> {
        List {
            head: ListLink::empty(),
        }
    }

    /// The first element.
    pub fn head(&self) -> Option<&'a T> {
        self.head.0.get()
    }

    /// Puts `node` before all others.
    pub fn push_head(&self, node: &'a T) {
        node.next().0.set(self.head.0.get());
        self.head.0.set(Some(node));
    }

    /// Puts `node` behind all others.
    pub fn push_tail(&self, node: &'a T) {
        node.next().0.set(None);
        match self.iter().last() {
            Some(last) => last.next().0.set(Some(node)),
            None => self.push_head(node),
        }
    }

    /// Removes the first element.
    pub fn pop_head(&self) -> Option<&'a T> {
        let head = self.head.0.get()?;
        self.head.0.set(head.next().0.get());
        Some(head)
    }

    /// All elements from first to last.
    pub fn iter(&self) -> ListIterator<'a, T> {
        ListIterator {
            cur: self.head.0.get(),
        }
    }
}

impl<'a, T: ?Sized + ListNode<'a, T>> Default for List<'a, T> {
    fn default() -> Self {
        List::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    struct Element<'a> {
        number: u32,
        next: ListLink<'a, Element<'a>>,
    }

    impl<'a> ListNode<'a, Element<'a>> for Element<'a> {
        fn next(&'a self) -> &'a ListLink<'a, Element<'a>> {
            &self.next
        }
    }

    fn element<'a>(number: u32) -> Element<'a> {
        Element {
            number,
            next: ListLink::empty(),
        }
    }

    fn numbers<'a>(list: &List<'a, Element<'a>>) -> Vec<u32> {
        list.iter().map(|e| e.number).collect()
    }

    #[test]
    fn elements_come_in_the_order_of_their_pushes() {
        let (a, b, c) = (element(1), element(2), element(3));
        let list = List::new();
        assert!(list.head().is_none());
        list.push_tail(&b);
        list.push_tail(&c);
        list.push_head(&a);
        assert_eq!(numbers(&list), [1, 2, 3]);
        assert_eq!(list.head().map(|e| e.number), Some(1));
    }

    #[test]
    fn a_popped_element_can_be_pushed_again() {
        let (a, b) = (element(1), element(2));
        let list = List::new();
        list.push_tail(&a);
        list.push_tail(&b);
        let first = list.pop_head().unwrap();
        list.push_tail(first);
        assert_eq!(numbers(&list), [2, 1]);
        assert!(list.pop_head().is_some());
        assert!(list.pop_head().is_some());
        assert!(list.pop_head().is_none());
    }
}
