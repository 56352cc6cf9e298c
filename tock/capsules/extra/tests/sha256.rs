// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The software hasher at its interface.

use std::cell::{Cell, RefCell};

use capsules_extra::sha256::Sha256Software;
use kernel::ErrorCode;
use kernel::deferred_call::{DeferredCall, DeferredCallClient, initialize_deferred_call_state};
use kernel::hil::digest::{
    ClientData, ClientHash, ClientVerify, Digest, DigestData, DigestHash, DigestVerify,
};
use kernel::platform::chip::ThreadIdProvider;
use kernel::utilities::leasable_buffer::{SubSlice, SubSliceMut};

struct Thread;

// SAFETY: every thread of a test has a kernel of its own, and no interrupts.
unsafe impl ThreadIdProvider for Thread {
    fn running_thread_id() -> usize {
        0
    }
}

/// SHA-256 of "abc" (FIPS 180-2, appendix B.1).
const ABC: [u8; 32] = [
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
];

#[derive(Default)]
struct Client {
    added: Cell<usize>,
    digests: RefCell<Vec<[u8; 32]>>,
    comparisons: RefCell<Vec<bool>>,
}

impl ClientData<32> for Client {
    fn add_data_done(&self, result: Result<(), ErrorCode>, data: SubSlice<'static, u8>) {
        assert_eq!((result, data.len()), (Ok(()), 0));
        self.added.set(self.added.get() + 1);
    }

    fn add_mut_data_done(&self, result: Result<(), ErrorCode>, data: SubSliceMut<'static, u8>) {
        assert_eq!((result, data.len()), (Ok(()), 0));
        self.added.set(self.added.get() + 1);
    }
}

impl ClientHash<32> for Client {
    fn hash_done(&self, result: Result<(), ErrorCode>, digest: &'static mut [u8; 32]) {
        assert_eq!(result, Ok(()));
        self.digests.borrow_mut().push(*digest);
    }
}

impl ClientVerify<32> for Client {
    fn verification_done(&self, result: Result<bool, ErrorCode>, _: &'static mut [u8; 32]) {
        self.comparisons.borrow_mut().extend(result);
    }
}

fn setup() -> (&'static Sha256Software<'static>, &'static Client) {
    initialize_deferred_call_state::<Thread>();
    let sha: &'static Sha256Software<'static> = Box::leak(Box::new(Sha256Software::new()));
    let client: &'static Client = Box::leak(Box::new(Client::default()));
    sha.register();
    sha.set_client(client);
    (sha, client)
}

fn run() -> usize {
    std::iter::from_fn(DeferredCall::service_next_pending).count()
}

fn buffer(bytes: [u8; 32]) -> &'static mut [u8; 32] {
    Box::leak(Box::new(bytes))
}

#[test]
fn data_of_both_kinds_is_hashed_and_the_next_hash_starts_anew() {
    let (sha, client) = setup();
    for _ in 0..2 {
        assert!(sha.add_data(SubSlice::new(b"a")).is_ok());
        run();
        assert!(
            sha.add_mut_data(SubSliceMut::new(b"bc".to_vec().leak()))
                .is_ok()
        );
        run();
        assert!(sha.run(buffer([0; 32])).is_ok());
        run();
    }
    assert_eq!(client.added.get(), 4);
    assert_eq!(*client.digests.borrow(), [ABC, ABC]);
}

#[test]
fn no_callback_comes_before_the_call_returns() {
    let (sha, client) = setup();
    assert!(sha.add_data(SubSlice::new(b"abc")).is_ok());
    assert_eq!(client.added.get(), 0);
    run();
    assert_eq!(client.added.get(), 1);
}

#[test]
fn digest_is_compared() {
    let (sha, client) = setup();
    for compare in [ABC, [0; 32]] {
        assert!(sha.add_data(SubSlice::new(b"abc")).is_ok());
        run();
        assert!(sha.verify(buffer(compare)).is_ok());
        run();
    }
    assert_eq!(*client.comparisons.borrow(), [true, false]);
}

#[test]
fn work_is_refused_while_there_is_some_and_buffers_come_back() {
    let (sha, client) = setup();
    assert!(sha.add_data(SubSlice::new(b"abc")).is_ok());
    let (error, data) = sha.add_data(SubSlice::new(b"other")).unwrap_err();
    assert_eq!((error, data.as_slice()), (ErrorCode::BUSY, &b"other"[..]));
    let (error, data) = sha
        .add_mut_data(SubSliceMut::new(b"more".to_vec().leak()))
        .unwrap_err();
    assert_eq!((error, data.as_slice()), (ErrorCode::BUSY, &b"more"[..]));
    assert!(matches!(
        sha.run(buffer([7; 32])),
        Err((ErrorCode::BUSY, [7, ..]))
    ));
    assert!(matches!(
        sha.verify(buffer([8; 32])),
        Err((ErrorCode::BUSY, [8, ..]))
    ));
    run();
    assert!(sha.run(buffer([0; 32])).is_ok());
    run();
    assert_eq!(*client.digests.borrow(), [ABC]);
}

#[test]
fn cleared_data_is_forgotten() {
    let (sha, client) = setup();
    assert!(sha.add_data(SubSlice::new(b"forget")).is_ok());
    run();
    sha.clear_data();
    assert!(sha.add_data(SubSlice::new(b"abc")).is_ok());
    run();
    assert!(sha.run(buffer([0; 32])).is_ok());
    run();
    assert_eq!(*client.digests.borrow(), [ABC]);
}

#[test]
fn much_data_takes_many_calls() {
    let (sha, client) = setup();
    assert!(sha.add_data(SubSlice::new(vec![0; 10_000].leak())).is_ok());
    let calls = run();
    assert!(calls >= 9, "only {calls} calls");
    assert_eq!(client.added.get(), 1);
}
