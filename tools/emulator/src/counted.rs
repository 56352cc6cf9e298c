// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Runs of an emulator that counts instructions and has no devices.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::{bound, end};
use crate::failure::{Failure, Result, While};
use crate::machine::QEMU;

/// A run that takes longer in the host's time hangs; the longest takes a minute.
const LIMIT: Duration = Duration::from_secs(600);

/// Ends the emulator in any case.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

/// Boots `image`, an ELF file or the flash's bytes, and returns the console's lines up
/// to the one that `is_last` is true for.
///
/// Every instruction takes a nanosecond and idle time is skipped, so that all runs
/// are equal.
///
/// # Errors
/// The emulator cannot be started, or the last line does not come.
pub fn console(image: &Path, mut is_last: impl FnMut(&str) -> bool) -> Result<Vec<String>> {
    let doing = || format!("running {}", image.display());
    let mut child = bound(QEMU)
        .args(["-machine", "virt", "-cpu", "rv32", "-m", "128M"])
        .args(["-icount", "shift=0,align=off,sleep=off"])
        .args(["-display", "none", "-monitor", "none", "-serial", "stdio"])
        .args(["-global", "virtio-mmio.force-legacy=false"])
        .arg("-bios")
        .arg(image)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .doing(|| format!("starting {QEMU}"))
        .map_err(|failure| failure.next("Run 'make setup'."))?;
    let stdout = child.stdout.take();
    let _running = Running(child);
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let Some(stdout) = stdout else { return };
        for line in BufReader::new(stdout).split(b'\n') {
            let Ok(line) = line else { return };
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            // Nobody listens any more after the last line.
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let deadline = Instant::now() + LIMIT;
    let mut lines = Vec::new();
    loop {
        match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                let last = is_last(&line);
                lines.push(line);
                if last {
                    return Ok(lines);
                }
            }
            Err(error) => {
                let what = match error {
                    RecvTimeoutError::Timeout => format!("no last line in {LIMIT:?}"),
                    RecvTimeoutError::Disconnected => "no last line".to_owned(),
                };
                return Err(Failure::new(
                    doing(),
                    format!("{what}; the console said:\n{}", lines.join("\n")),
                ));
            }
        }
    }
}
