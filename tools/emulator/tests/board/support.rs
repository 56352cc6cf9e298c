// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the cases share: images, a bench with a minted device, the logs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use emulator::daemon;
use emulator::failure::{Failure, Result, While};
use emulator::lamps;
use emulator::machine::{Exit, Pace};
use emulator::phase::Phase;
use emulator::plain;
use emulator::proxy::{Frame, Pieces, Proxy, Verdict};
use emulator::report::{Command, Report};
use emulator::responder::Responder;
use emulator::rig::{Mark, Rig, Seen};
use emulator::run::empty;
use emulator::scenario::{Fixture, Parts, Provisioned, wait_provisioned, wait_tenant};
use provisioning_storage::factory::{FactoryData, FactoryPage};
use provisioning_storage::journal::{JournalPage, Values};
use provisioning_storage::layout::{PAGE_LEN, Page};
use provisioning_storage::slot::{SlotHeader, SlotPage};

/// A net under a hanging case, in the host's time; no step takes nearly as long.
pub const LIMIT: Duration = Duration::from_secs(90);

/// So often the host may stand still while a person presses twice.
pub const STALLS: usize = 5;

/// Each logical page of the configuration flash starts an erase block.
pub const BLOCK: usize = 256 * 1024;

/// The daemon's port.
pub const PORT: u16 = 49_300;
/// Where the daemon listens when the board reaches it through a proxy only.
const HIDDEN: &str = "[::1]:49301";

pub struct Bench {
    pub fixture: Fixture,
    pub parts: Parts,
    pub directory: PathBuf,
    log: JoinHandle<()>,
    /// Keeps the channel open: nobody presses keys.
    _keys: mpsc::Sender<Command>,
}

/// A path from the environment that `make test` sets, or where `make` puts it.
pub fn path(variable: &str, default: &str) -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    env::var_os(variable).map_or_else(|| repository.join(default), PathBuf::from)
}

fn parts() -> Parts {
    let tabs = match env::var("EMULATOR_TABS") {
        Ok(list) => list.split_whitespace().map(PathBuf::from).collect(),
        Err(_) => ["provisioner", "hello", "blink"]
            .iter()
            .map(|name| path("", &format!("target/tabs/{name}.tab")))
            .collect(),
    };
    let firmware = "target/firmware/riscv32imac-unknown-none-elf/firmware";
    Parts {
        kernel: path(
            "EMULATOR_KERNEL",
            &format!("{firmware}/qemu_rv32_provisioning"),
        ),
        tabs,
        tockloader: path(
            "EMULATOR_TOCKLOADER",
            "target/tools/tockloader/bin/tockloader",
        ),
        provisiond: path(
            "EMULATOR_PROVISIOND_KEY_LOG",
            "target/key-log/release/provisiond",
        ),
    }
}

impl Bench {
    /// Packs images and mints a device in a folder named after the case.
    pub fn new(case: &str) -> Result<Bench> {
        let parts = parts();
        parts.check()?;
        let directory = path("EMULATOR_LOGS", "target/test").join(case);
        empty(&directory)?;
        let doing = || format!("making {}", directory.display());
        let directory = fs::canonicalize(&directory).doing(doing)?;
        let mut file = fs::File::create(directory.join("run.log")).doing(doing)?;
        let (reports, shown) = mpsc::channel();
        let (keys, commands) = mpsc::channel();
        let log = thread::spawn(move || {
            // A log that cannot be written must not fail the case.
            drop(plain::show(&shown, &mut file));
        });
        let mut fixture = Fixture::new(&parts, &directory, reports, commands)?;
        // What the board computes takes as long however busy the host is, so that its
        // LEDs and its timers are on time.
        fixture.rig.machine_settings().pace = Pace::CountedAwake;
        Ok(Bench {
            fixture,
            parts,
            directory,
            log,
            _keys: keys,
        })
    }

    /// Switches everything off and tells where the logs of a failure are.
    pub fn close(self, result: Result<()>) -> Result<()> {
        let Bench {
            fixture,
            log,
            directory,
            ..
        } = self;
        fixture.rig.report(Report::End(match &result {
            Ok(()) => Ok("The case passed.".to_owned()),
            Err(failure) => Err(failure.to_string()),
        }));
        drop(fixture);
        // A panic there has been told already.
        drop(log.join());
        match result {
            Ok(()) => {
                // 32 MiB for each case; after a failure they help to find out.
                drop(fs::remove_file(directory.join("configuration.img")));
                Ok(())
            }
            Err(failure) => Err(failure.next(format!("The logs lie in {}.", directory.display()))),
        }
    }

    pub fn rig(&mut self) -> &mut Rig {
        &mut self.fixture.rig
    }

    /// Starts the daemon where the board finds it, and waits until it listens.
    pub fn start_daemon(&mut self) -> Result<()> {
        let settings = self.fixture.daemon.clone();
        self.start_daemon_with(&settings)
    }

    pub fn start_daemon_with(&mut self, settings: &daemon::Settings) -> Result<()> {
        let from = self.rig().mark();
        self.rig().start_daemon(settings)?;
        self.rig().wait_daemon(from, "listening", LIMIT)?;
        Ok(())
    }

    /// Switches the board on with its cable plugged into the private network.
    pub fn power_on(&mut self) -> Result<Mark> {
        let mark = self.rig().mark();
        self.rig().power_on()?;
        Ok(mark)
    }

    /// Starts the daemon, switches the board on, and waits until it was provisioned and
    /// a tenant has told what it was given.
    pub fn provision(&mut self) -> Result<Provisioned> {
        self.start_daemon()?;
        let from = self.power_on()?;
        let rig = self.rig();
        let given = wait_provisioned(rig, from, LIMIT)?;
        wait_tenant(rig, from, &given.endpoint, LIMIT)?;
        Ok(given)
    }

    /// Puts a proxy between board and daemon: the daemon listens and answers
    /// where the board cannot hear it, a responder sends the board to the proxy.
    pub fn interpose(
        &mut self,
        pieces: Pieces,
        judge: impl FnMut(&Frame) -> Verdict + Send + 'static,
    ) -> Result<Interposed> {
        let settings = &mut self.fixture.daemon;
        settings.listen = HIDDEN.to_owned();
        settings.interface = "lo".to_owned();
        let parse = |text: &str| text.parse().doing(|| format!("reading the address {text}"));
        let listen = parse(&format!("[::]:{PORT}"))?;
        Ok(Interposed {
            _proxy: Proxy::start(listen, parse(HIDDEN)?, pieces, judge)?,
            _responder: Responder::start(PORT)?,
        })
    }

    /// The configuration flash as it is on the host's disk.
    pub fn flash(&mut self) -> Result<Flash> {
        let path = self.rig().machine_settings().flash.clone();
        fs::read(&path)
            .map(Flash)
            .doing(|| format!("reading {}", path.display()))
    }

    /// Puts the configuration flash back to what it was; the board must be off.
    pub fn replace_flash(&mut self, flash: &Flash) -> Result<()> {
        let path = self.rig().machine_settings().flash.clone();
        fs::write(&path, flash.bytes()).doing(|| format!("writing {}", path.display()))
    }
}

/// Stops when dropped.
pub struct Interposed {
    _proxy: Proxy,
    _responder: Responder,
}

/// The bytes of the configuration flash.
#[derive(PartialEq)]
pub struct Flash(Vec<u8>);

impl Flash {
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn page(&self, page: Page) -> &[u8] {
        let start = page.number() * BLOCK;
        &self.0[start..start + PAGE_LEN]
    }

    pub fn factory(&self) -> Result<FactoryData> {
        match FactoryData::parse(self.page(Page::ALL[0])) {
            FactoryPage::Valid(data) => Ok(data),
            FactoryPage::Erased | FactoryPage::Corrupt => Err(Failure::new(
                "reading the factory page",
                "it does not hold what was minted",
            )),
        }
    }

    /// Whether either slot holds anything that could be a configuration.
    pub fn holds_configuration(&self) -> bool {
        [1, 2].iter().any(|&slot| {
            matches!(
                SlotHeader::parse(self.page(Page::ALL[slot])),
                SlotPage::Candidate(_)
            )
        })
    }

    /// Attempt counter and serial floor, from the newer journal page.
    pub fn journal(&self) -> Values {
        let mut newest = None;
        for index in [3, 4] {
            if let JournalPage::Valid {
                generation, values, ..
            } = JournalPage::parse(self.page(Page::ALL[index]))
                && newest.is_none_or(|(before, _)| generation > before)
            {
                newest = Some((generation, values));
            }
        }
        newest.map_or_else(Values::default, |(_, values)| values)
    }
}

/// Fails unless `condition` holds.
pub fn require(condition: bool, expected: &str, found: impl std::fmt::Debug) -> Result<()> {
    match condition {
        true => Ok(()),
        false => Err(Failure::new(
            "checking what came of it",
            format!("expected that {expected}; found {found:?}"),
        )),
    }
}

/// What is wrong when the host stood still every time.
pub fn stalled() -> Failure {
    let found = format!("the host stood still in between, {STALLS} times");
    Failure::new("pressing the button twice", found)
}

/// How often the board was switched on or restarted from a mark on.
pub fn starts(rig: &Rig, from: Mark) -> usize {
    rig.history(from)
        .iter()
        .filter(|seen| matches!(seen, Seen::PowerOn))
        .count()
}

/// Waits for the board to restart by itself, until it says where it stands: its LEDs
/// show that a moment earlier.
pub fn wait_restart(rig: &mut Rig, from: Mark) -> Result<()> {
    let mut restarted = false;
    rig.wait(from, "for the board to restart", LIMIT, |seen| {
        restarted |= *seen == Seen::Exit(Exit::Reset);
        (restarted && matches!(seen, Seen::Phase(_))).then_some(())
    })
}

/// As [`wait_restart`], with at most `limit` of the board's time passing fast.
pub fn advance_to_restart(rig: &mut Rig, from: Mark, limit: Duration) -> Result<()> {
    const STEP: Duration = Duration::from_millis(50);
    let mut passed = Duration::ZERO;
    let restarting = Seen::Phase(Phase::Restarting);
    // The emulator ends soon after that, perhaps while its clock is moved.
    while passed < limit && !rig.history(from).contains(&restarting) && rig.advance(STEP).is_ok() {
        passed += STEP;
    }
    wait_restart(rig, from)
}

/// Compares every run of the board with the table of LEDs.
pub fn check_leds(rig: &mut Rig) -> Result<()> {
    let traces = rig.traces()?;
    let log = rig.directory().join("leds.log");
    let mut text = String::new();
    for (phases, trace) in &traces {
        text.push_str(&format!("{phases:?}\n"));
        for change in &trace.changes {
            text.push_str(&format!(
                "{:10.4} {:?}\n",
                change.at.as_secs_f64(),
                change.lamps
            ));
        }
    }
    fs::write(&log, text).doing(|| format!("writing {}", log.display()))?;
    for (phases, trace) in traces {
        require(trace.lost == 0, "no LED change was lost", trace.lost)?;
        require(
            !trace.changes.is_empty() || phases.is_empty(),
            "the LEDs changed",
            &phases,
        )?;
        lamps::check(&phases, &trace.changes)
            .doing(|| format!("comparing the LEDs with the table, phases {phases:?}"))?;
    }
    Ok(())
}
