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
/// A net under [`Clock::settle`], in the host's time.
const SETTLED: Duration = Duration::from_secs(2);
/// Ticks per second of `mtime`.
pub const FREQUENCY: u64 = 10_000_000;
/// The longest single jump: below every period that the board's timers have in
/// turn (the fast blink, 100 ms).
pub const LONGEST_JUMP: Duration = Duration::from_millis(50);
/// Pause after each jump, for the guest to act on the timers that fired.
const SETTLE: Duration = Duration::from_millis(4);

/// Ticks of `mtime` as a duration.
pub fn duration(ticks: u64) -> Duration {
    Duration::from_nanos(ticks.saturating_mul(1_000_000_000 / FREQUENCY))
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
    pub fn settle(&mut self) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < SETTLED && self.read(MTIMECMP)? <= self.ticks()? {
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Moves virtual time forward by `by`, in steps that keep timers in order.
    pub fn advance(&mut self, by: Duration) -> Result<()> {
        let mut left = by;
        while !left.is_zero() {
            let step = left.min(LONGEST_JUMP);
            let ticks = step.as_nanos() as u64 / (1_000_000_000 / FREQUENCY);
            let now = self.ticks()?;
            self.ask(&format!("writeq {MTIME:#x} {:#x}", now + ticks))?;
            thread::sleep(SETTLE);
            left -= step;
        }
        Ok(())
    }

    fn word(&mut self, address: u64) -> Result<u64> {
        let answer = self.ask(&format!("readl {address:#x}"))?;
        u64::from_str_radix(answer.trim_start_matches("0x"), 16)
            .doing(|| format!("reading the board's clock ({answer})"))
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
