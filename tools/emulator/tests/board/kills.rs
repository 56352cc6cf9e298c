// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Power cuts anywhere in provisioning leave the old configuration or the new.
//!
//! Each point is a run from power-on to the cut, on what the point before left: a
//! board that has no configuration provisions, one that has is double-pressed in
//! its window. Then the image is looked at, and the next run boots it. Half of the
//! points lie anywhere between power-on and the tenants, a quarter where the flash is
//! written, a quarter between the order to do so and the end of the conversation.

use std::time::Duration;

use emulator::clock::LONGEST_JUMP;
use emulator::cut::Cut;
use emulator::failure::Result;
use emulator::phase::Phase;
use emulator::rig::{Mark, Rig, Seen};
use emulator::scenario::{wait_provisioned, wait_tenant};
use provisioning_storage::layout::Page;
use serde_json::Value;

use crate::cuts::{Points, Ran, Steps, look, run, told};
use crate::support::{Bench, LIMIT, STALLS, require, stalled};

/// Where a run is longer than the one that was measured, in the board's time: it has
/// come to its end, and is cut there.
const AT_END: Duration = Duration::from_secs(2);

/// What a person does meanwhile, and the board's time made to pass.
#[derive(Default)]
struct Hand {
    pressed: bool,
    /// The host stood still between the presses.
    stalled: bool,
    at_end: Duration,
}

impl Hand {
    /// Two presses in the window, as soon as it is open; then the rest of it, and
    /// what the search for the daemon waits, pass quickly.
    fn act(&mut self, rig: &mut Rig, from: Mark) -> Result<bool> {
        let phases = rig.phases(from);
        if !self.pressed && phases.contains(&Phase::BootWindow) {
            self.pressed = true;
            self.stalled = !rig.press_button_twice()?;
        } else if phases.contains(&Phase::Tenant) {
            rig.advance(LONGEST_JUMP)?;
            self.at_end += LONGEST_JUMP;
        } else if !phases.contains(&Phase::Connecting) {
            rig.advance(LONGEST_JUMP)?;
        }
        Ok(self.at_end < AT_END && !self.stalled)
    }
}

/// Runs the board to the cut; again, on the same flash, when the host stood still.
fn run_with_hand(bench: &mut Bench, cut: &Cut) -> Result<Ran> {
    let before = bench.flash()?;
    for _ in 0..STALLS {
        let mut hand = Hand::default();
        let ran = run(bench, cut, |rig, from| hand.act(rig, from))?;
        if !hand.stalled {
            return Ok(ran);
        }
        bench.replace_flash(&before)?;
    }
    Err(stalled())
}

/// Lengths of undisturbed runs, in instructions.
struct Lengths {
    /// From power-on to the tenants' words, without a configuration and with one.
    fresh: u64,
    again: u64,
    /// From the order to store to the answer of the flash, and to the end of the
    /// conversation.
    writing: u64,
    storing: u64,
}

impl Lengths {
    /// Provisions the board, then once more.
    fn measure(bench: &mut Bench, points: &Points, steps: &Steps) -> Result<Lengths> {
        let cut = Cut {
            notes: vec![
                steps.committing,
                steps.committed,
                steps.ended,
                steps.printed,
            ],
            ..points.cut()
        };
        let mut whole = [0; 2];
        let (mut writing, mut storing) = (0, 0);
        for length in &mut whole {
            let report = run_with_hand(bench, &cut)?.report;
            let begin = told(report.first(steps.committing, 0), "order to store")?;
            writing = told(report.first(steps.committed, begin), "answer of the flash")? - begin;
            storing = told(report.first(steps.ended, begin), "end")? - begin;
            let printed = report.notes.iter().rev();
            let mut printed = printed.filter(|place| place.address == steps.printed);
            *length = told(
                printed.next().map(|place| place.count),
                "tenant that prints",
            )?;
        }
        let [fresh, again] = whole;
        Ok(Lengths {
            fresh,
            again,
            writing,
            storing,
        })
    }
}

/// Exactly the old or exactly the new: a seal opens whole or not at all, and a new
/// configuration has a serial number above all before.
fn check(before: &Value, after: &Value) -> Result<bool> {
    let old = after["serial"] == before["serial"];
    let newer = after["serial"].as_u64() > before["serial"].as_u64();
    require(old || newer, "old or new", (before, after))?;
    require(
        after["serial_floor"].as_u64() >= before["serial_floor"].as_u64(),
        "the floor never sinks",
        (before, after),
    )?;
    // Where there was none before, half of the first one is none.
    let good: &[&str] = match after["serial"].is_null() {
        true => &["erased", "corrupt"],
        false => &["valid", "fell-back"],
    };
    let state = after["configuration"].as_str().unwrap_or_default();
    require(good.contains(&state), "what is in force is whole", after)?;
    Ok(old)
}

/// The new configuration is the one that the daemon sent in this run.
fn was_sent(rig: &mut Rig, from: Mark, found: &Value) -> Result<()> {
    let serial = found["serial"].to_string();
    let what = format!("for the daemon to have sent serial {serial}");
    rig.wait(from, &what, LIMIT, |seen| match seen {
        Seen::Daemon(event) if event.name == "sending" => {
            (event.field("serial") == serial).then_some(())
        }
        _ => None,
    })
}

pub fn at_random_points(bench: &mut Bench) -> Result<()> {
    let mut points = Points::new(bench)?;
    let steps = Steps::find(&bench.parts.kernel)?;
    let factory = bench.flash()?.page(Page::Factory).to_vec();
    bench.start_daemon()?;
    let empty = bench.flash()?;
    let lengths = Lengths::measure(bench, &points, &steps)?;
    points.tell(&format!(
        "a run has {} instructions, with a configuration {}, writing {}, until the end {}",
        lengths.fresh, lengths.again, lengths.writing, lengths.storing
    ))?;
    // The points begin on a board that was never provisioned.
    bench.replace_flash(&empty)?;
    let mut before = look(bench)?;
    let (mut stored, mut kept, mut early) = (0, 0, 0);

    for point in 0..points.count {
        let had = before["serial"] != Value::Null;
        let (from, length) = match point % 4 {
            0 | 2 if had => (None, lengths.again),
            0 | 2 => (None, lengths.fresh),
            1 => (Some(steps.committing), lengths.writing),
            _ => (Some(steps.committing), lengths.storing),
        };
        let cut = Cut {
            from,
            after: Some(points.random.up_to(length)),
            ..points.cut()
        };
        let after_count = cut.after;
        let ran = run_with_hand(bench, &cut);
        let ran = points.at(point, ran)?;
        let after = look(bench);
        let after = points.at(point, after)?;
        let phases = bench.rig().phases(ran.from);
        points.tell(&format!(
            "{point}: {:x?} of {:?} after {phases:?}: serial {} attempts {} {}",
            ran.report.cut, after_count, after["serial"], after["attempts"], after["configuration"]
        ))?;
        let booted = phases.first() == Some(&Phase::BootWindow);
        let found = require(
            phases.is_empty() || booted == had,
            "the board found what the image held",
            (&phases, &before),
        )
        .and_then(|()| check(&before, &after))
        .and_then(|old| {
            let untouched = bench.flash()?.page(Page::Factory) == factory;
            require(untouched, "the factory page was not touched", ())?;
            Ok(old)
        });
        match points.at(point, found)? {
            true => kept += 1,
            false => {
                let given = was_sent(bench.rig(), ran.from, &after);
                points.at(point, given)?;
                stored += 1;
            }
        }
        early += u32::from(ran.report.cut.is_none());
        before = after;
    }
    bench.rig().kill_daemon();
    let summary = format!(
        "{} points: {kept} left the old state, {stored} the new one; {early} runs were over before their count",
        points.count
    );
    points.tell(&summary)?;
    bench.rig().note(summary);
    require(
        kept > 0 && stored > 0,
        "the points lay on both sides of the commit",
        (kept, stored),
    )?;
    require(
        early * 10 <= points.count,
        "nearly all runs were cut at their instruction",
        early,
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
