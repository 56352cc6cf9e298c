// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! SHA-256 in software, behind the interface for digests.
//!
//! ```text
//!        whoever needs a digest
//!   --------- hil::digest ---------
//!           Sha256Software            (this file)
//!   -------------------------------
//!         engine: FIPS 180-4
//! ```
//!
//! Data is hashed in slices of [`SLICE`] bytes, each from a deferred call of its
//! own, so that hashing a large binary holds nothing else up: interrupts and the
//! other deferred calls are served in between.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let sha = static_init!(Sha256Software<'static>, Sha256Software::new());
//! sha.register();
//! ```

mod engine;

use core::cell::Cell;

use engine::Engine;
use kernel::ErrorCode;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::hil::digest::{
    Client, ClientData, ClientDataHash, ClientDataVerify, ClientHash, ClientVerify, Digest,
    DigestData, DigestDataHash, DigestDataVerify, DigestHash, DigestVerify, Sha256,
};
use kernel::utilities::cells::{MapCell, OptionalCell};
use kernel::utilities::leasable_buffer::{SubSlice, SubSliceMut};

/// What is hashed in one go, in bytes; about 100 instructions each on RV32IMAC.
const SLICE: usize = 1024;

type Buffer = &'static mut [u8; 32];

/// What is under way. Each variant owns the client's buffer and ends with the
/// callback that hands it back.
enum Work {
    Add(SubSlice<'static, u8>),
    AddMut(SubSliceMut<'static, u8>),
    Hash(Buffer),
    Verify(Buffer),
}

/// A hasher that computes.
pub struct Sha256Software<'a> {
    data_client: OptionalCell<&'a dyn ClientData<32>>,
    hash_client: OptionalCell<&'a dyn ClientHash<32>>,
    verify_client: OptionalCell<&'a dyn ClientVerify<32>>,
    engine: MapCell<Engine>,
    work: Cell<Option<Work>>,
    deferred_call: DeferredCall,
}

impl Sha256Software<'_> {
    /// Makes a hasher; it must be registered for its deferred call.
    pub fn new() -> Self {
        Sha256Software {
            data_client: OptionalCell::empty(),
            hash_client: OptionalCell::empty(),
            verify_client: OptionalCell::empty(),
            engine: MapCell::new(Engine::new()),
            work: Cell::new(None),
            deferred_call: DeferredCall::new(),
        }
    }

    /// Takes the work in, or gives it back if there is some already.
    fn begin(&self, work: Work) -> Result<(), Work> {
        if let Some(earlier) = self.work.take() {
            self.work.set(Some(earlier));
            return Err(work);
        }
        self.work.set(Some(work));
        self.deferred_call.set();
        Ok(())
    }

    /// Hashes the first of `data` and says how much that was.
    fn absorb(&self, data: &[u8]) -> usize {
        let part = data.get(..SLICE).unwrap_or(data);
        self.engine.map(|engine| engine.update(part));
        part.len()
    }

    /// The digest of all data since the last one.
    fn finish(&self) -> [u8; 32] {
        self.engine
            .replace(Engine::new())
            .map_or([0; 32], Engine::finish)
    }
}

impl Default for Sha256Software<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl DeferredCallClient for Sha256Software<'static> {
    fn handle_deferred_call(&self) {
        match self.work.take() {
            None => {}
            Some(Work::Add(mut data)) => {
                let done = self.absorb(data.as_slice());
                data.slice(done..);
                if data.is_empty() {
                    self.data_client
                        .map(|client| client.add_data_done(Ok(()), data));
                } else {
                    self.work.set(Some(Work::Add(data)));
                    self.deferred_call.set();
                }
            }
            Some(Work::AddMut(mut data)) => {
                let done = self.absorb(data.as_slice());
                data.slice(done..);
                if data.is_empty() {
                    self.data_client
                        .map(|client| client.add_mut_data_done(Ok(()), data));
                } else {
                    self.work.set(Some(Work::AddMut(data)));
                    self.deferred_call.set();
                }
            }
            Some(Work::Hash(digest)) => {
                *digest = self.finish();
                self.hash_client
                    .map(|client| client.hash_done(Ok(()), digest));
            }
            Some(Work::Verify(compare)) => {
                let equal = *compare == self.finish();
                self.verify_client
                    .map(|client| client.verification_done(Ok(equal), compare));
            }
        }
    }

    fn register(&'static self) {
        self.deferred_call.register(self);
    }
}

impl<'a> DigestData<'a, 32> for Sha256Software<'a> {
    fn set_data_client(&'a self, client: &'a dyn ClientData<32>) {
        self.data_client.set(client);
    }

    fn add_data(
        &self,
        data: SubSlice<'static, u8>,
    ) -> Result<(), (ErrorCode, SubSlice<'static, u8>)> {
        self.begin(Work::Add(data))
            .map_err(|_| (ErrorCode::BUSY, data))
    }

    fn add_mut_data(
        &self,
        data: SubSliceMut<'static, u8>,
    ) -> Result<(), (ErrorCode, SubSliceMut<'static, u8>)> {
        match self.begin(Work::AddMut(data)) {
            Err(Work::AddMut(data)) => Err((ErrorCode::BUSY, data)),
            _ => Ok(()),
        }
    }

    /// Data that is being added goes on to be added, to what is then empty.
    fn clear_data(&self) {
        self.engine.put(Engine::new());
    }
}

impl<'a> DigestHash<'a, 32> for Sha256Software<'a> {
    fn set_hash_client(&'a self, client: &'a dyn ClientHash<32>) {
        self.hash_client.set(client);
    }

    fn run(&'a self, digest: Buffer) -> Result<(), (ErrorCode, Buffer)> {
        match self.begin(Work::Hash(digest)) {
            Err(Work::Hash(digest)) => Err((ErrorCode::BUSY, digest)),
            _ => Ok(()),
        }
    }
}

impl<'a> DigestVerify<'a, 32> for Sha256Software<'a> {
    fn set_verify_client(&'a self, client: &'a dyn ClientVerify<32>) {
        self.verify_client.set(client);
    }

    fn verify(&'a self, compare: Buffer) -> Result<(), (ErrorCode, Buffer)> {
        match self.begin(Work::Verify(compare)) {
            Err(Work::Verify(compare)) => Err((ErrorCode::BUSY, compare)),
            _ => Ok(()),
        }
    }
}

impl<'a> Digest<'a, 32> for Sha256Software<'a> {
    fn set_client(&'a self, client: &'a dyn Client<32>) {
        self.data_client.set(client);
        self.hash_client.set(client);
        self.verify_client.set(client);
    }
}

impl<'a> DigestDataHash<'a, 32> for Sha256Software<'a> {
    fn set_client(&'a self, client: &'a dyn ClientDataHash<32>) {
        self.data_client.set(client);
        self.hash_client.set(client);
    }
}

impl<'a> DigestDataVerify<'a, 32> for Sha256Software<'a> {
    fn set_client(&'a self, client: &'a dyn ClientDataVerify<32>) {
        self.data_client.set(client);
        self.verify_client.set(client);
    }
}

impl Sha256 for Sha256Software<'_> {
    /// There is no other mode.
    fn set_mode_sha256(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
}
