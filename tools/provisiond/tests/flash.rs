// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! `provisiond flash`: what it says of images in every state, and what it
//! never says.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use provisiond::id::to_hex;
use provisiond::mint::{FLASH_BLOCK_LEN, FLASH_LEN};
use provisioning_session::config_seal::ConfigSeal;
use provisioning_storage::factory::{FactoryData, FactoryPage};
use provisioning_storage::journal::Entry;
use provisioning_storage::layout::{ERASED, PAGE_LEN, Page};
use provisioning_storage::slot::{NONCE_LEN, TAG_LEN, split};
use provisioning_storage::tasks::{Commit, Event, Index, Load, Record, Step, Task, Wipe};
use provisioning_wire::{Config, DaemonPin, Grants, Network, Psk, Server, StoredConfig};
use serde_json::Value;
use tempfile::TempDir;

const PSK: &[u8] = b"a pre-shared key of the test";
const IDENTITY: &str = "identity of the test";
const ENDPOINT: &str = "endpoint of the test";

fn provisiond(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_provisiond"))
        .args(arguments)
        .output()
        .unwrap()
}

/// A device's flash, worked on by the device's own tasks.
struct Device {
    directory: TempDir,
    bytes: Vec<u8>,
    index: Index,
    factory: FactoryData,
    /// What is to be sealed.
    plain: Vec<u8>,
}

fn range(page: Page) -> std::ops::Range<usize> {
    let start = page.number() * FLASH_BLOCK_LEN as usize;
    start..start + PAGE_LEN
}

impl Device {
    fn minted() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let image = directory.path().join("flash.img");
        let out = directory.path().to_str().unwrap();
        let output = provisiond(&["mint", "--out", out, "--flash", image.to_str().unwrap()]);
        assert!(output.status.success());
        let bytes = fs::read(&image).unwrap();
        let FactoryPage::Valid(factory) = FactoryData::parse(&bytes[range(Page::Factory)]) else {
            panic!("not minted");
        };
        let mut device = Device {
            directory,
            bytes,
            index: Index::new(),
            factory,
            plain: Vec::new(),
        };
        device.run(Load::default());
        device
    }

    fn seal(&self) -> ConfigSeal {
        ConfigSeal::derive(&self.factory.root_secret.unwrap(), &self.factory.device_id)
    }

    fn run(&mut self, mut task: impl Task) {
        let mut page = [0; PAGE_LEN];
        let mut event = Event::Begin;
        loop {
            let step = task.resume(&mut self.index, event, &mut page);
            event = Event::Done;
            match step {
                Step::Read(which) => page.copy_from_slice(&self.bytes[range(which)]),
                Step::Erase(which) => self.bytes[range(which)].fill(ERASED),
                Step::Program(which) => {
                    for (place, byte) in self.bytes[range(which)].iter_mut().zip(page) {
                        *place &= byte;
                    }
                }
                Step::Seal(header) => {
                    let (head, sealed) = split(&mut page, &header).unwrap();
                    let (text, tag) = sealed.split_at_mut(self.plain.len());
                    text.copy_from_slice(&self.plain);
                    tag.copy_from_slice(&self.seal().seal(&header.nonce, head, text).unwrap());
                }
                Step::Open(_, header) => {
                    let (head, sealed) = split(&mut page, &header).unwrap();
                    let (text, tag) = sealed.split_last_chunk_mut::<TAG_LEN>().unwrap();
                    if self.seal().open(&header.nonce, head, text, tag).is_err() {
                        event = Event::Failed;
                    }
                }
                Step::Finished(result) => return result.unwrap(),
            }
        }
    }

    fn store(&mut self, serial: u32) {
        let config = Config {
            serial,
            server: Server {
                security_mode: 0,
                psk: Psk::new(PSK),
                identity: IDENTITY,
                bootstrap_uri: "coaps://bootstrap.test",
            },
            network: Network {
                default_route: "fe80::1",
                dns_server: "",
                endpoint_name: ENDPOINT,
            },
            grants: Grants::new(&[]),
        };
        let stored = StoredConfig {
            config: config.validate().unwrap(),
            daemon: DaemonPin {
                daemon_id: [1; 16],
                identity_key: [4; 65],
            },
        };
        let mut plain = vec![0; StoredConfig::MAX_LEN];
        let len = stored.emit(&mut plain).unwrap();
        plain.truncate(len);
        self.plain = plain;
        let sealed_len = (len + TAG_LEN) as u16;
        self.run(Commit::new(serial, [serial as u8; NONCE_LEN], sealed_len));
    }

    fn write(&self) -> PathBuf {
        let path = self.directory.path().join("flash.img");
        fs::write(&path, &self.bytes).unwrap();
        path
    }

    fn json(&self) -> Value {
        json(&self.write(), &[])
    }

    fn root_secret(&self) -> String {
        to_hex(&self.factory.root_secret.unwrap())
    }
}

fn flash(image: &Path, more: &[&str]) -> Output {
    let mut arguments = vec!["flash", image.to_str().unwrap()];
    arguments.extend(more);
    provisiond(&arguments)
}

fn json(image: &Path, more: &[&str]) -> Value {
    let output = flash(image, &[&["--json"], more].concat());
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_minted_device_holds_nothing_yet() {
    let device = Device::minted();
    let report = device.json();
    assert_eq!(report["device_id"], to_hex(&device.factory.device_id));
    assert_eq!(report["factory"], "valid");
    assert_eq!(report["configuration"], "erased");
    assert_eq!(report["serial"], Value::Null);
    for place in ["slots", "journal"] {
        for page in report[place].as_array().unwrap() {
            assert_eq!(page["state"], "erased");
            assert_eq!(page["erases"], 0);
        }
    }
}

/// What such a board stores is sealed by its engine, here played by another key.
#[test]
fn a_device_for_a_board_with_a_key_engine_has_no_root_secret_in_its_page() {
    let directory = tempfile::tempdir().unwrap();
    let image = directory.path().join("flash.img");
    let [out, flash] = [directory.path(), &image].map(|path| path.to_str().unwrap());
    let output = provisiond(&["mint", "--hardware-root", "--out", out, "--flash", flash]);
    assert!(output.status.success(), "{output:?}");
    let mut device = Device::minted();
    device.store(10);
    let page = fs::read(&image).unwrap();
    device.bytes[range(Page::Factory)].copy_from_slice(&page[range(Page::Factory)]);
    let FactoryPage::Valid(factory) = FactoryData::parse(&device.bytes[range(Page::Factory)])
    else {
        panic!("not minted");
    };
    assert_eq!(factory.root_secret, None);
    let report = device.json();
    assert_eq!(report["factory"], "valid");
    assert_eq!(report["device_id"], to_hex(&factory.device_id));
    assert_eq!(report["configuration"], "unknown");
    assert_eq!(report["slots"][0]["state"], "sealed");
    assert_eq!(report["slots"][0]["serial"], 10);
}

#[test]
fn what_the_device_did_is_told() {
    let mut device = Device::minted();
    for serial in [10, 20, 30] {
        device.store(serial);
    }
    device.run(Record::new(Entry::Attempts(4)));
    device.run(Record::new(Entry::Restarts(2)));
    let report = device.json();
    assert_eq!(report["configuration"], "valid");
    assert_eq!(report["serial"], 30);
    assert_eq!(report["serial_floor"], 20);
    assert_eq!(report["attempts"], 4);
    assert_eq!(report["restarts"], 2);
    let [a, b] = [&report["slots"][0], &report["slots"][1]];
    assert_eq!(
        (&a["state"], &b["state"]),
        (&"in-force".into(), &"spare".into())
    );
    assert_eq!((&a["sequence"], &b["sequence"]), (&3.into(), &2.into()));
    assert_eq!((&a["serial"], &b["serial"]), (&30.into(), &20.into()));
    assert_eq!(a["erases"], 2);
    assert_eq!(b["erases"], 1);
    assert_eq!(report["journal"][0]["generation"], 1);

    device.run(Wipe::default());
    let report = device.json();
    assert_eq!(report["configuration"], "erased");
    assert_eq!(report["serial_floor"], 31);
    // The wipe erased both once more, and what was before is still known.
    device.store(40);
    let report = device.json();
    assert_eq!(report["slots"][0]["erases"], 4);
    assert_eq!(report["slots"][1]["erases"], 2);
}

#[test]
fn damage_and_old_slots_are_told_apart() {
    let mut device = Device::minted();
    device.store(10);
    let old = device.bytes[range(Page::SlotA)].to_vec();
    device.store(20);
    device.store(30);
    let last = range(Page::SlotA).start + 40;
    device.bytes[last] ^= 1;
    let report = device.json();
    assert_eq!(report["configuration"], "fell-back");
    assert_eq!(report["serial"], 20);
    assert_eq!(report["slots"][0]["state"], "corrupt");

    device.bytes[range(Page::SlotA)].copy_from_slice(&old);
    device.bytes[range(Page::SlotB)].fill(ERASED);
    let report = device.json();
    assert_eq!(report["configuration"], "rolled-back");
    assert_eq!(report["slots"][0]["state"], "refused");

    for page in [Page::JournalA, Page::JournalB, Page::Factory] {
        device.bytes[range(page)].fill(0);
    }
    let report = device.json();
    assert_eq!(report["attempts"], Value::Null);
    assert_eq!(report["factory"], "corrupt");
    assert_eq!(report["device_id"], Value::Null);
    assert_eq!(report["configuration"], "unknown");
    assert_eq!(report["slots"][0]["state"], "sealed");
}

#[test]
fn secrets_are_told_only_to_who_has_the_root_secret() {
    let mut device = Device::minted();
    device.store(10);
    let image = device.write();
    let secrets = [
        to_hex(PSK),
        String::from_utf8_lossy(PSK).into_owned(),
        IDENTITY.to_owned(),
        ENDPOINT.to_owned(),
        device.root_secret(),
        to_hex(&device.factory.identity_key),
        to_hex(&device.factory.w0),
    ];
    for more in [&[][..], &["--json"]] {
        let output = flash(&image, more);
        assert!(output.status.success());
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("10"), "{said}");
        for secret in &secrets {
            assert!(!said.contains(secret), "{said}");
        }
    }
    // Neither flag does without the other, and another secret opens nothing.
    let file = |name: &str, content: &str| {
        let path = device.directory.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let right = file("right", &format!("{}\n", device.root_secret()));
    let wrong = file("wrong", &"00".repeat(32));
    let short = file("short", "12");
    for arguments in [
        &["--reveal"][..],
        &["--root-secret-file", &right],
        &["--reveal", "--root-secret-file", &wrong],
        &["--reveal", "--root-secret-file", &short],
        &["--reveal", "--root-secret-file", "/nowhere"],
    ] {
        let output = flash(&image, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
    let reveal = ["--reveal", "--root-secret-file", &right];
    let report = json(&image, &reveal);
    assert_eq!(report["revealed"]["psk"], to_hex(PSK));
    assert_eq!(report["revealed"]["identity"], IDENTITY);
    assert_eq!(report["revealed"]["endpoint_name"], ENDPOINT);
    let output = flash(&image, &reveal);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(&to_hex(PSK)));
    // The secret was readable by everybody.
    let mode = fs::metadata(&right).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_root_secret_comes_from_standard_input_and_never_from_the_command_line() {
    let mut device = Device::minted();
    device.store(10);
    let image = device.write();
    let secret = device.root_secret();
    let mut child = Command::new(env!("CARGO_BIN_EXE_provisiond"))
        .args(["flash", image.to_str().unwrap(), "--reveal"])
        .args(["--root-secret-file", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{secret}").unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(&to_hex(PSK)));

    for arguments in [
        &["--reveal", "--root-secret", &secret][..],
        &["--root-secret", &secret],
    ] {
        let output = flash(&image, arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("--root-secret-file"), "{told}");
        assert!(!told.contains(&secret), "{told}");
    }
}

#[test]
fn a_copy_on_another_device_does_not_open() {
    let mut device = Device::minted();
    device.store(10);
    let mut other = Device::minted();
    for page in [Page::SlotA, Page::SlotB, Page::JournalA, Page::JournalB] {
        other.bytes[range(page)].copy_from_slice(&device.bytes[range(page)]);
    }
    let report = other.json();
    assert_eq!(report["configuration"], "corrupt");
    // Nor with the first one's root secret: the key is bound to the device id.
    let secret = device.directory.path().join("secret");
    fs::write(&secret, device.root_secret()).unwrap();
    let secret = secret.to_str().unwrap();
    let output = flash(&other.write(), &["--reveal", "--root-secret-file", secret]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_image_with_pages_side_by_side_is_read_too() {
    let mut device = Device::minted();
    device.store(10);
    let pages: Vec<u8> = Page::ALL
        .iter()
        .flat_map(|page| device.bytes[range(*page)].to_vec())
        .collect();
    let path = device.directory.path().join("pages.img");
    fs::write(&path, pages).unwrap();
    let distance = PAGE_LEN.to_string();
    assert_eq!(json(&path, &["--page-distance", &distance]), device.json());
    // As what it is not, it is too short.
    assert_eq!(flash(&path, &[]).status.code(), Some(3));
    assert_eq!(flash(Path::new("/nowhere"), &[]).status.code(), Some(3));
    assert_eq!(device.bytes.len() as u64, FLASH_LEN);
}

#[test]
fn a_page_without_content_is_told_in_a_word() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("erased.img");
    let mut image = vec![0xff; 5 * PAGE_LEN];
    image[2 * PAGE_LEN] = 0;
    fs::write(&path, image).unwrap();
    let output = flash(&path, &["--page-distance", &PAGE_LEN.to_string()]);
    let said = String::from_utf8(output.stdout).unwrap();
    for line in [
        "factory page   erased",
        "slot, page 1    erased; 0 erases so far",
        "slot, page 2    corrupt; erases unknown",
    ] {
        assert!(said.lines().any(|found| found == line), "{said}");
    }
}
