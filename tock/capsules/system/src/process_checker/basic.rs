// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Basic policies: no credentials, hashes, and identity by name.

use core::cell::Cell;
use core::num::NonZeroU32;

use kernel::ErrorCode;
use kernel::hil::digest::{ClientData, ClientHash, ClientVerify, DigestDataVerify, Sha256};
use kernel::process::{Process, ProcessBinary, ShortId};
use kernel::process_checker::{
    AppCredentialsPolicy, AppCredentialsPolicyClient, AppUniqueness, CheckResult, Compress,
};
use kernel::utilities::cells::{OptionalCell, TakeCell};
use kernel::utilities::leasable_buffer::{SubSlice, SubSliceMut};
use tock_tbf::types::{TbfFooterV2Credentials, TbfFooterV2CredentialsType};

/// Requires no credentials and looks at none.
#[derive(Default)]
pub struct AppCheckerNull {}

impl AppCheckerNull {
    /// Makes the policy.
    pub fn new() -> AppCheckerNull {
        AppCheckerNull {}
    }
}

impl<'a> AppCredentialsPolicy<'a> for AppCheckerNull {
    fn require_credentials(&self) -> bool {
        false
    }

    fn check_credentials(
        &self,
        credentials: TbfFooterV2Credentials,
        integrity_region: &'a [u8],
    ) -> Result<(), (ErrorCode, TbfFooterV2Credentials, &'a [u8])> {
        Err((ErrorCode::NOSUPPORT, credentials, integrity_region))
    }

    fn set_client(&self, _client: &'a dyn AppCredentialsPolicyClient<'a>) {
        // It is never called, for no check ever begins.
    }
}

/// A hasher that [`AppCheckerSha256`] can use.
pub trait Sha256Verifier<'a>: DigestDataVerify<'a, 32_usize> + Sha256 {}
impl<'a, T: DigestDataVerify<'a, 32_usize> + Sha256> Sha256Verifier<'a> for T {}

/// Requires a SHA-256 hash that is right.
///
/// It shows that a binary is whole, not whose it is.
pub struct AppCheckerSha256 {
    hasher: &'static dyn Sha256Verifier<'static>,
    client: OptionalCell<&'static dyn AppCredentialsPolicyClient<'static>>,
    /// Room for the hash, unless the hasher has it.
    hash: TakeCell<'static, [u8; 32]>,
    /// What is being checked.
    binary: OptionalCell<&'static [u8]>,
    credentials: Cell<Option<TbfFooterV2Credentials>>,
}

impl AppCheckerSha256 {
    /// Makes a policy over `hasher`, whose client it must be made.
    pub fn new(
        hasher: &'static dyn Sha256Verifier<'static>,
        buffer: &'static mut [u8; 32],
    ) -> AppCheckerSha256 {
        AppCheckerSha256 {
            hasher,
            client: OptionalCell::empty(),
            hash: TakeCell::new(buffer),
            binary: OptionalCell::empty(),
            credentials: Cell::new(None),
        }
    }

    fn finish(&self, result: Result<CheckResult, ErrorCode>) {
        if let (Some(binary), Some(credentials)) = (self.binary.take(), self.credentials.take()) {
            self.client
                .map(|client| client.check_done(result, credentials, binary));
        }
    }
}

impl AppCredentialsPolicy<'static> for AppCheckerSha256 {
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
        if credentials.format() != TbfFooterV2CredentialsType::SHA256 {
            return Err((ErrorCode::NOSUPPORT, credentials, integrity_region));
        }
        let copied = self.hash.map(|hash| match credentials.data().get(..32) {
            Some(data) => {
                hash.copy_from_slice(data);
                Ok(())
            }
            None => Err(ErrorCode::SIZE),
        });
        if let Err(error) = copied.unwrap_or(Err(ErrorCode::BUSY)) {
            return Err((error, credentials, integrity_region));
        }
        self.hasher.clear_data();
        if let Err(error) = self.hasher.set_mode_sha256() {
            return Err((error, credentials, integrity_region));
        }
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

impl ClientData<32_usize> for AppCheckerSha256 {
    fn add_data_done(&self, result: Result<(), ErrorCode>, mut data: SubSlice<'static, u8>) {
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
        data.reset();
        match self.hash.take() {
            Some(hash) => {
                if let Err((error, hash)) = self.hasher.verify(hash) {
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

impl ClientVerify<32_usize> for AppCheckerSha256 {
    fn verification_done(&self, result: Result<bool, ErrorCode>, hash: &'static mut [u8; 32]) {
        self.hash.replace(hash);
        self.hasher.clear_data();
        self.finish(result.map(|right| {
            if right {
                CheckResult::Accept(None)
            } else {
                CheckResult::Reject
            }
        }));
    }
}

impl ClientHash<32_usize> for AppCheckerSha256 {
    fn hash_done(&self, _result: Result<(), ErrorCode>, _digest: &'static mut [u8; 32]) {
        // Hashes are verified, never computed.
    }
}

/// Identity by name: two processes are the same if their names are.
///
/// The ShortId is the value of a function of the name, or locally unique
/// where that is zero.
pub struct AppIdAssignerNames<'a, F: Fn(&'static str) -> u32> {
    hasher: &'a F,
}

impl<'a, F: Fn(&'static str) -> u32> AppIdAssignerNames<'a, F> {
    /// Makes a policy that compresses names by `hasher`.
    pub fn new(hasher: &'a F) -> Self {
        Self { hasher }
    }

    fn short_id(&self, name: &'static str) -> ShortId {
        NonZeroU32::new((self.hasher)(name)).into()
    }

    /// Two names that compress to one ShortId are as good as the same.
    fn different(&self, a: &'static str, b: &'static str) -> bool {
        a != b && self.short_id(a) != self.short_id(b)
    }
}

fn name(binary: &ProcessBinary) -> &'static str {
    binary.header.get_package_name().unwrap_or("")
}

impl<F: Fn(&'static str) -> u32> AppUniqueness for AppIdAssignerNames<'_, F> {
    fn different_identifier(&self, a: &ProcessBinary, b: &ProcessBinary) -> bool {
        self.different(name(a), name(b))
    }

    fn different_identifier_process(&self, a: &ProcessBinary, b: &dyn Process) -> bool {
        self.different(name(a), b.get_process_name())
    }

    fn different_identifier_processes(&self, a: &dyn Process, b: &dyn Process) -> bool {
        self.different(a.get_process_name(), b.get_process_name())
    }
}

impl<F: Fn(&'static str) -> u32> Compress for AppIdAssignerNames<'_, F> {
    fn to_short_id(&self, process: &ProcessBinary) -> ShortId {
        self.short_id(name(process))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_unless_they_are_equal_or_collide() {
        let by_length = |name: &'static str| name.len() as u32;
        let assigner = AppIdAssignerNames::new(&by_length);
        assert!(!assigner.different("blink", "blink"));
        assert!(!assigner.different("blink", "timer"));
        assert!(assigner.different("blink", "console"));
        // Compresses to no ShortId, and is the same name still.
        assert!(!assigner.different("", ""));
    }
}
