// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Daemons that have the wrong code or give a configuration that no device may
//! take.

use std::fs;

use emulator::daemon;
use emulator::failure::{Result, While};
use emulator::machine::Exit;
use emulator::phase::Phase;
use emulator::rig::Seen;
use emulator::scenario::{wait_provisioned, wait_tenant};

use crate::support::{Bench, LIMIT, check_leds, require, starts};

/// A daemon that has a well-formed code for the board, but another device's.
pub fn wrong_inventory(bench: &mut Bench) -> Result<daemon::Settings> {
    let other = bench.directory.join("other");
    let flash = bench.directory.join("other.img");
    let stranger = daemon::mint(&bench.parts.provisiond, &other, &flash)?;
    let inventory = bench.directory.join("wrong.csv");
    let line = format!("{},{}\n", bench.fixture.minted.device, stranger.setup_code);
    fs::write(&inventory, format!("device_id,setup_code\n{line}"))
        .doing(|| "writing the wrong inventory".into())?;
    let mut wrong = bench.fixture.daemon.clone();
    wrong.inventory = inventory;
    Ok(wrong)
}

pub fn wrong_code(bench: &mut Bench) -> Result<()> {
    let wrong = wrong_inventory(bench)?;
    bench.start_daemon_with(&wrong)?;
    let first = bench.power_on()?;
    let rig = bench.rig();
    let failed = rig.wait_daemon(first, "failed", LIMIT)?;
    let reason = failed.field("reason").to_lowercase();
    require(
        reason.contains("setup code"),
        "the daemon says what is wrong",
        &reason,
    )?;
    rig.wait(
        first,
        "for the board to say what is wrong",
        LIMIT,
        |seen| match seen {
            Seen::Console(line) => line.to_lowercase().contains("setup code").then_some(()),
            _ => None,
        },
    )?;
    // Off at once, before it can try again.
    rig.kill_daemon();
    require(
        starts(rig, first) == 1,
        "the board did not restart",
        starts(rig, first),
    )?;
    let attempts = rig
        .history(first)
        .iter()
        .filter(|seen| matches!(seen, Seen::Daemon(event) if event.name == "agreeing"))
        .count();
    let flash = bench.flash()?;
    let counted = flash.journal().attempts as usize;
    require(
        counted == attempts,
        "each attempt was counted once",
        (attempts, counted),
    )?;
    require(!flash.holds_configuration(), "nothing was stored", ())?;

    let mark = bench.rig().mark();
    bench.start_daemon()?;
    let rig = bench.rig();
    let retry = std::time::Duration::from_secs(200);
    rig.wait_advancing(mark, "for the board to come back", retry, |seen| {
        matches!(seen, Seen::Daemon(event) if event.name == "hello").then_some(())
    })?;
    let given = wait_provisioned(rig, mark, LIMIT)?;
    wait_tenant(rig, mark, &given.endpoint, LIMIT)?;
    let counted = bench.flash()?.journal().attempts;
    require(counted == 0, "the right code cleared the count", counted)
}

/// Refused with the field's name, both LEDs on, restart, nothing stored.
fn refused(bench: &mut Bench, mut settings: daemon::Settings, field: &str) -> Result<()> {
    settings.invalid = true;
    bench.start_daemon_with(&settings)?;
    let first = bench.power_on()?;
    let rig = bench.rig();
    let event = rig.wait_daemon(first, "refused", LIMIT)?;
    let named = event.field("field").to_lowercase().replace(['-', '_'], " ");
    require(named == field, "the daemon names the field", &named)?;
    rig.wait(
        first,
        "for the board to name the field",
        LIMIT,
        |seen| match seen {
            Seen::Console(line) => {
                let line = line.to_lowercase().replace(['-', '_'], " ");
                (line.starts_with("provisioning:") && line.contains(field)).then_some(())
            }
            _ => None,
        },
    )?;
    rig.kill_daemon();
    let mut restarted = false;
    rig.wait(first, "for the board to restart", LIMIT, |seen| {
        restarted |= *seen == Seen::Exit(Exit::Reset);
        (restarted && *seen == Seen::Phase(Phase::Looking)).then_some(())
    })?;
    require(
        !bench.flash()?.holds_configuration(),
        "nothing was stored",
        field,
    )?;
    let rig = bench.rig();
    let traces = rig.traces()?;
    let lamps = traces
        .iter()
        .find(|(phases, _)| phases.contains(&Phase::Failed) || phases.contains(&Phase::Restarting))
        .and_then(|(_, trace)| trace.changes.last().copied());
    let both = lamps.is_some_and(|change| change.lamps.left && change.lamps.right);
    require(both, "both LEDs were on at the end", lamps)?;
    check_leds(rig)
}

pub fn empty_default_route(bench: &mut Bench) -> Result<()> {
    let mut settings = bench.fixture.daemon.clone();
    settings.default_route = String::new();
    refused(bench, settings, "default route")
}

pub fn empty_bootstrap_uri(bench: &mut Bench) -> Result<()> {
    let mut settings = bench.fixture.daemon.clone();
    settings.bootstrap_uri = String::new();
    refused(bench, settings, "bootstrap uri")
}

pub fn empty_endpoint_name(bench: &mut Bench) -> Result<()> {
    let mut settings = bench.fixture.daemon.clone();
    settings.endpoint_pattern = Some(String::new());
    refused(bench, settings, "endpoint name")
}
