// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Lists, queues and rings.

use core::mem::MaybeUninit;

use kernel::collections::list::{List, ListLink, ListNode};
use kernel::collections::queue::Queue;
use kernel::collections::ring_buffer::RingBuffer;

pub struct Node<'a>(ListLink<'a, Node<'a>>);

impl<'a> ListNode<'a, Node<'a>> for Node<'a> {
    fn next(&'a self) -> &'a ListLink<'a, Node<'a>> {
        &self.0
    }
}

pub fn list<'a>(
    list: &List<'a, Node<'a>>,
    node: &'a Node<'a>,
) -> impl Iterator<Item = &'a Node<'a>> {
    let _: fn() -> List<'a, Node<'a>> = List::new;
    let _: Option<&'a Node<'a>> = list.head();
    list.push_head(node);
    list.push_tail(node);
    let _: Option<&'a Node<'a>> = list.pop_head();
    list.iter()
}

pub struct Whole;

impl Queue<u8> for Whole {
    fn has_elements(&self) -> bool {
        false
    }
    fn is_full(&self) -> bool {
        true
    }
    fn len(&self) -> usize {
        0
    }
    fn enqueue(&mut self, _: u8) -> bool {
        false
    }
    fn push(&mut self, _: u8) -> Option<u8> {
        None
    }
    fn dequeue(&mut self) -> Option<u8> {
        None
    }
    fn find_first_matching<F>(&self, _: F) -> Option<&u8>
    where
        F: Fn(&u8) -> bool,
    {
        None
    }
    fn remove_first_matching<F>(&mut self, _: F) -> Option<u8>
    where
        F: Fn(&u8) -> bool,
    {
        None
    }
    fn empty(&mut self) {}
    fn retain<F>(&mut self, _: F)
    where
        F: FnMut(&u8) -> bool,
    {
    }
}

pub fn ring<'a, T: Copy + 'a>() {
    fn queue<Q: Queue<T>, T>() {}
    queue::<RingBuffer<'a, T>, T>();
    let _: fn(&'a mut [MaybeUninit<T>]) -> RingBuffer<'a, T> = RingBuffer::new;
    let _: fn(&RingBuffer<'a, T>) -> usize = RingBuffer::available_len;
}

pub fn slices<'r, T: Copy>(ring: &'r RingBuffer<'_, T>) -> (Option<&'r [T]>, Option<&'r [T]>) {
    ring.as_slices()
}
