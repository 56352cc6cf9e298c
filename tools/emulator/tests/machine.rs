// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The bench itself against the real QEMU, with a program of a few words.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use emulator::clock;
use emulator::image;
use emulator::machine::{ConsoleEvent, Exit, Machine, Settings};
use emulator::memory;

/// Says "hi", waits until `mtime` is past 10 s, and restarts the machine.
const PROGRAM: [u32; 17] = [
    0x1000_05b7, // lui  a1, 0x10000        the UART
    0x0680_0613, // li   a2, 'h'
    0x00c5_8023, // sb   a2, 0(a1)
    0x0690_0613, // li   a2, 'i'
    0x00c5_8023, // sb   a2, 0(a1)
    0x00a0_0613, // li   a2, '\n'
    0x00c5_8023, // sb   a2, 0(a1)
    0x0200_c6b7, // lui  a3, 0x200c         above mtime
    0x05f5_e7b7, // lui  a5, 0x5f5e
    0x1007_8793, // addi a5, a5, 0x100      100,000,000 ticks
    0xff86_a703, // lw   a4, -8(a3)
    0xfef7_6ee3, // bltu a4, a5, -4
    0x0010_0537, // lui  a0, 0x100          sifive_test
    0x0000_7637, // lui  a2, 0x7
    0x7776_0613, // addi a2, a2, 0x777
    0x00c5_2023, // sw   a2, 0(a0)
    0x0000_006f, // j    .
];

/// `addi a2, a2, 0x555` and `lui a2, 0x5` switch off instead.
const OFF: [(usize, u32); 2] = [(13, 0x0000_5637), (14, 0x5556_0613)];

/// A net under a hanging test; nothing takes nearly as long.
const LIMIT: Duration = Duration::from_secs(60);

struct Setup {
    directory: PathBuf,
    settings: Settings,
}

impl Setup {
    fn new(name: &str, words: &[u32]) -> Setup {
        let directory =
            std::env::temp_dir().join(format!("emulator-test-{}-{name}", std::process::id()));
        fs::create_dir_all(&directory).expect("a folder for the test");
        let program = directory.join("program.bin");
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        fs::write(&program, bytes).expect("written");
        let flash = directory.join("flash.img");
        image::erased_configuration(&flash).expect("written");
        let settings = Settings::new(program, flash, directory.join("qemu.log"));
        Setup {
            directory,
            settings,
        }
    }

    fn start(&self) -> (Machine, Receiver<ConsoleEvent>) {
        let (sender, events) = mpsc::channel();
        let machine = Machine::start(&self.settings, sender).expect("a machine");
        (machine, events)
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        // What cannot be removed does no harm in /tmp.
        drop(fs::remove_dir_all(&self.directory));
    }
}

fn next(events: &Receiver<ConsoleEvent>) -> ConsoleEvent {
    events
        .recv_timeout(LIMIT)
        .expect("something on the console")
}

fn read(machine: &mut Machine, address: u64, directory: &Path) -> u32 {
    let bytes = memory::read(&mut machine.qmp, address, 4, &directory.join("memory.bin"));
    u32::from_le_bytes(bytes.expect("read").try_into().expect("four bytes"))
}

#[test]
fn a_program_runs_is_looked_at_and_restarts() {
    let setup = Setup::new("restart", &PROGRAM);
    let (mut machine, events) = setup.start();
    assert_eq!(next(&events), ConsoleEvent::Line("hi".into()));
    assert_eq!(
        read(&mut machine, 0x8000_0000, &setup.directory),
        PROGRAM[0]
    );

    let before = machine.clock.ticks().expect("the time");
    machine
        .clock
        .advance(Duration::from_secs(5))
        .expect("moved");
    let after = machine.clock.ticks().expect("the time");
    assert!(clock::duration(after - before) >= Duration::from_secs(5));

    // It restarts while the clock is moved past its 10 s, so that the last
    // jumps find nobody.
    drop(machine.clock.advance(Duration::from_secs(6)));
    assert_eq!(next(&events), ConsoleEvent::End(machine.number));
    assert_eq!(machine.ended(), Exit::Reset);
}

#[test]
fn a_program_that_switches_off_is_told_from_one_that_restarts() {
    let mut words = PROGRAM;
    for (index, word) in OFF {
        words[index] = word;
    }
    let setup = Setup::new("off", &words);
    let (mut machine, events) = setup.start();
    assert_eq!(next(&events), ConsoleEvent::Line("hi".into()));
    drop(machine.clock.advance(Duration::from_secs(11)));
    assert_eq!(next(&events), ConsoleEvent::End(machine.number));
    assert_eq!(machine.ended(), Exit::Off);
}

#[test]
fn what_is_killed_is_broken_and_says_where_to_look() {
    let setup = Setup::new("killed", &PROGRAM);
    let (mut machine, events) = setup.start();
    assert_eq!(next(&events), ConsoleEvent::Line("hi".into()));
    // QEMU's own way to end without the guest's wish.
    drop(machine.qmp.execute("quit", serde_json::json!({})));
    assert_eq!(next(&events), ConsoleEvent::End(machine.number));
    match machine.ended() {
        Exit::Broken(why) => assert!(why.contains("qemu.log"), "{why}"),
        other => panic!("{other:?}"),
    }
}
