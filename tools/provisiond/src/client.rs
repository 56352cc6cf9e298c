// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The other end of the control socket.

use std::path::Path;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use crate::control::{Answer, Request};
use crate::failure::{Failure, Kind};
use crate::registry::Snapshot;

/// Asks the daemon; an answer that is an error becomes a failure.
pub async fn ask(path: &Path, request: Request) -> Result<Answer, Failure> {
    let trouble = |found: &dyn std::fmt::Display, next: &str| {
        Failure::new(
            Kind::Control,
            format!("asking the daemon at {}", path.display()),
            found,
            next,
        )
    };
    let unreachable = "start it with `provisiond serve ... --control SOCK` and name the same SOCK";
    let stream = UnixStream::connect(path)
        .await
        .map_err(|error| trouble(&error, unreachable))?;
    let mut stream = BufReader::new(stream);
    let mut line = serde_json::to_string(&request)
        .map_err(|error| trouble(&error, "this is a defect of provisiond"))?;
    line.push('\n');
    let exchanged = async {
        stream.write_all(line.as_bytes()).await?;
        line.clear();
        stream.read_line(&mut line).await
    };
    exchanged
        .await
        .map_err(|error| trouble(&error, unreachable))?;
    let answer = serde_json::from_str(&line)
        .map_err(|error| trouble(&error, "is the daemon of the same version?"))?;
    match answer {
        Answer::Error(found) => Err(trouble(
            &found,
            "`provisiond devices` lists who is connected",
        )),
        answer => Ok(answer),
    }
}

/// A table of connections for people.
pub fn table(devices: &[Snapshot]) -> String {
    if devices.is_empty() {
        return "no device is connected\n".to_owned();
    }
    let mut text = format!(
        "{:<32}  {:<13}  {:>5}  {:<8}  {:<40}  BOARD\n",
        "DEVICE", "PHASE", "SINCE", "IDENTIFY", "ADDRESS"
    );
    for shown in devices {
        let device = shown.device.map(|id| id.to_string());
        text += &format!(
            "{:<32}  {:<13}  {:>4}s  {:<8}  {:<40}  {} {}\n",
            device.as_deref().unwrap_or("-"),
            shown.phase.to_string(),
            shown.seconds,
            if shown.identifying { "on" } else { "off" },
            shown.peer,
            shown.board.escape_debug(),
            shown.firmware.escape_debug(),
        );
    }
    text
}
