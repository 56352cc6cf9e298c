// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! All figures on one page: kernel, sizes, provisioning, wear, cryptography.
//!
//! docs/Performance.md says what each of them means and how it is measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use crate::clock;
use crate::costs::{self, COSTS};
use crate::cryptography;
use crate::daemon;
use crate::failure::{Failure, Result, While};
use crate::machine::{Network, Pace};
use crate::page::Page;
use crate::phase::Phase;
use crate::rig::{Rig, Seen};
use crate::run::{claim, empty};
use crate::scenario::{Fixture, Parts, main_job, wait_provisioned};
use crate::size;

const LIMIT: Duration = Duration::from_secs(120);

/// The page's file in the folder of the run.
const PAGE: &str = "figures.txt";

/// Bytes of an erase block of the configuration flash; a page lies at the start of each.
const BLOCK_LEN: u64 = 0x4_0000;

/// What the pages of the configuration flash hold.
const PAGES: [&str; 5] = [
    "page 0, factory data",
    "page 1, configuration slot",
    "page 2, configuration slot",
    "page 3, journal",
    "page 4, journal",
];

/// The programs and images that are measured.
#[derive(Debug, Clone)]
pub struct Subjects {
    /// What provisions and boots.
    pub parts: Parts,
    /// The same kernel with feature `measure`, which says its figures itself.
    pub measured_kernel: PathBuf,
    /// The kernel of Tock's board, without anything of ours.
    pub plain_kernel: PathBuf,
    /// That kernel with feature `measure`, and the processes that count with it.
    pub costs_kernel: PathBuf,
    pub costs_tabs: Vec<PathBuf>,
    /// The bare image that runs the cryptography.
    pub cryptography: PathBuf,
}

/// Measures everything in folders below `directory`, where the page is kept too.
///
/// # Errors
/// Something is missing, does not run, or prints no figures.
pub fn report(subjects: &Subjects, directory: &Path) -> Result<String> {
    let Subjects { parts, .. } = subjects;
    parts.check()?;
    let _claim = claim(directory)?;
    let mut page = Page::default();

    eprintln!("bench: system calls, upcalls, switches");
    let folder = directory.join("costs");
    empty(&folder)?;
    let costs = costs::measure(
        &subjects.costs_kernel,
        &subjects.costs_tabs,
        &parts.tockloader,
        &folder,
    )?;
    page.table("Tock", &["instructions"]);
    for (name, what) in COSTS {
        // The last one of a name has the most repetitions.
        let cost = costs.iter().rfind(|cost| cost.name == name);
        let each: Vec<u64> = cost.map(|cost| cost.each().into()).into_iter().collect();
        page.row(what, &each);
    }
    size::compare(&subjects.plain_kernel, &parts.kernel, &mut page)?;

    eprintln!("bench: a provisioning and a boot");
    let folder = directory.join("times");
    let mut times_page = Page::default();
    times(parts, &folder, &mut times_page)?;
    size::applications(&folder.join("program.bin"), &mut page)?;
    page.append(times_page);

    eprintln!("bench: a provisioning, counted");
    let counted = Parts {
        kernel: subjects.measured_kernel.clone(),
        ..parts.clone()
    };
    counts(&counted, &directory.join("counts"), &mut page)?;

    eprintln!("bench: erases of the flash in the main job");
    wear(parts, &directory.join("wear"), &mut page)?;

    eprintln!("bench: cryptography");
    cryptography::report(&subjects.cryptography, &mut page)?;
    page.note("");
    page.note("docs/Performance.md tells what each line means and how it is measured.");

    let text = page.into_text();
    let file = directory.join(PAGE);
    fs::write(&file, &text).doing(|| format!("writing {}", file.display()))?;
    Ok(text)
}

/// A bench in a folder of its own, which nobody watches.
fn bench(parts: &Parts, directory: &Path) -> Result<Fixture> {
    empty(directory)?;
    let (reports, _shown) = mpsc::channel();
    let (_keys, commands) = mpsc::channel();
    Fixture::new(parts, directory, reports, commands)
}

fn times(parts: &Parts, directory: &Path, page: &mut Page) -> Result<()> {
    let mut fixture = bench(parts, directory)?;
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

    page.table("Provisioning and boot", &["ms"]);
    for (what, time) in [
        (
            "power-on to tenant, provisioning included (*)",
            first_tenant,
        ),
        ("connect to receipt (*)", receipt.saturating_sub(connected)),
        ("power-on to tenant, configured, with boot window", counted),
    ] {
        page.words(what, &[&format!("{:.1}", time.as_secs_f64() * 1e3)]);
    }
    page.note("(*) Depends on the host. The last one is the same in every run.");
    Ok(())
}

/// Counts the erases of each page while the main job runs: a provisioning, two
/// boots, a wipe by the button and another provisioning.
fn wear(parts: &Parts, directory: &Path, page: &mut Page) -> Result<()> {
    let mut fixture = bench(parts, directory)?;
    main_job(&mut fixture)?;
    fixture.rig.power_off()?;
    let settings = fixture.rig.machine_settings();
    let log = &settings.log;
    let log = fs::read_to_string(log).doing(|| format!("reading {}", log.display()))?;
    let seen = erases(&log)?;
    let known = known_erases(parts, &settings.flash)?;
    page.table(
        "Erases of the configuration flash in the main job",
        &["counted", "told by flash"],
    );
    for (number, what) in PAGES.into_iter().enumerate() {
        page.row(what, &[seen[number], known[number]]);
    }
    page.note("Main job: provisioning, two boots, wipe by the button, provisioning again.");
    page.note(
        "Counted: as the emulated chip erased. Told: as `provisiond flash` reads in the image.",
    );
    Ok(())
}

/// Erases of each page that the emulated chip tells of in QEMU's log.
fn erases(log: &str) -> Result<[u64; PAGES.len()]> {
    let mut pages = [0; PAGES.len()];
    for line in log.lines().filter(|line| line.contains("block erase")) {
        let page = line
            .split_once("offset:0x")
            .and_then(|(_, rest)| rest.split(' ').next())
            .and_then(|offset| u64::from_str_radix(offset, 16).ok())
            .and_then(|offset| pages.get_mut((offset / BLOCK_LEN) as usize));
        match page {
            Some(page) => *page += 1,
            None => return Err(Failure::new("counting erases", format!("unknown: {line}"))),
        }
    }
    Ok(pages)
}

/// Erases of each page that the flash keeps account of.
fn known_erases(parts: &Parts, flash: &Path) -> Result<[u64; PAGES.len()]> {
    let report = daemon::look(&parts.provisiond, flash)?;
    let mut pages = [0; PAGES.len()];
    for kind in ["slots", "journal"] {
        for known in report[kind].as_array().into_iter().flatten() {
            let number = known["page"]
                .as_u64()
                .and_then(|page| usize::try_from(page).ok());
            let page = number.and_then(|number| pages.get_mut(number));
            match (page, known["erases"].as_u64()) {
                (Some(page), Some(erases)) => *page = erases,
                _ => {
                    let found = format!("no page: {known}");
                    return Err(Failure::new("reading the account of erases", found));
                }
            }
        }
    }
    Ok(pages)
}

/// Provisions with a kernel that counts, and writes what it says.
fn counts(parts: &Parts, directory: &Path, page: &mut Page) -> Result<()> {
    let mut fixture = bench(parts, directory)?;
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
    page.table("Provisioning, sleep left out", &["instructions"]);
    for figure in rig.history(start).iter().filter_map(figure) {
        let words: Vec<&str> = figure.split([' ', ',']).collect();
        let value = words.get(1).and_then(|word| word.parse().ok());
        match (words.first().and_then(|name| counted_name(name)), value) {
            (Some(what), Some(value)) => page.row(what, &[value]),
            _ => return Err(Failure::new("reading the kernel's figures", figure)),
        }
    }
    page.note(
        "(*) Kernel and processes. Varies by some percent: the host's network wakes the board.",
    );
    Ok(())
}

/// What a figure of the kernel is.
fn counted_name(name: &str) -> Option<&'static str> {
    match name {
        "power-on-to-tenant" => Some("power-on to tenant (*)"),
        "connect-to-tenant" => Some("connect to tenant (*)"),
        LAST_FIGURE => Some("longest slice: kernel at work without a look at interrupts"),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erases_are_counted_by_page() {
        let log = "qemu started\n\
            pflash_write_block_erase virt.flash1: block erase offset:0x40000 bytes:0x40000\n\
            pflash_write_block_erase virt.flash1: block erase offset:0x100000 bytes:0x40000\n\
            pflash_write_block_erase virt.flash1: block erase offset:0x40000 bytes:0x40000\n";
        assert_eq!(erases(log), Ok([0, 2, 0, 0, 1]));
        assert!(erases("block erase offset:0x4000000 bytes:0x40000").is_err());
    }
}
