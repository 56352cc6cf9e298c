// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Boards that demand credentials: what they load and what they refuse.
//!
//! `vectors/elf2tab_signed.tbf` is an app that consists of an endless loop, made by
//! `elf2tab --deterministic --kernel-major 2 --kernel-minor 0 --package-name signed
//! --short-id 4097 --stack 512 --minimum-footer-size 256 --sha256
//! --ecdsa-nist-p256-private KEY` (0.13.0); `elf2tab_signed.key` holds the two
//! coordinates of the public key, whose private one is thrown away.

#[allow(dead_code)]
#[path = "../../../capsules/extra/tests/drivers/harness.rs"]
mod harness;

use std::cell::RefCell;
use std::mem::MaybeUninit;

use capsules_extra::sha256::Sha256Software;
use capsules_system::process_checker::tbf::AppIdAssignerTbfHeader;
use capsules_system::process_policies::StopFaultPolicy;
use components::appid::checker::ProcessCheckerMachineComponent;
use components::appid::checker_sha::AppCheckerSha256Component;
use components::appid::checker_signature::AppCheckerSignatureComponent;
use components::loader::sequential::ProcessLoaderSequentialComponent;
use components::process_array::ProcessArrayComponent;
use components::sha::ShaSoftware256Component;
use components::storage_permissions::null::StoragePermissionsNullComponent;
use ecdsa_sw::p256::EcdsaP256SignatureVerifier;
use harness::{FakeChip, Thread};
use kernel::capabilities::ProcessManagementCapability;
use kernel::component::Component;
use kernel::deferred_call::{DeferredCall, DeferredCallClient, initialize_deferred_call_state};
use kernel::process::{
    ProcessLoadError, ProcessLoadingAsync, ProcessLoadingAsyncClient, ProcessStandardDebugFull,
};
use kernel::process_checker::{AppCredentialsPolicy, ProcessCheckError};
use kernel::{Kernel, create_capability};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use tock_tbf::types::TbfFooterV2CredentialsType;

const SIGNED: &[u8] = include_bytes!("vectors/elf2tab_signed.tbf");
const KEY: &[u8; 64] = include_bytes!("vectors/elf2tab_signed.key");

/// Bytes of its header.
const HEADER: usize = 84;

/// Where the signed part of `SIGNED` ends, in bytes.
const BINARY_END: usize = 90;

/// Where the data of its ECDSA footer is.
const SIGNATURE: std::ops::Range<usize> = 138..202;

/// The footer formats.
const SHA256: u32 = 3;
const ECDSA: u32 = 6;

/// Why an app was not loaded.
#[derive(Debug, PartialEq)]
enum Refusal {
    NotAccepted,
    CheckFailed,
    /// It was not even checked, since it is no app any more.
    NotABinary,
    Other(String),
}

#[derive(Default)]
struct LoadLog(RefCell<Vec<Result<(), Refusal>>>);

impl ProcessLoadingAsyncClient for LoadLog {
    fn process_loaded(&self, result: Result<(), ProcessLoadError>) {
        self.0
            .borrow_mut()
            .push(result.map_err(|error| match error {
                ProcessLoadError::CheckError(ProcessCheckError::CredentialsNotAccepted) => {
                    Refusal::NotAccepted
                }
                ProcessLoadError::CheckError(ProcessCheckError::InternalError) => {
                    Refusal::CheckFailed
                }
                ProcessLoadError::BinaryError(_) => Refusal::NotABinary,
                other => Refusal::Other(format!("{other:?}")),
            }));
    }

    fn process_loading_finished(&self) {}
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn place<T>() -> &'static mut MaybeUninit<T> {
    Box::leak(Box::new(MaybeUninit::uninit()))
}

/// What becomes of the apps in flash, and the processes with the format of their
/// credential.
type Outcome = (Vec<Result<(), Refusal>>, Vec<(String, Option<u32>)>);

/// What a board demands of apps.
enum Demand {
    Hash,
    /// By this key.
    Signature([u8; 64]),
}

/// Boots a board that demands signatures by this key.
fn boot(key: [u8; 64], flash: Vec<u8>) -> Outcome {
    boot_demanding(Demand::Signature(key), flash)
}

/// On a thread of its own, as deferred calls are counted per thread.
fn boot_demanding(demand: Demand, flash: Vec<u8>) -> Outcome {
    std::thread::spawn(move || boot_here(demand, flash.leak()))
        .join()
        .expect("the kernel panicked")
}

fn signature_policy(
    sha: &'static Sha256Software<'static>,
    key: [u8; 64],
) -> &'static dyn AppCredentialsPolicy<'static> {
    let verifier = leak(EcdsaP256SignatureVerifier::new(leak(key)));
    verifier.register();
    AppCheckerSignatureComponent::new(sha, verifier, TbfFooterV2CredentialsType::EcdsaNistP256)
        .finalize((place(), place(), place()))
}

fn boot_here(demand: Demand, flash: &'static [u8]) -> Outcome {
    initialize_deferred_call_state::<Thread>();
    let processes = ProcessArrayComponent::<2>::new().finalize(place());
    let kernel: &'static Kernel = leak(Kernel::new(processes.as_slice()));
    let sha = ShaSoftware256Component::new().finalize(place());
    let policy: &'static dyn AppCredentialsPolicy<'static> = match demand {
        Demand::Hash => AppCheckerSha256Component::new(sha).finalize((place(), place())),
        Demand::Signature(key) => signature_policy(sha, key),
    };
    let checker = ProcessCheckerMachineComponent::new(policy).finalize(place());
    type Storage = StoragePermissionsNullComponent<FakeChip, ProcessStandardDebugFull>;
    let loader = ProcessLoaderSequentialComponent::<_, ProcessStandardDebugFull, 2, _>::new(
        checker,
        kernel,
        leak(FakeChip::new()),
        leak(StopFaultPolicy {}),
        leak(AppIdAssignerTbfHeader {}),
        Storage::new().finalize(place()),
        flash,
        harness::process_memory(2),
        create_capability!(ProcessManagementCapability),
    )
    .finalize((place(), place()));
    let log = leak(LoadLog::default());
    loader.set_client(log);
    DeferredCall::verify_setup();
    while DeferredCall::has_tasks() {
        DeferredCall::service_next_pending();
    }
    let loaded = (0..2)
        .filter_map(|index| processes[index].get())
        .map(|process| {
            let credential = process.get_credential();
            let format = credential.map(|accepted| accepted.credential.format() as u32);
            (process.get_process_name().to_string(), format)
        })
        .collect();
    (log.0.take(), loaded)
}

fn refused(key: [u8; 64], flash: Vec<u8>) -> Refusal {
    let (mut results, processes) = boot(key, flash);
    assert_eq!(processes, []);
    assert_eq!(results.len(), 1, "{results:?}");
    results
        .remove(0)
        .expect_err("loaded, but there is no process")
}

fn loaded_by(credential: u32) -> Outcome {
    let process = ("signed".to_string(), Some(credential));
    (vec![Ok(())], vec![process])
}

/// A footer as elf2tab lays it out.
fn footer(format: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = 128u16.to_le_bytes().to_vec();
    bytes.extend((4 + data.len() as u16).to_le_bytes());
    bytes.extend(format.to_le_bytes());
    bytes.extend(data);
    bytes
}

/// The app with room for footers of this length.
fn app_with_room(length: usize) -> Vec<u8> {
    let mut app = SIGNED[..BINARY_END].to_vec();
    let total_size = (BINARY_END + length) as u32;
    app[4..8].copy_from_slice(&total_size.to_le_bytes());
    set_checksum(&mut app);
    app
}

fn set_checksum(app: &mut [u8]) {
    app[12..16].fill(0);
    let word = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap());
    let sum = app[..HEADER]
        .chunks_exact(4)
        .fold(0, |sum, bytes| sum ^ word(bytes));
    app[12..16].copy_from_slice(&sum.to_le_bytes());
}

fn signing_key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

fn public(key: &SigningKey) -> [u8; 64] {
    let point = key.verifying_key().to_sec1_point(false);
    point.as_bytes()[1..].try_into().unwrap()
}

fn signature(key: &SigningKey, data: &[u8]) -> Vec<u8> {
    let signature: Signature = key.sign(data);
    signature.to_bytes().to_vec()
}

#[test]
fn app_that_elf2tab_signed_is_loaded() {
    assert_eq!(boot(*KEY, SIGNED.to_vec()), loaded_by(ECDSA));
}

#[test]
fn app_signed_by_another_key_is_refused() {
    let (right, wrong) = (signing_key(1), signing_key(2));
    let app = app_with_room(72);
    let flash = |key| [app.clone(), footer(ECDSA, &signature(key, &app))].concat();
    assert_eq!(boot(public(&right), flash(&right)), loaded_by(ECDSA));
    assert_eq!(refused(public(&right), flash(&wrong)), Refusal::NotAccepted);
    assert_eq!(refused(*KEY, flash(&right)), Refusal::NotAccepted);
}

/// Bits of the header may make it no header; nothing may make it load.
#[test]
fn app_with_a_bit_flipped_is_refused() {
    for at in (0..BINARY_END).chain(SIGNATURE) {
        let mut flash = SIGNED.to_vec();
        flash[at] ^= 1 << (at % 8);
        let (results, processes) = boot(*KEY, flash);
        assert_eq!(processes, [], "byte {at}");
        assert!(!results.contains(&Ok(())), "byte {at}: {results:?}");
        if at >= HEADER {
            assert_eq!(results[0], Err(Refusal::NotAccepted), "byte {at}");
        }
    }
}

/// Another identity, another entry point, another end of what is signed.
#[test]
fn header_changed_with_its_checksum_is_refused() {
    for (at, value) in [(80, 0x02), (36, 0x04), (48, 0x59)] {
        let mut flash = SIGNED.to_vec();
        assert_ne!(flash[at], value);
        flash[at] = value;
        set_checksum(&mut flash);
        assert_eq!(refused(*KEY, flash), Refusal::NotAccepted, "byte {at}");
    }
}

#[test]
fn app_without_footer_is_refused() {
    assert_eq!(refused(*KEY, app_with_room(0)), Refusal::NotAccepted);
}

#[test]
fn app_with_a_hash_only_is_refused() {
    let app = app_with_room(40);
    let flash = [app.clone(), footer(SHA256, &SIGNED[98..130])].concat();
    assert_eq!(refused(*KEY, flash), Refusal::NotAccepted);
}

#[test]
fn app_with_a_footer_of_unknown_format_is_refused() {
    let key = signing_key(1);
    let app = app_with_room(72);
    let made = signature(&key, &app);
    for format in [7, 0x8000_0006, u32::MAX] {
        let flash = [app.clone(), footer(format, &made)].concat();
        assert_eq!(refused(public(&key), flash), Refusal::NotAccepted);
    }
}

/// What comes after a footer that cannot be read is not looked at.
#[test]
fn unknown_footer_hides_those_behind_it() {
    let key = signing_key(1);
    let app = app_with_room(2 * 72);
    let good = footer(ECDSA, &signature(&key, &app));
    let unknown = footer(7, &[0; 64]);
    let flash = [app.clone(), unknown.clone(), good.clone()].concat();
    assert_eq!(refused(public(&key), flash), Refusal::NotAccepted);
    let flash = [app, good, unknown].concat();
    assert_eq!(boot(public(&key), flash), loaded_by(ECDSA));
}

#[test]
fn each_signature_of_several_gets_its_chance() {
    let (old, new) = (signing_key(1), signing_key(2));
    let app = app_with_room(2 * 72);
    let footers = [&old, &new].map(|key| footer(ECDSA, &signature(key, &app)));
    let flash = [app, footers.concat()].concat();
    assert_eq!(boot(public(&new), flash), loaded_by(ECDSA));
}

#[test]
fn signature_cut_short_is_refused() {
    let key = signing_key(1);
    let app = app_with_room(71);
    let made = signature(&key, &app);
    let flash = [app, footer(ECDSA, &made[..63])].concat();
    assert_eq!(refused(public(&key), flash), Refusal::NotAccepted);
}

/// Numbers that no signature has: zero, and the order of the group.
#[test]
fn signature_out_of_range_is_refused() {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
        0x25, 0x51,
    ];
    for numbers in [[[0; 32], [0; 32]], [ORDER, ORDER], [[0xff; 32], [1; 32]]] {
        let flash = [app_with_room(72), footer(ECDSA, &numbers.concat())].concat();
        assert_eq!(refused(*KEY, flash), Refusal::NotAccepted);
    }
}

#[test]
fn board_whose_key_is_no_point_loads_nothing() {
    assert_eq!(refused([1; 64], SIGNED.to_vec()), Refusal::CheckFailed);
}

#[test]
fn unsigned_app_does_not_keep_a_signed_one_out() {
    // The next app begins at a multiple of four bytes.
    let unsigned = app_with_room(2);
    let flash = [unsigned, vec![0; 2], SIGNED.to_vec()].concat();
    let (results, processes) = boot(*KEY, flash);
    assert_eq!(results, [Err(Refusal::NotAccepted), Ok(())]);
    assert_eq!(processes, [("signed".to_string(), Some(ECDSA))]);
}

#[test]
fn hash_that_elf2tab_made_is_accepted_where_hashes_are_demanded() {
    let outcome = boot_demanding(Demand::Hash, SIGNED.to_vec());
    assert_eq!(outcome, loaded_by(SHA256));
    for at in HEADER..130 {
        let mut flash = SIGNED.to_vec();
        flash[at] ^= 1;
        let (results, processes) = boot_demanding(Demand::Hash, flash);
        assert_eq!(processes, [], "byte {at}");
        assert!(!results.contains(&Ok(())), "byte {at}: {results:?}");
    }
}

/// More than one slice of the hasher, and no multiple of its block.
#[test]
fn large_app_is_hashed_whole() {
    let key = signing_key(1);
    let mut app = app_with_room(0);
    app.resize(9_001, 0xa5);
    let end = app.len() as u32;
    app[4..8].copy_from_slice(&(end + 72).to_le_bytes());
    app[48..52].copy_from_slice(&end.to_le_bytes());
    set_checksum(&mut app);
    let good = [app.clone(), footer(ECDSA, &signature(&key, &app))].concat();
    assert_eq!(boot(public(&key), good.clone()), loaded_by(ECDSA));
    for at in [BINARY_END, 1023, 1024, 8191, 8192, 9_000] {
        let mut flash = good.clone();
        flash[at] ^= 0x80;
        assert_eq!(
            refused(public(&key), flash),
            Refusal::NotAccepted,
            "byte {at}"
        );
    }
}
