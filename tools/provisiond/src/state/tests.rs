// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What is kept, over restarts and wherever writing stops.

use std::os::unix::fs::PermissionsExt;

use zeroize::Zeroizing;

use super::*;

const DEVICE: DeviceId = DeviceId([1; 16]);
const KEY: [u8; 65] = [4; 65];

fn credential() -> Credential {
    Credential {
        identity: "me".into(),
        psk: Zeroizing::new(vec![0xab, 0xcd]),
    }
}

#[test]
fn the_identity_stays_and_is_private() {
    let directory = tempfile::tempdir().unwrap();
    let (id, key) = {
        let state = State::open(directory.path()).unwrap();
        (*state.daemon_id(), *state.identity().public())
    };
    let state = State::open(directory.path()).unwrap();
    assert_eq!(*state.daemon_id(), id);
    assert_eq!(*state.identity().public(), key);
    let path = directory.path().join("identity.key");
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn two_daemons_do_not_share_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let _state = State::open(directory.path()).unwrap();
    let error = State::open(directory.path()).err().unwrap().to_string();
    assert!(error.contains("another provisiond"), "{error}");
}

#[test]
fn serials_rise_across_restarts_clocks_and_losses() {
    let directory = tempfile::tempdir().unwrap();
    let serial = |time| {
        let state = State::open(directory.path()).unwrap();
        state.reserve(&DEVICE, time).unwrap().serial
    };
    assert_eq!(serial(0), 1);
    assert_eq!(serial(1_000), 1_000);
    assert_eq!(serial(1_000), 1_001);
    assert_eq!(serial(5), 1_002);
    assert_eq!(serial(u64::MAX), 1_003);
    fs::remove_dir_all(directory.path().join("devices")).unwrap();
    assert_eq!(serial(2_000), 2_000);
    // A clock beyond what serial numbers can tell is not followed.
    assert_eq!(serial(u64::from(u32::MAX)), 2_001);
    assert_eq!(serial(u64::from(MAX_SERIAL)), MAX_SERIAL);
    let state = State::open(directory.path()).unwrap();
    let error = state.reserve(&DEVICE, 0).unwrap_err().to_string();
    assert!(error.contains("used up"), "{error}");
}

#[test]
fn what_a_device_confirmed_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let other = DeviceId([2; 16]);
    {
        let state = State::open(directory.path()).unwrap();
        assert_eq!(state.device(&DEVICE), None);
        let first = state.reserve(&DEVICE, 0).unwrap();
        assert_eq!((first.device_number, first.configuration_number), (1, 1));
        assert_eq!(state.device(&DEVICE).unwrap().identity_key, None);
        state.sending(&DEVICE, 1, &KEY, &credential()).unwrap();
        state
            .confirm(&DEVICE, 1, &KEY, Some(&credential()))
            .unwrap();
        assert_eq!(state.reserve(&other, 0).unwrap().device_number, 2);
    }
    let state = State::open(directory.path()).unwrap();
    let record = state.device(&DEVICE).unwrap();
    assert_eq!(record.identity_key, Some(KEY));
    assert_eq!((record.provisioned, record.last_serial), (1, 1));
    let again = state.reserve(&DEVICE, 0).unwrap();
    assert_eq!((again.device_number, again.configuration_number), (1, 2));
    let issued = fs::read_to_string(directory.path().join("issued.csv")).unwrap();
    let expected = format!("device_id,identity,psk_hex\n{DEVICE},me,abcd\n");
    assert_eq!(issued, expected);
    assert_eq!(pending(&directory), Vec::<String>::new());
}

/// What is pending: serial, device id and PSK.
fn pending(directory: &tempfile::TempDir) -> Vec<String> {
    let text = fs::read_to_string(directory.path().join("pending.csv")).unwrap();
    let rows = text.lines().skip(1).map(|row| {
        let [device, _, psk, serial] = row.split(',').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        format!("{serial} {} {psk}", &device[..2])
    });
    rows.collect()
}

fn psk(byte: u8) -> Credential {
    Credential {
        identity: "me".into(),
        psk: Zeroizing::new(vec![byte]),
    }
}

#[test]
fn a_receipt_decides_on_all_but_what_the_device_may_fall_back_to() {
    let directory = tempfile::tempdir().unwrap();
    let state = State::open(directory.path()).unwrap();
    let other = DeviceId([2; 16]);
    for (device, serial) in [(DEVICE, 1), (DEVICE, 2), (other, 1), (DEVICE, 3)] {
        assert_eq!(state.reserve(&device, 0).unwrap().serial, serial);
        state
            .sending(&device, serial, &KEY, &psk(serial as u8))
            .unwrap();
    }
    assert_eq!(
        pending(&directory),
        ["1 01 01", "2 01 02", "1 02 01", "3 01 03"]
    );
    let confirm = |serial| state.confirm(&DEVICE, serial, &KEY, Some(&psk(serial as u8)));
    // It may have stored 1 before, and use it when 2 is damaged.
    confirm(2).unwrap();
    assert_eq!(pending(&directory), ["1 01 01", "1 02 01", "3 01 03"]);
    // Now that is 2.
    confirm(3).unwrap();
    assert_eq!(pending(&directory), ["1 02 01"]);
    // Read late: the device has replaced it since.
    confirm(1).unwrap();
    state.refused(&other, 1).unwrap();
    assert_eq!(pending(&directory), Vec::<String>::new());
    let issued = fs::read_to_string(directory.path().join("issued.csv")).unwrap();
    assert!(issued.ends_with(&format!("{DEVICE},me,02\n{DEVICE},me,03\n")));
    let record = state.device(&DEVICE).unwrap();
    assert_eq!((record.provisioned, record.confirmed_serial), (2, 3));
}

/// What a device holds, as far as its two slots go: the serials of the last two
/// configurations that it committed.
#[derive(Default)]
struct Slots(Vec<u32>);

impl Slots {
    fn commit(&mut self, serial: u32) {
        self.0.push(serial);
        self.0.drain(..self.0.len().saturating_sub(2));
    }
}

#[test]
fn whatever_is_lost_both_slots_of_a_device_are_known() {
    #[derive(Clone, Copy)]
    enum Lost {
        Configuration,
        Receipt,
        Nothing,
    }
    const CASES: [Lost; 3] = [Lost::Configuration, Lost::Receipt, Lost::Nothing];
    const STEPS: u32 = 3;
    for case in 0..CASES.len().pow(STEPS) {
        let directory = tempfile::tempdir().unwrap();
        let state = State::open(directory.path()).unwrap();
        let mut slots = Slots::default();
        // The last one loses nothing, so that each of the others is decided on.
        let lost = (0..STEPS).map(|step| CASES[case / CASES.len().pow(step) % CASES.len()]);
        for (step, lost) in lost.chain([Lost::Nothing]).enumerate() {
            let serial = state.reserve(&DEVICE, 0).unwrap().serial;
            // Each has a PSK of its own: the worst there is.
            let credential = psk(serial as u8);
            state.sending(&DEVICE, serial, &KEY, &credential).unwrap();
            if matches!(lost, Lost::Receipt | Lost::Nothing) {
                slots.commit(serial);
            }
            if matches!(lost, Lost::Nothing) {
                let confirmed = state.confirm(&DEVICE, serial, &KEY, Some(&credential));
                confirmed.unwrap();
            }
            let pending = pending(&directory);
            let issued = fs::read_to_string(directory.path().join("issued.csv"));
            let issued = issued.unwrap_or_default();
            let last: Vec<_> = issued.lines().skip(1).collect();
            let last = &last[last.len().saturating_sub(2)..];
            for serial in &slots.0 {
                let is_pending = pending.contains(&format!("{serial} 01 {serial:02x}"));
                let is_issued = last.contains(&&*format!("{DEVICE},me,{serial:02x}"));
                assert!(is_pending || is_issued, "{case} {step}: {serial}");
            }
        }
    }
}

#[test]
fn a_credential_that_is_sent_again_is_kept_once_and_with_its_first_serial() {
    let directory = tempfile::tempdir().unwrap();
    let state = State::open(directory.path()).unwrap();
    let send = |credential: &Credential| {
        let serial = state.reserve(&DEVICE, 0).unwrap().serial;
        state.sending(&DEVICE, serial, &KEY, credential).unwrap();
        serial
    };
    let undecided = |key| {
        let credential = state.undecided(&DEVICE, key).unwrap();
        credential.map(|credential| credential.psk.to_vec())
    };
    assert_eq!(undecided(&KEY), None);
    for serial in 1..=3 {
        assert_eq!(send(&psk(7)), serial);
        assert_eq!(pending(&directory), ["1 01 07"]);
        assert_eq!(undecided(&KEY), Some(vec![7]));
        assert_eq!(undecided(&[5; 65]), None, "it was not sent to that one");
    }
    // The device may hold it since 1, whatever it says of 3; or since 2 or 3,
    // when what it said of 1 comes late.
    for serial in [3, 1] {
        state.refused(&DEVICE, serial).unwrap();
        assert_eq!(undecided(&KEY), Some(vec![7]), "{serial}");
    }
    let serial = send(&psk(7));
    state.confirm(&DEVICE, serial, &KEY, Some(&psk(7))).unwrap();
    assert_eq!(pending(&directory), Vec::<String>::new());
    assert_eq!(undecided(&KEY), None, "it is decided");
    // A refusal of the one configuration that it was sent with decides, too.
    let serial = send(&psk(8));
    state.refused(&DEVICE, serial).unwrap();
    assert_eq!(undecided(&KEY), None);
    // One that was confirmed is pending again when it is sent again.
    let serial = send(&psk(7));
    assert_eq!(pending(&directory), [format!("{serial} 01 07")]);
    // A later receipt for a configuration without a credential: the device may
    // fall back to this one, and when it is sent again, that is kept anew.
    let without = state.reserve(&DEVICE, 0).unwrap().serial;
    state.confirm(&DEVICE, without, &KEY, None).unwrap();
    assert_eq!(pending(&directory), [format!("{serial} 01 07")]);
    assert_eq!(undecided(&KEY), None);
    let again = send(&psk(7));
    let rows = [serial, again].map(|serial| format!("{serial} 01 07"));
    assert_eq!(pending(&directory), rows);
}

#[test]
fn a_credential_is_known_wherever_noting_it_stops() {
    // What `confirm` changes, in this order; it stops before each of them.
    for (blocked, issued, confirmed) in [
        ("issued.csv", false, 0),
        ("devices", true, 0),
        ("pending.csv", true, 1),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let state = State::open(directory.path()).unwrap();
        state.reserve(&DEVICE, 0).unwrap();
        state.sending(&DEVICE, 1, &KEY, &credential()).unwrap();
        // A directory in the place of the file, or of the one that would
        // replace it: neither can be written.
        let device = format!("devices/{DEVICE}.json.new");
        let blocker = match blocked {
            "issued.csv" => path("issued.csv"),
            "devices" => path(&device),
            _ => path("pending.csv.new"),
        };
        fs::create_dir(&blocker).unwrap();
        let error = state.confirm(&DEVICE, 1, &KEY, Some(&credential()));
        assert!(error.is_err(), "{blocked}");
        assert_eq!(pending(&directory), ["1 01 abcd"], "{blocked}");
        assert_eq!(path("issued.csv").is_file(), issued, "{blocked}");
        drop(state);
        // A daemon that is started afterwards removes what was decided.
        fs::remove_dir(&blocker).unwrap();
        let state = State::open(directory.path()).unwrap();
        let record = state.device(&DEVICE).unwrap();
        assert_eq!(record.confirmed_serial, confirmed, "{blocked}");
        assert_eq!(pending(&directory).is_empty(), confirmed == 1, "{blocked}");
    }
}

#[test]
fn records_of_earlier_versions_are_read() {
    let directory = tempfile::tempdir().unwrap();
    drop(State::open(directory.path()).unwrap());
    let record = r#"{"format":1,"number":3,"last_serial":9,"provisioned":2,"identity_key":null}"#;
    fs::write(
        directory.path().join(format!("devices/{DEVICE}.json")),
        record,
    )
    .unwrap();
    let state = State::open(directory.path()).unwrap();
    let record = state.device(&DEVICE).unwrap();
    assert_eq!((record.number, record.confirmed_serial), (3, 0));
}

#[test]
fn an_identity_that_others_could_read_is_closed_to_them() {
    let directory = tempfile::tempdir().unwrap();
    drop(State::open(directory.path()).unwrap());
    let path = directory.path().join("identity.key");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    drop(State::open(directory.path()).unwrap());
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn damaged_files_are_errors_that_name_them() {
    let directory = tempfile::tempdir().unwrap();
    State::open(directory.path())
        .unwrap()
        .reserve(&DEVICE, 0)
        .unwrap();
    let device = directory.path().join(format!("devices/{DEVICE}.json"));
    for (path, content) in [
        (&device, "{"),
        (&directory.path().join("identity.key"), "zz"),
        (
            &directory.path().join("daemon.json"),
            r#"{"format":2,"daemon_id":"00000000000000000000000000000000"}"#,
        ),
    ] {
        let good = fs::read(path).unwrap();
        fs::write(path, content).unwrap();
        let error = State::open(directory.path()).err().unwrap().to_string();
        assert!(error.contains(path.to_str().unwrap()), "{error}");
        fs::write(path, good).unwrap();
    }
    assert!(State::open(directory.path()).is_ok());
}
