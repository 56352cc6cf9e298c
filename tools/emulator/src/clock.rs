// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The board's clock, read and moved forward from outside.
//!
//! QEMU's test protocol works beside a running guest: a write to the CLINT's
//! `mtime` shifts virtual time, and timers that came due fire at once. Moved in
//! small steps, timers fire in their order, and minutes pass in seconds.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result, While};
use crate::qmp::connect;

/// Address of the CLINT's `mtime` on the `virt` machine.
const MTIME: u64 = 0x0200_bff8;
/// Address of the first processor's `mtimecmp`.
const MTIMECMP: u64 = 0x0200_4000;
/// A net under [`Clock::settle`], in the host's time: a board that looks at no timer
/// for so long has died.
const SETTLED: Duration = Duration::from_secs(30);
/// Ticks per second of `mtime`.
pub const FREQUENCY: u64 = 10_000_000;
/// The longest single jump: below every period that the board's timers have in
/// turn (the fast blink, 100 ms).
pub const LONGEST_JUMP: Duration = Duration::from_millis(50);
/// Pause after each jump, for what the guest's processes make of the timers that
/// fired; that the kernel has seen to them is waited for.
const PAUSE: Duration = Duration::from_millis(4);

/// Ticks of `mtime` as a duration.
pub fn duration(ticks: u64) -> Duration {
    Duration::from_nanos(ticks.saturating_mul(1_000_000_000 / FREQUENCY))
}

/// A duration as ticks of `mtime`.
fn ticks(duration: Duration) -> u64 {
    (duration.as_nanos() / u128::from(1_000_000_000 / FREQUENCY)) as u64
}

/// A connection to one emulator's test socket.
#[derive(Debug)]
pub struct Clock {
    writer: UnixStream,
    reader: BufReader<UnixStream>,
}

impl Clock {
    pub fn connect(path: &Path) -> Result<Clock> {
        let writer = connect(path)?;
        let reader = BufReader::new(
            writer
                .try_clone()
                .doing(|| "setting up the clock's socket".into())?,
        );
        Ok(Clock { writer, reader })
    }

    /// Ticks since power-on.
    pub fn ticks(&mut self) -> Result<u64> {
        self.read(MTIME)
    }

    fn read(&mut self, address: u64) -> Result<u64> {
        // The CLINT takes 64-bit reads as two of 32 bits, high half first here
        // and checked again, so that a carry between them is seen.
        loop {
            let high = self.word(address + 4)?;
            let low = self.word(address)?;
            if self.word(address + 4)? == high {
                return Ok(high << 32 | low);
            }
        }
    }

    /// Waits until no timer of the board is due that it has not seen to, however slow
    /// the host is.
    ///
    /// # Errors
    /// When the board has died, or the emulator ended.
    pub fn settle(&mut self) -> Result<()> {
        let start = Instant::now();
        while self.is_due()? {
            if start.elapsed() > SETTLED {
                let found = format!("none of it within {} s", SETTLED.as_secs());
                return Err(Failure::new(
                    "waiting for the board to see to its timers",
                    found,
                ));
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// A board that has not set a timer up yet has none that could be due.
    fn is_due(&mut self) -> Result<bool> {
        let compare = self.read(MTIMECMP)?;
        Ok(compare != 0 && compare <= self.ticks()?)
    }

    /// Lets `by` of virtual time pass, most of it by jumps that keep timers in order:
    /// each comes when the board has seen to those before. What passes by itself
    /// meanwhile counts, so that on a slow host no more passes than on a fast one.
    ///
    /// # Errors
    /// When the board has died, or the emulator ended.
    pub fn advance(&mut self, by: Duration) -> Result<()> {
        let end = self.ticks()?.saturating_add(ticks(by));
        loop {
            self.settle()?;
            let now = self.ticks()?;
            if now >= end {
                return Ok(());
            }
            let next = end.min(now.saturating_add(ticks(LONGEST_JUMP)));
            self.ask(&format!("writeq {MTIME:#x} {next:#x}"))?;
            thread::sleep(PAUSE);
        }
    }

    fn word(&mut self, address: u64) -> Result<u64> {
        self.number("readl", address)
    }

    /// Reads 16 bits of the board's memory, while it runs.
    pub(crate) fn half(&mut self, address: u64) -> Result<u16> {
        Ok(self.number("readw", address)? as u16)
    }

    fn number(&mut self, command: &str, address: u64) -> Result<u64> {
        let answer = self.ask(&format!("{command} {address:#x}"))?;
        u64::from_str_radix(answer.trim_start_matches("0x"), 16)
            .doing(|| format!("reading the board's memory at {address:#x} ({answer})"))
    }

    fn ask(&mut self, line: &str) -> Result<String> {
        const DOING: &str = "talking to the emulator's test socket";
        writeln!(self.writer, "{line}").doing(|| DOING.into())?;
        let mut answer = String::new();
        let length = self.reader.read_line(&mut answer).doing(|| DOING.into())?;
        if length == 0 {
            return Err(Failure::new(DOING, "it closed the connection"));
        }
        match answer.trim_end().strip_prefix("OK") {
            Some(value) => Ok(value.trim().to_owned()),
            None => Err(Failure::new(format!("asking for {line}"), answer.trim())),
        }
    }
}
