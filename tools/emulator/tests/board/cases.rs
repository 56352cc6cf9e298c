// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The board as it should be: provisioned, started, provisioned anew.

use emulator::failure::Result;
use emulator::machine::Network;
use emulator::phase::Phase;
use emulator::rig::Seen;
use emulator::scenario::{main_job as run, wait_tenant};

use crate::support::{Bench, LIMIT, check_leds, require, starts};

pub fn main_job(bench: &mut Bench) -> Result<()> {
    run(&mut bench.fixture)?;
    Ok(())
}

pub fn leds(bench: &mut Bench) -> Result<()> {
    run(&mut bench.fixture)?;
    let rig = bench.rig();
    check_leds(rig)?;
    let traces = rig.traces()?;
    require(traces.len() == 3, "the board ran three times", traces.len())?;
    for (phases, trace) in &traces {
        // The check passes over phases too short to see, so that these, which
        // last, are looked for one by one.
        let shows = |left: bool, right: bool| {
            trace.changes.iter().any(|change| {
                !change.lamps.released && change.lamps.left == left && change.lamps.right == right
            })
        };
        if phases.contains(&Phase::ComputingKeys) {
            require(
                shows(true, true),
                "the right LED blinked while keys were computed",
                phases,
            )?;
            require(
                shows(true, false),
                "the left LED stayed on while keys were computed",
                phases,
            )?;
        }
        if phases.contains(&Phase::BootWindow) {
            require(shows(true, false), "the boot window was shown", phases)?;
        }
        let last = trace.changes.last().map(|change| change.lamps.released);
        require(last == Some(true), "the tenant got the LEDs", last)?;
    }
    Ok(())
}

pub fn no_network(bench: &mut Bench) -> Result<()> {
    let given = bench.provision()?;
    let rig = bench.rig();
    rig.power_off()?;
    rig.machine_settings().network = Network::Unplugged;
    for _ in 0..2 {
        let mark = rig.mark();
        rig.power_on()?;
        wait_tenant(rig, mark, &given.endpoint, LIMIT)?;
        require(
            starts(rig, mark) == 1,
            "the board did not restart",
            starts(rig, mark),
        )?;
        let phases = rig.phases(mark);
        require(
            phases == [Phase::BootWindow, Phase::Tenant],
            "there was nothing but the boot window before the tenant",
            &phases,
        )?;
        // The provisioner must not even have been started.
        let spoke = rig
            .history(mark)
            .iter()
            .any(|seen| matches!(seen, Seen::Console(line) if line.starts_with("provisioner:")));
        require(!spoke, "the provisioner was silent", spoke)?;
        rig.power_off()?;
    }
    Ok(())
}
