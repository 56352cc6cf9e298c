// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The credential policies over a hasher and a verifier that the test plays.

use std::cell::{Cell, RefCell};

use capsules_system::process_checker::basic::{AppCheckerNull, AppCheckerSha256};
use capsules_system::process_checker::signature::AppCheckerSignature;
use kernel::ErrorCode;
use kernel::hil::digest::{
    ClientData, ClientDataHash, ClientDataVerify, ClientHash, ClientVerify, DigestData,
    DigestDataHash, DigestDataVerify, DigestHash, DigestVerify, Sha256,
};
use kernel::hil::public_key_crypto::signature::{self, SignatureVerify};
use kernel::process_checker::{AppCredentialsPolicy, AppCredentialsPolicyClient, CheckResult};
use kernel::utilities::leasable_buffer::{SubSlice, SubSliceMut};
use tock_tbf::parse::parse_tbf_footer;
use tock_tbf::types::{TbfFooterV2Credentials, TbfFooterV2CredentialsType};

enum Work {
    Add(SubSlice<'static, u8>),
    Hash(&'static mut [u8; 32]),
    Compare(&'static mut [u8; 32]),
}

/// Adds up bytes, a few at a time; the sum is the first byte of the hash.
#[derive(Default)]
struct Adder {
    data_client: Cell<Option<&'static dyn ClientData<32>>>,
    hash_client: Cell<Option<&'static dyn ClientHash<32>>>,
    verify_client: Cell<Option<&'static dyn ClientVerify<32>>>,
    work: Cell<Option<Work>>,
    sum: Cell<u8>,
}

impl Adder {
    fn run_all(&self) {
        while let Some(work) = self.work.take() {
            match work {
                Work::Add(mut data) => {
                    let count = data.len().min(3);
                    let part = data.as_slice()[..count].iter();
                    self.sum
                        .set(part.fold(self.sum.get(), |sum, byte| sum.wrapping_add(*byte)));
                    data.slice(count..);
                    self.data_client.get().unwrap().add_data_done(Ok(()), data);
                }
                Work::Hash(digest) => {
                    digest[0] = self.sum.get();
                    self.hash_client.get().unwrap().hash_done(Ok(()), digest);
                }
                Work::Compare(digest) => {
                    let right = digest[0] == self.sum.get();
                    let client = self.verify_client.get().unwrap();
                    client.verification_done(Ok(right), digest);
                }
            }
        }
    }
}

impl DigestData<'static, 32> for Adder {
    fn set_data_client(&'static self, client: &'static dyn ClientData<32>) {
        self.data_client.set(Some(client));
    }

    fn add_data(
        &self,
        data: SubSlice<'static, u8>,
    ) -> Result<(), (ErrorCode, SubSlice<'static, u8>)> {
        self.work.set(Some(Work::Add(data)));
        Ok(())
    }

    fn add_mut_data(
        &self,
        data: SubSliceMut<'static, u8>,
    ) -> Result<(), (ErrorCode, SubSliceMut<'static, u8>)> {
        Err((ErrorCode::NOSUPPORT, data))
    }

    fn clear_data(&self) {
        self.sum.set(0);
    }
}

impl DigestHash<'static, 32> for Adder {
    fn set_hash_client(&'static self, client: &'static dyn ClientHash<32>) {
        self.hash_client.set(Some(client));
    }

    fn run(
        &'static self,
        digest: &'static mut [u8; 32],
    ) -> Result<(), (ErrorCode, &'static mut [u8; 32])> {
        self.work.set(Some(Work::Hash(digest)));
        Ok(())
    }
}

impl DigestVerify<'static, 32> for Adder {
    fn set_verify_client(&'static self, client: &'static dyn ClientVerify<32>) {
        self.verify_client.set(Some(client));
    }

    fn verify(
        &'static self,
        compare: &'static mut [u8; 32],
    ) -> Result<(), (ErrorCode, &'static mut [u8; 32])> {
        self.work.set(Some(Work::Compare(compare)));
        Ok(())
    }
}

impl DigestDataHash<'static, 32> for Adder {
    fn set_client(&'static self, _client: &'static dyn ClientDataHash<32>) {}
}

impl DigestDataVerify<'static, 32> for Adder {
    fn set_client(&'static self, _client: &'static dyn ClientDataVerify<32>) {}
}

impl Sha256 for Adder {
    fn set_mode_sha256(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
}

/// Holds a signature right whose first byte is that of the hash.
#[derive(Default)]
struct Verifier {
    client: Cell<Option<&'static dyn signature::ClientVerify<32, 64>>>,
    work: Cell<Option<(&'static mut [u8; 32], &'static mut [u8; 64])>>,
}

impl Verifier {
    fn run(&self) {
        let (hash, signature) = self.work.take().expect("nothing to verify");
        let right = hash[0] == signature[0];
        let client = self.client.get().unwrap();
        client.verification_done(Ok(right), hash, signature);
    }
}

impl SignatureVerify<'static, 32, 64> for Verifier {
    fn set_verify_client(&self, client: &'static dyn signature::ClientVerify<32, 64>) {
        self.client.set(Some(client));
    }

    fn verify(
        &self,
        hash: &'static mut [u8; 32],
        signature: &'static mut [u8; 64],
    ) -> Result<(), (ErrorCode, &'static mut [u8; 32], &'static mut [u8; 64])> {
        self.work.set(Some((hash, signature)));
        Ok(())
    }
}

/// Notes how checks end, and that the binary comes back whole.
#[derive(Default)]
struct Log(RefCell<Vec<&'static str>>);

impl AppCredentialsPolicyClient<'static> for Log {
    fn check_done(
        &self,
        result: Result<CheckResult, ErrorCode>,
        _credentials: TbfFooterV2Credentials,
        integrity_region: &'static [u8],
    ) {
        assert_eq!(integrity_region, BINARY);
        self.0.borrow_mut().push(match result {
            Ok(CheckResult::Accept(_)) => "accept",
            Ok(CheckResult::Pass) => "pass",
            Ok(CheckResult::Reject) => "reject",
            Err(_) => "error",
        });
    }
}

/// Its bytes add up to 36.
const BINARY: &[u8] = &[1, 2, 3, 4, 5, 6, 7, 8];

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn credentials(format: TbfFooterV2CredentialsType, first: u8) -> TbfFooterV2Credentials {
    let mut data = vec![0; format.data_length()];
    data[0] = first;
    let mut footer = vec![128, 0];
    footer.extend((4 + data.len() as u16).to_le_bytes());
    footer.extend((format as u32).to_le_bytes());
    footer.extend(data);
    parse_tbf_footer(footer.leak()).unwrap().0
}

#[test]
fn no_credentials_are_required_by_null() {
    let policy = AppCheckerNull::new();
    assert!(!policy.require_credentials());
    let credentials = credentials(TbfFooterV2CredentialsType::SHA256, 0);
    let refused = policy.check_credentials(credentials, BINARY).unwrap_err();
    assert_eq!((refused.0, refused.2), (ErrorCode::NOSUPPORT, BINARY));
}

#[test]
fn hash_is_compared_again_and_again() {
    let hasher = leak(Adder::default());
    let policy = leak(AppCheckerSha256::new(hasher, Box::leak(Box::new([0; 32]))));
    hasher.set_data_client(policy);
    hasher.set_verify_client(policy);
    let log = leak(Log::default());
    AppCredentialsPolicy::set_client(policy, log);
    assert!(policy.require_credentials());

    for first in [36, 37, 36] {
        let credentials = credentials(TbfFooterV2CredentialsType::SHA256, first);
        assert!(policy.check_credentials(credentials, BINARY).is_ok());
        let busy = policy.check_credentials(credentials, BINARY).unwrap_err();
        assert_eq!(busy.0, ErrorCode::BUSY);
        hasher.run_all();
    }
    assert_eq!(*log.0.borrow(), ["accept", "reject", "accept"]);
    let other = credentials(TbfFooterV2CredentialsType::SHA512, 36);
    let refused = policy.check_credentials(other, BINARY).unwrap_err();
    assert_eq!(refused.0, ErrorCode::NOSUPPORT);
}

#[test]
fn signature_is_verified_over_the_hash() {
    let hasher = leak(Adder::default());
    let verifier = leak(Verifier::default());
    let policy = leak(AppCheckerSignature::new(
        hasher,
        verifier,
        Box::leak(Box::new([0; 32])),
        Box::leak(Box::new([0; 64])),
        TbfFooterV2CredentialsType::EcdsaNistP256,
    ));
    hasher.set_data_client(policy);
    hasher.set_hash_client(policy);
    verifier.set_verify_client(policy);
    let log = leak(Log::default());
    AppCredentialsPolicy::set_client(policy, log);
    assert!(policy.require_credentials());

    for first in [36, 37, 36] {
        let credentials = credentials(TbfFooterV2CredentialsType::EcdsaNistP256, first);
        assert!(policy.check_credentials(credentials, BINARY).is_ok());
        hasher.run_all();
        verifier.run();
    }
    assert_eq!(*log.0.borrow(), ["accept", "pass", "accept"]);
    let other = credentials(TbfFooterV2CredentialsType::SHA256, 36);
    let refused = policy.check_credentials(other, BINARY).unwrap_err();
    assert_eq!(refused.0, ErrorCode::NOSUPPORT);
}
