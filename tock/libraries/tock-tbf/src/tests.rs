// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Headers and footers, good ones first, then each way to break them.

use crate::parse::{parse_tbf_footer, parse_tbf_header, parse_tbf_header_lengths};
use crate::types::{
    CommandPermissions, InitialTbfParseError, TbfFooterV2CredentialsType, TbfHeader, TbfParseError,
};
use core::num::NonZeroU32;

extern crate std;
use std::boxed::Box;
use std::vec;
use std::vec::Vec;

const TOTAL: u32 = 0x1000;

/// Miri takes some thousand times as long, and there is no unsafe code here that
/// only a certain bit would get to.
const BIT_STEP: usize = if cfg!(miri) { 23 } else { 1 };
const GARBAGE: usize = if cfg!(miri) { 400 } else { 20_000 };

fn tlv(tipe: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(tipe.to_le_bytes());
    bytes.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Sets size and checksum right, independently of the parser.
fn seal(bytes: &mut [u8]) {
    let size = u16::try_from(bytes.len()).unwrap();
    bytes[2..4].copy_from_slice(&size.to_le_bytes());
    bytes[12..16].fill(0);
    let sum = bytes.iter().enumerate().fold([0u8; 4], |mut sum, (i, b)| {
        sum[i % 4] ^= b;
        sum
    });
    bytes[12..16].copy_from_slice(&sum);
}

fn header_with(total: u32, flags: u32, tlvs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 0];
    bytes.extend(words(&[total, flags, 0]));
    bytes.extend(tlvs.concat());
    seal(&mut bytes);
    bytes
}

fn header(tlvs: &[Vec<u8>]) -> Vec<u8> {
    header_with(TOTAL, 1, tlvs)
}

/// Entry point 0x29 behind the header, 0x14 bytes of trailer, 0x1234 of RAM.
fn main() -> Vec<u8> {
    tlv(1, &words(&[0x29, 0x14, 0x1234]))
}

fn program() -> Vec<u8> {
    tlv(9, &words(&[0x31, 0x18, 0x4321, 0xF00, 7]))
}

fn parse(bytes: &[u8]) -> Result<TbfHeader<'_>, TbfParseError> {
    parse_tbf_header(bytes, 2)
}

/// Every question that a header answers, for input that nobody vouches for.
fn ask_everything(header: &TbfHeader) {
    assert!(header.get_binary_end() <= header.get_total_size());
    assert!(header.get_protected_size() <= header.get_binary_end());
    assert!(header.get_init_function_offset() <= header.get_binary_end());
    for index in 0..=header.number_writeable_flash_regions() {
        let (offset, size) = header.get_writeable_flash_region(index);
        assert!(offset.checked_add(size).is_some());
    }
    for driver in [0, 1, usize::MAX] {
        header.get_command_permissions(driver, driver);
    }
    let lists = [
        header.get_storage_read_ids(),
        header.get_storage_modify_ids(),
    ];
    assert!(lists.into_iter().flatten().all(|(count, _)| count <= 8));
    header.get_package_name();
    header.get_fixed_address_flash();
    header.get_fixed_address_ram();
}

fn full_header() -> Vec<u8> {
    let permission = |driver: u32, offset: u32, mask: u64| {
        [words(&[driver, offset]), mask.to_le_bytes().to_vec()].concat()
    };
    let permissions = [
        vec![3, 0],
        permission(1, 0, 0b110),
        permission(1, 2, 1 << 63),
        permission(0x9000_0000, 0, 1),
    ]
    .concat();
    let storage = [
        words(&[0x11]),
        vec![2, 0],
        words(&[1, 2]),
        vec![1, 0],
        words(&[3]),
    ]
    .concat();
    header(&[
        main(),
        program(),
        tlv(3, b"tenant"),
        tlv(2, &words(&[0x200, 0x100, 0x400, 0x80])),
        tlv(5, &words(&[0x8030_0000, 0xFFFF_FFFF])),
        tlv(6, &permissions),
        tlv(7, &storage),
        tlv(8, &[2, 0, 1, 0]),
        tlv(10, &words(&[0x1001])),
        tlv(0x8001, b"out of tree"),
    ])
}

#[test]
fn a_full_header_answers_all_questions() {
    let bytes = full_header();
    let size = u32::try_from(bytes.len()).unwrap();
    let header = parse(&bytes).unwrap();
    ask_everything(&header);
    assert!(header.is_app() && header.enabled() && !header.sticky());
    assert_eq!(header.get_total_size(), TOTAL);
    assert_eq!(header.get_minimum_app_ram_size(), 0x4321);
    assert_eq!(header.get_protected_size(), size + 0x18);
    assert_eq!(header.get_app_start_offset(), size + 0x18);
    assert_eq!(header.get_init_function_offset(), size + 0x31);
    assert_eq!(header.get_binary_end(), 0xF00);
    assert_eq!(header.get_app_version(), 7);
    assert_eq!(header.get_package_name(), Some("tenant"));
    assert_eq!(header.number_writeable_flash_regions(), 2);
    assert_eq!(header.get_writeable_flash_region(1), (0x400, 0x80));
    assert_eq!(header.get_writeable_flash_region(2), (0, 0));
    assert_eq!(header.get_fixed_address_ram(), Some(0x8030_0000));
    assert_eq!(header.get_fixed_address_flash(), None);
    assert_eq!(header.get_kernel_version(), Some((2, 1)));
    assert_eq!(header.get_fixed_short_id(), NonZeroU32::new(0x1001));
    assert_eq!(header.get_storage_write_id(), NonZeroU32::new(0x11));
    assert_eq!(
        header.get_storage_read_ids(),
        Some((2, [1, 2, 0, 0, 0, 0, 0, 0]))
    );
    assert_eq!(
        header.get_storage_modify_ids(),
        Some((1, [3, 0, 0, 0, 0, 0, 0, 0]))
    );
    for (driver, offset, expected) in [
        (1, 0, CommandPermissions::Mask(0b110)),
        (1, 1, CommandPermissions::Mask(0)),
        (1, 2, CommandPermissions::Mask(1 << 63)),
        (0x9000_0000, 0, CommandPermissions::Mask(1)),
        (2, 0, CommandPermissions::NoPermsThisDriver),
    ] {
        assert_eq!(header.get_command_permissions(driver, offset), expected);
    }
}

#[test]
fn a_header_with_main_only_ends_with_its_binary() {
    let bytes = header(&[main()]);
    let header = parse(&bytes).unwrap();
    assert_eq!(header.get_protected_size(), 32 + 0x14);
    assert_eq!(header.get_init_function_offset(), 32 + 0x29);
    assert_eq!(header.get_minimum_app_ram_size(), 0x1234);
    assert_eq!(header.get_binary_end(), TOTAL);
    assert_eq!(header.get_app_version(), 0);
    assert_eq!(header.get_kernel_version(), None);
    assert_eq!(header.get_storage_read_ids(), None);
    assert_eq!(
        header.get_command_permissions(1, 0),
        CommandPermissions::NoPermsAtAll
    );
}

#[test]
fn padding_is_no_application() {
    let bytes = header_with(TOTAL, 1, &[]);
    let header = parse(&bytes).unwrap();
    assert!(header.is_padding() && !header.is_app() && !header.enabled());
    assert_eq!(header.get_total_size(), TOTAL);
    ask_everything(&header);
}

#[test]
fn flags_are_read() {
    for (flags, enabled, sticky) in [(0, false, false), (1, true, false), (2, false, true)] {
        let bytes = header_with(TOTAL, flags, &[main()]);
        let header = parse(&bytes).unwrap();
        assert_eq!((header.enabled(), header.sticky()), (enabled, sticky));
    }
}

#[test]
fn the_first_of_duplicated_tlvs_wins() {
    let once = full_header();
    let second = [
        tlv(1, &words(&[1, 1, 1])),
        tlv(2, &words(&[1, 1])),
        tlv(3, b"second"),
        tlv(5, &words(&[1, 1])),
        tlv(6, &[0, 0]),
        tlv(7, &[0; 8]),
        tlv(8, &[9, 0, 9, 0]),
        tlv(9, &words(&[1, 1, 1, 0x800, 1])),
        tlv(10, &words(&[1])),
    ];
    let mut twice = [once.clone(), second.concat()].concat();
    seal(&mut twice);
    // The base differs in size and checksum; the TLVs must not differ.
    let tlvs = |bytes: &[u8]| match parse(bytes) {
        Ok(TbfHeader::TbfHeaderV2(header)) => {
            let debug = std::format!("{header:?}");
            debug.split_once("main:").unwrap().1.into()
        }
        other => panic!("no application: {other:?}"),
    };
    let expected: std::string::String = tlvs(&once);
    assert_eq!(tlvs(&twice), expected);
}

#[test]
fn the_padding_of_the_last_tlv_may_be_missing() {
    let mut bytes = header(&[main(), tlv(3, b"name5")]);
    bytes.truncate(bytes.len() - 3);
    seal(&mut bytes);
    assert_eq!(parse(&bytes).unwrap().get_package_name(), Some("name5"));
}

#[test]
fn lengths_tell_where_the_list_of_binaries_goes_on_or_ends() {
    let lengths = |version: u16, header: u16, total: u32| {
        let mut bytes = [0; 8];
        bytes[..2].copy_from_slice(&version.to_le_bytes());
        bytes[2..4].copy_from_slice(&header.to_le_bytes());
        bytes[4..].copy_from_slice(&total.to_le_bytes());
        parse_tbf_header_lengths(&bytes)
    };
    assert_eq!(lengths(2, 16, 16), Ok((2, 16, 16)));
    assert_eq!(lengths(2, 0xFFFF, u32::MAX), Ok((2, 0xFFFF, u32::MAX)));
    for (version, header, total, error) in [
        (1, 16, 16, InitialTbfParseError::UnableToParse),
        (
            0xFFFF,
            0xFFFF,
            u32::MAX,
            InitialTbfParseError::UnableToParse,
        ),
        (2, 16, 0, InitialTbfParseError::UnableToParse),
        (2, 15, 64, InitialTbfParseError::InvalidHeader(64)),
        (2, 65, 64, InitialTbfParseError::InvalidHeader(64)),
    ] {
        assert_eq!(lengths(version, header, total), Err(error));
    }
}

#[test]
fn a_truncated_header_is_refused_at_every_length() {
    let bytes = full_header();
    for length in 0..bytes.len() {
        assert_eq!(
            parse(&bytes[..length]).err(),
            Some(TbfParseError::NotEnoughFlash),
            "{length} bytes"
        );
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let bytes = full_header();
    for bit in (0..bytes.len() * 8).step_by(BIT_STEP) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(parse(&flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn headers_that_are_valid_but_for_a_flipped_bit_never_panic() {
    let bytes = full_header();
    for bit in (128..bytes.len() * 8).step_by(BIT_STEP) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        seal(&mut flipped);
        if let Ok(header) = parse(&flipped) {
            ask_everything(&header);
        }
    }
}

#[test]
fn headers_of_garbage_with_a_right_checksum_never_panic() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut parsed = 0;
    for _ in 0..GARBAGE {
        let mut garbage = Vec::new();
        for _ in 0..24 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // Small numbers make types and lengths that exist.
            garbage.push(if state & 3 == 0 {
                (state >> 8) as u8
            } else {
                (state >> 8) as u8 % 13
            });
        }
        let bytes = header(&[main(), garbage]);
        if let Ok(header) = parse(&bytes) {
            ask_everything(&header);
            parsed += 1;
        }
    }
    assert!(
        parsed > 0 || cfg!(miri),
        "some garbage must get past the TLV headers"
    );
}

#[test]
fn wrong_versions_and_checksums_are_named() {
    let mut bytes = header(&[main()]);
    assert_eq!(
        parse_tbf_header(&bytes, 3).err(),
        Some(TbfParseError::UnsupportedVersion(3))
    );
    bytes[12] ^= 0xFF;
    let found = u32::from_le_bytes(bytes[12..16].try_into().unwrap());
    assert_eq!(
        parse(&bytes).err(),
        Some(TbfParseError::ChecksumMismatch(found, found ^ 0xFF))
    );
    bytes[0] = 1;
    assert_eq!(
        parse(&bytes).err(),
        Some(TbfParseError::UnsupportedVersion(1))
    );
}

#[test]
fn lengths_that_contradict_each_other_are_refused() {
    let program =
        |init: u32, trailer: u32, end: u32| vec![tlv(9, &words(&[init, trailer, 0, end, 0]))];
    let main = |init: u32, trailer: u32| vec![tlv(1, &words(&[init, trailer, 0]))];
    let size = 16 + 24;
    for tlvs in [
        program(0, 0, TOTAL + 1),
        program(0, 0, size - 1),
        program(0, u32::MAX, TOTAL),
        program(u32::MAX, 0, TOTAL),
        program(0, TOTAL - size + 1, TOTAL),
        program(TOTAL - size + 1, 0, TOTAL),
        main(u32::MAX - 8, 0),
        main(0, TOTAL),
    ] {
        assert_eq!(parse(&header(&tlvs)).err(), Some(TbfParseError::BadLength));
    }
    assert!(parse(&header(&program(TOTAL - size, TOTAL - size, TOTAL))).is_ok());
    let short = header_with(16, 1, &[self::main()]);
    assert_eq!(parse(&short).err(), Some(TbfParseError::BadLength));
}

#[test]
fn malformed_tlvs_are_named_by_type() {
    let many_ids = [words(&[1]), vec![9, 0], words(&[0; 9]), vec![0, 0]].concat();
    let overflowing_region = words(&[u32::MAX, 1]);
    for (tipe, value) in [
        (1, &[0; 11][..]),
        (2, &[0; 7]),
        (2, &overflowing_region),
        (5, &[0; 4]),
        (6, &[]),
        (6, &[1, 0]),
        (6, &[0xFF, 0xFF, 0, 0]),
        (7, &[0; 7]),
        (7, &many_ids),
        (8, &[0; 2]),
        (9, &[0; 16]),
        (10, &[0; 8]),
    ] {
        let bytes = header(&[tlv(tipe, value), main()]);
        assert_eq!(
            parse(&bytes).err(),
            Some(TbfParseError::BadTlvEntry(tipe.into())),
            "type {tipe}, {value:?}"
        );
    }
    let bad_name = header(&[main(), tlv(3, &[0xFF])]);
    assert_eq!(parse(&bad_name).err(), Some(TbfParseError::BadProcessName));
    let nameless = header(&[tlv(3, b"name")]);
    assert_eq!(parse(&nameless).err(), Some(TbfParseError::NoMainOrProgram));
}

#[test]
fn a_tlv_that_reaches_beyond_the_header_is_refused() {
    let mut long = tlv(3, b"name");
    long[2] = 5;
    assert_eq!(
        parse(&header(&[main(), long])).err(),
        Some(TbfParseError::NotEnoughFlash)
    );
    assert_eq!(
        parse(&header(&[main(), vec![3, 0]])).err(),
        Some(TbfParseError::NotEnoughFlash)
    );
}

fn footer(format: u32, data: &[u8]) -> &'static [u8] {
    Box::leak(tlv(128, &[&words(&[format]), data].concat()).into_boxed_slice())
}

#[test]
fn credentials_of_every_format_are_found() {
    for (format, length) in [
        (0, 0),
        (0, 100),
        (1, 768),
        (2, 1024),
        (3, 32),
        (4, 48),
        (5, 64),
        (6, 64),
    ] {
        let bytes = footer(format, &vec![0xA5; length]);
        let (credentials, consumed) = parse_tbf_footer(bytes).unwrap();
        assert_eq!(credentials.format() as u32, format);
        assert_eq!(credentials.data(), vec![0xA5; length]);
        assert_eq!(consumed as usize, bytes.len());
    }
    assert_eq!(TbfFooterV2CredentialsType::SHA256.data_length(), 32);
}

#[test]
fn a_following_footer_is_left_to_the_next_call() {
    let both = [footer(3, &[1; 32]), footer(6, &[2; 64])].concat();
    let both: &'static [u8] = Box::leak(both.into_boxed_slice());
    let (first, length) = parse_tbf_footer(both).unwrap();
    let (second, rest) = parse_tbf_footer(&both[length as usize..]).unwrap();
    assert_eq!((first.data()[0], second.data()[0]), (1, 2));
    assert_eq!((length + rest) as usize, both.len());
}

#[test]
fn malformed_footers_are_errors() {
    let bad = Some(TbfParseError::BadTlvEntry(128));
    assert_eq!(parse_tbf_footer(footer(7, &[])).err(), bad);
    assert_eq!(parse_tbf_footer(footer(u32::MAX, &[0; 32])).err(), bad);
    assert_eq!(parse_tbf_footer(footer(3, &[0; 31])).err(), bad);
    assert_eq!(parse_tbf_footer(footer(3, &[0; 33])).err(), bad);
    let headless: &'static [u8] = Box::leak(tlv(128, &[3, 0]).into_boxed_slice());
    assert_eq!(parse_tbf_footer(headless).err(), bad);
    let other: &'static [u8] = Box::leak(tlv(3, b"name").into_boxed_slice());
    assert_eq!(
        parse_tbf_footer(other).err(),
        Some(TbfParseError::BadTlvEntry(3))
    );
    let whole = footer(3, &[0; 32]);
    for length in 0..whole.len() {
        assert_eq!(
            parse_tbf_footer(&whole[..length]).err(),
            Some(TbfParseError::NotEnoughFlash)
        );
    }
}
