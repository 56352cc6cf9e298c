// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Processes that wish the board ill, with the rights of those that belong there.
//!
//! `apps/tests/hostile` takes the place of the provisioner and of the tenants, in
//! the same flash; what each of its lives does follows from a seed that is written
//! into its image and printed for each life. Afterwards nothing
//! secret is in any memory that a process can read nor on the console, the kernel
//! goes on, and the board with its real applications is as it should be.

use std::env;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use emulator::failure::{Failure, Result, While};
use emulator::image;
use emulator::machine::{Network, Pace};
use emulator::memory::find;
use emulator::phase::Phase;
use emulator::rig::{Mark, Seen};
use emulator::scenario::{wait_provisioned, wait_tenant};
use provisioning_storage::layout::Page;

use crate::lifecycle::press_twice;
use crate::secrets::{Secret, Watched, first_in};
use crate::support::{Bench, LIMIT, require, starts};

/// Memory of all applications, the kernel's grants in it included.
const APPLICATIONS: Range<u64> = 0x8030_0000..0x8040_0000;
/// The kernel's own memory, its stack included.
const KERNEL: Range<u64> = 0x8020_0000..0x8030_0000;

/// A process that faults has so many lives on this board: the kernel counts the
/// start after loading among the three restarts.
const LIVES: usize = 3;

/// Most steps of each life.
const STEPS: u32 = 200;

/// What a hostile process does; the numbers are those of its `parameters.rs`.
#[derive(Clone, Copy)]
enum Mode {
    Sequence = 0,
    Alarms = 1,
    DieAgreeing = 2,
}

const PROVISIONER: &str = "hostile";
const TENANTS: [&str; 2] = ["hostile_tenant", "hostile_neighbour"];

/// Puts the processes with these names into the program flash.
fn install(bench: &mut Bench, names: &[&str]) -> Result<()> {
    let tabs = match env::var("EMULATOR_TEST_TABS") {
        Ok(list) => list.split_whitespace().map(PathBuf::from).collect(),
        Err(_) => {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tabs");
            let tab = |name| PathBuf::from(folder).join(format!("{name}.tab"));
            [&[PROVISIONER][..], &TENANTS]
                .concat()
                .into_iter()
                .map(tab)
                .collect::<Vec<_>>()
        }
    };
    let wanted: Vec<PathBuf> = names
        .iter()
        .filter_map(|name| {
            let named = |tab: &&PathBuf| tab.file_stem().is_some_and(|stem| stem == *name);
            tabs.iter().find(named).cloned()
        })
        .collect();
    require(wanted.len() == names.len(), "the images are there", &tabs)?;
    let program = bench.rig().machine_settings().program.clone();
    let parts = &bench.parts;
    image::program(&parts.kernel, &wanted, &parts.tockloader, &program)
}

/// Puts the real applications back.
fn install_real(bench: &mut Bench) -> Result<()> {
    let program = bench.rig().machine_settings().program.clone();
    let parts = &bench.parts;
    image::program(&parts.kernel, &parts.tabs, &parts.tockloader, &program)
}

/// Writes into the images what the processes are to do. `seed` holds the moment of
/// a single life in its lower half, or 0 there.
fn instruct(bench: &mut Bench, seed: u64, mode: Mode) -> Result<()> {
    const MARK: &[u8] = b"HOSTILE!";
    let path = bench.rig().machine_settings().program.clone();
    let doing = || format!("instructing {}", path.display());
    let mut bytes = fs::read(&path).doing(doing)?;
    for application in image::applications(&bytes) {
        let range = application.offset..application.offset + application.size;
        let place = bytes.get_mut(range).unwrap_or_default();
        let parameters = find(place, MARK).map(|at| at + MARK.len());
        let parameters = parameters.and_then(|at| place.get_mut(at..at + 16));
        let Some(parameters) = parameters else {
            return Err(Failure::new(doing(), "it has no place for parameters"));
        };
        let words = [(seed >> 32) as u32, seed as u32, STEPS, mode as u32];
        parameters.copy_from_slice(words.map(u32::to_le_bytes).as_flattened());
    }
    fs::write(&path, bytes).doing(doing)
}

/// Waits until so many lines of hostile processes with this text were seen.
fn wait_lines(bench: &mut Bench, from: Mark, text: &str, count: usize) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let start = format!("hostile: {text}");
    bench.rig().wait(
        from,
        &format!("for {count} lines {start:?}"),
        LIMIT,
        |seen| {
            if let Seen::Console(line) = seen
                && let Some(at) = line.find(&start)
            {
                lines.push(line[at + start.len()..].trim().to_owned());
            }
            (lines.len() == count).then_some(())
        },
    )?;
    Ok(lines)
}

/// The number behind a word of a line.
fn number(line: &str, word: &str) -> Result<u64> {
    let mut words = line.split_whitespace();
    words
        .find(|found| *found == word)
        .and_then(|_| words.next()?.parse().ok())
        .ok_or_else(|| Failure::new(format!("reading {word}"), line))
}

/// Neither processes nor console have a secret, and the kernel is in its senses.
fn holds_tight(bench: &mut Bench, from: Mark, secrets: &[Secret]) -> Result<()> {
    let memory = bench.rig().dump(APPLICATIONS)?;
    if let Some((name, at)) = first_in(&memory, secrets) {
        let place = APPLICATIONS.start + at as u64;
        let found = format!("{name} lies at {place:#x}");
        return Err(Failure::new("searching the memory of the processes", found));
    }
    let console =
        fs::read(bench.directory.join("console.log")).doing(|| "reading the console".into())?;
    if let Some((name, at)) = first_in(&console, secrets) {
        let found = format!("{name} is at byte {at}");
        return Err(Failure::new("searching the console", found));
    }
    let rig = bench.rig();
    let panicked = rig.history(from).iter().find_map(|seen| match seen {
        Seen::Console(line) if line.contains("panicked") => Some(line.clone()),
        _ => None,
    });
    require(panicked.is_none(), "the kernel did not panic", panicked)
}

/// The kernel obeys the button, whether its provisioner runs or has stopped and is
/// about to be started again, and the board does not restart.
fn goes_on(bench: &mut Bench) -> Result<()> {
    let rig = bench.rig();
    let pressed = rig.mark();
    rig.press_button()?;
    rig.wait_phase(pressed, Phase::Wiping, LIMIT)?;
    rig.wait_phase(pressed, Phase::Looking, LIMIT)?;
    let restarts = starts(rig, pressed);
    require(restarts == 0, "the board did not restart", restarts)
}

/// Plays one life again, by the seed that it has printed.
const SEED: &str = "EMULATOR_HOSTILE_SEED";

/// These seeds, each life with its own moment, or the one that the environment names.
fn seeds(numbers: Range<u64>) -> Result<Vec<u64>> {
    let Ok(text) = env::var(SEED) else {
        return Ok(numbers.map(|seed| seed << 32).collect());
    };
    match u64::from_str_radix(text.trim_start_matches("0x"), 16) {
        Ok(seed) => Ok(vec![seed]),
        Err(_) => Err(Failure::new(format!("reading {SEED}"), text)),
    }
}

/// Plays a case, and names the last lives in a failure.
fn with_lives(bench: &mut Bench, case: fn(&mut Bench) -> Result<()>) -> Result<()> {
    let from = bench.rig().mark();
    case(bench).map_err(|failure| {
        let lives = bench
            .rig()
            .history(from)
            .iter()
            .filter_map(|seen| match seen {
                Seen::Console(line) => line.split_once("hostile: ")?.1.split_once(" begins, "),
                _ => None,
            });
        let mut last: Vec<_> = lives.rev().take(LIVES * TENANTS.len()).collect();
        last.reverse();
        let doing = format!("playing lives, of which the last were {last:?} ({SEED})");
        Failure::new(doing, failure)
    })
}

fn network(bench: &mut Bench, network: Network) {
    bench.rig().machine_settings().network = network;
}

/// The same flash with the real applications, on a board that has no configuration.
fn is_provisioned(bench: &mut Bench) -> Result<()> {
    install_real(bench)?;
    network(bench, Network::Tap);
    bench.provision()?;
    Ok(())
}

/// A board that was never provisioned, in the hands of a hostile provisioner.
pub fn provisioner(bench: &mut Bench) -> Result<()> {
    with_lives(bench, play_provisioner)
}

fn play_provisioner(bench: &mut Bench) -> Result<()> {
    let watched = Watched::begin(bench)?;
    let secrets = watched.secrets(bench)?;
    let attempts_before = bench.flash()?.journal().attempts;
    install(bench, &[PROVISIONER])?;
    network(bench, Network::Unplugged);
    let (mut shares, mut guesses, mut spoiled) = (0, 0, 0);
    for seed in seeds(1..7)? {
        instruct(bench, seed, Mode::Sequence)?;
        let from = bench.power_on()?;
        for life in wait_lines(bench, from, "end", LIVES)? {
            shares += number(&life, "shares")?;
            guesses += number(&life, "guesses")?;
        }
        for life in wait_lines(bench, from, "life", LIVES)? {
            spoiled += number(&life, "spoiled")?;
        }
        holds_tight(bench, from, &secrets)?;
        goes_on(bench)?;
        bench.rig().power_off()?;
    }
    bench.rig().note(format!(
        "{shares} shares, {guesses} false confirmations, {spoiled} spoiled frames"
    ));
    let depth = (shares, guesses, spoiled);
    let deep = env::var_os(SEED).is_some() || shares >= 10 && guesses >= 5 && spoiled >= 4;
    require(
        deep,
        "the sequences went as deep as they are meant to",
        depth,
    )?;
    // Each share that left was counted, by this board for the people to see, and no
    // press took any of it back. Lives that were not heard of to their end count, too.
    let flash = bench.flash()?;
    let attempts = u64::from(flash.journal().attempts - attempts_before);
    require(
        attempts >= shares,
        "each share that left was counted",
        (attempts, shares),
    )?;
    require(!flash.holds_configuration(), "nothing was stored", ())?;
    is_provisioned(bench)
}

/// A board that holds a configuration: its secrets are in the kernel's memory
/// while a hostile provisioner runs, and then two hostile tenants at a time.
pub fn with_a_configuration(bench: &mut Bench) -> Result<()> {
    with_lives(bench, play_with_a_configuration)
}

fn play_with_a_configuration(bench: &mut Bench) -> Result<()> {
    let watched = Watched::begin(bench)?;
    let given = bench.provision()?;
    // The check of the check: what the search looks for is where it belongs.
    let secrets = watched.secrets(bench)?;
    let memory = bench.rig().dump(KERNEL)?;
    for name in [
        "w0",
        "w0*M",
        "w0*N",
        "L",
        "the PSK",
        "the identity key",
        "the sealing key",
    ] {
        let found = secrets
            .iter()
            .any(|secret| secret.0 == name && find(&memory, &secret.1).is_some());
        require(
            found,
            "the search finds a secret in the kernel's memory",
            name,
        )?;
    }
    bench.rig().power_off()?;
    bench.rig().kill_daemon();
    let before = bench.flash()?;

    install(bench, &[&[PROVISIONER][..], &TENANTS].concat())?;
    instruct(bench, seeds(1..2)?[0], Mode::Sequence)?;
    let from = press_twice(bench)?;
    wait_lines(bench, from, "end", LIVES)?;
    holds_tight(bench, from, &secrets)?;
    // Nobody comes; then it is the tenants' turn.
    let tenants = bench.rig().mark();
    bench.rig().wait_advancing(
        tenants,
        "for the tenants",
        Duration::from_secs(640),
        |seen| (*seen == Seen::Phase(Phase::Tenant)).then_some(()),
    )?;
    // The provisioner was started again meanwhile, and told of its lives, too.
    let tenants = bench.rig().mark_behind(tenants, Phase::Tenant);
    let lives = wait_lines(bench, tenants, "end", LIVES * TENANTS.len())?;
    for life in &lives {
        let denied = number(life, "opened")? + number(life, "shares")?;
        require(denied == 0, "a tenant opens no session", life)?;
    }
    holds_tight(bench, from, &secrets)?;
    bench.rig().power_off()?;

    // The configuration is what it was, and the board with its real applications
    // starts from it and can be given another one.
    let after = bench.flash()?;
    for page in [Page::Factory, Page::SlotA, Page::SlotB] {
        require(
            after.page(page) == before.page(page),
            "the page is as it was",
            page,
        )?;
    }
    install_real(bench)?;
    let from = bench.power_on()?;
    wait_tenant(bench.rig(), from, &given.endpoint, LIMIT)?;
    bench.rig().power_off()?;
    bench.start_daemon()?;
    let from = press_twice(bench)?;
    let rig = bench.rig();
    let again = wait_provisioned(rig, from, LIMIT)?;
    wait_tenant(rig, from, &again.endpoint, LIMIT)
}

/// Alarms of a process while the kernel agrees keys. Time is counted, one tick for
/// each hundred instructions.
pub fn alarms(bench: &mut Bench) -> Result<()> {
    /// The longest slice of the kernel's work that `qemu_rv32_bench` lets pass,
    /// 400,000 instructions.
    const SLICE: u64 = 4_000;
    /// How long slices follow each other before processes have their turn (`WORK_MS`
    /// of the session's `pace.rs`, 10 ms, by a clock of milliseconds).
    const TURN: u64 = 110_000;
    /// What a process's own calls take.
    const CALLS: u64 = 200;
    install(bench, &[PROVISIONER])?;
    network(bench, Network::Unplugged);
    bench.rig().machine_settings().pace = Pace::Counted;
    instruct(bench, 1 << 32, Mode::Alarms)?;
    let from = bench.power_on()?;
    let lines = wait_lines(bench, from, "alarms", 3)?;
    let delays = wait_lines(bench, from, "delays", 3)?;
    bench
        .rig()
        .note(format!("alarms {lines:?}, delays in ticks {delays:?}"));
    for delay in &delays {
        require(
            number(delay, "noticed")? <= SLICE,
            "the kernel notices an alarm after a slice at the latest",
            delay,
        )?;
        require(
            number(delay, "served")? <= TURN + SLICE + CALLS,
            "the process has its turn",
            delay,
        )?;
    }
    let [idle, _, agreement] = &lines[..] else {
        return require(false, "there are three parts", &lines);
    };
    require(
        number(idle, "late")? == 0,
        "none is late without work",
        idle,
    )?;
    require(
        number(agreement, "served")? >= 4,
        "alarms are served while keys are agreed",
        agreement,
    )
}

/// What a provisioner leaves that dies while keys are agreed is closed before its
/// next life can ask for it, and the board is as it was.
pub fn dies_agreeing(bench: &mut Bench) -> Result<()> {
    with_lives(bench, play_dying)
}

fn play_dying(bench: &mut Bench) -> Result<()> {
    install(bench, &[PROVISIONER])?;
    network(bench, Network::Unplugged);
    for seed in seeds(1..3)? {
        instruct(bench, seed, Mode::DieAgreeing)?;
        let from = bench.power_on()?;
        wait_lines(bench, from, "dies", LIVES)?;
        let found = wait_lines(bench, from, "finds open", LIVES)?;
        let inherited = found.iter().any(|found| found != "false");
        require(!inherited, "no life finds the session of another", &found)?;
        goes_on(bench)?;
        let phases = bench.rig().phases(from);
        let agreed = phases.iter().filter(|phase| **phase == Phase::Agreeing);
        require(
            agreed.count() >= LIVES,
            "keys were being agreed each time",
            phases,
        )?;
        bench.rig().power_off()?;
    }
    is_provisioned(bench)
}
