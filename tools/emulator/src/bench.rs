// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Figures of one provisioning and one boot, with their method.

use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use crate::clock;
use crate::command::complete;
use crate::failure::{Failure, Result, While};
use crate::machine::{Network, Pace};
use crate::phase::Phase;
use crate::rig::{Rig, Seen};
use crate::run::{claim, empty};
use crate::scenario::{Fixture, Parts, wait_provisioned};

const LIMIT: Duration = Duration::from_secs(120);

const METHOD_TIME: &str = "
Method: virtual time (CLINT mtime) of QEMU. The first two run with the host's time, against a
daemon on the same host, and depend on it. The third runs with one nanosecond for each
instruction and idle time skipped (-icount shift=0,sleep=off) and is the same in every run.
Tenant start is the moment at which the kernel releases the LEDs.
";

const METHOD_WEAR: &str = "
Method: after the provisioning above, on a new flash, from what is in it (`provisiond flash`): a
slot's sequence number counts the stores, which take turns, and a journal's generation its moves, which do so
too; each of them is one erase. The test wear.rs of provisioning_storage counts a million attempts.
";

const METHOD_COUNT: &str = "
Method: a kernel with feature `measure`, provisioned under -icount shift=0, where minstret counts
instructions. What the kernel's loop sleeps is subtracted; what processes execute is not. A slice is
what the loop does between two looks at interrupts and deferred calls. How often the network
wakes the board depends on the host, so the first two vary by some percent.
";

/// Measures a provisioning and a boot with `parts`, and counts instructions
/// with the kernel `measured`, which says its figures itself.
pub fn report(parts: &Parts, measured: Option<&Path>, directory: &Path) -> Result<String> {
    let _claim = claim(directory)?;
    let mut out = times(parts, &directory.join("times"))?;
    if let Some(kernel) = measured {
        let parts = Parts {
            kernel: kernel.to_path_buf(),
            ..parts.clone()
        };
        out.push('\n');
        out.push_str(&counts(&parts, &directory.join("counts"))?);
        out.push_str(METHOD_COUNT);
    }
    Ok(out)
}

fn times(parts: &Parts, directory: &Path) -> Result<String> {
    let (reports, _shown) = mpsc::channel();
    let (_keys, commands) = mpsc::channel();
    empty(directory)?;
    let mut fixture = Fixture::new(parts, directory, reports, commands)?;
    let rig = &mut fixture.rig;
    let flash = rig.machine_settings().flash.clone();

    let first = rig.mark();
    rig.start_daemon(&fixture.daemon)?;
    rig.wait_daemon(first, "listening", LIMIT)?;
    rig.power_on()?;
    let connected = at(rig, LIMIT, |seen| is_event(seen, "connected"))?;
    let receipt = at(rig, LIMIT, |seen| is_event(seen, "provisioned"))?;
    wait_provisioned(rig, first, LIMIT)?;
    rig.wait_phase(first, Phase::Tenant, LIMIT)?;
    let first_tenant = tenant_start(rig)?;
    rig.power_off()?;

    let second = rig.mark();
    rig.machine_settings().network = Network::Unplugged;
    rig.machine_settings().pace = Pace::Counted;
    rig.power_on()?;
    rig.wait_phase(second, Phase::Tenant, LIMIT)?;
    let counted = tenant_start(rig)?;
    rig.power_off()?;

    let lines = [
        (
            first_tenant,
            "power-on to tenant start, provisioning included",
        ),
        (receipt.saturating_sub(connected), "connect to receipt"),
        (
            counted,
            "power-on to tenant start, configured, boot window included",
        ),
    ];
    let mut out = lines
        .map(|(time, what)| format!("{:>12.3} ms  {what}\n", time.as_secs_f64() * 1e3))
        .concat();
    out.push_str(METHOD_TIME);
    out.push('\n');
    out.push_str(&wear(parts, &flash)?);
    out.push_str(METHOD_WEAR);
    Ok(out)
}

/// Erases of each page of the configuration flash.
fn wear(parts: &Parts, flash: &Path) -> Result<String> {
    const DOING: &str = "looking at the flash image";
    let mut command = Command::new(&parts.provisiond);
    let output = complete(command.arg("flash").arg(flash).arg("--json"), DOING)?;
    let report: Value = serde_json::from_slice(&output.stdout).doing(|| DOING.into())?;
    let pages = ["slots", "journal"].map(|kind| {
        let pages = report[kind].as_array().into_iter().flatten();
        pages
            .map(|page| {
                format!(
                    "{:>12}     erases of page {} ({kind})\n",
                    page["erases"].as_u64().unwrap_or_default(),
                    page["page"]
                )
            })
            .collect::<String>()
    });
    Ok(pages.concat())
}

fn counts(parts: &Parts, directory: &Path) -> Result<String> {
    let (reports, _shown) = mpsc::channel();
    let (_keys, commands) = mpsc::channel();
    empty(directory)?;
    let mut fixture = Fixture::new(parts, directory, reports, commands)?;
    let rig = &mut fixture.rig;

    let start = rig.mark();
    rig.start_daemon(&fixture.daemon)?;
    rig.wait_daemon(start, "listening", LIMIT)?;
    rig.machine_settings().pace = Pace::CountedAwake;
    rig.power_on()?;
    rig.wait_phase(start, Phase::Tenant, LIMIT)?;
    rig.wait(start, "for the kernel's last figure", LIMIT, |seen| {
        figure(seen)
            .filter(|figure| figure.starts_with(LAST_FIGURE))
            .map(|_| ())
    })?;
    rig.power_off()?;
    Ok(rig
        .history(start)
        .iter()
        .filter_map(figure)
        .map(|figure| format!("  {figure}\n"))
        .collect())
}

/// What a kernel with feature `measure` says, of which [`LAST_FIGURE`] is the end.
fn figure(seen: &Seen) -> Option<&str> {
    match seen {
        Seen::Console(line) => line.strip_prefix("provisioning: bench "),
        _ => None,
    }
}

const LAST_FIGURE: &str = "longest-kernel-slice";

fn is_event(seen: &Seen, name: &str) -> bool {
    matches!(seen, Seen::Daemon(event) if event.name == name)
}

/// The board's time when something is first seen from now on.
fn at(rig: &mut Rig, limit: Duration, found: impl Fn(&Seen) -> bool) -> Result<Duration> {
    let from = rig.mark();
    rig.wait(from, "for a moment to measure", limit, |seen| {
        found(seen).then_some(())
    })?;
    Ok(clock::duration(rig.machine()?.clock.ticks()?))
}

/// When the kernel gave the LEDs to the tenant.
fn tenant_start(rig: &mut Rig) -> Result<Duration> {
    let traces = rig.traces()?;
    traces
        .last()
        .and_then(|(_, trace)| trace.changes.iter().find(|change| change.lamps.released))
        .map(|change| change.at)
        .ok_or_else(|| {
            Failure::new(
                "measuring the tenant's start",
                "the LEDs were never released",
            )
        })
}
