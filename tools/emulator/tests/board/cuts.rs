// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the cases share that cut the board's power at random instructions.
//!
//! Each point is a run from power-on, on the flash that the point before left, to
//! the cut. All points come from one seed: the run's log tells it, and so does a
//! failure, with the number of the point.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use emulator::cut::{Cut, Functions, Report};
use emulator::daemon;
use emulator::failure::{Failure, Result, While};
use emulator::machine::Exit;
use emulator::rig::{Mark, Rig, Seen};
use serde_json::Value;

use crate::support::{Bench, LIMIT, path, require};

/// Points of each case, unless `EMULATOR_CUTS` says otherwise.
const POINTS: u32 = 200;
/// Chooses them, unless `EMULATOR_CUTS_SEED` does.
const SEED: u64 = 0x0dd_ba11;

/// Steele, Lea and Flood's SplitMix64.
pub struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// At most `limit`.
    pub fn up_to(&mut self, limit: u64) -> u64 {
        self.next() % limit.saturating_add(1)
    }
}

fn number<T: std::str::FromStr>(variable: &str, default: T) -> Result<T> {
    match env::var(variable) {
        Err(_) => Ok(default),
        Ok(text) => text
            .parse()
            .map_err(|_| Failure::new(format!("reading {variable}"), text)),
    }
}

/// The points of one case.
pub struct Points {
    pub count: u32,
    seed: u64,
    pub random: Random,
    library: PathBuf,
    report: PathBuf,
    log: PathBuf,
    told: String,
}

/// Where a run was cut, and what happened in it.
pub struct Ran {
    pub from: Mark,
    pub report: Report,
}

impl Points {
    pub fn new(bench: &mut Bench) -> Result<Points> {
        let count = number("EMULATOR_CUTS", POINTS)?;
        let seed = number("EMULATOR_CUTS_SEED", SEED)?;
        let library = path(
            "EMULATOR_INSTRUCTION_CUT",
            "target/release/libinstruction_cut.so",
        );
        if !library.exists() {
            let found = format!("not there: {}", library.display());
            return Err(Failure::new("looking for the plugin that cuts", found)
                .next("Run 'make host' in the repository's folder to build it."));
        }
        let told = format!("{count} points, EMULATOR_CUTS_SEED={seed}");
        bench.rig().note(&told);
        Ok(Points {
            count,
            seed,
            random: Random(seed),
            library,
            report: bench.directory.join("cut.txt"),
            log: bench.directory.join("points.log"),
            told: told + "\n",
        })
    }

    /// A cut that is still to be told where.
    pub fn cut(&self) -> Cut {
        Cut {
            library: self.library.clone(),
            report: self.report.clone(),
            from: None,
            end: None,
            after: None,
            notes: Vec::new(),
        }
    }

    /// Adds a line to the case's log.
    pub fn tell(&mut self, line: &str) -> Result<()> {
        self.told.push_str(line);
        self.told.push('\n');
        fs::write(&self.log, &self.told).doing(|| format!("writing {}", self.log.display()))
    }

    /// Names seed and point in a failure.
    pub fn at<T>(&self, point: u32, result: Result<T>) -> Result<T> {
        result.map_err(|failure| {
            Failure::new(
                format!(
                    "cutting at point {point} of EMULATOR_CUTS_SEED={}",
                    self.seed
                ),
                failure,
            )
        })
    }
}

/// Runs the board from power-on until its power is cut. Meanwhile `act` is called
/// again and again, and answers whether to go on: when it does not, the plug is
/// pulled at that moment of the host's time.
pub fn run(
    bench: &mut Bench,
    cut: &Cut,
    mut act: impl FnMut(&mut Rig, Mark) -> Result<bool>,
) -> Result<Ran> {
    bench.rig().machine_settings().cut = Some(cut.clone());
    let from = bench.power_on()?;
    let rig = bench.rig();
    let start = Instant::now();
    let mut going_on = true;
    while going_on && !has_ended(rig, from) {
        if start.elapsed() > LIMIT {
            let found = format!("none came; the phases were {:?}", rig.phases(from));
            return Err(Failure::new("waiting for the cut", found));
        }
        let result = act(rig, from).and_then(|go_on| {
            rig.pump(Duration::from_millis(2))?;
            Ok(go_on)
        });
        match result {
            Ok(answer) => going_on = answer,
            // An emulator that is cut answers nobody; its end is told soon.
            Err(failure) => {
                let start = Instant::now();
                while !has_ended(rig, from) {
                    rig.pump(Duration::from_millis(2))?;
                    if start.elapsed() > LIMIT {
                        return Err(failure);
                    }
                }
            }
        }
    }
    if !has_ended(rig, from) {
        rig.power_off()?;
    }
    rig.machine_settings().cut = None;
    // The board found what was there, whole.
    let broken = rig.history(from).iter().find_map(|seen| match seen {
        Seen::Exit(Exit::Cut) => None,
        Seen::Exit(exit) => Some(format!("{exit:?}")),
        Seen::Console(line) if line.contains("panic") || line.contains("damaged; mint") => {
            Some(line.clone())
        }
        _ => None,
    });
    require(broken.is_none(), "the board ran", broken)?;
    Ok(Ran {
        from,
        report: cut.read_report()?,
    })
}

fn has_ended(rig: &Rig, from: Mark) -> bool {
    let mut seen = rig.history(from).iter();
    seen.any(|seen| matches!(seen, Seen::Exit(_)))
}

/// What `provisiond flash` says of the board's image.
pub fn look(bench: &mut Bench) -> Result<Value> {
    let image = bench.rig().machine_settings().flash.clone();
    daemon::look(&bench.parts.provisiond, &image)
}

/// Addresses in the kernel of what happens in a conversation.
pub struct Steps {
    /// A frame from the daemon is handed to the kernel.
    pub received: u64,
    /// The attempt is about to be counted, and has been.
    pub counting: u64,
    pub counted: u64,
    /// The device's confirmation is computed, which goes out with its share.
    pub confirming: u64,
    /// The provisioner takes a frame for the daemon.
    pub taken: u64,
    /// A configuration is about to be stored, and has been.
    pub committing: u64,
    pub committed: u64,
    /// The conversation is over.
    pub ended: u64,
    /// A process prints.
    pub printed: u64,
}

impl Steps {
    pub fn find(kernel: &Path) -> Result<Steps> {
        let functions = Functions::of(kernel)?;
        Ok(Steps {
            received: functions.find("SessionPort", "receive")?,
            counting: functions.find("CommitStore", "record_attempts")?,
            counted: functions.find("CommitClient", "attempts_recorded")?,
            confirming: functions.find("spake2plus::schedule", "mac")?,
            taken: functions.find("SessionPort", "take")?,
            committing: functions.find("CommitStore", "commit")?,
            committed: functions.find("CommitClient", "committed")?,
            ended: functions.find("SessionObserver", "ended")?,
            printed: functions.find("console::Console as", "command")?,
        })
    }
}

/// A count that must have been told of.
pub fn told(count: Option<u64>, of: &str) -> Result<u64> {
    count.ok_or_else(|| Failure::new("measuring an undisturbed run", format!("no {of} was noted")))
}
