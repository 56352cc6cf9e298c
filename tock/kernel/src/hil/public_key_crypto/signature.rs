// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Signatures over hashes of `HL` bytes, `SL` bytes long.

use crate::errorcode::ErrorCode;

/// Hash and signature, handed back with the reason.
type Refused<const HL: usize, const SL: usize> =
    (ErrorCode, &'static mut [u8; HL], &'static mut [u8; SL]);

/// Hears how a verification ended.
pub trait ClientVerify<const HL: usize, const SL: usize> {
    /// `Ok(true)` for a valid signature, `Ok(false)` for an invalid one.
    fn verification_done(
        &self,
        result: Result<bool, ErrorCode>,
        hash: &'static mut [u8; HL],
        signature: &'static mut [u8; SL],
    );
}

/// Verifies signatures.
pub trait SignatureVerify<'a, const HL: usize, const SL: usize> {
    /// Sets who hears of the end.
    fn set_verify_client(&self, client: &'a dyn ClientVerify<HL, SL>);

    /// Starts to verify that `signature` is one of `hash`.
    ///
    /// # Errors
    ///
    /// Hands both buffers back with the reason; no callback comes then.
    fn verify(
        &self,
        hash: &'static mut [u8; HL],
        signature: &'static mut [u8; SL],
    ) -> Result<(), Refused<HL, SL>>;
}

/// Hears how signing ended.
pub trait ClientSign<const HL: usize, const SL: usize> {
    /// On `Ok`, `signature` holds the signature.
    fn signing_done(
        &self,
        result: Result<(), ErrorCode>,
        hash: &'static mut [u8; HL],
        signature: &'static mut [u8; SL],
    );
}

/// Makes signatures.
pub trait SignatureSign<'a, const HL: usize, const SL: usize> {
    /// Sets who hears of the end.
    fn set_sign_client(&self, client: &'a dyn ClientSign<HL, SL>);

    /// Starts to sign `hash` into `signature`.
    ///
    /// # Errors
    ///
    /// Hands both buffers back with the reason; no callback comes then.
    fn sign(
        &self,
        hash: &'static mut [u8; HL],
        signature: &'static mut [u8; SL],
    ) -> Result<(), Refused<HL, SL>>;
}
