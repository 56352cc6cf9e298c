// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The program itself: mint round trip, exit codes, serving and stopping.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use provisiond::id::DeviceId;
use provisiond::mint::{FLASH_BLOCK_LEN, FLASH_LEN};
use provisioning_session::setup_code::SetupCode;
use provisioning_session::spake2plus::ProverSecret;
use provisioning_storage::factory::{FactoryData, FactoryPage};
use provisioning_storage::layout::PAGE_LEN;
use provisioning_wire::KdfParameters;
use serde_json::Value;

fn provisiond(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_provisiond"))
        .args(arguments)
        .output()
        .unwrap()
}

fn mint(directory: &Path, more: &[&str]) -> Output {
    let mut arguments = vec!["mint", "--out", directory.to_str().unwrap()];
    arguments.extend(more);
    provisiond(&arguments)
}

fn factory(page: &[u8]) -> FactoryData {
    match FactoryData::parse(page) {
        FactoryPage::Valid(data) => data,
        _ => panic!("not valid"),
    }
}

#[test]
fn what_is_minted_fits_together() {
    let directory = tempfile::tempdir().unwrap();
    let output = mint(directory.path(), &["--count", "2", "--json"]);
    assert!(output.status.success());
    let stdout = String::from_utf8(output.stdout).unwrap();
    let codes = fs::read_to_string(directory.path().join("codes.csv")).unwrap();
    let mut codes = codes.lines();
    assert_eq!(codes.next(), Some("device_id,setup_code"));
    for line in stdout.lines() {
        let minted: Value = serde_json::from_str(line).unwrap();
        let id = minted["device_id"].as_str().unwrap();
        let code = minted["setup_code"].as_str().unwrap();
        assert_eq!(codes.next(), Some(&*format!("{id},{code}")));
        let id: DeviceId = id.parse().unwrap();
        let (qr_id, qr_code) = SetupCode::parse_qr(minted["qr"].as_str().unwrap()).unwrap();
        assert_eq!(qr_id, id.0);
        let code = SetupCode::parse(code).unwrap();
        assert_eq!(qr_code.expose_secret(), code.expose_secret());

        let path = directory.path().join(format!("{id}.factory"));
        assert_eq!(Path::new(minted["factory"].as_str().unwrap()), path);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let page = fs::read(path).unwrap();
        assert_eq!(page.len(), PAGE_LEN);
        let data = factory(&page);
        assert_eq!(data.device_id, id.0);
        let parameters = KdfParameters {
            kdf: data.kdf.algorithm as u8,
            memory_kib: data.kdf.memory_kib,
            passes: data.kdf.passes,
            lanes: data.kdf.lanes,
        };
        // The record that the code on the label leads to is the one minted.
        let secret = ProverSecret::derive(&code, &data.salt, &parameters, &id.0).unwrap();
        let record = secret.verifier_record().to_bytes().unwrap();
        let minted: [&[u8]; 4] = [&data.w0, &data.w0_m, &data.w0_n, &data.l];
        assert_eq!(record.expose_secret()[..], minted.concat());
    }
    assert_eq!(codes.next(), None);
}

#[test]
fn a_person_gets_the_code_and_a_qr_code() {
    let directory = tempfile::tempdir().unwrap();
    let output = mint(directory.path(), &[]);
    assert!(output.status.success());
    let stdout = String::from_utf8(output.stdout).unwrap();
    let codes = fs::read_to_string(directory.path().join("codes.csv")).unwrap();
    let (id, code) = codes.lines().last().unwrap().split_once(',').unwrap();
    assert!(stdout.contains(id) && stdout.contains(code), "{stdout}");
    assert!(stdout.lines().filter(|line| line.contains('▀')).count() > 10);
}

#[test]
fn a_flash_image_is_made_and_minting_anew_leaves_nothing_of_the_device_before() {
    let directory = tempfile::tempdir().unwrap();
    let image = directory.path().join("config.img");
    let image_text = image.to_str().unwrap();
    let flash = ["--flash", image_text];
    assert!(mint(directory.path(), &flash).status.success());
    let made = fs::read(&image).unwrap();
    assert_eq!(made.len() as u64, FLASH_LEN);
    let first = factory(&made[..PAGE_LEN]).device_id;
    assert!(made[PAGE_LEN..].iter().all(|byte| *byte == 0xff));

    let file = fs::OpenOptions::new().write(true).open(&image).unwrap();
    for page in 1..=5 {
        let last = PAGE_LEN as u64 - 4;
        file.write_all_at(b"used", page * FLASH_BLOCK_LEN).unwrap();
        file.write_all_at(b"used", page * FLASH_BLOCK_LEN + last)
            .unwrap();
    }
    assert!(mint(directory.path(), &flash).status.success());
    let updated = fs::read(&image).unwrap();
    assert_ne!(factory(&updated[..PAGE_LEN]).device_id, first);
    let page = |number: usize| &updated[number * FLASH_BLOCK_LEN as usize..][..PAGE_LEN];
    for number in 1..=4 {
        assert!(page(number).iter().all(|byte| *byte == 0xff), "{number}");
    }
    // What is behind the region is none of the device's.
    assert_eq!(&page(5)[..4], b"used");
    assert_eq!(updated.len(), made.len());

    fs::write(&image, "no image").unwrap();
    let output = mint(directory.path(), &flash);
    assert_eq!(output.status.code(), Some(3));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("8 bytes") && stderr.contains("33554432"),
        "{stderr}"
    );
    assert_eq!(fs::read(&image).unwrap(), b"no image");

    let output = mint(directory.path(), &["--count", "2", "--flash", image_text]);
    assert_eq!(output.status.code(), Some(2));
}

/// Names of everything in a directory, sorted.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn minting_that_fails_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let out = path("out");
    // Images that no page goes into: nothing is written at all.
    fs::write(path("short.img"), "no image").unwrap();
    fs::create_dir(path("folder.img")).unwrap();
    for (image, expected) in [
        ("short.img", "it has 8 bytes"),
        ("folder.img", "no regular file"),
        ("nowhere/new.img", "No such file"),
    ] {
        let output = mint(&out, &["--flash", path(image).to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(3), "{image}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains(expected), "{stderr}");
        assert!(output.stdout.is_empty(), "{image}");
        assert!(!out.exists(), "{image}");
    }
    // An inventory that takes no row: neither page nor image stay.
    fs::create_dir_all(out.join("codes.csv")).unwrap();
    let output = mint(&out, &["--flash", path("new.img").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(names(&out), ["codes.csv"]);
    assert_eq!(names(directory.path()), ["folder.img", "out", "short.img"]);
}

#[test]
fn exit_codes_are_the_documented_ones() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (codes, state, none) = (path("codes.csv"), path("state"), path("none"));
    fs::write(&codes, "").unwrap();
    let serve = |inventory: &str, route: &str, listen: &str| {
        let output = provisiond(&[
            "serve",
            "--inventory",
            inventory,
            "--bootstrap-uri",
            "coaps://s",
            "--default-route",
            route,
            "--state",
            &state,
            "--listen",
            listen,
            "--interface",
            "no-such-interface",
        ]);
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, stderr) = serve(&none, "fe80::1", "127.0.0.1:0");
    assert_eq!(code, Some(3), "{stderr}");
    assert!(stderr.contains("--inventory"), "{stderr}");
    // What makes no sense leaves nothing behind.
    let (code, stderr) = serve(&codes, "", "127.0.0.1:0");
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("default route: empty"), "{stderr}");
    let (code, stderr) = serve(&codes, "router", "127.0.0.1:0");
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("--default-route: \"router\""), "{stderr}");
    assert!(!Path::new(&state).exists());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (code, stderr) = serve(&codes, "fe80::1", &taken.local_addr().unwrap().to_string());
    assert_eq!(code, Some(4), "{stderr}");
    assert_eq!(provisiond(&["serve"]).status.code(), Some(2));
    let output = provisiond(&["devices", "--control", &none]);
    assert_eq!(output.status.code(), Some(5));
    let output = provisiond(&["identify", "--all", "--control", &none]);
    assert_eq!(output.status.code(), Some(5));
    let help = String::from_utf8(provisiond(&["--help"]).stdout).unwrap();
    assert!(help.contains("Exit codes:"), "{help}");
}

/// A daemon that is killed when the test ends in any other way.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_daemon_serves_lists_and_stops() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (codes, state, control) = (path("codes.csv"), path("state"), path("control"));
    fs::write(&codes, "").unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_provisiond"))
        .args(["serve", "--json", "--inventory", &codes, "--state", &state])
        .args(["--bootstrap-uri", "coaps://s", "--default-route", "fe80::1"])
        .args(["--listen", "127.0.0.1:0", "--control", &control])
        // Multicast DNS has nowhere to go.
        .args(["--interface", "no-such-interface"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut daemon = Daemon(child);
    let mut events = BufReader::new(daemon.0.stdout.take().unwrap()).lines();
    let mut event = || -> Value { serde_json::from_str(&events.next().unwrap().unwrap()).unwrap() };

    let listening = event();
    assert_eq!(listening["event"], "listening");
    assert_eq!(listening["host_name"], "myCi40.local");
    let trouble = event();
    assert_eq!(trouble["event"], "trouble");
    let reason = trouble["reason"].as_str().unwrap();
    assert!(reason.contains("no-such-interface"), "{reason}");
    let mut stream = TcpStream::connect(listening["address"].as_str().unwrap()).unwrap();
    assert_eq!(event()["event"], "connected");

    let output = provisiond(&["devices", "--json", "--control", &control]);
    let devices: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(devices[0]["phase"], "connected");
    let output = provisiond(&["identify", "ab", "--control", &control]);
    assert_eq!(output.status.code(), Some(5));

    stream.write_all(b"\x04\x10\x00").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer[..4], [0x2f, 0, 1, 2], "ALERT, malformed");
    drop(stream);
    assert_eq!(event()["event"], "failed");
    assert_eq!(event()["event"], "disconnected");

    let id = daemon.0.id().to_string();
    assert!(Command::new("kill").arg(&id).status().unwrap().success());
    assert_eq!(event()["event"], "stopping");
    assert_eq!(daemon.0.wait().unwrap().code(), Some(0));
    assert!(!Path::new(&control).exists());
}
