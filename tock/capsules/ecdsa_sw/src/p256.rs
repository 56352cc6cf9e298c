// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Verifies ECDSA signatures over the curve NIST P-256.
//!
//! ```text
//!     AppCheckerSignature, or whoever has a hash and a signature
//!   ------- hil::public_key_crypto::signature::SignatureVerify -------
//!            EcdsaP256SignatureVerifier       (this file)
//!   ------------------------------------------------------------------
//!                       crate p256
//! ```
//!
//! The key is the point's two coordinates, the signature its `r` and `s`, each
//! number 32 bytes, big-endian: what `elf2tab --ecdsa-nist-p256-private` puts into
//! a footer.
//!
//! A verification runs from one deferred call and holds the kernel up until its
//! end: 14.4 million instructions on RV32IMAC, optimized for size (9.1 million if
//! optimized for speed), thus 0.14 s at 100 million per second, and about 8 KiB of
//! the kernel's stack. Apps are checked before the first process runs, so that
//! this lengthens the boot by as much per signature and stops nothing else. Who
//! verifies while processes run must be able to afford it.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let verifier = static_init!(
//!     EcdsaP256SignatureVerifier<'static>,
//!     EcdsaP256SignatureVerifier::new(&PUBLIC_KEY)
//! );
//! verifier.register();
//! ```

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::hil::public_key_crypto::signature::{ClientVerify, SignatureVerify};
use kernel::utilities::cells::OptionalCell;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};

/// Bytes of a hash by SHA-256.
const HASH: usize = 32;

/// Bytes of a signature, and of a key.
const PAIR: usize = 64;

/// The first byte of a point with both coordinates (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 4;

type Hash = &'static mut [u8; HASH];
type Pair = &'static mut [u8; PAIR];

/// Verifies signatures of one key.
pub struct EcdsaP256SignatureVerifier<'a> {
    key: &'a [u8; PAIR],
    client: OptionalCell<&'a dyn ClientVerify<HASH, PAIR>>,
    /// What is to be verified; handed back with the answer.
    work: Cell<Option<(Hash, Pair)>>,
    deferred_call: DeferredCall,
}

impl<'a> EcdsaP256SignatureVerifier<'a> {
    /// Makes a verifier for the key of these coordinates, x then y. It must be
    /// registered for its deferred call.
    ///
    /// Whether they are a point of the curve shows with the first verification.
    pub fn new(key: &'a [u8; PAIR]) -> Self {
        EcdsaP256SignatureVerifier {
            key,
            client: OptionalCell::empty(),
            work: Cell::new(None),
            deferred_call: DeferredCall::new(),
        }
    }

    fn check(&self, hash: &[u8; HASH], signature: &[u8; PAIR]) -> Result<bool, ErrorCode> {
        let mut point = [UNCOMPRESSED; 1 + PAIR];
        point[1..].copy_from_slice(self.key);
        let key = VerifyingKey::from_sec1_bytes(&point).map_err(|_| ErrorCode::INVAL)?;
        // Numbers out of range are a wrong signature, not a failure to check one.
        Ok(Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify_prehash(hash, &signature).is_ok()))
    }
}

impl<'a> SignatureVerify<'a, HASH, PAIR> for EcdsaP256SignatureVerifier<'a> {
    fn set_verify_client(&self, client: &'a dyn ClientVerify<HASH, PAIR>) {
        self.client.set(client);
    }

    /// Starts to verify. The answer is an error `INVAL` if the key is none.
    ///
    /// # Errors
    ///
    /// `BUSY` if a verification is under way.
    fn verify(&self, hash: Hash, signature: Pair) -> Result<(), (ErrorCode, Hash, Pair)> {
        if let Some(earlier) = self.work.take() {
            self.work.set(Some(earlier));
            return Err((ErrorCode::BUSY, hash, signature));
        }
        self.work.set(Some((hash, signature)));
        self.deferred_call.set();
        Ok(())
    }
}

impl DeferredCallClient for EcdsaP256SignatureVerifier<'static> {
    fn handle_deferred_call(&self) {
        if let Some((hash, signature)) = self.work.take() {
            let result = self.check(hash, signature);
            self.client
                .map(|client| client.verification_done(result, hash, signature));
        }
    }

    fn register(&'static self) {
        self.deferred_call.register(self);
    }
}
