// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A configuration flash that takes no more writes.

use emulator::failure::Result;
use emulator::phase::Phase;
use emulator::rig::{Mark, Rig};
use emulator::scenario::{wait_provisioned, wait_tenant};

use crate::support::{Bench, LIMIT, check_leds, require, wait_restart};

/// The board says that it failed, lights both LEDs and restarts.
fn fails_visibly(rig: &mut Rig, from: Mark) -> Result<()> {
    rig.wait_phase(from, Phase::Failed, LIMIT)?;
    wait_restart(rig, from)?;
    let traces = rig.traces()?;
    let last = traces
        .iter()
        .rfind(|(phases, _)| phases.contains(&Phase::Failed))
        .and_then(|(_, trace)| trace.changes.last().copied());
    let both = last.is_some_and(|change| change.lamps.left && change.lamps.right);
    require(both, "both LEDs were on before the restart", last)
}

pub fn fails_when_new(bench: &mut Bench) -> Result<()> {
    let before = bench.flash()?;
    bench.rig().machine_settings().flash_fails = true;
    bench.start_daemon()?;
    let first = bench.power_on()?;
    fails_visibly(bench.rig(), first)?;
    bench.rig().power_off()?;
    check_leds(bench.rig())?;
    require(
        bench.flash()? == before,
        "not a byte of the flash changed",
        (),
    )?;

    // The same board works when its flash does.
    bench.rig().machine_settings().flash_fails = false;
    let second = bench.power_on()?;
    let rig = bench.rig();
    let given = wait_provisioned(rig, second, LIMIT)?;
    wait_tenant(rig, second, &given.endpoint, LIMIT)
}

pub fn fails_to_wipe(bench: &mut Bench) -> Result<()> {
    bench.start_daemon()?;
    let first = bench.power_on()?;
    let rig = bench.rig();
    let given = wait_provisioned(rig, first, LIMIT)?;
    wait_tenant(rig, first, &given.endpoint, LIMIT)?;
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
