// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A configuration flash that takes no more writes.

use std::sync::mpsc;
use std::time::Duration;

use emulator::failure::{Result, While};
use emulator::phase::Phase;
use emulator::proxy::{Pieces, Verdict};
use emulator::rig::{Mark, Rig, Seen};
use emulator::scenario::wait_tenant;

use crate::interruptions::ANY_TIME;
use crate::support::{Bench, LIMIT, advance_to_restart, check_leds, require};

/// In the board's time. A flash that fails keeps no count of restarts, so that
/// the board waits the longest, which is a minute.
const BACK_OFF: Duration = Duration::from_secs(70);

/// The board says that it failed, lights both LEDs and restarts, not at once.
fn fails_visibly(rig: &mut Rig, from: Mark) -> Result<()> {
    rig.wait_phase(from, Phase::Failed, LIMIT)?;
    rig.wait_console(from, "restarts cannot be counted", LIMIT)?;
    rig.advance(BACK_OFF / 2)?;
    let phases = rig.phases(from);
    require(
        !phases.contains(&Phase::Restarting),
        "a board that cannot count restarts waits before them",
        phases,
    )?;
    advance_to_restart(rig, from, BACK_OFF)?;
    let traces = rig.traces()?;
    let last = traces
        .iter()
        .rfind(|(phases, _)| phases.contains(&Phase::Failed))
        .and_then(|(_, trace)| trace.changes.last().copied());
    let both = last.is_some_and(|change| change.lamps.left && change.lamps.right);
    require(both, "both LEDs were on before the restart", last)
}

/// The flash breaks while the configuration is on its way.
pub fn fails_to_store(bench: &mut Bench) -> Result<()> {
    /// Number of CONFIG among the frames of a conversation.
    const CONFIG: usize = 7;
    let (arrived, arrives) = mpsc::channel();
    let (go, gone) = mpsc::channel();
    let mut index = 0;
    let _between = bench.interpose(Pieces::AsTheyCome, move |frame| {
        if ANY_TIME.contains(&frame.kind) {
            return Verdict::Pass;
        }
        if index == CONFIG {
            // Holds the frame back until the flash is broken; when the case has
            // failed, nobody waits for it.
            if arrived.send(()).is_err() || gone.recv().is_err() {
                return Verdict::Cut;
            }
        }
        index += 1;
        Verdict::Pass
    })?;
    bench.start_daemon()?;
    let first = bench.power_on()?;
    let rig = bench.rig();
    rig.wait_until("for CONFIG", LIMIT, || arrives.try_recv().is_ok())?;
    rig.break_flash()?;
    go.send(()).doing(|| "letting CONFIG pass".into())?;
    let event = rig.wait_daemon(first, "refused", LIMIT)?;
    let said = event.describe();
    require(
        said.contains("stor"),
        "the daemon says that it was not stored",
        &said,
    )?;
    fails_visibly(rig, first)?;
    rig.kill_daemon();
    rig.power_off()?;
    check_leds(rig)?;
    require(
        !bench.flash()?.holds_configuration(),
        "nothing was stored",
        (),
    )
}

/// A flash that never worked: attempts cannot be counted, so none is made.
pub fn fails_when_new(bench: &mut Bench) -> Result<()> {
    let before = bench.flash()?;
    bench.rig().machine_settings().flash_fails = true;
    bench.start_daemon()?;
    let first = bench.power_on()?;
    let rig = bench.rig();
    rig.wait_daemon(first, "failed", LIMIT)?;
    let confirmed = rig
        .history(first)
        .iter()
        .any(|seen| matches!(seen, Seen::Daemon(event) if event.name == "confirmed"));
    require(
        !confirmed,
        "no attempt was made that was not counted",
        confirmed,
    )?;
    rig.kill_daemon();
    fails_visibly(rig, first)?;
    rig.power_off()?;
    check_leds(rig)?;
    require(
        bench.flash()? == before,
        "not a byte of the flash changed",
        (),
    )?;

    // The same board works when its flash does.
    bench.rig().machine_settings().flash_fails = false;
    bench.provision()?;
    Ok(())
}

pub fn fails_to_wipe(bench: &mut Bench) -> Result<()> {
    let given = bench.provision()?;
    let rig = bench.rig();
    rig.power_off()?;
    rig.kill_daemon();
    let before = bench.flash()?;

    let rig = bench.rig();
    rig.machine_settings().flash_fails = true;
    let second = rig.mark();
    rig.power_on()?;
    rig.wait_phase(second, Phase::BootWindow, LIMIT)?;
    rig.press_button()?;
    fails_visibly(rig, second)?;
    rig.power_off()?;
    require(
        bench.flash()? == before,
        "not a byte of the flash changed",
        (),
    )?;

    let rig = bench.rig();
    rig.machine_settings().flash_fails = false;
    let third = rig.mark();
    rig.power_on()?;
    wait_tenant(rig, third, &given.endpoint, LIMIT)
}
