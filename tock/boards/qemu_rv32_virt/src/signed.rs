// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A board that runs nothing but what the holder of one key has signed.
//!
//! The signature is a footer of the binary, as `elf2tab` makes it when told
//! `--ecdsa-nist-p256-private KEY`. The private key lies beside the conformance
//! suite for all to see, so this shows how it is done and protects nothing.

use crate::platform::{ChipHw, FAULT_POLICY, NUM_PROCS};
use capsules_extra::sha256::Sha256Software;
use components::appid::assigner_tbf::AppIdAssignerTbfHeaderComponent;
use components::appid::checker::ProcessCheckerMachineComponent;
use components::appid::checker_signature::AppCheckerSignatureComponent;
use components::loader::sequential::ProcessLoaderSequentialComponent;
use components::sha::ShaSoftware256Component;
use components::storage_permissions::null::StoragePermissionsNullComponent;
use ecdsa_sw::p256::EcdsaP256SignatureVerifier;
use kernel::component::Component;
use kernel::deferred_call::DeferredCallClient;
use kernel::process::ProcessStandardDebugFull;
use kernel::{Kernel, capabilities, create_capability, static_init};
use tock_tbf::types::TbfFooterV2CredentialsType;

/// Bytes of a SHA-256 hash.
const HASH_LEN: usize = 32;

/// Bytes of a signature, and of a public key: two numbers of 32 bytes.
const PAIR_LEN: usize = 64;

/// The public key, x and y, big-endian: that of
/// `tock/conformance/keys/test-only-board.pk8`.
static TEST_KEY: [u8; PAIR_LEN] = [
    0xf1, 0x5e, 0xdf, 0x84, 0xfd, 0xde, 0x76, 0xd7, 0x28, 0x90, 0xf5, 0xb1, 0x4d, 0x25, 0x74, 0xa2,
    0x52, 0xbc, 0x28, 0x4b, 0x97, 0x4b, 0xdb, 0x21, 0xd2, 0x88, 0x93, 0x33, 0xe9, 0x9c, 0x5f, 0x3a,
    0x25, 0x5b, 0x85, 0x7c, 0x6c, 0x89, 0xdc, 0x88, 0x8e, 0x78, 0x4a, 0xfa, 0x1d, 0x7c, 0x47, 0xfe,
    0xe3, 0xea, 0xe1, 0x1d, 0xd4, 0x26, 0xdb, 0x4f, 0xc6, 0xbd, 0x4e, 0xd8, 0xc1, 0x14, 0x44, 0x34,
];

type Verifier = EcdsaP256SignatureVerifier<'static>;

/// Starts to load the processes: those with a signature that is right.
///
/// # Safety
/// To be called once, by the thread that runs the kernel.
pub(crate) unsafe fn load(
    kernel: &'static Kernel,
    chip: &'static ChipHw,
    app_flash: &'static [u8],
    app_memory: &'static mut [u8],
) {
    // SAFETY: Static memory is taken once, as the caller vouches.
    unsafe {
        let sha = ShaSoftware256Component::new()
            .finalize(components::sha_software_256_component_static!());
        let verifier: &'static Verifier = static_init!(Verifier, Verifier::new(&TEST_KEY));
        verifier.register();
        let policy = AppCheckerSignatureComponent::new(
            sha,
            verifier,
            TbfFooterV2CredentialsType::EcdsaNistP256,
        )
        .finalize(components::app_checker_signature_component_static!(
            Verifier,
            Sha256Software<'static>,
            HASH_LEN,
            PAIR_LEN,
        ));
        let checker = ProcessCheckerMachineComponent::new(policy)
            .finalize(components::process_checker_machine_component_static!());
        let assigner = AppIdAssignerTbfHeaderComponent::new()
            .finalize(components::appid_assigner_tbf_header_component_static!());
        let storage = StoragePermissionsNullComponent::new().finalize(
            components::storage_permissions_null_component_static!(
                ChipHw,
                ProcessStandardDebugFull
            ),
        );
        ProcessLoaderSequentialComponent::new(
            checker,
            kernel,
            chip,
            &FAULT_POLICY,
            assigner,
            storage,
            app_flash,
            app_memory,
            create_capability!(capabilities::ProcessManagementCapability),
        )
        .finalize(components::process_loader_sequential_component_static!(
            ChipHw,
            ProcessStandardDebugFull,
            NUM_PROCS
        ));
    }
}
