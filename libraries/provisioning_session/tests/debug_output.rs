// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What is printed of a type that holds a secret does not hold it.

mod support;

use std::fmt::Debug;

use provisioning_session::conversation::Randomness;
use provisioning_session::daemon::DaemonSetup;
use provisioning_session::device::DeviceSetup;
use provisioning_session::engine::SecretScalar;
use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_session::setup_code::SetupCode;
use provisioning_session::spake2plus::{Identities, Prover, ProverSecret, VerifierRecord};
use provisioning_wire::{Config, DaemonPin, StoredConfig, Text};
use support::{Daemon, Device, config, conversation};

/// How octets may look when they are printed.
fn forms(secret: &[u8]) -> Vec<String> {
    let joined = |form: &dyn Fn(&u8) -> String, between: &str| {
        secret.iter().map(form).collect::<Vec<_>>().join(between)
    };
    let mut forms = vec![
        joined(&|octet| format!("{octet:02x}"), ""),
        joined(&|octet| format!("{octet:02x}"), ":"),
        joined(&|octet| format!("{octet:02x}"), " "),
        joined(&|octet| octet.to_string(), ", "),
        joined(&|octet| octet.to_string(), ","),
        joined(&|octet| format!("0x{octet:02x}"), ", "),
        joined(&|octet| octet.escape_ascii().to_string(), ""),
    ];
    forms.extend(std::str::from_utf8(secret).map(str::to_lowercase));
    forms
}

/// Eight octets in a row are enough to be a leak.
fn is_in(text: &str, secret: &[u8]) -> bool {
    // White space between octets, as in pretty output, does not hide any.
    let text = text.to_lowercase();
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    secret.windows(8).any(|part| {
        forms(part)
            .iter()
            .any(|form| text.contains(form) || flat.contains(form))
    })
}

fn check(name: &str, value: &dyn Debug, secret: &[u8]) {
    for text in [
        format!("{value:?}"),
        format!("{value:#?}"),
        format!("{value:x?}"),
    ] {
        assert!(!is_in(&text, secret), "{name} shows its secret: {text}");
    }
}

#[test]
fn the_search_finds_octets_in_each_form() {
    let secret: Vec<u8> = (0x71..0x81).collect();
    assert!(is_in(&format!("{secret:?}"), &secret));
    assert!(is_in(&format!("{secret:#?}"), &secret));
    assert!(is_in("7172737475767778", &secret));
    assert!(is_in("71:72:73:74:75:76:77:78", &secret));
    assert!(is_in("...QRSTUVWXY", b"QRSTUVWXYZ"));
    assert!(!is_in("Secret(..)", &secret));
}

#[test]
fn secrets_are_not_in_what_is_printed_of_their_types() {
    let vectors = conversation();
    let device_secret: [u8; 32] = vectors.array("device_secret");
    let daemon = Daemon::new(&vectors);
    let device = Device::new(&vectors);
    let random: [u8; Randomness::LEN] = vectors.array("device_random");

    check("Secret", &Secret::copied(&device_secret), &device_secret);
    let identity =
        || IdentityKey::from_parts(&Secret::copied(&device_secret), &device.public).unwrap();
    check("IdentityKey", &identity(), &device_secret);
    let scalar = SecretScalar::from_bytes(&device_secret).unwrap();
    check("SecretScalar", &scalar, &device_secret);
    let randomness = || Randomness::take(&mut random.clone());
    check("Randomness", &randomness(), &random);

    let code = SetupCode::from_entropy(&Secret::copied(&[0x5a; 9]));
    check("SetupCode", &code, code.expose_secret());
    let printed = code.printed();
    check("the printed code", &printed, printed.expose_secret());

    let prover = daemon.prover_secret();
    check("ProverSecret", &prover, &daemon.w0);
    check("ProverSecret", &prover, &daemon.w1);
    let record = VerifierRecord::from_bytes(&device.record).unwrap();
    check("VerifierRecord", &record, &device.record);

    let setup = DeviceSetup {
        identity: identity(),
        record,
        pinned: None,
        least_serial: 0,
        randomness: randomness(),
    };
    check("DeviceSetup", &setup, &device_secret);
    check("DeviceSetup", &setup, &device.record);
    check("DeviceSetup", &setup, &random);
    let setup = DaemonSetup {
        identity: identity(),
        daemon_id: [0; 16],
        display_name: Text::new("name").unwrap(),
        randomness: randomness(),
    };
    check("DaemonSetup", &setup, &device_secret);
    check("DaemonSetup", &setup, &random);
}

#[test]
fn the_shared_key_is_not_in_what_is_printed_of_it() {
    let secret = || {
        ProverSecret::from_scalars(&Secret::copied(&[0x31; 32]), &Secret::copied(&[0x32; 32]))
            .unwrap()
    };
    // Against a verifier whose share is the attacker's own: the confirmation
    // fails, and what is printed of the failure says no more.
    let prover = Prover::start(
        secret(),
        &Secret::copied(&[0x42; 48]),
        &Identities {
            context: b"context",
            prover: b"prover",
            verifier: b"verifier",
        },
    )
    .unwrap();
    let share = *prover.share_p();
    let outcome = prover.receive(&share).unwrap().finish(&[0; 32]);
    check("the outcome", &outcome.as_ref().err(), &[0x31; 32]);
    assert!(outcome.is_err());
}

#[test]
fn the_psk_is_not_in_what_is_printed_of_a_configuration() {
    let config: Config<'_> = config();
    let psk = config.server.psk.expose_secret().to_vec();
    check("Psk", &config.server.psk, &psk);
    check("Server", &config.server, &psk);
    check("Config", &config, &psk);
    let valid = config.validate().unwrap();
    check("ValidConfig", &valid, &psk);
    let stored = StoredConfig {
        config: valid,
        daemon: DaemonPin {
            daemon_id: [0; 16],
            identity_key: [4; 65],
        },
    };
    check("StoredConfig", &stored, &psk);
}

#[cfg(feature = "key-log")]
#[test]
fn the_logged_keys_are_not_in_what_is_printed_of_them() {
    use provisioning_session::daemon::SessionSecrets;
    let secrets = SessionSecrets {
        context: [0x11; 52],
        shared: [0x22; 32],
        seal_daemon: [0x33; 16],
        seal_device: [0x44; 16],
        transcript: [0x55; 32],
    };
    check("SessionSecrets", &secrets, &[0x22; 32]);
    check("SessionSecrets", &secrets, &[0x33; 16]);
    check("SessionSecrets", &secrets, &[0x44; 16]);
}
