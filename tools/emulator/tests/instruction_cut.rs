// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The power is cut where it was asked for, on programs of a few words.
//!
//! The plugin comes from `make host`; a missing one is a failure.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use emulator::cut::{Cut, Place, Report};
use emulator::image;
use emulator::machine::{ConsoleEvent, Exit, Machine, Settings};

/// Where programs begin.
const BASE: u64 = 0x8000_0000;
/// Where the processor begins at power-on.
const RESET: u64 = 0x1000;

/// One instruction, then a loop of three.
const LOOP: [u32; 4] = [
    0x0000_0593, // li   a1, 0
    0x0015_8593, // addi a1, a1, 1
    0x0016_0613, // addi a2, a2, 1
    0xff9f_f06f, // j    -8
];

/// Three instructions, then a loop of four that programs a word of the flash with
/// zero in its second.
const PROGRAM_FLASH: [u32; 7] = [
    0x2200_05b7, // lui  a1, 0x22000       the flash
    0x0040_0637, // lui  a2, 0x400
    0x0406_0613, // addi a2, a2, 0x40      program a word, for both chips
    0x00c5_a023, // sw   a2, 0(a1)
    0x0005_a023, // sw   zero, 0(a1)
    0x0045_8593, // addi a1, a1, 4
    0xff5f_f06f, // j    -12
];

/// A net under a hanging test; nothing takes nearly as long.
const LIMIT: Duration = Duration::from_secs(60);

struct Setup {
    directory: PathBuf,
    settings: Settings,
    cut: Cut,
}

impl Setup {
    fn new(name: &str, words: &[u32]) -> Setup {
        let directory = env::temp_dir().join(format!("emulator-cut-{}-{name}", std::process::id()));
        fs::create_dir_all(&directory).expect("a folder for the test");
        let program = directory.join("program.bin");
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        fs::write(&program, bytes).expect("written");
        let default = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../target/release/libinstruction_cut.so");
        let library = env::var_os("EMULATOR_INSTRUCTION_CUT").map_or(default, PathBuf::from);
        assert!(
            library.exists(),
            "no {}: run 'make host'",
            library.display()
        );
        let cut = Cut {
            library,
            report: directory.join("cut.txt"),
            from: Some(BASE),
            end: None,
            after: None,
            notes: Vec::new(),
        };
        let settings = Settings::new(
            program,
            directory.join("flash.img"),
            directory.join("qemu.log"),
        );
        Setup {
            directory,
            settings,
            cut,
        }
    }

    /// Runs from power-on, with an erased flash, to the cut.
    fn run(&mut self) -> Report {
        image::erased_configuration(&self.settings.flash).expect("written");
        self.settings.cut = Some(self.cut.clone());
        let (sender, events) = mpsc::channel::<ConsoleEvent>();
        let machine = Machine::start(&self.settings, sender).expect("a machine");
        let ended = ConsoleEvent::End(machine.number);
        assert_eq!(events.recv_timeout(LIMIT), Ok(ended));
        assert_eq!(machine.ended(), Exit::Cut);
        self.cut.read_report().expect("a report")
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        // What cannot be removed does no harm in /tmp.
        drop(fs::remove_dir_all(&self.directory));
    }
}

#[test]
fn the_cut_comes_at_the_very_instruction() {
    let mut setup = Setup::new("count", &LOOP);
    for count in [0, 1, 2, 3, 4, 1_000, 1_000_001] {
        setup.cut.after = Some(count);
        let address = match count {
            0 => BASE,
            _ => BASE + 4 + 4 * ((count - 1) % 3),
        };
        assert_eq!(
            setup.run().cut,
            Some(Place { address, count }),
            "after {count}"
        );
    }
    setup.cut.from = None;
    setup.cut.after = Some(0);
    let place = Place {
        address: RESET,
        count: 0,
    };
    assert_eq!(setup.run().cut, Some(place), "at power-on");
}

#[test]
fn functions_are_noted_and_end_a_run() {
    let mut setup = Setup::new("notes", &LOOP);
    setup.cut.notes = vec![BASE + 4];
    setup.cut.after = Some(9);
    let counts =
        |report: &Report| -> Vec<u64> { report.notes.iter().map(|place| place.count).collect() };
    let report = setup.run();
    assert_eq!((counts(&report), report.at_end), (vec![1, 4, 7], false));
    setup.cut.end = Some(BASE + 12);
    let report = setup.run();
    let place = Place {
        address: BASE + 12,
        count: 3,
    };
    assert_eq!(counts(&report), [1]);
    assert_eq!((report.cut, report.at_end), (Some(place), true));
}

#[test]
fn what_was_programmed_before_the_cut_stays_and_nothing_comes_after_it() {
    let mut setup = Setup::new("flash", &PROGRAM_FLASH);
    for count in [4, 5, 8, 9, 4_004, 4_005] {
        setup.cut.after = Some(count);
        setup.run();
        let flash = fs::read(&setup.settings.flash).expect("the flash");
        let programmed = flash
            .chunks_exact(4)
            .take_while(|word| **word == [0; 4])
            .count();
        // Every fourth instruction programs one, the fifth first.
        assert_eq!(programmed as u64, (count - 1) / 4, "after {count}");
        let rest = &flash[4 * programmed..];
        assert!(rest.iter().all(|octet| *octet == 0xff), "after {count}");
    }
}
