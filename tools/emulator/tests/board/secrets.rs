// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The provisioner handles ciphertext only: no secret is in its memory or in
//! any frame.

use std::fs;
use std::path::PathBuf;

use emulator::capture;
use emulator::failure::{Failure, Result, While};
use emulator::memory::{PROVISIONER, find};
use emulator::phase::Phase;
use emulator::scenario::wait_provisioned;
use provisioning_session::config_seal::{LABEL, derive_key};
use provisioning_session::secret;
use sha2::{Digest, Sha256};

use crate::support::{Bench, LIMIT, require};

pub const PSK: [u8; 32] = *b"\x8f\x13\xa4\x77\x02\xe9\x5c\xd1\x36\xbb\x48\x90\x6d\x21\xfe\xc5\
                         \x7a\x0e\x93\xd8\x54\x1b\xaf\x62\xc9\x3d\xe6\x85\x19\xf0\x4b\xa7";

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every run of at least 32 hexadecimal digits in a text, as bytes.
pub fn keys_in(text: &str) -> Vec<Vec<u8>> {
    text.split(|c: char| !c.is_ascii_hexdigit())
        .filter(|word| word.len() >= 32 && word.len() % 2 == 0)
        .map(|word| {
            (0..word.len())
                .step_by(2)
                .filter_map(|at| u8::from_str_radix(&word[at..at + 2], 16).ok())
                .collect()
        })
        .collect()
}

/// A secret and what it is called.
pub type Secret = (String, Vec<u8>);

/// The first secret that lies in `bytes`, and where.
pub fn first_in<'a>(bytes: &[u8], secrets: &'a [Secret]) -> Option<(&'a str, usize)> {
    secrets
        .iter()
        .find_map(|(name, secret)| Some((name.as_str(), find(bytes, secret)?)))
}

/// A daemon whose secrets are known to the test.
pub struct Watched {
    key_log: PathBuf,
}

impl Watched {
    /// Gives the daemon a PSK and has it write its session keys down.
    pub fn begin(bench: &mut Bench) -> Result<Watched> {
        let credentials = bench.directory.join("credentials.csv");
        let key_log = bench.directory.join("keys.log");
        let device = &bench.fixture.minted.device;
        fs::write(
            &credentials,
            format!("{device},identity-of-the-test,{}\n", hex(&PSK)),
        )
        .doing(|| "writing the credentials".into())?;
        bench.fixture.daemon.credentials = Some(credentials);
        bench.fixture.daemon.key_log = Some(key_log.clone());
        Ok(Watched { key_log })
    }

    /// Secrets of the device and of the conversations that it has had.
    pub fn secrets(&self, bench: &mut Bench) -> Result<Vec<Secret>> {
        let factory = bench.flash()?.factory()?;
        let code = bench.fixture.minted.setup_code.clone();
        let root = factory.root_secret.unwrap_or_default();
        let mut sealing = secret::Secret::zeroed();
        derive_key(&root, LABEL, &factory.device_id, &mut sealing);
        // A point's first coordinate is the same in every form of it.
        let point = |point: [u8; 65]| point[1..33].to_vec();
        let mut secrets: Vec<Secret> = vec![
            ("the PSK".into(), PSK.to_vec()),
            ("the PSK in hexadecimal".into(), hex(&PSK).into_bytes()),
            ("the setup code".into(), code.clone().into_bytes()),
            (
                "the setup code without hyphens".into(),
                code.replace('-', "").into_bytes(),
            ),
            ("w0".into(), factory.w0.to_vec()),
            ("w0*M".into(), point(factory.w0_m)),
            ("w0*N".into(), point(factory.w0_n)),
            ("L".into(), point(factory.l)),
            ("the identity key".into(), factory.identity_key.to_vec()),
            ("the root secret".into(), root.to_vec()),
            ("the sealing key".into(), sealing.expose_secret().to_vec()),
        ];
        let of_device = secrets.len();
        if !self.key_log.exists() {
            return Ok(secrets);
        }
        let doing = || format!("reading {}", self.key_log.display());
        let log = fs::read_to_string(&self.key_log).doing(doing)?;
        // What the log names a device by is not secret.
        let session = keys_in(&log)
            .into_iter()
            .filter(|key| key[..] != factory.device_id[..]);
        secrets.extend(session.map(|key| ("a key of the session".to_owned(), key)));
        require(
            secrets.len() > of_device + 1,
            "the daemon wrote its session keys down",
            &log,
        )?;
        Ok(secrets)
    }
}

/// The first secret that is in a text without capitals, as it is or in
/// hexadecimal digits.
fn told<'a>(text: &[u8], secrets: &'a [Secret]) -> Option<&'a str> {
    let is_told = |secret: &[u8]| {
        find(text, &secret.to_ascii_lowercase()).is_some()
            || find(text, hex(secret).as_bytes()).is_some()
    };
    let found = secrets.iter().find(|(_, secret)| is_told(secret));
    found.map(|(name, _)| name.as_str())
}

pub fn nowhere(bench: &mut Bench) -> Result<()> {
    let directory = bench.directory.clone();
    let capture = directory.join("frames.pcap");
    let watched = Watched::begin(bench)?;
    bench.rig().machine_settings().capture = Some(capture.clone());

    bench.start_daemon()?;
    let first = bench.power_on()?;
    let rig = bench.rig();
    wait_provisioned(rig, first, LIMIT)?;
    rig.wait_phase(first, Phase::Tenant, LIMIT)?;
    let ram = rig.dump(PROVISIONER)?;
    rig.power_off()?;
    let secrets = watched.secrets(bench)?;
    let device_id = bench.flash()?.factory()?.device_id;
    let has_keys = secrets.iter().any(|(name, _)| name.contains("session"));
    require(has_keys, "the keys of the session are known", secrets.len())?;

    let frames = capture::frames(&capture)?;
    // The search finds what is there: the device says its id in its HELLO, and
    // the provisioner's network stack knows its own address.
    let said = frames.iter().any(|frame| find(frame, &device_id).is_some());
    require(said, "the frames hold the device id", frames.len())?;
    let address = [&[2][..], &Sha256::digest(device_id)[..5]].concat();
    require(
        find(&ram, &address).is_some(),
        "the dump is the provisioner's memory",
        ram.len(),
    )?;

    // What the board's console, the emulator and the daemon, which tells all that
    // it tells, have written down.
    let logs = [
        directory.join("console.log"),
        directory.join("qemu.log"),
        bench.fixture.daemon.log.clone(),
    ];
    for log in &logs {
        let text = fs::read(log).doing(|| format!("reading {}", log.display()))?;
        let text = text.to_ascii_lowercase();
        if let Some(name) = told(&text, &secrets) {
            return Err(Failure::new(
                "searching what was written down",
                format!("{name} is in {}", log.display()),
            ));
        }
    }
    let console = fs::read_to_string(&logs[0]).unwrap_or_default();
    require(
        console.contains("provisioning: phase"),
        "the console's log is the board's",
        console.len(),
    )?;

    for (name, secret) in &secrets {
        if let Some(at) = find(&ram, secret) {
            let place = PROVISIONER.start + at as u64;
            return Err(Failure::new(
                "searching the provisioner's memory",
                format!("{name} lies at {place:#x}"),
            ));
        }
        if let Some(number) = frames
            .iter()
            .position(|frame| find(frame, secret).is_some())
        {
            return Err(Failure::new(
                "searching the board's frames",
                format!("{name} is in frame {number} of {}", capture.display()),
            ));
        }
    }
    Ok(())
}
