// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A minted device, and the configuration for it.

use std::sync::LazyLock;

use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_session::setup_code::SetupCode;
use provisioning_session::spake2plus::VerifierRecord;
use provisioning_storage::factory::{FactoryData, FactoryPage, KdfParameters};
use provisioning_storage::layout::PAGE_LEN;
use provisioning_wire::{Config, Grants, Network, Psk, Server};

use super::flash::{Pages, RamFlash};

pub const DEVICE_ID: [u8; 16] = *b"device in a test";
pub const SALT: [u8; 16] = *b"salt of the test";
pub const KDF: provisioning_wire::KdfParameters = provisioning_wire::KdfParameters {
    kdf: 1,
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

/// The setup code of the device.
pub fn setup_code() -> SetupCode {
    SetupCode::from_entropy(&Secret::copied(CODE_ENTROPY))
}

// Secrets that a fuzzer does not write into a process by chance.
const CODE_ENTROPY: &[u8; provisioning_session::setup_code::ENTROPY_LEN] = b"code \x00\x01\xfe\xff";
const IDENTITY_KEY: &[u8; 32] = b"the identity key of the device\x00\x01";
pub const ROOT_SECRET: &[u8; 32] = b"the root secret of the device\x00\x01\x02";

/// What [`mint`] gives, up to the last byte that is not erased. It takes Miri a
/// quarter of an hour; elsewhere each page is compared with this.
const MINTED: &[u8] = include_bytes!("factory.page");

/// The factory page of the device.
pub fn factory_page() -> [u8; PAGE_LEN] {
    static PAGE: LazyLock<[u8; PAGE_LEN]> = LazyLock::new(|| {
        let mut minted = [0xff; PAGE_LEN];
        minted[..MINTED.len()].copy_from_slice(MINTED);
        if !cfg!(miri) {
            assert!(mint() == minted, "factory.page has to be written anew");
        }
        minted
    });
    *PAGE
}

/// The device's public key, without computing it.
#[allow(dead_code, reason = "only another process's daemon needs it")]
pub fn identity_public() -> [u8; 65] {
    let page = factory_page();
    let FactoryPage::Valid(factory) = FactoryData::parse(&page) else {
        panic!("the factory page does not parse");
    };
    factory.identity_public
}

fn mint() -> [u8; PAGE_LEN] {
    let record = VerifierRecord::mint(&setup_code(), &SALT, &KDF, &DEVICE_ID)
        .unwrap()
        .to_bytes()
        .unwrap();
    let bytes = record.expose_secret();
    let identity = IdentityKey::from_secret(&Secret::copied(IDENTITY_KEY)).unwrap();
    let data = FactoryData {
        device_id: DEVICE_ID,
        salt: SALT,
        kdf: KdfParameters {
            algorithm: 1,
            memory_kib: KDF.memory_kib,
            passes: KDF.passes,
            lanes: KDF.lanes,
        },
        w0: bytes[..32].try_into().unwrap(),
        w0_m: bytes[32..97].try_into().unwrap(),
        w0_n: bytes[97..162].try_into().unwrap(),
        l: bytes[162..227].try_into().unwrap(),
        identity_key: *IDENTITY_KEY,
        identity_public: *identity.public(),
        root_secret: Some(*ROOT_SECRET),
    };
    let mut page = [0xff; PAGE_LEN];
    data.emit(&mut page).unwrap();
    page
}

/// A flash as it leaves the factory.
pub fn minted() -> Pages {
    let mut pages = RamFlash::erased();
    pages[0] = factory_page();
    pages
}

/// A configuration that tells its serial number in its endpoint name.
pub fn config(serial: u32, endpoint_name: &str) -> Config<'_> {
    Config {
        serial,
        server: Server {
            security_mode: 0,
            psk: Psk::new(b"pre-shared key of the test"),
            identity: "identity",
            bootstrap_uri: "coaps://bootstrap.example",
        },
        network: Network {
            default_route: "fe80::1",
            dns_server: "",
            endpoint_name,
        },
        grants: Grants::new(&[]),
    }
}
