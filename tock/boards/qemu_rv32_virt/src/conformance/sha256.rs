// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! SHA-256 in software (FIPS 180-4), to check the footers of binaries.

use core::cell::Cell;
use kernel::ErrorCode;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::hil::digest::{
    ClientData, ClientDataVerify, ClientVerify, DigestData, DigestDataVerify, DigestVerify, Sha256,
};
use kernel::utilities::cells::OptionalCell;
use kernel::utilities::leasable_buffer::{SubSlice, SubSliceMut};

const BLOCK_LEN: usize = 64;
const DIGEST_LEN: usize = 32;

/// First 32 bits of the fractional parts of the square roots of the first 8
/// primes.
const INITIAL: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/// The same of the cube roots of the first 64 primes.
const ROUND: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

fn compress(state: &mut [u32; 8], block: &[u8; BLOCK_LEN]) {
    let mut w = [0u32; 64];
    for (word, bytes) in w.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    for i in 16..64 {
        let (a, b) = (w[i - 15], w[i - 2]);
        let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
        let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
        w[i] = w[i - 16]
            .wrapping_add(s0)
            .wrapping_add(w[i - 7])
            .wrapping_add(s1);
    }
    let mut v = *state;
    for (k, w) in ROUND.iter().zip(w) {
        let [a, b, c, d, e, f, g, h] = v;
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let t1 = h
            .wrapping_add(s1)
            .wrapping_add((e & f) ^ (!e & g))
            .wrapping_add(*k)
            .wrapping_add(w);
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let t2 = s0.wrapping_add((a & b) ^ (a & c) ^ (b & c));
        v = [t1.wrapping_add(t2), a, b, c, d.wrapping_add(t1), e, f, g];
    }
    for (s, v) in state.iter_mut().zip(v) {
        *s = s.wrapping_add(v);
    }
}

/// The digest of `data`.
fn digest(data: &[u8]) -> [u8; DIGEST_LEN] {
    let mut state = INITIAL;
    let (blocks, rest) = data.as_chunks::<BLOCK_LEN>();
    for block in blocks {
        compress(&mut state, block);
    }
    // A one, zeros, and the length in bits, in one block or two.
    let mut tail = [0; 2 * BLOCK_LEN];
    tail[..rest.len()].copy_from_slice(rest);
    tail[rest.len()] = 0x80;
    let end = if rest.len() + 9 <= BLOCK_LEN {
        BLOCK_LEN
    } else {
        2 * BLOCK_LEN
    };
    tail[end - 8..end].copy_from_slice(&(8 * data.len() as u64).to_be_bytes());
    for block in tail[..end].as_chunks::<BLOCK_LEN>().0 {
        compress(&mut state, block);
    }
    let mut out = [0; DIGEST_LEN];
    for (bytes, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    out
}

/// A hasher of one piece of data at a time.
pub(crate) struct Sha256Software {
    data: Cell<Option<&'static [u8]>>,
    /// Data that was added and is not told of yet.
    added: Cell<Option<SubSlice<'static, u8>>>,
    compare: Cell<Option<&'static mut [u8; DIGEST_LEN]>>,
    data_client: OptionalCell<&'static dyn ClientData<DIGEST_LEN>>,
    verify_client: OptionalCell<&'static dyn ClientVerify<DIGEST_LEN>>,
    deferred_call: DeferredCall,
}

impl Sha256Software {
    pub(crate) fn new() -> Self {
        Sha256Software {
            data: Cell::new(None),
            added: Cell::new(None),
            compare: Cell::new(None),
            data_client: OptionalCell::empty(),
            verify_client: OptionalCell::empty(),
            deferred_call: DeferredCall::new(),
        }
    }
}

impl DeferredCallClient for Sha256Software {
    fn handle_deferred_call(&self) {
        if let Some(mut data) = self.added.take() {
            data.slice(data.len()..);
            self.data_client
                .map(|client| client.add_data_done(Ok(()), data));
        }
        if let Some(compare) = self.compare.take() {
            let equal = self.data.get().is_some_and(|data| digest(data) == *compare);
            self.verify_client
                .map(|client| client.verification_done(Ok(equal), compare));
        }
    }

    fn register(&'static self) {
        self.deferred_call.register(self);
    }
}

impl DigestData<'static, DIGEST_LEN> for Sha256Software {
    fn set_data_client(&'static self, client: &'static dyn ClientData<DIGEST_LEN>) {
        self.data_client.set(client);
    }

    fn add_data(
        &self,
        data: SubSlice<'static, u8>,
    ) -> Result<(), (ErrorCode, SubSlice<'static, u8>)> {
        // The whole slice is the binary: it is always added in one piece.
        if self.data.get().is_some() || data.is_sliced() {
            return Err((ErrorCode::BUSY, data));
        }
        let mut whole = data;
        whole.reset();
        self.data.set(Some(whole.take()));
        self.added.set(Some(data));
        self.deferred_call.set();
        Ok(())
    }

    fn add_mut_data(
        &self,
        data: SubSliceMut<'static, u8>,
    ) -> Result<(), (ErrorCode, SubSliceMut<'static, u8>)> {
        Err((ErrorCode::NOSUPPORT, data))
    }

    fn clear_data(&self) {
        self.data.set(None);
        self.added.set(None);
    }
}

impl DigestVerify<'static, DIGEST_LEN> for Sha256Software {
    fn set_verify_client(&'static self, client: &'static dyn ClientVerify<DIGEST_LEN>) {
        self.verify_client.set(client);
    }

    fn verify(
        &'static self,
        compare: &'static mut [u8; DIGEST_LEN],
    ) -> Result<(), (ErrorCode, &'static mut [u8; DIGEST_LEN])> {
        self.compare.set(Some(compare));
        self.deferred_call.set();
        Ok(())
    }
}

impl DigestDataVerify<'static, DIGEST_LEN> for Sha256Software {
    fn set_client(&'static self, client: &'static dyn ClientDataVerify<DIGEST_LEN>) {
        self.data_client.set(client);
        self.verify_client.set(client);
    }
}

impl Sha256 for Sha256Software {
    fn set_mode_sha256(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
}
