// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Work that a capsule does later, from the kernel's main loop.
//!
//! A capsule must not call its client back from within the call that started the
//! work. It sets its deferred call instead, and the main loop calls it. Deferred
//! calls behave like interrupts of software: up to 32 of them, a bit each, the
//! lowest first.
//!
//! ```rust,ignore
//! struct Capsule { deferred_call: DeferredCall }
//!
//! impl DeferredCallClient for Capsule {
//!     fn handle_deferred_call(&self) { .. }
//!     fn register(&'static self) { self.deferred_call.register(self); }
//! }
//! ```

use crate::platform::chip::ThreadIdProvider;
use core::cell::Cell;

const MAX_DEFERRED_CALLS: usize = 32;

/// Who is called.
pub trait DeferredCallClient: Sized {
    /// Does the deferred work.
    fn handle_deferred_call(&self);

    /// Registers `self` with its deferred call; for the board to call once.
    fn register(&'static self);
}

/// A registered client without its type.
#[derive(Clone, Copy)]
struct Handler {
    client: *const (),
    call: unsafe fn(*const ()),
}

/// Calls a client whose type only its registration knew.
///
/// # Safety
///
/// `client` must come from a `&'static DC`.
unsafe fn call_client<DC: DeferredCallClient>(client: *const ()) {
    // SAFETY: the caller vouches that the pointer was made from a `&'static DC`.
    let client = unsafe { &*client.cast::<DC>() };
    client.handle_deferred_call();
}

/// All deferred calls of a thread that runs a kernel.
struct State {
    created: Cell<usize>,
    pending: Cell<u32>,
    handlers: [Cell<Option<Handler>>; MAX_DEFERRED_CALLS],
}

impl State {
    const fn new() -> Self {
        State {
            created: Cell::new(0),
            pending: Cell::new(0),
            handlers: [const { Cell::new(None) }; MAX_DEFERRED_CALLS],
        }
    }

    fn create(&self) -> usize {
        let index = self.created.get();
        assert!(
            index < MAX_DEFERRED_CALLS,
            "more than {MAX_DEFERRED_CALLS} deferred calls"
        );
        self.created.set(index + 1);
        index
    }

    /// Takes the lowest pending call out of the set.
    fn take_next_pending(&self) -> Option<(usize, Option<Handler>)> {
        let pending = self.pending.get();
        if pending == 0 {
            return None;
        }
        let index = pending.trailing_zeros() as usize;
        self.pending.set(pending & (pending - 1));
        Some((index, self.handlers[index].get()))
    }

    fn verify_setup(&self) {
        let created = self.created.get();
        let registered = self.handlers.iter().filter(|h| h.get().is_some()).count();
        assert!(
            created == registered,
            "{created} deferred calls created, {registered} registered: a component forgot register()"
        );
    }
}

#[cfg(target_os = "none")]
mod storage {
    //! On a board: one state, bound to the thread that runs the kernel.

    use super::State;
    use crate::platform::chip::ThreadIdProvider;
    use crate::utilities::single_thread_value::SingleThreadValue;

    static STATE: SingleThreadValue<State> = SingleThreadValue::new();

    pub(super) fn with<R>(f: impl FnOnce(&State) -> R) -> R {
        match STATE.get() {
            Some(state) => f(state),
            None => panic!("deferred calls are not initialized for this thread"),
        }
    }

    pub(super) fn initialize<P: ThreadIdProvider>() {
        // A second initialization finds the state bound and keeps it.
        let _already = STATE.bind_to_thread::<P>(State::new());
    }
}

#[cfg(not(target_os = "none"))]
mod storage {
    //! On a host: one state per thread, so that tests, of which each runs in a
    //! thread of its own, get deferred calls of their own.

    use super::State;
    use crate::platform::chip::ThreadIdProvider;

    std::thread_local! {
        static STATE: State = const { State::new() };
    }

    pub(super) fn with<R>(f: impl FnOnce(&State) -> R) -> R {
        STATE.with(f)
    }

    pub(super) fn initialize<P: ThreadIdProvider>() {}
}

/// Makes deferred calls usable in this thread. A board does so before it creates
/// the first one.
pub fn initialize_deferred_call_state<P: ThreadIdProvider>() {
    storage::initialize::<P>();
}

/// The same as [`initialize_deferred_call_state`], for chips without atomic
/// instructions.
///
/// # Safety
///
/// No other thread may initialize deferred calls at the same time.
pub unsafe fn initialize_deferred_call_state_unsafe<P: ThreadIdProvider>() {
    storage::initialize::<P>();
}

/// One deferred call.
pub struct DeferredCall {
    index: usize,
}

impl DeferredCall {
    /// Reserves a deferred call.
    ///
    /// # Panics
    ///
    /// If deferred calls are not initialized, and if 32 exist already.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        DeferredCall {
            index: storage::with(State::create),
        }
    }

    /// Says whom to call.
    pub fn register<DC: DeferredCallClient>(&self, client: &'static DC) {
        let handler = Handler {
            client: core::ptr::from_ref(client).cast(),
            call: call_client::<DC>,
        };
        storage::with(|state| state.handlers[self.index].set(Some(handler)));
    }

    /// Asks to be called; asking twice before the call makes one call.
    pub fn set(&self) {
        storage::with(|state| state.pending.set(state.pending.get() | 1 << self.index));
    }

    /// Whether the call is asked for and has not come yet.
    pub fn is_pending(&self) -> bool {
        storage::with(|state| state.pending.get() & (1 << self.index) != 0)
    }

    /// Makes the pending call of the lowest index; returns that index, or `None`
    /// if nothing is pending.
    pub fn service_next_pending() -> Option<usize> {
        let (index, handler) = storage::with(State::take_next_pending)?;
        if let Some(handler) = handler {
            // SAFETY: `register` stores a pointer made from a `&'static DC` along
            // with `call_client` of the same `DC`.
            unsafe { (handler.call)(handler.client) };
        }
        Some(index)
    }

    /// Whether any call is pending.
    pub fn has_tasks() -> bool {
        storage::with(|state| state.pending.get() != 0)
    }

    /// Checks that every deferred call was registered.
    ///
    /// # Panics
    ///
    /// If one was not: its capsule would wait for ever.
    pub fn verify_setup() {
        storage::with(State::verify_setup);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::boxed::Box;
    use std::rc::Rc;
    use std::vec::Vec;

    type Log = Rc<core::cell::RefCell<Vec<usize>>>;

    struct Client {
        call: DeferredCall,
        number: usize,
        log: Log,
        again: Cell<bool>,
    }

    impl DeferredCallClient for Client {
        fn handle_deferred_call(&self) {
            self.log.borrow_mut().push(self.number);
            if self.again.take() {
                self.call.set();
            }
        }

        fn register(&'static self) {
            self.call.register(self);
        }
    }

    fn client(number: usize, log: &Log) -> &'static Client {
        let client = Box::leak(Box::new(Client {
            call: DeferredCall::new(),
            number,
            log: log.clone(),
            again: Cell::new(false),
        }));
        client.register();
        client
    }

    #[test]
    fn the_lowest_index_is_served_first_and_once() {
        let log = Log::default();
        let (a, b, c) = (client(0, &log), client(1, &log), client(2, &log));
        DeferredCall::verify_setup();
        c.call.set();
        b.call.set();
        b.call.set();
        assert!(DeferredCall::has_tasks() && c.call.is_pending() && !a.call.is_pending());
        assert_eq!(DeferredCall::service_next_pending(), Some(1));
        assert_eq!(DeferredCall::service_next_pending(), Some(2));
        assert_eq!(DeferredCall::service_next_pending(), None);
        assert!(!DeferredCall::has_tasks());
        assert_eq!(*log.borrow(), [1, 2]);
    }

    #[test]
    fn a_handler_may_ask_for_another_call() {
        let log = Log::default();
        let only = client(7, &log);
        only.again.set(true);
        only.call.set();
        DeferredCall::service_next_pending();
        assert!(only.call.is_pending());
        DeferredCall::service_next_pending();
        assert!(!only.call.is_pending());
        assert_eq!(*log.borrow(), [7, 7]);
    }

    #[test]
    #[should_panic(expected = "forgot register")]
    fn a_call_that_nobody_registered_is_found_at_start() {
        DeferredCall::new();
        DeferredCall::verify_setup();
    }

    #[test]
    fn all_32_calls_work() {
        let log = Log::default();
        let clients: Vec<_> = (0..32).map(|number| client(number, &log)).collect();
        clients.iter().rev().for_each(|c| c.call.set());
        while DeferredCall::service_next_pending().is_some() {}
        assert!(log.borrow().iter().copied().eq(0..32));
    }

    #[test]
    #[should_panic(expected = "more than 32")]
    fn a_33rd_call_panics() {
        for _ in 0..33 {
            DeferredCall::new();
        }
    }
}
