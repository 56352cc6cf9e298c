// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Component for the policy that requires a signature.

use core::mem::MaybeUninit;

use capsules_system::process_checker::signature::AppCheckerSignature;
use kernel::component::Component;
use kernel::hil::digest::DigestDataHash;
use kernel::hil::public_key_crypto::signature::SignatureVerify;
use tock_tbf::types::TbfFooterV2CredentialsType;

/// The types of the verifier and of the hasher, the lengths of signature and hash
/// in bytes.
#[macro_export]
macro_rules! app_checker_signature_component_static {
    ($S:ty, $H:ty, $HASH_LEN:expr, $SIGNATURE_LEN:expr $(,)?) => {
        (
            kernel::static_buf!(
                capsules_system::process_checker::signature::AppCheckerSignature<
                    'static,
                    $S,
                    $H,
                    { $HASH_LEN },
                    { $SIGNATURE_LEN },
                >
            ),
            kernel::static_buf!([u8; $HASH_LEN]),
            kernel::static_buf!([u8; $SIGNATURE_LEN]),
        )
    };
}

/// A signature of the given type is required.
pub struct AppCheckerSignatureComponent<
    S: 'static + SignatureVerify<'static, HASH_LEN, SIGNATURE_LEN>,
    H: 'static + DigestDataHash<'static, HASH_LEN>,
    const HASH_LEN: usize,
    const SIGNATURE_LEN: usize,
> {
    hasher: &'static H,
    verifier: &'static S,
    credential_type: TbfFooterV2CredentialsType,
}

impl<
    S: 'static + SignatureVerify<'static, HASH_LEN, SIGNATURE_LEN>,
    H: 'static + DigestDataHash<'static, HASH_LEN>,
    const HASH_LEN: usize,
    const SIGNATURE_LEN: usize,
> AppCheckerSignatureComponent<S, H, HASH_LEN, SIGNATURE_LEN>
{
    /// The hasher must be set to the mode that the signatures are made with.
    pub fn new(
        hasher: &'static H,
        verifier: &'static S,
        credential_type: TbfFooterV2CredentialsType,
    ) -> Self {
        Self {
            hasher,
            verifier,
            credential_type,
        }
    }
}

impl<
    S: 'static + SignatureVerify<'static, HASH_LEN, SIGNATURE_LEN>,
    H: 'static + DigestDataHash<'static, HASH_LEN>,
    const HASH_LEN: usize,
    const SIGNATURE_LEN: usize,
> Component for AppCheckerSignatureComponent<S, H, HASH_LEN, SIGNATURE_LEN>
{
    type StaticInput = (
        &'static mut MaybeUninit<AppCheckerSignature<'static, S, H, HASH_LEN, SIGNATURE_LEN>>,
        &'static mut MaybeUninit<[u8; HASH_LEN]>,
        &'static mut MaybeUninit<[u8; SIGNATURE_LEN]>,
    );
    type Output = &'static AppCheckerSignature<'static, S, H, HASH_LEN, SIGNATURE_LEN>;

    fn finalize(self, static_memory: Self::StaticInput) -> Self::Output {
        let hash = static_memory.1.write([0; HASH_LEN]);
        let signature = static_memory.2.write([0; SIGNATURE_LEN]);
        let checker = static_memory.0.write(AppCheckerSignature::new(
            self.hasher,
            self.verifier,
            hash,
            signature,
            self.credential_type,
        ));
        let checker: &'static AppCheckerSignature<'static, S, H, HASH_LEN, SIGNATURE_LEN> = checker;
        self.hasher.set_client(checker);
        self.verifier.set_verify_client(checker);
        checker
    }
}
