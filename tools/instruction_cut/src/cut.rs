// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Counts instructions and ends the process.
//!
//! The emulated machine has one processor, thus one thread that counts; atomics
//! are there for the compiler's sake only.

use std::fs::File;
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::plugin::exit_at_once;
use crate::settings::Settings;

/// Exit code of an emulator that was cut, which QEMU does not use itself.
const CUT: i32 = 86;
/// More than a run can have.
const NEVER: u64 = u64::MAX;

static COUNTING: AtomicBool = AtomicBool::new(false);
/// Instructions executed since counting began.
static COUNT: AtomicU64 = AtomicU64::new(0);
/// The count at which to end.
static LIMIT: AtomicU64 = AtomicU64::new(NEVER);
static REPORT: OnceLock<File> = OnceLock::new();
static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// What an instruction is watched for, besides being counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    Begin,
    Note,
    End,
}

/// Makes ready; called once, before the guest runs.
pub fn prepare(settings: Settings) -> Result<(), String> {
    let report = File::create(&settings.report)
        .map_err(|error| format!("cannot write {}: {error}", settings.report))?;
    LIMIT.store(settings.after.unwrap_or(NEVER), Ordering::Relaxed);
    COUNTING.store(settings.from.is_none(), Ordering::Relaxed);
    match (REPORT.set(report), SETTINGS.set(settings)) {
        (Ok(()), Ok(())) => Ok(()),
        _ => Err("it was loaded twice".to_owned()),
    }
}

/// What the instruction at this address is watched for.
pub fn watched(address: u64) -> impl Iterator<Item = Watch> {
    let settings = SETTINGS.get();
    let is = |which: fn(&Settings) -> Option<u64>| settings.and_then(which) == Some(address);
    let noted = settings.is_some_and(|settings| settings.notes.contains(&address));
    [
        is(|settings| settings.from).then_some(Watch::Begin),
        noted.then_some(Watch::Note),
        is(|settings| settings.end).then_some(Watch::End),
    ]
    .into_iter()
    .flatten()
}

/// An instruction is about to be executed.
#[inline]
pub fn count(address: u64) {
    if !COUNTING.load(Ordering::Relaxed) {
        return;
    }
    let count = COUNT.load(Ordering::Relaxed);
    if count == LIMIT.load(Ordering::Relaxed) {
        end("cut", address);
    }
    COUNT.store(count + 1, Ordering::Relaxed);
}

/// A watched instruction is about to be executed, and counted after this.
pub fn reached(watch: Watch, address: u64) {
    match watch {
        Watch::Begin => COUNTING.store(true, Ordering::Relaxed),
        Watch::Note => tell("note", address),
        Watch::End if COUNTING.load(Ordering::Relaxed) => end("end", address),
        Watch::End => {}
    }
}

fn end(word: &str, address: u64) -> ! {
    tell(word, address);
    exit_at_once(CUT)
}

/// Writes a line at once: nothing that is buffered would survive the end.
fn tell(word: &str, address: u64) {
    let count = COUNT.load(Ordering::Relaxed);
    if let Some(mut report) = REPORT.get() {
        // Whoever reads the report misses the line, and says so.
        drop(report.write_all(format!("{word} {address:#x} {count}\n").as_bytes()));
    }
}
