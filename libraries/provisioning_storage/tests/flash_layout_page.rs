// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What `docs/reference/Flash_Layout.md` says is what the code does.

mod support;

use provisioning_storage::factory::{FACTORY_LEN, FACTORY_LEN_HARDWARE_ROOT, FactoryData};
use provisioning_storage::journal::{ATTEMPTS_UNKNOWN, Entry, JournalPage, RECORDS_PER_PAGE};
use provisioning_storage::layout::{ERASED, PAGE_LEN, Page};
use provisioning_storage::slot::{HEADER_LEN, MAX_SEALED_LEN, NONCE_LEN, SlotHeader, TAG_LEN};
use sha2::{Digest, Sha256};
use support::{Device, factory};

const TEXT: &str = include_str!("../../../docs/reference/Flash_Layout.md");

/// The rows of the first table after `place`, cell by cell, without its head.
fn table(place: &str) -> Vec<Vec<String>> {
    let (_, rest) = TEXT.split_once(place).expect(place);
    rest.lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().replace('`', "")).collect()
        })
        .collect()
}

/// Compares a byte table with bytes: fields in order, without gaps, each with
/// the bytes that belong to its name. Answers where the last one ends.
fn compare(place: &str, bytes: &[u8], fields: &[(&str, Vec<u8>)]) -> usize {
    let rows = table(place);
    let mut end = 0;
    let mut compared = 0;
    for row in &rows {
        let [offset, len, name] = row.as_slice() else {
            panic!("{place}: {row:?}");
        };
        assert_eq!(offset.parse(), Ok(end), "{place}: {name}");
        let Ok(len) = len.parse::<usize>() else {
            assert_eq!(len, "-");
            continue;
        };
        let (_, expected) = fields
            .iter()
            .find(|(field, _)| name.starts_with(field))
            .unwrap_or_else(|| panic!("{place}: unknown field {name}"));
        assert_eq!(&bytes[end..end + len], expected, "{place}: {name}");
        compared += 1;
        end += len;
    }
    assert_eq!(compared, fields.len(), "{place}: fields are missing");
    end
}

#[test]
fn pages() {
    let rows = table("## Pages");
    assert_eq!(rows.len(), Page::ALL.len());
    for (row, page) in rows.iter().zip(Page::ALL) {
        assert_eq!(row[0], format!("{page:?}"));
        assert_eq!(row[1].parse(), Ok(page.number()));
    }
}

#[test]
fn numbers() {
    let code = [
        ("PAGE_LEN", PAGE_LEN),
        ("FACTORY_LEN", FACTORY_LEN),
        ("FACTORY_LEN_HARDWARE_ROOT", FACTORY_LEN_HARDWARE_ROOT),
        ("HEADER_LEN", HEADER_LEN),
        ("NONCE_LEN", NONCE_LEN),
        ("TAG_LEN", TAG_LEN),
        ("MAX_SEALED_LEN", MAX_SEALED_LEN),
        ("RECORDS_PER_PAGE", RECORDS_PER_PAGE),
        ("ATTEMPTS_UNKNOWN", ATTEMPTS_UNKNOWN as usize),
    ];
    let said: Vec<_> = table("| `JournalB` | 4 |")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].parse::<usize>().unwrap()))
        .collect();
    assert_eq!(said, code.map(|(name, value)| (name.to_owned(), value)));
    assert!(TEXT.contains("An erased byte is `0xff`") && ERASED == 0xff);
}

#[test]
fn factory_page() {
    let mut page = [ERASED; PAGE_LEN];
    let data = factory();
    data.emit(&mut page).unwrap();
    let check = FACTORY_LEN - 32;
    let fields = [
        ("magic, TPFD", b"TPFD".to_vec()),
        ("version, 1", vec![1, 0]),
        (
            "length of all that is used, 444",
            444u16.to_le_bytes().to_vec(),
        ),
        ("device id", data.device_id.to_vec()),
        ("salt", data.salt.to_vec()),
        (
            "password hash: algorithm",
            data.kdf.algorithm.to_le_bytes().to_vec(),
        ),
        (
            "password hash: memory",
            data.kdf.memory_kib.to_le_bytes().to_vec(),
        ),
        (
            "password hash: passes",
            data.kdf.passes.to_le_bytes().to_vec(),
        ),
        (
            "password hash: lanes",
            data.kdf.lanes.to_le_bytes().to_vec(),
        ),
        ("w0*M", data.w0_m.to_vec()),
        ("w0*N", data.w0_n.to_vec()),
        ("w0", data.w0.to_vec()),
        ("L", data.l.to_vec()),
        ("identity key", data.identity_key.to_vec()),
        ("public identity key", data.identity_public.to_vec()),
        ("root secret", data.root_secret.unwrap().to_vec()),
        ("SHA-256", Sha256::digest(&page[..check]).to_vec()),
    ];
    assert_eq!(compare("### Factory page", &page, &fields), FACTORY_LEN);

    // Version 2 is the same without the root secret.
    let mut without = [ERASED; PAGE_LEN];
    let data = FactoryData {
        root_secret: None,
        ..factory()
    };
    data.emit(&mut without).unwrap();
    let content = FACTORY_LEN_HARDWARE_ROOT - 32;
    assert_eq!(without[8..content], page[8..content]);
    assert_eq!(
        without[4..8],
        [2, 0, 156, 1],
        "version 2, length {FACTORY_LEN_HARDWARE_ROOT}"
    );
    assert_eq!(
        without[content..FACTORY_LEN_HARDWARE_ROOT],
        Sha256::digest(&without[..content])[..]
    );
    assert!(TEXT.contains(&format!("Version 2: {FACTORY_LEN_HARDWARE_ROOT} bytes")));
}

#[test]
fn slot_header() {
    let mut page = [ERASED; PAGE_LEN];
    let header = SlotHeader {
        sequence: 0x0403_0201,
        serial: 0x0807_0605,
        nonce: [9; NONCE_LEN],
        sealed_len: 0x0302,
    };
    header.emit(&mut page).unwrap();
    let fields = [
        ("magic, TPCS", b"TPCS".to_vec()),
        ("version, 1", vec![1, 0]),
        ("length of the sealed", vec![2, 3]),
        ("sequence number", vec![1, 2, 3, 4]),
        ("serial number", vec![5, 6, 7, 8]),
        ("nonce", vec![9; NONCE_LEN]),
        ("zeros", vec![0; 3]),
    ];
    assert_eq!(compare("### Slot", &page, &fields), HEADER_LEN);
}

#[test]
fn journal_page() {
    let mut device = Device::new(1);
    device.boot();
    let attempts = 0x0a0b_0c0d_u32;
    device.record(Entry::Attempts(attempts)).unwrap().unwrap();
    device
        .record(Entry::SerialFloor(0x0102_0304))
        .unwrap()
        .unwrap();
    let page = device.flash.pages[Page::JournalA.number()];

    let crc_32 = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC).checksum(&page[..28]);
    let fields = [
        ("magic, TPJ2", b"TPJ2".to_vec()),
        ("generation", vec![1, 0, 0, 0]),
        ("attempts", attempts.to_le_bytes().to_vec()),
        ("serial floor", vec![0; 4]),
        ("restarts", vec![0; 4]),
        ("erases of SlotA", vec![0; 4]),
        ("erases of SlotB", vec![0; 4]),
        ("CRC-32 (ISO-HDLC)", crc_32.to_le_bytes().to_vec()),
    ];
    let records = compare("### Journal page", &page, &fields);

    let crc_24 = crc::Crc::<u32>::new(&crc::CRC_24_OPENPGP).checksum(&[2, 4, 3, 2, 1]);
    let fields = [
        ("value", vec![4, 3, 2, 1]),
        ("CRC-24 (OpenPGP)", crc_24.to_le_bytes()[..3].to_vec()),
        ("kind: 1 attempts, 2 serial floor, 3 restarts, 4 ", vec![2]),
    ];
    let record_len = compare("\nA record:\n", &page[records..], &fields);
    assert_eq!((PAGE_LEN - records) / record_len, RECORDS_PER_PAGE);
    assert!(matches!(
        JournalPage::parse(&page),
        JournalPage::Valid { next, .. } if next == records + record_len
    ));
}

/// The arithmetic under "Wear", with the code's numbers.
#[test]
fn wear() {
    let counts = RECORDS_PER_PAGE + 1;
    let moves = 1_000_000_usize.div_ceil(counts);
    for said in [
        format!("{RECORDS_PER_PAGE} in records, {counts} in all"),
        format!("1000000 counts take {moves} moves"),
        format!("{} erases at most of a page", moves.div_ceil(2)),
        // Four entries for each provisioning, two pages.
        format!(
            "some {} million provisionings",
            2 * 100_000 * counts / 4 / 1_000_000
        ),
    ] {
        assert!(TEXT.contains(&said), "{said}");
    }
}

/// The diagrams use the names of the code, all of them.
#[test]
fn states() {
    let sources = [
        (
            "Load ",
            "LoadState",
            4,
            include_str!("../src/tasks/load.rs"),
        ),
        (
            "Record ",
            "RecordState",
            5,
            include_str!("../src/tasks/record.rs"),
        ),
        (
            "Erase ",
            "EraseState",
            2,
            include_str!("../src/tasks/erase.rs"),
        ),
        (
            "Commit ",
            "CommitState",
            8,
            include_str!("../src/tasks/commit.rs"),
        ),
        (
            "Wipe ",
            "WipeState",
            4,
            include_str!("../src/tasks/wipe.rs"),
        ),
    ];
    let diagrams = TEXT.split("```").nth(1).unwrap();
    for (index, (task, name, count, source)) in sources.iter().enumerate() {
        let from = diagrams.find(task).expect(task);
        let to = sources.get(index + 1).map_or(diagrams.len(), |(next, ..)| {
            diagrams.find(next).expect(next)
        });
        let diagram = &diagrams[from..to];
        let body = source.split_once(&format!("enum {name} {{")).unwrap().1;
        let body = body.split_once("\n}").unwrap().0;
        let variants: Vec<_> = body
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with(char::is_uppercase))
            .map(|line| line.split(['(', ',']).next().unwrap())
            .collect();
        assert_eq!(variants.len(), *count, "{name}: {variants:?}");
        for variant in variants {
            assert!(diagram.contains(variant), "{task}: {variant} is not drawn");
        }
    }
}
