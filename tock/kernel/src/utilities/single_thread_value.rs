// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A static value that only one thread can reach.

use crate::platform::chip::ThreadIdProvider;
use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicU8, Ordering};

const UNBOUND: u8 = 0;
const BINDING: u8 = 1;
const BOUND: u8 = 2;

/// A value that is bound to one thread at run time. Others get `None`: an
/// interrupt handler as well as another hart.
///
/// It takes the place of a `static mut` and is safe, because who calls is
/// compared with who bound it, each time.
pub struct SingleThreadValue<T> {
    state: AtomicU8,
    /// Initialized once `state` is `BOUND`, and never written again.
    bound: UnsafeCell<MaybeUninit<BoundValue<T>>>,
}

struct BoundValue<T> {
    value: T,
    thread_id: usize,
    running_thread_id: fn() -> usize,
}

// SAFETY: the value is reached by the thread that bound it and by no other, which
// `ThreadIdProvider` vouches for; the rest of `BoundValue` is `Sync` and is read
// only after an acquiring load has seen `BOUND`.
unsafe impl<T> Sync for SingleThreadValue<T> {}

impl<T> SingleThreadValue<T> {
    /// A place without a value.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self {
            state: AtomicU8::new(UNBOUND),
            bound: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }

    /// Stores `value` and binds it to the thread that calls.
    ///
    /// # Errors
    ///
    /// Hands `value` back if something is bound already.
    pub fn bind_to_thread<P: ThreadIdProvider>(&self, value: T) -> Result<(), T> {
        if self
            .state
            .compare_exchange(UNBOUND, BINDING, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            return Err(value);
        }
        let bound = BoundValue {
            value,
            thread_id: P::running_thread_id(),
            running_thread_id: P::running_thread_id,
        };
        // SAFETY: the exchange lets one caller come here, ever, and nobody reads
        // before `BOUND` is stored below.
        unsafe { (*self.bound.get()).write(bound) };
        self.state.store(BOUND, Ordering::Release);
        Ok(())
    }

    /// Whether a value is bound to the thread that calls.
    pub fn bound_to_current_thread(&self) -> bool {
        self.get().is_some()
    }

    /// The value, for the thread that it is bound to.
    pub fn get(&self) -> Option<&T> {
        if self.state.load(Ordering::Acquire) != BOUND {
            return None;
        }
        let bound: *const BoundValue<T> = self.bound.get().cast();
        // SAFETY: `BOUND` was seen, so that both fields are initialized and never
        // written again; any thread may read them, as they are plain numbers.
        let (thread_id, running_thread_id) =
            unsafe { ((*bound).thread_id, (*bound).running_thread_id) };
        if running_thread_id() != thread_id {
            return None;
        }
        // SAFETY: initialized as above; this is the thread that bound the value,
        // and only shared references to it are ever made.
        Some(unsafe { &(*bound).value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;

    struct HostThreads;

    std::thread_local! {
        static MARK: u8 = const { 0 };
    }

    // SAFETY: the address of a thread-local is unique among living threads.
    unsafe impl ThreadIdProvider for HostThreads {
        fn running_thread_id() -> usize {
            MARK.with(|mark| core::ptr::from_ref(mark).addr())
        }
    }

    #[test]
    fn only_the_binding_thread_gets_the_value() {
        static VALUE: SingleThreadValue<Cell<u32>> = SingleThreadValue::new();
        assert!(VALUE.get().is_none() && !VALUE.bound_to_current_thread());
        assert!(VALUE.bind_to_thread::<HostThreads>(Cell::new(1)).is_ok());
        VALUE.get().unwrap().set(2);
        let elsewhere = std::thread::spawn(|| VALUE.get().is_none());
        assert!(elsewhere.join().unwrap());
        assert_eq!(VALUE.get().unwrap().get(), 2);
    }

    #[test]
    fn a_second_value_is_handed_back() {
        static VALUE: SingleThreadValue<u32> = SingleThreadValue::new();
        assert_eq!(VALUE.bind_to_thread::<HostThreads>(1), Ok(()));
        assert_eq!(VALUE.bind_to_thread::<HostThreads>(2), Err(2));
        let elsewhere = std::thread::spawn(|| VALUE.bind_to_thread::<HostThreads>(3));
        assert_eq!(elsewhere.join().unwrap(), Err(3));
        assert_eq!(VALUE.get(), Some(&1));
    }
}
