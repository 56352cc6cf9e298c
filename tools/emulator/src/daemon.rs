// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The provisioning daemon as a child process, and its events.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread;

use serde_json::Value;

use crate::command::{bound, complete, end};
use crate::failure::{Failure, Result, While};

/// How the daemon is started.
#[derive(Debug, Clone)]
pub struct Settings {
    pub program: PathBuf,
    /// `device_id,setup_code` lines.
    pub inventory: PathBuf,
    pub bootstrap_uri: String,
    pub default_route: String,
    pub dns_server: String,
    /// `None` leaves the daemon's own pattern.
    pub endpoint_pattern: Option<String>,
    /// What applications may read and do, in the daemon's notation.
    pub grants: Vec<String>,
    /// Sends a configuration that devices must refuse, to test that they do.
    pub invalid: bool,
    pub listen: String,
    pub interface: String,
    pub state: PathBuf,
    pub control: PathBuf,
    /// Fixed credentials, `device_id,identity,psk_hex` lines.
    pub credentials: Option<PathBuf>,
    /// Where a daemon built with the feature `key-log` writes its keys.
    pub key_log: Option<PathBuf>,
    pub log: PathBuf,
}

/// One line of the daemon's output.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `connected`, `confirmed`, `provisioned`, ...
    pub name: String,
    pub device: String,
    /// The whole object.
    pub value: Value,
}

impl Event {
    fn parse(line: &str) -> Option<Event> {
        let value: Value = serde_json::from_str(line).ok()?;
        Some(Event {
            name: value.get("event")?.as_str()?.to_owned(),
            device: value["device"].as_str().unwrap_or_default().to_owned(),
            value,
        })
    }

    /// A field as text, numbers included; empty when it is not there.
    pub fn field(&self, name: &str) -> String {
        match &self.value[name] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// The event in words, for a person.
    pub fn describe(&self) -> String {
        let mut text = self.name.clone();
        if let Value::Object(fields) = &self.value {
            for name in fields.keys() {
                if !["event", "device", "time"].contains(&name.as_str()) {
                    text.push_str(&format!(" {name}={}", self.field(name)));
                }
            }
        }
        text
    }
}

/// What the daemon's reader tells.
#[derive(Debug, Clone, PartialEq)]
pub enum DaemonEvent {
    Event(Event),
    /// A line that is no event, such as a complaint.
    Said(String),
}

/// A running daemon. It is killed when this is dropped.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    settings: Settings,
}

impl Daemon {
    pub fn start<E>(settings: &Settings, events: Sender<E>) -> Result<Daemon>
    where
        E: From<DaemonEvent> + Send + 'static,
    {
        // Left over from a daemon that was killed.
        drop(fs::remove_file(&settings.control));
        let (folder, socket) = short(&settings.control)?;
        let mut command = bound(whole(&settings.program)?);
        command
            .current_dir(folder)
            .args(["serve", "--json"])
            .arg("--inventory")
            .arg(whole(&settings.inventory)?)
            .args(["--bootstrap-uri", &settings.bootstrap_uri])
            .args(["--default-route", &settings.default_route])
            .args(["--dns-server", &settings.dns_server])
            .args(["--listen", &settings.listen])
            .args(["--interface", &settings.interface])
            .arg("--state")
            .arg(whole(&settings.state)?)
            .arg("--control")
            .arg(socket);
        for grant in &settings.grants {
            command.args(["--grant", grant]);
        }
        if settings.invalid {
            command.arg("--allow-invalid-configuration");
        }
        if let Some(pattern) = &settings.endpoint_pattern {
            command.args(["--endpoint-pattern", pattern]);
        }
        if let Some(path) = &settings.credentials {
            command.arg("--credentials").arg(whole(path)?);
        }
        if let Some(path) = &settings.key_log {
            command.arg("--key-log").arg(whole(path)?);
        }
        let doing = || format!("writing {}", settings.log.display());
        let mut log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&settings.log)
            .doing(doing)?;
        writeln!(log, "{command:?}").doing(doing)?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .doing(|| format!("starting {}", settings.program.display()))
            .map_err(|failure| failure.next("Build it: make"))?;
        let outputs: [Option<Box<dyn std::io::Read + Send>>; 2] = [
            child.stdout.take().map(|pipe| Box::new(pipe) as _),
            child.stderr.take().map(|pipe| Box::new(pipe) as _),
        ];
        for output in outputs.into_iter().flatten() {
            let events = events.clone();
            let mut log = log.try_clone().doing(doing)?;
            thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(|line| line.ok()) {
                    // The log is for the person afterwards; the run goes on
                    // without it.
                    drop(writeln!(log, "{line}"));
                    let event = match Event::parse(&line) {
                        Some(event) => DaemonEvent::Event(event),
                        None => DaemonEvent::Said(line),
                    };
                    if events.send(event.into()).is_err() {
                        return;
                    }
                }
            });
        }
        Ok(Daemon {
            child,
            settings: settings.clone(),
        })
    }

    /// How it ended, when it did so by itself.
    pub fn ended(&mut self) -> Option<String> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(status.to_string()),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Ends it at once, without a goodbye to its devices.
    pub fn kill(mut self) {
        end(&mut self.child);
    }

    /// Lights or darkens the identification of every device; returns what was
    /// said about it.
    pub fn identify(&self, on: bool) -> Result<String> {
        let (folder, socket) = short(&self.settings.control)?;
        let mut command = Command::new(whole(&self.settings.program)?);
        command.current_dir(folder).args(["identify", "--all"]);
        if !on {
            command.arg("--off");
        }
        command.arg("--control").arg(socket);
        let output = complete(&mut command, "asking the daemon for identification")?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// A socket's folder and its name in there: a socket's path has at most 108
/// bytes, while folders may lie deep.
fn short(socket: &Path) -> Result<(&Path, PathBuf)> {
    match (socket.parent(), socket.file_name()) {
        (Some(folder), Some(name)) if folder != Path::new("") => {
            Ok((folder, Path::new(".").join(name)))
        }
        (_, Some(name)) => Ok((Path::new("."), Path::new(".").join(name))),
        (_, None) => Err(Failure::new(
            "looking for the control socket's folder",
            format!("{} names no file", socket.display()),
        )),
    }
}

/// A path that holds in every folder.
fn whole(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).doing(|| format!("looking for {}", path.display()))
}

/// The PSKs that the devices of a daemon confirmed to have stored, in
/// hexadecimal digits, oldest first.
pub fn issued(state: &Path, device: &str) -> Result<Vec<String>> {
    let path = state.join("issued.csv");
    let text = fs::read_to_string(&path).doing(|| format!("reading {}", path.display()))?;
    let rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    Ok(rows
        .filter_map(|row| match row[..] {
            [id, _identity, psk] if id.eq_ignore_ascii_case(device) => Some(psk.to_owned()),
            _ => None,
        })
        .collect())
}

/// What `provisiond flash` says of a configuration flash.
pub fn look(program: &Path, flash: &Path) -> Result<Value> {
    const DOING: &str = "looking at the flash image";
    let mut command = Command::new(program);
    let output = complete(command.arg("flash").arg(flash).arg("--json"), DOING)?;
    serde_json::from_slice(&output.stdout).doing(|| DOING.into())
}

/// What minting a device gave.
#[derive(Debug, Clone)]
pub struct Minted {
    pub device: String,
    pub setup_code: String,
    /// The daemon's inventory with this device in it.
    pub inventory: PathBuf,
    /// What it printed: the code as text and as a QR code.
    pub printed: String,
}

/// Mints a new device into a flash image.
pub fn mint(program: &Path, directory: &Path, flash: &Path) -> Result<Minted> {
    const DOING: &str = "minting factory data for a new device";
    let output = complete(
        Command::new(program)
            .arg("mint")
            .arg("--out")
            .arg(directory)
            .arg("--flash")
            .arg(flash),
        DOING,
    )?;
    let inventory = directory.join("codes.csv");
    let text = fs::read_to_string(&inventory).doing(|| DOING.into())?;
    let last = text.lines().rfind(|line| !line.trim().is_empty());
    match last.and_then(|line| line.split_once(',')) {
        Some((device, code)) => Ok(Minted {
            device: device.trim().to_owned(),
            setup_code: code.trim().to_owned(),
            inventory,
            printed: String::from_utf8_lossy(&output.stdout).into_owned(),
        }),
        None => Err(Failure::new(
            DOING,
            format!("{} is empty", inventory.display()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::Event;

    #[test]
    fn an_event_is_described_with_its_fields() {
        let line = r#"{"event":"provisioned","device":"00ff","endpoint":"node-1","serial":7}"#;
        let event = Event::parse(line).expect("an event");
        assert_eq!(event.name, "provisioned");
        assert_eq!(event.device, "00ff");
        assert_eq!(event.field("serial"), "7");
        assert_eq!(event.field("identity"), "");
        assert_eq!(event.describe(), "provisioned endpoint=node-1 serial=7");
    }

    #[test]
    fn what_is_no_event_is_not_taken_for_one() {
        assert_eq!(Event::parse("warning: something"), None);
        assert_eq!(Event::parse(r#"{"device":"00ff"}"#), None);
    }
}
