// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Credentials policy: a binary must carry a signature that is right.
//!
//! The integrity region is hashed, and the hash and the signature from the
//! footer go to the verifier. A credential of another type is passed over.
//!
//! Usage
//! -----
//!
//! ```rust,ignore
//! let policy = static_init!(
//!     AppCheckerSignature<'static, Verifier, Sha256, 32, 64>,
//!     AppCheckerSignature::new(
//!         sha,
//!         verifier,
//!         hash_buffer,
//!         signature_buffer,
//!         TbfFooterV2CredentialsType::EcdsaNistP256,
//!     )
//! );
//! sha.set_client(policy);
//! verifier.set_verify_client(policy);
//! ```

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::hil::digest::{ClientData, ClientHash, DigestDataHash};
use kernel::hil::public_key_crypto::signature::{ClientVerify, SignatureVerify};
use kernel::process_checker::{AppCredentialsPolicy, AppCredentialsPolicyClient, CheckResult};
use kernel::utilities::cells::{OptionalCell, TakeCell};
use kernel::utilities::leasable_buffer::{SubSlice, SubSliceMut};
use tock_tbf::types::{TbfFooterV2Credentials, TbfFooterV2CredentialsType};

/// Requires a signature of `SIGNATURE_LEN` bytes over a hash of `HASH_LEN`.
pub struct AppCheckerSignature<
    'a,
    S: SignatureVerify<'static, HASH_LEN, SIGNATURE_LEN>,
    H: DigestDataHash<'a, HASH_LEN>,
    const HASH_LEN: usize,
    const SIGNATURE_LEN: usize,
> {
    hasher: &'a H,
    verifier: &'a S,
    /// Room for the hash, unless hasher or verifier have it.
    hash: TakeCell<'static, [u8; HASH_LEN]>,
    /// Room for the signature, unless the verifier has it.
    signature: TakeCell<'static, [u8; SIGNATURE_LEN]>,
    credential_type: TbfFooterV2CredentialsType,
    client: OptionalCell<&'static dyn AppCredentialsPolicyClient<'static>>,
    /// What is being checked.
    binary: OptionalCell<&'static [u8]>,
    credentials: Cell<Option<TbfFooterV2Credentials>>,
}

impl<
    'a,
    S: SignatureVerify<'static, HASH_LEN, SIGNATURE_LEN>,
    H: DigestDataHash<'a, HASH_LEN>,
    const HASH_LEN: usize,
    const SIGNATURE_LEN: usize,
> AppCheckerSignature<'a, S, H, HASH_LEN, SIGNATURE_LEN>
{
    /// Makes a policy for credentials of `credential_type`. It must be made
    /// the client of `hasher`, set to its mode, and of `verifier`.
    pub fn new(
        hasher: &'a H,
        verifier: &'a S,
        hash_buffer: &'static mut [u8; HASH_LEN],
        signature_buffer: &'static mut [u8; SIGNATURE_LEN],
        credential_type: TbfFooterV2CredentialsType,
    ) -> Self {
        Self {
            hasher,
            verifier,
            hash: TakeCell::new(hash_buffer),
            signature: TakeCell::new(signature_buffer),
            credential_type,
            client: OptionalCell::empty(),
            binary: OptionalCell::empty(),
            credentials: Cell::new(None),
        }
    }

    fn finish(&self, result: Result<CheckResult, ErrorCode>) {
        self.hasher.clear_data();
        if let (Some(binary), Some(credentials)) = (self.binary.take(), self.credentials.take()) {
            self.client
                .map(|client| client.check_done(result, credentials, binary));
        }
    }
}

impl<
    'a,
    S: SignatureVerify<'static, HASH_LEN, SIGNATURE_LEN>,
    H: DigestDataHash<'a, HASH_LEN>,
    const HASH_LEN: usize,
    const SIGNATURE_LEN: usize,
> AppCredentialsPolicy<'static> for AppCheckerSignature<'a, S, H, HASH_LEN, SIGNATURE_LEN>
{
    fn require_credentials(&self) -> bool {
        true
    }

    fn check_credentials(
        &self,
        credentials: TbfFooterV2Credentials,
        integrity_region: &'static [u8],
    ) -> Result<(), (ErrorCode, TbfFooterV2Credentials, &'static [u8])> {
        if self.binary.is_some() {
            return Err((ErrorCode::BUSY, credentials, integrity_region));
        }
        if credentials.format() != self.credential_type {
            return Err((ErrorCode::NOSUPPORT, credentials, integrity_region));
        }
        let copied = self.signature.map(|signature| {
            match credentials.data().first_chunk::<SIGNATURE_LEN>() {
                Some(data) => {
                    *signature = *data;
                    Ok(())
                }
                None => Err(ErrorCode::SIZE),
            }
        });
        if let Err(error) = copied.unwrap_or(Err(ErrorCode::BUSY)) {
            return Err((error, credentials, integrity_region));
        }
        self.hasher.clear_data();
        match self.hasher.add_data(SubSlice::new(integrity_region)) {
            Ok(()) => {
                self.binary.set(integrity_region);
                self.credentials.set(Some(credentials));
                Ok(())
            }
            Err((error, _)) => Err((error, credentials, integrity_region)),
        }
    }

    fn set_client(&self, client: &'static dyn AppCredentialsPolicyClient<'static>) {
        self.client.set(client);
    }
}

impl<
    'a,
    S: SignatureVerify<'static, HASH_LEN, SIGNATURE_LEN>,
    H: DigestDataHash<'a, HASH_LEN>,
    const HASH_LEN: usize,
    const SIGNATURE_LEN: usize,
> ClientData<HASH_LEN> for AppCheckerSignature<'a, S, H, HASH_LEN, SIGNATURE_LEN>
{
    fn add_data_done(&self, result: Result<(), ErrorCode>, data: SubSlice<'static, u8>) {
        if let Err(error) = result {
            self.finish(Err(error));
            return;
        }
        if !data.is_empty() {
            // The hasher took a part; what is left follows.
            if let Err((error, _)) = self.hasher.add_data(data) {
                self.finish(Err(error));
            }
            return;
        }
        match self.hash.take() {
            Some(hash) => {
                if let Err((error, hash)) = self.hasher.run(hash) {
                    self.hash.replace(hash);
                    self.finish(Err(error));
                }
            }
            None => self.finish(Err(ErrorCode::FAIL)),
        }
    }

    fn add_mut_data_done(&self, _result: Result<(), ErrorCode>, _data: SubSliceMut<'static, u8>) {
        // Binaries are not mutable: none is ever added that way.
    }
}

impl<
    'a,
    S: SignatureVerify<'static, HASH_LEN, SIGNATURE_LEN>,
    H: DigestDataHash<'a, HASH_LEN>,
    const HASH_LEN: usize,
    const SIGNATURE_LEN: usize,
> ClientHash<HASH_LEN> for AppCheckerSignature<'a, S, H, HASH_LEN, SIGNATURE_LEN>
{
    fn hash_done(&self, result: Result<(), ErrorCode>, digest: &'static mut [u8; HASH_LEN]) {
        if let Err(error) = result {
            self.hash.replace(digest);
            self.finish(Err(error));
            return;
        }
        match self.signature.take() {
            Some(signature) => {
                if let Err((error, hash, signature)) = self.verifier.verify(digest, signature) {
                    self.hash.replace(hash);
                    self.signature.replace(signature);
                    self.finish(Err(error));
                }
            }
            None => {
                self.hash.replace(digest);
                self.finish(Err(ErrorCode::FAIL));
            }
        }
    }
}

impl<
    'a,
    S: SignatureVerify<'static, HASH_LEN, SIGNATURE_LEN>,
    H: DigestDataHash<'a, HASH_LEN>,
    const HASH_LEN: usize,
    const SIGNATURE_LEN: usize,
> ClientVerify<HASH_LEN, SIGNATURE_LEN> for AppCheckerSignature<'a, S, H, HASH_LEN, SIGNATURE_LEN>
{
    fn verification_done(
        &self,
        result: Result<bool, ErrorCode>,
        hash: &'static mut [u8; HASH_LEN],
        signature: &'static mut [u8; SIGNATURE_LEN],
    ) {
        self.hash.replace(hash);
        self.signature.replace(signature);
        self.finish(result.map(|right| {
            if right {
                CheckResult::Accept(None)
            } else {
                // Another key may have signed another footer.
                CheckResult::Pass
            }
        }));
    }
}
