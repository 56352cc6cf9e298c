// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Figures of one provisioning and one boot, with their method.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use crate::clock;
use crate::failure::{Failure, Result};
use crate::machine::{Network, Pace};
use crate::phase::Phase;
use crate::rig::{Rig, Seen};
use crate::run::empty;
use crate::scenario::{Fixture, Parts, wait_provisioned};

const LIMIT: Duration = Duration::from_secs(120);

/// Provisions a board, boots it again counted, and reports.
pub fn report(parts: &Parts, directory: &Path) -> Result<String> {
    empty(directory)?;
    let (reports, _shown) = mpsc::channel();
    let (_keys, commands) = mpsc::channel();
    let mut fixture = Fixture::new(parts, directory, reports, commands)?;
    let rig = &mut fixture.rig;

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

    let mut out = String::new();
    let mut line = |time: Duration, what: &str| {
        out.push_str(&format!("{:>12.3} ms  {what}\n", time.as_secs_f64() * 1e3));
    };
    line(
        first_tenant,
        "power-on to tenant start, provisioning included",
    );
    line(receipt.saturating_sub(connected), "connect to receipt");
    line(
        counted,
        "power-on to tenant start, configured, boot window included",
    );
    out.push_str(
        "\nMethod: virtual time (CLINT mtime) of QEMU. The first two run with the host's time,\n\
         against a daemon on the same host, and depend on it. The third runs with one nanosecond\n\
         for each instruction and idle time skipped (-icount shift=0,sleep=off) and is the same\n\
         in every run. Tenant start is the moment at which the kernel releases the LEDs.\n",
    );
    let said: Vec<&str> = rig
        .history(first)
        .iter()
        .filter_map(|seen| match seen {
            Seen::Console(line) if line.starts_with("provisioning: bench ") => Some(line.as_str()),
            _ => None,
        })
        .collect();
    if !said.is_empty() {
        out.push_str("\nThe kernel's own figures:\n");
        for line in said {
            out.push_str(&format!("  {line}\n"));
        }
    }
    Ok(out)
}

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
