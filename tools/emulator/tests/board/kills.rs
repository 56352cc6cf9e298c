// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The plug is pulled at random points of provisioning runs.
//!
//! Each point is a run of its own on what the one before left: a board that has
//! no configuration provisions, one that has is double-pressed in its window.
//! The emulator is killed (SIGKILL) at the point; then the image is looked at,
//! and the next run boots it. Every other point lies anywhere between power-on
//! and the tenants; the rest lie close behind the key agreement, where the
//! flash is written.

use std::env;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use emulator::command::complete;
use emulator::failure::{Failure, Result, While};
use emulator::phase::Phase;
use emulator::rig::{Mark, Rig, Seen};
use emulator::scenario::{wait_provisioned, wait_tenant};
use provisioning_storage::layout::Page;
use serde_json::Value;

use crate::lifecycle::twice;
use crate::support::{Bench, LIMIT, require};

/// Points without `EMULATOR_KILLS` in the environment, so that `make test` does
/// not take long.
const POINTS: u32 = 40;
/// Chooses the points, unless `EMULATOR_KILLS_SEED` does.
const SEED: u64 = 0x0dd_ba11;

/// A run from power-on to the tenants, on a host that is not too busy.
const RUN: Duration = Duration::from_millis(2_500);
/// From the key agreement to the acknowledgement, likewise.
const END: Duration = Duration::from_millis(500);

/// Steele, Lea and Flood's SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: Duration) -> Duration {
        let micros = limit.as_micros() as u64;
        Duration::from_micros(self.next() % micros.max(1))
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

/// What `provisiond flash` says of the board's image.
fn look(bench: &mut Bench) -> Result<Value> {
    const DOING: &str = "looking at the flash image";
    let image = bench.rig().machine_settings().flash.clone();
    let mut command = Command::new(&bench.parts.provisiond);
    let output = complete(command.arg("flash").arg(image).arg("--json"), DOING)?;
    serde_json::from_slice(&output.stdout).doing(|| DOING.into())
}

/// Lets the board run, with its button pressed twice where it obeys it.
struct Run<'a> {
    rig: &'a mut Rig,
    from: Mark,
    pressed: bool,
}

impl Run<'_> {
    fn pump(&mut self) -> Result<()> {
        if !self.pressed && self.announced(Phase::BootWindow) {
            self.pressed = true;
            twice(self.rig)?;
        }
        self.rig.pump(Duration::from_millis(5))
    }

    fn announced(&self, phase: Phase) -> bool {
        self.rig.phases(self.from).contains(&phase)
    }

    fn pump_for(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.pump()?;
        }
        Ok(())
    }

    /// Until the key agreement begins. When the point before came just after a
    /// commit, the daemon may still think that it talks to the board.
    fn pump_until_agreeing(&mut self) -> Result<()> {
        let start = Instant::now();
        while !self.announced(Phase::Agreeing) {
            if start.elapsed() > LIMIT {
                return Err(Failure::new(
                    "waiting for the key agreement",
                    format!("{:?}", self.rig.phases(self.from)),
                ));
            }
            self.pump()?;
        }
        Ok(())
    }
}

pub fn at_random_points(bench: &mut Bench) -> Result<()> {
    let points: u32 = number("EMULATOR_KILLS", POINTS)?;
    let mut random = Random(number("EMULATOR_KILLS_SEED", SEED)?);
    let factory = bench.flash()?.page(Page::Factory).to_vec();
    let log = bench.directory.join("points.log");
    let mut told = String::new();
    let mut before = look(bench)?;
    let (mut stored, mut kept) = (0, 0);

    bench.start_daemon()?;
    for point in 0..points {
        let close = point % 2 == 1;
        let delay = random.below(if close { END } else { RUN });
        let from = bench.power_on()?;
        let mut run = Run {
            rig: bench.rig(),
            from,
            pressed: false,
        };
        if close {
            run.pump_until_agreeing()?;
        }
        run.pump_for(delay)?;
        bench.rig().power_off()?;

        // The board found what was there, whole.
        let rig = bench.rig();
        let broken = rig.history(from).iter().find_map(|seen| match seen {
            Seen::Exit(exit) => Some(format!("{exit:?}")),
            Seen::Console(line) if line.contains("panic") || line.contains("damaged; mint") => {
                Some(line.clone())
            }
            _ => None,
        });
        require(broken.is_none(), "the board ran", broken)?;
        let phases = rig.phases(from);
        let booted = phases.first() == Some(&Phase::BootWindow);
        let had = before["serial"] != Value::Null;
        require(
            phases.is_empty() || booted == had,
            "the board found what the image held",
            (&phases, &before),
        )?;

        // Exactly the old or exactly the new: a seal opens whole or not at all,
        // and a new configuration has a serial number above all before.
        let after = look(bench)?;
        let at = format!("point {point}, {delay:?} after {phases:?}");
        let old = after["serial"] == before["serial"];
        let newer = after["serial"].as_u64() > before["serial"].as_u64();
        require(
            old || newer,
            &format!("{at}: old or new"),
            (&before, &after),
        )?;
        require(
            after["serial_floor"].as_u64() >= before["serial_floor"].as_u64(),
            &format!("{at}: the floor never sinks"),
            (&before, &after),
        )?;
        require(
            bench.flash()?.page(Page::Factory) == factory,
            &format!("{at}: the factory page was not touched"),
            (),
        )?;
        if old {
            kept += 1;
        } else {
            stored += 1;
        }
        told.push_str(&format!(
            "{at}: serial {} attempts {} {}\n",
            after["serial"], after["attempts"], after["configuration"]
        ));
        fs::write(&log, &told).doing(|| format!("writing {}", log.display()))?;
        before = after;
    }
    bench.rig().kill_daemon();
    bench.rig().note(format!(
        "{points} points: {kept} left the old state, {stored} the new one"
    ));
    require(
        kept > 0 && stored > 0,
        "the points lay on both sides of the commit",
        (kept, stored),
    )?;

    // After all of that it is an ordinary board.
    bench.start_daemon()?;
    let last = bench.power_on()?;
    let rig = bench.rig();
    if before["serial"] == Value::Null {
        let given = wait_provisioned(rig, last, LIMIT)?;
        return wait_tenant(rig, last, &given.endpoint, LIMIT);
    }
    rig.wait_phase(last, Phase::BootWindow, LIMIT)?;
    rig.press_button()?;
    let given = wait_provisioned(rig, last, LIMIT)?;
    wait_tenant(rig, last, &given.endpoint, LIMIT)
}
