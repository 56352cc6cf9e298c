// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Boards with no tenant, with several, with one that is of no use.

use std::fs;

use emulator::failure::{Failure, Result, While};
use emulator::image;
use emulator::phase::Phase;
use emulator::rig::{Mark, Seen};
use emulator::scenario::wait_provisioned;

use crate::support::{Bench, LIMIT, require, starts};

/// Whether a line of this application is on the console.
fn spoke(bench: &mut Bench, from: Mark, application: &str) -> bool {
    let start = format!("{application}: ");
    bench
        .rig()
        .history(from)
        .iter()
        .any(|seen| matches!(seen, Seen::Console(line) if line.starts_with(&start)))
}

/// Changes the image of the program flash.
pub fn change(bench: &mut Bench, edit: impl FnOnce(&mut Vec<u8>) -> Option<()>) -> Result<()> {
    let path = bench.rig().machine_settings().program.clone();
    let doing = || format!("changing {}", path.display());
    let mut bytes = fs::read(&path).doing(doing)?;
    edit(&mut bytes).ok_or_else(|| Failure::new(doing(), "the application is not as expected"))?;
    fs::write(&path, bytes).doing(doing)
}

/// Word number `index` of the application that begins at `start`.
fn word(image: &[u8], start: usize, index: usize) -> Option<u32> {
    let bytes = image.get(start + 4 * index..start + 4 * index + 4)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

fn place(image: &[u8], application: &str) -> Option<usize> {
    image::applications(image)
        .into_iter()
        .find(|found| found.name == application)
        .map(|found| found.offset)
}

/// Clears the header's enabled flag and makes its checksum right again.
fn disable(image: &mut [u8], application: &str) -> Option<()> {
    const FLAGS: usize = 2;
    const CHECKSUM: usize = 3;
    const ENABLED: u32 = 1;
    let start = place(image, application)?;
    let flags = word(image, start, FLAGS)?;
    let checksum = word(image, start, CHECKSUM)?;
    for (index, value) in [
        (FLAGS, flags & !ENABLED),
        (CHECKSUM, checksum ^ (flags & ENABLED)),
    ] {
        let at = start + 4 * index;
        image
            .get_mut(at..at + 4)?
            .copy_from_slice(&value.to_le_bytes());
    }
    Some(())
}

/// Puts an instruction that there is not where the application begins.
pub fn spoil(image: &mut [u8], application: &str) -> Option<()> {
    let start = place(image, application)?;
    let header_len = (word(image, start, 0)? >> 16) as usize;
    // The first entry of the header that has an entry point: Main or Program,
    // whose first word is its offset behind the header.
    let mut at = 16;
    while at < header_len {
        let head = word(image, start + at, 0)?;
        let (kind, len) = (head & 0xffff, (head >> 16) as usize);
        if kind == 1 || kind == 9 {
            let entry = start + header_len + word(image, start + at, 1)? as usize;
            image.get_mut(entry..entry + 4)?.fill(0);
            return Some(());
        }
        at += 4 + len.next_multiple_of(4);
    }
    None
}

/// Provisions the board and waits until its tenants were started.
fn tenants_start(bench: &mut Bench) -> Result<Mark> {
    bench.start_daemon()?;
    let first = bench.power_on()?;
    let rig = bench.rig();
    wait_provisioned(rig, first, LIMIT)?;
    rig.wait_phase(first, Phase::Tenant, LIMIT)?;
    Ok(first)
}

/// The last word on what a board with tenants must not do.
fn is_sound(bench: &mut Bench, from: Mark) -> Result<()> {
    let rig = bench.rig();
    require(
        starts(rig, from) == 1,
        "the board did not restart",
        starts(rig, from),
    )?;
    let panicked = rig.history(from).iter().find_map(|seen| match seen {
        Seen::Console(line) if line.contains("panicked") => Some(line.clone()),
        _ => None,
    });
    require(panicked.is_none(), "the kernel did not panic", panicked)
}

pub fn none(bench: &mut Bench) -> Result<()> {
    let program = bench.rig().machine_settings().program.clone();
    let parts = &bench.parts;
    let tabs = parts.tabs.get(..1).unwrap_or_default();
    image::program(&parts.kernel, tabs, &parts.tockloader, &program)?;
    let first = tenants_start(bench)?;
    bench.rig().advance(std::time::Duration::from_secs(2))?;
    is_sound(bench, first)?;
    bench.rig().power_off()?;
    let second = bench.power_on()?;
    bench.rig().wait_phase(second, Phase::Tenant, LIMIT)
}

/// All of them are started, in the order of the flash.
pub fn several(bench: &mut Bench) -> Result<()> {
    let first = tenants_start(bench)?;
    let mut order = Vec::new();
    for name in ["hello", "blink"] {
        let start = format!("{name}: ");
        let rig = bench.rig();
        rig.wait_console(first, &start, LIMIT)?;
        let at = rig
            .history(first)
            .iter()
            .position(|seen| matches!(seen, Seen::Console(line) if line.starts_with(&start)));
        order.push(at);
    }
    require(
        order[0] < order[1],
        "the first in the flash was the first to speak",
        &order,
    )?;
    is_sound(bench, first)
}

/// Of both tenants only the second runs, and goes on.
fn second_only(bench: &mut Bench) -> Result<()> {
    let first = tenants_start(bench)?;
    bench.rig().wait_console(first, "blink: endpoint", LIMIT)?;
    bench.rig().advance(std::time::Duration::from_secs(2))?;
    require(
        !spoke(bench, first, "hello"),
        "the tenant that is of no use said nothing",
        (),
    )?;
    is_sound(bench, first)
}

pub fn faulting(bench: &mut Bench) -> Result<()> {
    change(bench, |image| spoil(image, "hello"))?;
    second_only(bench)?;
    let rig = bench.rig();
    let changes = rig.traces()?.last().map(|(_, trace)| {
        let released = trace.changes.iter().filter(|change| change.lamps.released);
        released.count()
    });
    require(
        changes.is_some_and(|count| count > 3),
        "the other tenant went on blinking",
        changes,
    )
}

pub fn disabled(bench: &mut Bench) -> Result<()> {
    change(bench, |image| disable(image, "hello"))?;
    second_only(bench)
}
