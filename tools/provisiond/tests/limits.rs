// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the daemon issues, at each limit of docs/reference/Protocol.md.
//!
//! What fits reaches the record as it was set; what does not is refused with
//! the field's name before any device is kept waiting.

use std::fs;
use std::sync::Arc;

use provisiond::credentials::{Credentials, FromFile, Generated};
use provisiond::id::{DeviceId, to_hex};
use provisiond::issuer::Issuer;
use provisiond::settings::Settings;
use provisiond::state::State;
use provisioning_wire::limits::{
    MAX_BOOTSTRAP_URI_LEN, MAX_DEFAULT_ROUTE_LEN, MAX_DNS_SERVER_LEN, MAX_ENDPOINT_NAME_LEN,
    MAX_GRANTS, MAX_IDENTITY_LEN, MAX_PSK_LEN, POINT_LEN,
};
use provisioning_wire::{Config, Grant, GrantFields, GrantOperations, SecurityMode};

const DEVICE: DeviceId = DeviceId([0xab; 16]);
const KEY: [u8; POINT_LEN] = [4; POINT_LEN];

fn settings() -> Settings {
    Settings {
        security_mode: SecurityMode::Psk,
        bootstrap_uri: "coaps://s".into(),
        default_route: "fe80::1".into(),
        dns_server: String::new(),
        endpoint: "e".parse().unwrap(),
        grants: Vec::new(),
        allow_invalid: false,
    }
}

/// Issues a configuration and gives it to `see`; answers what the daemon says
/// when it does not.
fn issue<T>(
    settings: Settings,
    credentials: Box<dyn Credentials>,
    see: impl FnOnce(&Config<'_>) -> T,
) -> Result<T, String> {
    let directory = tempfile::tempdir().unwrap();
    let state = Arc::new(State::open(directory.path()).unwrap());
    let issued = Issuer::new(settings, credentials, state, || 1_000)
        .and_then(|issuer| issuer.issue(&DEVICE, &KEY))
        .map_err(|failure| failure.to_string())?;
    let config = Config::parse(&issued.record).unwrap();
    assert!(config.validate().is_ok(), "devices would refuse it");
    Ok(see(&config))
}

/// With settings in which one field has this length; answers the length that
/// the device gets.
fn with(length: usize, set: SetLength, get: GetLength) -> Result<usize, String> {
    let mut settings = settings();
    set(&mut settings, length);
    issue(settings, Box::new(Generated::new("{id}")), get)
}

type SetLength = fn(&mut Settings, usize);
type GetLength = fn(&Config<'_>) -> usize;

/// A text that begins so and is this long.
fn padded(start: &str, length: usize) -> String {
    format!("{start:x<length$}")
}

fn grants(count: usize) -> Vec<Grant> {
    (1..=count as u32)
        .map(|application| Grant {
            application,
            fields: GrantFields(GrantFields::ALL),
            operations: GrantOperations(GrantOperations::ALL),
        })
        .collect()
}

#[test]
fn settings_are_taken_up_to_their_limits() {
    let fields: [(&str, usize, SetLength, GetLength); 4] = [
        (
            "bootstrap URI: too long",
            MAX_BOOTSTRAP_URI_LEN,
            |settings, len| settings.bootstrap_uri = padded("coaps://s/", len),
            |config| config.server.bootstrap_uri.len(),
        ),
        (
            "DNS server: too long",
            MAX_DNS_SERVER_LEN,
            |settings, len| settings.dns_server = padded(&format!("{}.", "d".repeat(50)), len),
            |config| config.network.dns_server.len(),
        ),
        (
            "endpoint name: too long",
            MAX_ENDPOINT_NAME_LEN,
            |settings, len| settings.endpoint = padded("e", len).parse().unwrap(),
            |config| config.network.endpoint_name.len(),
        ),
        (
            "grants: too long",
            MAX_GRANTS,
            |settings, len| settings.grants = grants(len),
            |config| config.grants.len(),
        ),
    ];
    for (refusal, limit, set, get) in fields {
        assert_eq!(with(limit - 1, set, get), Ok(limit - 1), "{refusal}");
        assert_eq!(with(limit, set, get), Ok(limit), "{refusal}");
        let told = with(limit + 1, set, get).unwrap_err();
        assert!(told.contains(refusal), "{told}");
    }
}

/// No address is as long as a default route may be: what is too long for a
/// device is told apart from what is no address.
#[test]
fn default_routes_are_addresses_up_to_their_limit() {
    let set: SetLength = |settings, len| settings.default_route = padded("fe80::", len);
    let get: GetLength = |config| config.network.default_route.len();
    for (length, refusal) in [
        (MAX_DEFAULT_ROUTE_LEN - 1, "is no IP address"),
        (MAX_DEFAULT_ROUTE_LEN, "is no IP address"),
        (MAX_DEFAULT_ROUTE_LEN + 1, "default route: too long"),
    ] {
        let told = with(length, set, get).unwrap_err();
        assert!(told.contains(refusal), "{length}: {told}");
    }
    let longest = "2001:0db8:ffff:ffff:ffff:ffff:255.255.255.255";
    let mut settings = settings();
    settings.default_route = longest.into();
    let issued = issue(settings, Box::new(Generated::new("{id}")), get);
    assert_eq!(issued, Ok(longest.len()));
}

#[test]
fn what_may_not_be_empty_is_refused_and_one_byte_is_enough() {
    let empty: [(&str, SetLength); 3] = [
        ("bootstrap URI: empty", |settings, _| {
            settings.bootstrap_uri.clear();
        }),
        ("default route: empty", |settings, _| {
            settings.default_route.clear();
        }),
        ("endpoint name: empty", |settings, _| {
            settings.endpoint = "".parse().unwrap();
        }),
    ];
    for (refusal, set) in empty {
        let told = with(0, set, |_| 0).unwrap_err();
        assert!(told.contains(refusal), "{told}");
    }
    let endpoint: SetLength = |settings, len| settings.endpoint = padded("", len).parse().unwrap();
    let length = with(1, endpoint, |config| config.network.endpoint_name.len());
    assert_eq!(length, Ok(1));
    let none: SetLength = |settings, _| settings.dns_server.clear();
    assert_eq!(with(0, none, |c| c.network.dns_server.len()), Ok(0));
}

/// With a credential of these lengths from a file; answers the lengths that the
/// device gets.
fn with_credential(identity: usize, psk: usize) -> Result<(usize, usize), String> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("credentials.csv");
    let row = [
        DEVICE.to_string(),
        "i".repeat(identity),
        to_hex(&vec![0x5a; psk]),
    ];
    fs::write(&file, row.join(",")).unwrap();
    let credentials = FromFile::open(&file).map_err(|failure| failure.to_string())?;
    issue(settings(), Box::new(credentials), |config| {
        (config.server.identity.len(), config.server.psk.len())
    })
}

#[test]
fn credentials_are_taken_up_to_their_limits() {
    for (identity, psk) in [
        (1, 1),
        (2, 2),
        (MAX_IDENTITY_LEN - 1, MAX_PSK_LEN - 1),
        (MAX_IDENTITY_LEN, MAX_PSK_LEN),
    ] {
        assert_eq!(with_credential(identity, psk), Ok((identity, psk)));
    }
    for (identity, psk, refusal) in [
        (0, 1, "1 to 128"),
        (MAX_IDENTITY_LEN + 1, 1, "1 to 128"),
        (1, 0, "1 to 64"),
        (1, MAX_PSK_LEN + 1, "1 to 64"),
    ] {
        let told = with_credential(identity, psk).unwrap_err();
        assert!(told.contains(refusal), "{identity} {psk}: {told}");
    }
}

/// Identities that the daemon generates have the pattern's length.
#[test]
fn generated_identities_are_taken_up_to_their_limit() {
    for length in [1, MAX_IDENTITY_LEN - 1, MAX_IDENTITY_LEN] {
        let generated = Box::new(Generated::new("i".repeat(length)));
        let issued = issue(settings(), generated, |config| config.server.identity.len());
        assert_eq!(issued, Ok(length));
    }
    for length in [0, MAX_IDENTITY_LEN + 1] {
        let generated = Box::new(Generated::new("i".repeat(length)));
        let told = issue(settings(), generated, |_| ()).unwrap_err();
        assert!(told.contains("identity"), "{length}: {told}");
    }
}
