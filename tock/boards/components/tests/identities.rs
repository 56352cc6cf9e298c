// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Who an app is: by its header, or by its name.
//!
//! `vectors/elf2tab_signed.tbf` is the app here too; see `signatures.rs`. Its name is
//! "signed", its ShortId 4097.

#[allow(dead_code)]
#[path = "../../../capsules/extra/tests/drivers/harness.rs"]
mod harness;

use std::mem::MaybeUninit;
use std::num::NonZeroU32;

use capsules_system::process_policies::StopFaultPolicy;
use components::appid::assigner_name::AppIdAssignerNamesComponent;
use components::appid::assigner_tbf::AppIdAssignerTbfHeaderComponent;
use components::appid::checker::ProcessCheckerMachineComponent;
use components::appid::checker_null::AppCheckerNullComponent;
use components::loader::sequential::ProcessLoaderSequentialComponent;
use components::process_array::ProcessArrayComponent;
use components::storage_permissions::null::StoragePermissionsNullComponent;
use harness::{FakeChip, Thread};
use kernel::capabilities::ProcessManagementCapability;
use kernel::component::Component;
use kernel::deferred_call::{DeferredCall, initialize_deferred_call_state};
use kernel::process::{ProcessStandardDebugFull, ShortId};
use kernel::process_checker::AppIdPolicy;
use kernel::{Kernel, create_capability};

const APP: &[u8] = include_bytes!("vectors/elf2tab_signed.tbf");

/// Bytes of its header.
const HEADER: usize = 84;

const SHORT_ID: u32 = 4097;

/// CRC-32/POSIX of the names, without their length.
const CKSUM_SIGNED: u32 = 0xF863_C6C0;
const CKSUM_SIGNER: u32 = 0xAEF4_5002;

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn place<T>() -> &'static mut MaybeUninit<T> {
    Box::leak(Box::new(MaybeUninit::uninit()))
}

/// The app with another last letter of its name, ShortId and version.
fn app(name: &[u8; 6], short_id: u32, version: u32) -> Vec<u8> {
    let mut app = APP.to_vec();
    let mut at = 16;
    while at < HEADER {
        let kind = u16::from_le_bytes([app[at], app[at + 1]]);
        let length = usize::from(u16::from_le_bytes([app[at + 2], app[at + 3]]));
        let value = &mut app[at + 4..at + 4 + length];
        match kind {
            3 => value.copy_from_slice(name),
            9 => value[16..].copy_from_slice(&version.to_le_bytes()),
            10 => value.copy_from_slice(&short_id.to_le_bytes()),
            _ => {}
        }
        at += 4 + length.next_multiple_of(4);
    }
    // The next app starts at a whole word.
    app.resize(APP.len().next_multiple_of(4), 0xFF);
    let total_size = app.len() as u32;
    app[4..8].copy_from_slice(&total_size.to_le_bytes());
    app[12..16].fill(0);
    let sum = app[..HEADER].chunks_exact(4).fold(0, |sum, word| {
        sum ^ u32::from_le_bytes(word.try_into().unwrap())
    });
    app[12..16].copy_from_slice(&sum.to_le_bytes());
    app
}

#[derive(Clone, Copy)]
enum Identity {
    Header,
    Name,
}

/// Names and ShortIds of the processes that a board makes of the apps. On a
/// thread of its own, as deferred calls are counted per thread.
fn boot(identity: Identity, apps: &[Vec<u8>]) -> Vec<(String, ShortId)> {
    let flash = apps.concat();
    std::thread::spawn(move || boot_here(identity, flash.leak()))
        .join()
        .expect("the kernel panicked")
}

fn boot_here(identity: Identity, flash: &'static [u8]) -> Vec<(String, ShortId)> {
    initialize_deferred_call_state::<Thread>();
    let processes = ProcessArrayComponent::<2>::new().finalize(place());
    let kernel: &'static Kernel = leak(Kernel::new(processes.as_slice()));
    let checker =
        ProcessCheckerMachineComponent::new(AppCheckerNullComponent::new().finalize(place()))
            .finalize(place());
    let policy: &'static dyn AppIdPolicy = match identity {
        Identity::Header => AppIdAssignerTbfHeaderComponent::new().finalize(place()),
        Identity::Name => AppIdAssignerNamesComponent::new().finalize(place()),
    };
    type Storage = StoragePermissionsNullComponent<FakeChip, ProcessStandardDebugFull>;
    ProcessLoaderSequentialComponent::<_, ProcessStandardDebugFull, 2, _>::new(
        checker,
        kernel,
        leak(FakeChip::new()),
        leak(StopFaultPolicy {}),
        policy,
        Storage::new().finalize(place()),
        flash,
        harness::process_memory(2),
        create_capability!(ProcessManagementCapability),
    )
    .finalize((place(), place()));
    DeferredCall::verify_setup();
    while DeferredCall::has_tasks() {
        DeferredCall::service_next_pending();
    }
    (0..2)
        .filter_map(|index| processes[index].get())
        .map(|process| {
            (
                process.get_process_name().to_string(),
                process.short_app_id(),
            )
        })
        .collect()
}

fn fixed(id: u32) -> ShortId {
    ShortId::Fixed(NonZeroU32::new(id).unwrap())
}

fn found(names: &[(&str, u32)]) -> Vec<(String, ShortId)> {
    let found = |&(name, id): &(&str, u32)| (name.to_string(), fixed(id));
    names.iter().map(found).collect()
}

#[test]
fn by_header_the_short_id_counts_whatever_the_name() {
    let other = app(b"signer", SHORT_ID, 0);
    let apps = [app(b"signed", SHORT_ID, 0), other];
    let expected = found(&[("signed", SHORT_ID)]);
    assert_eq!(boot(Identity::Header, &apps), expected);
    let apps = [app(b"signed", SHORT_ID, 0), app(b"signed", 5, 0)];
    let expected = found(&[("signed", SHORT_ID), ("signed", 5)]);
    assert_eq!(boot(Identity::Header, &apps), expected);
}

#[test]
fn by_name_the_name_counts_whatever_the_short_id() {
    let apps = [app(b"signed", SHORT_ID, 0), app(b"signed", 5, 0)];
    let expected = found(&[("signed", CKSUM_SIGNED)]);
    assert_eq!(boot(Identity::Name, &apps), expected);
    let apps = [app(b"signed", SHORT_ID, 0), app(b"signer", SHORT_ID, 0)];
    let expected = found(&[("signed", CKSUM_SIGNED), ("signer", CKSUM_SIGNER)]);
    assert_eq!(boot(Identity::Name, &apps), expected);
}

#[test]
fn of_one_identity_the_higher_version_is_loaded() {
    for identity in [Identity::Header, Identity::Name] {
        for (versions, which) in [([1, 2], 1), ([2, 1], 0), ([2, 2], 0)] {
            // The ShortId tells by name which one it is, the name by header.
            let (names, ids) = match identity {
                Identity::Header => ([b"signed", b"signer"], [7, 7]),
                Identity::Name => ([b"signed", b"signed"], [7, 8]),
            };
            let apps = [0, 1].map(|n| app(names[n], ids[n], versions[n]));
            let expected = match identity {
                Identity::Header => found(&[(["signed", "signer"][which], 7)]),
                Identity::Name => found(&[("signed", CKSUM_SIGNED)]),
            };
            assert_eq!(boot(identity, &apps), expected, "{versions:?}");
        }
    }
}
