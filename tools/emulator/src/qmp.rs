// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! QEMU's machine protocol: one JSON object per line, over a unix socket.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::failure::{Failure, Result, While};

/// How long QEMU may take to open its sockets; it does so before it runs the
/// guest.
const OPENING: Duration = Duration::from_secs(20);
/// How long an answer may take. QEMU answers at once unless the host is stuck.
const ANSWER: Duration = Duration::from_secs(20);

/// Connects to a unix socket that QEMU is about to open.
pub(crate) fn connect(path: &Path) -> Result<UnixStream> {
    let start = Instant::now();
    loop {
        match UnixStream::connect(path) {
            Ok(stream) => {
                stream
                    .set_read_timeout(Some(ANSWER))
                    .doing(|| "setting up a control socket".into())?;
                return Ok(stream);
            }
            Err(error) if start.elapsed() > OPENING => {
                return Err(Failure::new(
                    format!("connecting to {}", path.display()),
                    error,
                ));
            }
            Err(_) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// A connection to one emulator.
#[derive(Debug)]
pub struct Qmp {
    writer: UnixStream,
    reader: BufReader<UnixStream>,
    shutdown: Option<String>,
}

impl Qmp {
    pub fn connect(path: &Path) -> Result<Qmp> {
        let writer = connect(path)?;
        let reader = BufReader::new(
            writer
                .try_clone()
                .doing(|| "setting up a control socket".into())?,
        );
        let mut qmp = Qmp {
            writer,
            reader,
            shutdown: None,
        };
        let greeting = qmp.line()?;
        if greeting.get("QMP").is_none() {
            return Err(Failure::new("greeting the emulator", greeting));
        }
        qmp.execute("qmp_capabilities", json!({}))?;
        Ok(qmp)
    }

    /// Runs one command. Events that come before its answer are kept.
    pub fn execute(&mut self, command: &str, arguments: Value) -> Result<Value> {
        let request = json!({ "execute": command, "arguments": arguments });
        writeln!(self.writer, "{request}")
            .doing(|| format!("sending {command} to the emulator"))?;
        loop {
            let mut answer = self.line()?;
            if let Some(value) = answer.get_mut("return") {
                return Ok(value.take());
            }
            if let Some(error) = answer.get("error") {
                return Err(Failure::new(
                    format!("asking the emulator for {command}"),
                    &error["desc"],
                ));
            }
            self.note(&answer);
        }
    }

    /// Runs a command of the human monitor and returns its text.
    pub fn monitor(&mut self, line: &str) -> Result<String> {
        let value = self.execute("human-monitor-command", json!({ "command-line": line }))?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// Reads what is left after the emulator ended and returns the reason of
    /// its SHUTDOWN event, such as `guest-reset` or `guest-shutdown`.
    pub fn drain(&mut self) -> Option<String> {
        while let Ok(event) = self.line() {
            self.note(&event);
        }
        self.shutdown.take()
    }

    fn note(&mut self, event: &Value) {
        if event["event"] == "SHUTDOWN" {
            self.shutdown = event["data"]["reason"].as_str().map(str::to_owned);
        }
    }

    fn line(&mut self) -> Result<Value> {
        const DOING: &str = "reading from the emulator";
        let mut text = String::new();
        let length = self.reader.read_line(&mut text).doing(|| DOING.into())?;
        if length == 0 {
            return Err(Failure::new(DOING, "it closed the connection"));
        }
        serde_json::from_str(&text).doing(|| DOING.into())
    }
}
