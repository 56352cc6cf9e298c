// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A network and a daemon that come and go.

use std::sync::mpsc;
use std::time::Duration;

use emulator::failure::{Result, While};
use emulator::phase::Phase;
use emulator::proxy::{Frame, Pieces, Verdict};
use emulator::rig::Seen;
use emulator::scenario::{wait_provisioned, wait_tenant};

use crate::support::{Bench, LIMIT, require, starts};

/// The frames of a conversation in their order, keep-alives and identification
/// left out, as the protocol's diagram shows them.
const CONVERSATION: [&str; 10] = [
    "HELLO",
    "HELLO REPLY",
    "SHARE P",
    "SHARE V",
    "CONFIRM P",
    "PROOF of the daemon",
    "PROOF of the device",
    "CONFIG",
    "RECEIPT",
    "RECEIPT ACK",
];
const RECEIPT: usize = 8;
const ACKNOWLEDGEMENT: usize = 9;

/// Identification and keep-alive, which may come at any time.
pub const ANY_TIME: std::ops::RangeInclusive<u8> = 0x01..=0x03;

/// In the board's time: the longest pause between two attempts is 60 s.
const RETRY: Duration = Duration::from_secs(200);

pub fn late_daemon(bench: &mut Bench) -> Result<()> {
    let first = bench.power_on()?;
    let rig = bench.rig();
    rig.wait_phase(first, Phase::Looking, LIMIT)?;
    let start = rig.machine()?.clock.ticks()?;
    let minute = Duration::from_secs(60);
    for _ in 0..5 {
        for _ in 0..60 {
            rig.advance(minute / 60)?;
        }
        require(
            starts(rig, first) == 1,
            "the board did not restart",
            starts(rig, first),
        )?;
    }
    let waited = emulator::clock::duration(rig.machine()?.clock.ticks()? - start);
    require(
        waited >= 5 * minute,
        "five minutes passed on the board",
        waited,
    )?;
    let phases = rig.phases(first);
    require(
        !phases.contains(&Phase::Connected),
        "there was nobody to connect to",
        &phases,
    )?;

    bench.start_daemon()?;
    let rig = bench.rig();
    rig.wait_advancing(
        first,
        "for the board to find the daemon",
        RETRY,
        is_connection,
    )?;
    let given = wait_provisioned(rig, first, LIMIT)?;
    wait_tenant(rig, first, &given.endpoint, LIMIT)?;
    require(
        starts(rig, first) == 1,
        "the board did not restart",
        starts(rig, first),
    )
}

fn is_connection(seen: &Seen) -> Option<()> {
    matches!(seen, Seen::Daemon(event) if event.name == "hello").then_some(())
}

/// Counts the frames of each connection and cuts it at the one that is asked
/// for; tells by the channel that it did.
fn cutter(
    cuts: mpsc::Receiver<usize>,
    done: mpsc::Sender<usize>,
) -> impl FnMut(&Frame) -> Verdict + Send {
    let (mut connection, mut index, mut wanted) = (None, 0, None);
    move |frame| {
        if ANY_TIME.contains(&frame.kind) {
            return Verdict::Pass;
        }
        if connection != Some(frame.connection) {
            connection = Some(frame.connection);
            index = 0;
        }
        if let Ok(next) = cuts.try_recv() {
            wanted = Some(next);
        }
        let here = index;
        index += 1;
        if wanted != Some(here) {
            return Verdict::Pass;
        }
        wanted = None;
        done.send(here).map_or(Verdict::Pass, |()| Verdict::Cut)
    }
}

pub fn dies_before_commit(bench: &mut Bench) -> Result<()> {
    let (ask, cuts) = mpsc::channel();
    let (done, cut) = mpsc::channel();
    let _between = bench.interpose(Pieces::AsTheyCome, cutter(cuts, done))?;
    let first = bench.power_on()?;
    for (step, name) in CONVERSATION.iter().enumerate().take(RECEIPT) {
        bench.rig().note(format!("the daemon dies before {name}"));
        ask.send(step)
            .doing(|| "telling the proxy where to cut".into())?;
        let mark = bench.rig().mark();
        bench.start_daemon()?;
        let rig = bench.rig();
        let mut reached = None;
        rig.wait_advancing(
            mark,
            "for the board to come back",
            RETRY,
            is_connection_or_phase,
        )?;
        rig.wait_until(&format!("for {name}"), LIMIT, || {
            reached = cut.try_recv().ok();
            reached.is_some()
        })?;
        rig.kill_daemon();
        require(
            reached == Some(step),
            "the conversation was cut where it should be",
            reached,
        )?;
        let mut connected = false;
        rig.wait(mark, "for the board to look again", LIMIT, |seen| {
            connected |= *seen == Seen::Phase(Phase::Connected);
            (connected && *seen == Seen::Phase(Phase::Looking)).then_some(())
        })?;
        let count = starts(rig, first);
        require(count == 1, "the board did not restart", count)?;
        require(
            !bench.flash()?.holds_configuration(),
            "nothing was stored without a configuration",
            name,
        )?;
    }
    let mark = bench.rig().mark();
    bench.start_daemon()?;
    let rig = bench.rig();
    rig.wait_advancing(mark, "for the board to come back", RETRY, is_connection)?;
    let given = wait_provisioned(rig, mark, LIMIT)?;
    wait_tenant(rig, mark, &given.endpoint, LIMIT)?;
    require(
        starts(rig, first) == 1,
        "the board did not restart",
        starts(rig, first),
    )
}

fn is_connection_or_phase(seen: &Seen) -> Option<()> {
    matches!(seen, Seen::Phase(Phase::Connected)).then_some(())
}

/// After the commit the tenant starts, 10 s later at most, whatever becomes of
/// the daemon; the configuration is there at the next boot.
fn dies_after_commit(bench: &mut Bench, step: usize) -> Result<()> {
    let (ask, cuts) = mpsc::channel();
    let (done, cut) = mpsc::channel();
    let _between = bench.interpose(Pieces::AsTheyCome, cutter(cuts, done))?;
    ask.send(step)
        .doing(|| "telling the proxy where to cut".into())?;
    bench.start_daemon()?;
    let first = bench.power_on()?;
    let rig = bench.rig();
    let mut reached = None;
    rig.wait_until(&format!("for {}", CONVERSATION[step]), LIMIT, || {
        reached = cut.try_recv().ok();
        reached.is_some()
    })?;
    rig.kill_daemon();
    require(
        reached == Some(step),
        "the conversation was cut where it should be",
        reached,
    )?;
    rig.wait_phase(first, Phase::Tenant, LIMIT)?;
    rig.power_off()?;
    require(
        bench.flash()?.holds_configuration(),
        "the configuration was stored",
        step,
    )?;
    let second = bench.power_on()?;
    let rig = bench.rig();
    rig.wait_phase(second, Phase::Tenant, LIMIT)?;
    let phases = rig.phases(second);
    require(
        phases.first() == Some(&Phase::BootWindow),
        "the board was configured",
        &phases,
    )
}

pub fn dies_before_receipt(bench: &mut Bench) -> Result<()> {
    dies_after_commit(bench, RECEIPT)
}

pub fn dies_before_acknowledgement(bench: &mut Bench) -> Result<()> {
    dies_after_commit(bench, ACKNOWLEDGEMENT)
}

fn through(bench: &mut Bench, pieces: Pieces) -> Result<()> {
    let _between = bench.interpose(pieces, |_frame| Verdict::Pass)?;
    let first = bench.rig().mark();
    bench.provision()?;
    let count = starts(bench.rig(), first);
    require(count == 1, "the board did not restart", count)
}

pub fn single_bytes(bench: &mut Bench) -> Result<()> {
    through(bench, Pieces::Single)
}

pub fn random_pieces(bench: &mut Bench) -> Result<()> {
    through(bench, Pieces::Random { seed: 0x5eed_ca5e })
}
