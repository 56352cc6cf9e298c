// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! One run of the emulator, from power-on until it ends.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::clock::Clock;
use crate::command::{bound, end};
use crate::cut::{self, Cut};
use crate::failure::{Failure, Result, While};
use crate::namespace::TAP;
use crate::qmp::Qmp;

pub(crate) const QEMU: &str = "qemu-system-riscv32";

/// What the board's network card is plugged into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// The tap device of the private network.
    Tap,
    /// Nothing: a cable that leads nowhere.
    Unplugged,
}

/// How virtual time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// With the host's time, as a network needs it.
    RealTime,
    /// One nanosecond for each instruction, idle time skipped. Runs are equal.
    Counted,
    /// One nanosecond for each instruction, idle time as long as the host's: for
    /// counting with a network.
    CountedAwake,
}

/// How one emulator is started.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Image of the program flash, kernel and applications.
    pub program: PathBuf,
    /// Image of the configuration flash, 32 MiB.
    pub flash: PathBuf,
    /// Every program and erase of the configuration flash fails.
    pub flash_fails: bool,
    pub network: Network,
    pub pace: Pace,
    /// A state saved by [`Machine::save`] to go on from, instead of power-on.
    pub resume: Option<PathBuf>,
    /// Where to record every frame.
    pub capture: Option<PathBuf>,
    /// Where to cut the power.
    pub cut: Option<Cut>,
    /// Where what QEMU itself says goes.
    pub log: PathBuf,
}

impl Settings {
    /// A board in real time whose cable leads nowhere, with nothing out of the ordinary.
    pub fn new(program: PathBuf, flash: PathBuf, log: PathBuf) -> Settings {
        Settings {
            program,
            flash,
            flash_fails: false,
            network: Network::Unplugged,
            pace: Pace::RealTime,
            resume: None,
            capture: None,
            cut: None,
            log,
        }
    }
}

/// How an emulator ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// The guest asked for a restart.
    Reset,
    /// The guest switched itself off.
    Off,
    /// The power was cut where the settings say; the report has the place.
    Cut,
    /// Anything else, such as a crash, with QEMU's words.
    Broken(String),
}

/// What the console's reader tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsoleEvent {
    Line(String),
    /// The emulator with this number closed its console: it has ended.
    End(u32),
}

/// A running emulator. It is killed when this is dropped: one that counts instructions
/// ignores SIGTERM when idle. The flash file is a shared mapping of writes already done,
/// so nothing is lost.
#[derive(Debug)]
pub struct Machine {
    child: Child,
    pub qmp: Qmp,
    pub clock: Clock,
    /// Counts the emulators of this process.
    pub number: u32,
    sockets: PathBuf,
    log: PathBuf,
}

impl Machine {
    /// Starts an emulator; `events` gets what the console says.
    pub fn start<E>(settings: &Settings, events: Sender<E>) -> Result<Machine>
    where
        E: From<ConsoleEvent> + Send + 'static,
    {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        // Unix socket paths are short (108 bytes), so not in the log folder.
        let sockets =
            std::env::temp_dir().join(format!("emulator-{}-{number}", std::process::id()));
        fs::create_dir_all(&sockets).doing(|| format!("making {}", sockets.display()))?;
        let control = sockets.join("qmp");
        let clock = sockets.join("qtest");

        let doing = || format!("writing {}", settings.log.display());
        let mut log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&settings.log)
            .doing(doing)?;
        let mut command = bound(QEMU);
        command.args(arguments(settings, &control, &clock)?);
        writeln!(log, "{command:?}").doing(doing)?;
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.try_clone().doing(doing)?);
        let mut child = command
            .spawn()
            .doing(|| format!("starting {QEMU}"))
            .map_err(|failure| failure.next("Run 'make setup'."))?;

        let console = child.stdout.take();
        thread::spawn(move || {
            if let Some(console) = console {
                read_console(BufReader::new(console), &events);
            }
            // Nobody listens any more when the rig is gone, which is fine.
            drop(events.send(ConsoleEvent::End(number).into()));
        });

        let connected = Qmp::connect(&control).and_then(|qmp| Ok((qmp, Clock::connect(&clock)?)));
        match connected {
            Ok((qmp, clock)) => {
                let mut machine = Machine {
                    child,
                    qmp,
                    clock,
                    number,
                    sockets,
                    log: settings.log.clone(),
                };
                if settings.resume.is_some() {
                    machine.resume()?;
                } else if settings.cut.is_some() {
                    // When the cut comes at once, there is no answer.
                    drop(machine.qmp.execute("cont", json!({})));
                }
                Ok(machine)
            }
            Err(failure) => {
                end(&mut child);
                Err(Failure::new("starting the emulator", failure).next(format!(
                    "What QEMU said lies in {}.",
                    settings.log.display()
                )))
            }
        }
    }

    /// Halts the board and writes its whole state, but for the flash chips.
    pub fn save(&mut self, path: &Path) -> Result<()> {
        self.qmp.execute("stop", json!({}))?;
        let uri = format!("exec:cat > '{}'", path.display());
        self.qmp.execute("migrate", json!({ "uri": uri }))?;
        loop {
            let state = self.qmp.execute("query-migrate", json!({}))?;
            match state["status"].as_str() {
                Some("completed") => return Ok(()),
                Some("failed" | "cancelled") => {
                    return Err(Failure::new("saving the board's state", state));
                }
                _ => thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    /// Lets a board that was started from a saved state go on.
    fn resume(&mut self) -> Result<()> {
        loop {
            let state = self.qmp.execute("query-status", json!({}))?;
            match state["status"].as_str() {
                Some("inmigrate") => thread::sleep(Duration::from_millis(10)),
                _ => break,
            }
        }
        self.qmp.execute("cont", json!({}))?;
        Ok(())
    }

    /// Switches the board off at once, as pulling the plug does.
    pub fn power_off(mut self) {
        end(&mut self.child);
    }

    /// Collects how an emulator that has closed its console ended.
    pub fn ended(mut self) -> Exit {
        let reason = self.qmp.drain();
        let (status, good) = match self.child.wait() {
            Ok(status) if status.code() == Some(cut::EXIT_CODE) => return Exit::Cut,
            Ok(status) => (status.to_string(), status.success()),
            Err(error) => (error.to_string(), false),
        };
        match reason.as_deref() {
            Some("guest-reset") => Exit::Reset,
            Some("guest-shutdown") => Exit::Off,
            // QEMU before 9 ends at once, without an event.
            None if good => Exit::Off,
            reason => Exit::Broken(format!(
                "QEMU ended ({status}{}); see {}",
                reason.map_or(String::new(), |reason| format!(", {reason}")),
                self.log.display()
            )),
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        end(&mut self.child);
        // A folder that cannot be removed does no harm in /tmp.
        drop(fs::remove_dir_all(&self.sockets));
    }
}

fn read_console<E: From<ConsoleEvent>>(mut console: impl BufRead, events: &Sender<E>) {
    let mut raw = Vec::new();
    loop {
        raw.clear();
        match console.read_until(b'\n', &mut raw) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let line = String::from_utf8_lossy(&raw).trim_end().to_owned();
        if events.send(ConsoleEvent::Line(line).into()).is_err() {
            return;
        }
    }
}

fn arguments(settings: &Settings, control: &Path, clock: &Path) -> Result<Vec<String>> {
    let mut list: Vec<String> = Vec::new();
    let mut add = |words: &[&str]| list.extend(words.iter().map(|&word| word.to_owned()));
    let epmp = epmp_property()?;
    let flash = settings.flash.display().to_string().replace(',', ",,");
    let read_only = if settings.flash_fails { "on" } else { "off" };
    add(&["-machine", "virt", "-m", "128M"]);
    add(&["-cpu", &format!("rv32,{epmp}=true")]);
    add(&["-display", "none", "-monitor", "none", "-serial", "stdio"]);
    // Into the log; `make bench` counts them.
    add(&["-trace", "enable=pflash_write_block_erase"]);
    add(&[
        "-no-reboot",
        "-bios",
        &settings.program.display().to_string(),
    ]);
    add(&[
        "-drive",
        &format!("if=pflash,unit=1,format=raw,readonly={read_only},file={flash}"),
    ]);
    add(&["-global", "virtio-mmio.force-legacy=false"]);
    add(&["-device", "virtio-rng-device"]);
    add(&["-device", "virtio-keyboard-device"]);
    add(&["-device", "virtio-net-device,netdev=n0"]);
    let netdev = match settings.network {
        Network::Tap => format!("tap,id=n0,ifname={TAP},script=no,downscript=no"),
        Network::Unplugged => "hubport,id=n0,hubid=0".to_owned(),
    };
    add(&["-netdev", &netdev]);
    if let Some(capture) = &settings.capture {
        let file = capture.display().to_string().replace(',', ",,");
        add(&[
            "-object",
            &format!("filter-dump,id=f0,netdev=n0,file={file}"),
        ]);
    }
    if let Some(cut) = &settings.cut {
        // Halted until somebody listens: the cut may come at once.
        add(&["-S", "-plugin", &cut.argument()]);
    }
    if let Some(state) = &settings.resume {
        add(&["-incoming", &format!("exec:cat '{}'", state.display())]);
    }
    match settings.pace {
        Pace::RealTime => {}
        Pace::Counted => add(&["-icount", "shift=0,align=off,sleep=off"]),
        Pace::CountedAwake => add(&["-icount", "shift=0,align=off,sleep=on"]),
    }
    add(&[
        "-qmp",
        &format!("unix:{},server=on,wait=off", control.display()),
    ]);
    add(&[
        "-qtest",
        &format!("unix:{},server=on,wait=off", clock.display()),
    ]);
    Ok(list)
}

/// What this QEMU calls the enhanced PMP: `smepmp` since 8.1, `x-epmp` before.
fn epmp_property() -> Result<&'static str> {
    static NAME: OnceLock<&str> = OnceLock::new();
    if let Some(name) = NAME.get() {
        return Ok(name);
    }
    let mut said = String::new();
    for name in ["smepmp", "x-epmp"] {
        let mut child = Command::new(QEMU)
            .args(["-machine", "virt", "-cpu", &format!("rv32,{name}=true")])
            .args([
                "-display", "none", "-bios", "none", "-S", "-monitor", "stdio",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .doing(|| format!("starting {QEMU}"))
            .map_err(|failure| failure.next("Run 'make setup'."))?;
        if let Some(mut monitor) = child.stdin.take() {
            // It has refused and gone when this fails, which is the answer.
            drop(monitor.write_all(b"quit\n"));
        }
        let output = child
            .wait_with_output()
            .doing(|| format!("asking {QEMU} what it can do"))?;
        if output.status.success() {
            return Ok(NAME.get_or_init(|| name));
        }
        said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    }
    Err(
        Failure::new(format!("asking {QEMU} for the enhanced PMP"), said)
            .next("QEMU 7.2 or newer is needed (Debian 12 has it)."),
    )
}
