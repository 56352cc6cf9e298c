// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What is loaded, what is passed over, and what hostile flash cannot do.

use super::board::{Board, forever, ram};
use super::tbf::{app, header, padding};
use crate::process::{ProcessLoadError, State};
use crate::process_binary::{Discovered, ProcessBinaryError, discover};

#[test]
fn apps_behind_padding_are_found() {
    let board = Board::empty();
    let flash = [app("a").build(), padding(100), app("b").build()].concat();
    board.load(&flash, 64 * 1024).unwrap();
    assert_eq!(board.names(), ["a", "b"]);
    let states: std::vec::Vec<_> = board.processes().iter().map(|p| p.get_state()).collect();
    assert_eq!(states, [State::Yielded; 2]);
    let ends: std::vec::Vec<_> = board
        .processes()
        .iter()
        .map(|p| p.get_addresses())
        .collect();
    assert!(ends[0].sram_end <= ends[1].sram_start);
}

#[test]
fn an_app_that_may_not_run_is_passed_over() {
    let mut disabled = app("disabled");
    disabled.enabled = false;
    let mut any_kernel = app("any kernel");
    any_kernel.kernel_version = None;
    let mut newer = app("newer");
    newer.kernel_version = Some((2, 4));
    let mut other = app("other");
    other.kernel_version = Some((1, 0));
    let mut elsewhere = app("elsewhere");
    elsewhere.fixed = Some((0xFFFF_FFFF, 0x8000_0080));
    let mut far = app("far");
    far.fixed = Some((8, 0xFFFF_FFFF));
    let mut huge = app("huge");
    huge.min_ram = 0xFFFF_FFF0;
    let mut broken = app("broken").build();
    *broken.last_mut().unwrap() ^= 1;
    broken[20] ^= 1;
    let skipped = [disabled, any_kernel, newer, other, elsewhere, far, huge];
    for bad in skipped.map(|tbf| tbf.build()).into_iter().chain([broken]) {
        let board = Board::empty();
        let flash = [bad, app("good").build()].concat();
        board.load(&flash, 64 * 1024).unwrap();
        assert_eq!(board.names(), ["good"]);
    }
}

#[test]
fn the_newest_and_oldest_kernel_that_will_do() {
    for minor in 0..=3 {
        let board = Board::empty();
        let mut tbf = app("a");
        tbf.kernel_version = Some((2, minor));
        board.load(&tbf.build(), 64 * 1024).unwrap();
        assert_eq!(board.names(), ["a"]);
    }
}

#[test]
fn an_app_that_finds_no_ram_does_not_stop_the_ones_after_it() {
    let board = Board::empty();
    let mut large = app("large");
    large.min_ram = 20_000;
    let flash = [large.build(), app("small").build()].concat();
    board.load(&flash, 16 * 1024).unwrap();
    assert_eq!(board.names(), ["small"]);
}

#[test]
fn more_apps_than_slots_are_reported() {
    let board = Board::empty();
    let flash = ["a", "b", "c", "d"].map(|name| app(name).build()).concat();
    let result = board.load(&flash, 64 * 1024);
    assert!(matches!(result, Err(ProcessLoadError::NoProcessSlot)));
    assert_eq!(board.names(), ["a", "b", "c"]);
}

#[test]
fn every_way_to_cut_off_the_flash_is_survived() {
    let whole = [app("a").build(), app("b").build()].concat();
    let first = app("a").build().len();
    // Miri takes a second for each.
    let step = if cfg!(miri) { 61 } else { 1 };
    for len in (0..whole.len()).step_by(step) {
        let board = Board::empty();
        board.load(&whole[..len], 64 * 1024).unwrap();
        assert_eq!(board.names().len(), usize::from(len >= first), "{len}");
    }
}

#[test]
fn the_search_always_gets_on() {
    // A generator with a fixed seed: every run sees the same bytes.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    let valid = app("fuzzed").build();
    // Miri takes a thousand times as long for each.
    let rounds = if cfg!(miri) { 40 } else { 4000 };
    for round in 0..rounds {
        let mut bytes = [valid.clone(), valid.clone()].concat();
        for _ in 0..1 + round % 4 {
            let place = usize::from(random()) % 96;
            bytes[place] = random();
        }
        let mut flash: &'static [u8] = forever(&bytes);
        let end = flash.as_ptr_range().end;
        let mut steps = 0;
        loop {
            let rest = match discover(flash) {
                Discovered::Binary(binary, rest) => {
                    assert!(binary.flash.as_ptr_range().end <= end);
                    assert!(binary.footers.as_ptr_range().end <= end);
                    rest
                }
                Discovered::Skipped(_, rest) => rest,
                Discovered::End => break,
            };
            assert!(rest.len() < flash.len());
            flash = rest;
            steps += 1;
        }
        assert!(steps <= bytes.len());
    }
}

#[test]
fn lengths_that_lead_nowhere_end_the_search() {
    let mut nowhere = app("a").build();
    nowhere[4..8].fill(0);
    assert!(matches!(
        discover(forever(&nowhere)),
        Discovered::Skipped(ProcessBinaryError::TbfHeaderNotFound, [])
    ));
    for erased in [0, 0xFF] {
        assert!(matches!(discover(forever(&[erased; 64])), Discovered::End));
    }
    let mut beyond = app("a").build();
    beyond[4..8].fill(0xFF);
    assert!(matches!(
        discover(forever(&beyond)),
        Discovered::Skipped(_, [])
    ));
    let tiny = header(16, 1, std::vec::Vec::new());
    assert!(matches!(
        discover(forever(&tiny)),
        Discovered::Skipped(_, [])
    ));
    assert!(matches!(discover(forever(&[])), Discovered::End));
}

/// A whole app whose header says that it has this version.
fn of_version(version: u16) -> std::vec::Vec<u8> {
    let mut bytes = app("other").build();
    bytes[..2].copy_from_slice(&version.to_le_bytes());
    bytes
}

#[test]
fn an_app_of_another_version_is_passed_over() {
    for version in [1, 3, 0x0102, 0x7F01, 0xFF02, 0x00FF, 0xFFFE] {
        let board = Board::empty();
        let bad = of_version(version);
        let length = bad.len();
        let flash = [app("before").build(), bad.clone(), app("behind").build()].concat();
        board.load(&flash, 64 * 1024).unwrap();
        assert_eq!(board.names(), ["before", "behind"], "{version:#x}");
        let flash = forever(&[bad, app("behind").build()].concat());
        match discover(flash) {
            Discovered::Skipped(error, rest) => {
                assert_eq!(rest.as_ptr(), flash[length..].as_ptr());
                let line = std::format!("{error:?}");
                let expected =
                    std::format!("malformed TBF header: TBF version {version} is unknown");
                assert_eq!(line, expected);
            }
            _ => panic!("{version:#x} is not skipped"),
        }
    }
}

#[test]
fn nothing_comes_back_from_behind_the_end_of_the_list() {
    // Erased flash, what tockloader writes, and what both leave of a header.
    for version in [0xFFFF, 0, 0x0100, 0xFF00, 0x0200] {
        let stale = [of_version(version), app("stale").build()].concat();
        assert!(matches!(discover(forever(&stale)), Discovered::End));
        let board = Board::empty();
        let flash = [app("before").build(), stale].concat();
        board.load(&flash, 64 * 1024).unwrap();
        assert_eq!(board.names(), ["before"], "{version:#x}");
    }
    for short in [&[][..], &[0], &[0, 2], &[0xFF], &[0xFF; 7]] {
        assert!(matches!(discover(forever(short)), Discovered::End));
    }
}

#[test]
fn of_another_version_impossible_lengths_end_the_list() {
    let length = of_version(3).len() as u32;
    let behind = app("behind").build();
    let room = length + behind.len() as u32;
    for (header_size, total_size) in [
        (0, length),
        (15, length),
        (16, 0),
        (16, 12),
        (0xFFFF, length),
        (16, length + 1),
        (16, length + 2),
        (16, length - 1),
        (16, room + 4),
        (16, u32::MAX),
        (16, u32::MAX - 3),
    ] {
        let mut bad = of_version(3);
        bad[2..4].copy_from_slice(&u16::to_le_bytes(header_size));
        bad[4..8].copy_from_slice(&total_size.to_le_bytes());
        let flash = forever(&[bad, behind.clone()].concat());
        match discover(flash) {
            Discovered::Skipped(error, []) => {
                let beyond = matches!(error, ProcessBinaryError::NotEnoughFlash);
                let nowhere = matches!(error, ProcessBinaryError::TbfHeaderNotFound);
                assert!(beyond || nowhere, "{error:?}");
                let possible = header_size >= 16 && total_size.is_multiple_of(4);
                assert_eq!(beyond, possible && total_size > room, "{total_size}");
            }
            _ => panic!("{header_size} of {total_size}"),
        }
    }
    // The last that fits takes the rest.
    let mut last = of_version(3);
    last[4..8].copy_from_slice(&room.to_le_bytes());
    let flash = forever(&[last, behind].concat());
    assert!(matches!(
        discover(flash),
        Discovered::Skipped(ProcessBinaryError::TbfHeaderParseFailure(_), [])
    ));
}

#[test]
fn a_header_that_the_flash_cuts_off_is_told() {
    let whole = app("a").build();
    for length in 1..8 {
        assert!(matches!(
            discover(forever(&whole[..length])),
            Discovered::Skipped(ProcessBinaryError::NotEnoughFlash, [])
        ));
    }
}

#[test]
fn an_app_gets_the_ram_that_it_asked_for() {
    for min_ram in [0, 1, 1000, 4096, 30_000] {
        let board = Board::empty();
        let mut tbf = app("a");
        tbf.min_ram = min_ram;
        board.load(&tbf.build(), 64 * 1024).unwrap();
        let addresses = board.process().get_addresses();
        let own = addresses.sram_grant_start - addresses.sram_start;
        assert!(own >= min_ram as usize, "{own} of {min_ram}");
        let sizes = board.process().get_sizes();
        let kernel = sizes.grant_pointers + sizes.upcall_list + sizes.process_control_block;
        assert!(addresses.sram_end - addresses.sram_grant_start >= kernel);
    }
}

#[test]
fn no_ram_at_all_is_no_reason_to_panic() {
    for len in [0, 1, 7, 100, 1000] {
        let board = Board::empty();
        let flash: &'static [u8] = forever(&app("a").build());
        let result = crate::process::load_processes(
            board.kernel,
            board.chip,
            flash,
            ram(len),
            board.policy,
            &super::board::Caps,
        );
        assert!(result.is_ok());
        assert!(board.names().is_empty());
    }
}
