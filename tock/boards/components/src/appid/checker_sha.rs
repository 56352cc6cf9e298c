// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the policy that requires a SHA-256 hash.

use core::mem::MaybeUninit;

use capsules_system::process_checker::basic::AppCheckerSha256;
use kernel::component::Component;
use kernel::hil::digest::{ClientData, ClientVerify, DigestData, DigestVerify, Sha256};

#[macro_export]
macro_rules! app_checker_sha256_component_static {
    () => {
        (
            kernel::static_buf!(capsules_system::process_checker::basic::AppCheckerSha256),
            kernel::static_buf!([u8; 32]),
        )
    };
}

/// A SHA-256 hash is required.
pub struct AppCheckerSha256Component<S: 'static> {
    sha: &'static S,
}

impl<S> AppCheckerSha256Component<S>
where
    S: 'static + Sha256 + DigestData<'static, 32> + DigestVerify<'static, 32>,
{
    pub fn new(sha: &'static S) -> Self {
        Self { sha }
    }
}

impl<S> Component for AppCheckerSha256Component<S>
where
    S: 'static
        + Sha256
        + DigestData<'static, 32>
        + DigestVerify<'static, 32>
        + kernel::hil::digest::DigestDataVerify<'static, 32>,
{
    type StaticInput = (
        &'static mut MaybeUninit<AppCheckerSha256>,
        &'static mut MaybeUninit<[u8; 32]>,
    );
    type Output = &'static AppCheckerSha256;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let buffer = static_memory.1.write([0; 32]);
        let checker = static_memory
            .0
            .write(AppCheckerSha256::new(self.sha, buffer));
        let checker: &'static AppCheckerSha256 = checker;
        let data: &'static dyn ClientData<32> = checker;
        let verify: &'static dyn ClientVerify<32> = checker;
        self.sha.set_data_client(data);
        self.sha.set_verify_client(verify);
        checker
    }
}
