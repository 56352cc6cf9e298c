// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Board, daemon and the person's hand, put together.
//!
//! Everything that happens comes through one channel into one history. A wait
//! looks at the history from a mark on and then at what comes, so that nothing
//! is missed between two waits.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::button;
use crate::clock;
use crate::daemon::{self, Daemon, DaemonEvent};
use crate::failure::{Failure, Result, While};
use crate::machine::{self, ConsoleEvent, Exit, Machine};
use crate::memory;
use crate::panel::{Lamps, Panel, Trace};
use crate::phase::Phase;
use crate::report::{Command, Report};

/// How often the LEDs are read: fast enough to show the fastest blink. What
/// happens in between is in the board's ring.
const SAMPLING: Duration = Duration::from_millis(50);
/// How much of the board's time passes until its LEDs are looked at again, for none
/// of their changes to be lost.
const STRIDE: Duration = Duration::from_secs(1);
/// A net under an emulator that answers nobody and has not ended, in the host's time.
const ENDING: Duration = Duration::from_secs(20);

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// The board was switched on, or started again by itself.
    PowerOn,
    /// The emulator ended by itself.
    Exit(Exit),
    Console(String),
    Phase(Phase),
    Daemon(daemon::Event),
    /// The daemon said something that is no event.
    DaemonSaid(String),
    /// The daemon ended by itself, in this way.
    DaemonEnded(String),
}

#[derive(Debug)]
enum Happening {
    Console(ConsoleEvent),
    Daemon(DaemonEvent),
}

impl From<ConsoleEvent> for Happening {
    fn from(event: ConsoleEvent) -> Happening {
        Happening::Console(event)
    }
}

impl From<DaemonEvent> for Happening {
    fn from(event: DaemonEvent) -> Happening {
        Happening::Daemon(event)
    }
}

/// A place in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(usize);

/// The whole bench.
pub struct Rig {
    directory: PathBuf,
    panel: Panel,
    machine: Option<Machine>,
    settings: machine::Settings,
    daemon: Option<Daemon>,
    events: Receiver<Happening>,
    sender: Sender<Happening>,
    history: Vec<Seen>,
    /// LED changes of the current run of the board.
    trace: Trace,
    /// Those of the runs before, with the index in `history` where each began.
    traces: Vec<(Mark, Trace)>,
    powered_on: Option<Mark>,
    sampled: Instant,
    lamps: Option<Lamps>,
    phase: Option<Phase>,
    console: fs::File,
    reports: Sender<Report>,
    commands: Receiver<Command>,
    identified: bool,
    quit: bool,
}

impl Rig {
    /// Prepares a bench whose files and logs lie in `directory`. `kernel` is the
    /// ELF file, for its symbols; `program` the image that is started.
    pub fn new(
        directory: &Path,
        kernel: &Path,
        program: &Path,
        flash: &Path,
        reports: Sender<Report>,
        commands: Receiver<Command>,
    ) -> Result<Rig> {
        fs::create_dir_all(directory).doing(|| format!("making {}", directory.display()))?;
        let log = directory.join("console.log");
        let console = fs::File::create(&log).doing(|| format!("making {}", log.display()))?;
        let (sender, events) = mpsc::channel();
        Ok(Rig {
            directory: directory.to_owned(),
            panel: Panel::locate(kernel)?,
            machine: None,
            settings: machine::Settings {
                network: machine::Network::Tap,
                ..machine::Settings::new(
                    program.to_owned(),
                    flash.to_owned(),
                    directory.join("qemu.log"),
                )
            },
            daemon: None,
            events,
            sender,
            history: Vec::new(),
            trace: Trace::default(),
            traces: Vec::new(),
            powered_on: None,
            sampled: Instant::now(),
            lamps: None,
            phase: None,
            console,
            reports,
            commands,
            identified: false,
            quit: false,
        })
    }

    /// How the board is started the next time.
    pub fn machine_settings(&mut self) -> &mut machine::Settings {
        &mut self.settings
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The emulator, when the board is on.
    pub fn machine(&mut self) -> Result<&mut Machine> {
        self.machine
            .as_mut()
            .ok_or_else(|| Failure::new("using the board", "it is switched off"))
    }

    pub fn mark(&self) -> Mark {
        Mark(self.history.len())
    }

    /// The place behind the first announcement of a phase from a mark on; where there
    /// is none, the end of the history.
    pub fn mark_behind(&self, from: Mark, phase: Phase) -> Mark {
        let mut seen = self.history(from).iter();
        let index = seen.position(|seen| *seen == Seen::Phase(phase));
        index.map_or_else(|| self.mark(), |index| Mark(from.0 + index + 1))
    }

    pub fn history(&self, from: Mark) -> &[Seen] {
        &self.history[from.0..]
    }

    /// The phases that the board announced from a mark on.
    pub fn phases(&self, from: Mark) -> Vec<Phase> {
        self.history(from)
            .iter()
            .filter_map(|seen| match seen {
                Seen::Phase(phase) => Some(*phase),
                _ => None,
            })
            .collect()
    }

    /// The LED changes of each run of the board so far, with the phases that
    /// were announced in it. The last run's changes are brought up to date.
    pub fn traces(&mut self) -> Result<Vec<(Vec<Phase>, Trace)>> {
        self.sample()?;
        let mut starts: Vec<(Mark, &Trace)> = self
            .traces
            .iter()
            .map(|(mark, trace)| (*mark, trace))
            .collect();
        starts.extend(self.powered_on.map(|mark| (mark, &self.trace)));
        let ends = starts.iter().skip(1).map(|(mark, _)| mark.0);
        let ends: Vec<usize> = ends.chain([self.history.len()]).collect();
        Ok(starts
            .iter()
            .zip(ends)
            .map(|(&(mark, trace), end)| {
                let phases = self.history[mark.0..end]
                    .iter()
                    .filter_map(|seen| match seen {
                        Seen::Phase(phase) => Some(*phase),
                        _ => None,
                    });
                (phases.collect(), trace.clone())
            })
            .collect())
    }

    pub fn note(&self, text: impl Into<String>) {
        self.report(Report::Note(text.into()));
    }

    pub fn report(&self, report: Report) {
        // Whoever listened may have gone; the run goes on.
        drop(self.reports.send(report));
    }

    /// Switches the board on.
    pub fn power_on(&mut self) -> Result<()> {
        if self.machine.is_some() {
            return Err(Failure::new("switching the board on", "it is on"));
        }
        let trace = std::mem::take(&mut self.trace);
        let before = self.powered_on.replace(self.mark());
        self.traces.extend(before.map(|mark| (mark, trace)));
        self.lamps = None;
        self.see(Seen::PowerOn);
        self.report(Report::Power(true));
        self.machine = Some(Machine::start(&self.settings, self.sender.clone())?);
        Ok(())
    }

    /// Switches the board off, as pulling the plug does.
    pub fn power_off(&mut self) -> Result<()> {
        self.pump(Duration::ZERO)?;
        if self.machine.is_some() {
            self.sample()?;
        }
        if let Some(machine) = self.machine.take() {
            let number = machine.number;
            machine.power_off();
            self.take_rest(number)?;
        }
        self.report(Report::Power(false));
        Ok(())
    }

    /// Makes every program and erase of the configuration flash fail from now on.
    /// The board does not notice: its state is carried over to an emulator whose
    /// flash chip is write-protected.
    pub fn break_flash(&mut self) -> Result<()> {
        let state = self.directory.join("state.bin");
        self.machine()?.save(&state)?;
        self.sample()?;
        if let Some(machine) = self.machine.take() {
            let number = machine.number;
            machine.power_off();
            self.take_rest(number)?;
        }
        self.settings.flash_fails = true;
        self.settings.resume = Some(state);
        let machine = Machine::start(&self.settings, self.sender.clone());
        self.settings.resume = None;
        self.machine = Some(machine?);
        Ok(())
    }

    pub fn start_daemon(&mut self, settings: &daemon::Settings) -> Result<()> {
        self.daemon = Some(Daemon::start(settings, self.sender.clone())?);
        self.identified = false;
        Ok(())
    }

    /// Ends the daemon at once.
    pub fn kill_daemon(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            daemon.kill();
        }
    }

    pub fn daemon(&mut self) -> Result<&mut Daemon> {
        self.daemon
            .as_mut()
            .ok_or_else(|| Failure::new("using the daemon", "it is not running"))
    }

    /// Switches the identification of the board on or off through the daemon.
    pub fn identify(&mut self, on: bool) -> Result<()> {
        let said = self.daemon()?.identify(on)?;
        self.identified = on;
        self.note(said);
        Ok(())
    }

    /// Presses the button and lets it go; the board has seen both.
    pub fn press_button(&mut self) -> Result<()> {
        self.shift_button(true)?;
        self.shift_button(false)
    }

    /// Presses the button twice. Tells whether so little of the board's time passed in
    /// between that it must take this for a double press: where it does not, the host
    /// stood still.
    pub fn press_button_twice(&mut self) -> Result<bool> {
        self.shift_button(true)?;
        let from = self.machine()?.clock.ticks()?;
        self.shift_button(false)?;
        self.shift_button(true)?;
        let between = self.machine()?.clock.ticks()?.saturating_sub(from);
        self.shift_button(false)?;
        Ok(clock::duration(between) < button::DOUBLE_PRESS)
    }

    /// Moves the button; the board has seen it afterwards.
    pub fn shift_button(&mut self, down: bool) -> Result<()> {
        button::shift(self.machine()?, down)
    }

    /// Lets so much of the board's time pass quickly, as [`Clock::advance`] does, and
    /// takes in what happens meanwhile. Ends early when the board restarts or ends.
    ///
    /// [`Clock::advance`]: crate::clock::Clock::advance
    pub fn advance(&mut self, by: Duration) -> Result<()> {
        let mut left = by;
        while !left.is_zero() {
            let stride = left.min(STRIDE);
            if !self.stride(stride)? {
                return Ok(());
            }
            left -= stride;
        }
        Ok(())
    }

    /// Answers false when the emulator ended meanwhile.
    fn stride(&mut self, by: Duration) -> Result<bool> {
        let machine = self.machine()?;
        let number = machine.number;
        let moved = machine.clock.advance(by);
        self.pump(Duration::ZERO)?;
        let start = Instant::now();
        while let Err(failure) = &moved
            && self.machine.as_ref().map(|machine| machine.number) == Some(number)
        {
            // One that has just ended answers nobody; that it did comes soon.
            if start.elapsed() > ENDING {
                return Err(failure.clone());
            }
            self.pump(Duration::from_millis(10))?;
        }
        Ok(moved.is_ok())
    }

    /// Reads a range of the board's memory.
    pub fn dump(&mut self, range: std::ops::Range<u64>) -> Result<Vec<u8>> {
        let scratch = self.scratch();
        let machine = self.machine()?;
        memory::read(
            &mut machine.qmp,
            range.start,
            range.end - range.start,
            &scratch,
        )
    }

    /// Waits for something in the history from `from` on. `limit` is the host's
    /// time and a safety net only: reaching it is a failure.
    pub fn wait<T>(
        &mut self,
        from: Mark,
        what: &str,
        limit: Duration,
        mut found: impl FnMut(&Seen) -> Option<T>,
    ) -> Result<T> {
        let start = Instant::now();
        let mut next = from.0;
        loop {
            while let Some(seen) = self.history.get(next) {
                next += 1;
                if let Some(value) = found(seen) {
                    return Ok(value);
                }
                match seen {
                    Seen::Exit(Exit::Broken(why)) => return Err(self.failure(what, why)),
                    Seen::DaemonEnded(how) => return Err(self.daemon_failure(what, how)),
                    _ => {}
                }
            }
            if start.elapsed() > limit {
                return Err(self.failure(what, &format!("not seen within {} s", limit.as_secs())));
            }
            self.pump(Duration::from_millis(50))?;
        }
    }

    /// Waits like [`Rig::wait`], while the board's clock is moved forward, for at
    /// most `limit` of the board's time.
    pub fn wait_advancing<T>(
        &mut self,
        from: Mark,
        what: &str,
        limit: Duration,
        mut found: impl FnMut(&Seen) -> Option<T>,
    ) -> Result<T> {
        const STEP: Duration = Duration::from_millis(200);
        let mut passed = Duration::ZERO;
        let mut next = from.0;
        loop {
            while let Some(seen) = self.history.get(next) {
                next += 1;
                if let Some(value) = found(seen) {
                    return Ok(value);
                }
                match seen {
                    Seen::Exit(Exit::Broken(why)) => return Err(self.failure(what, why)),
                    Seen::DaemonEnded(how) => return Err(self.daemon_failure(what, how)),
                    _ => {}
                }
            }
            if passed > limit {
                let found = format!("not seen within {} s of the board's time", limit.as_secs());
                return Err(self.failure(what, &found));
            }
            match self.machine.is_some() {
                true => self.advance(STEP)?,
                false => self.pump(STEP)?,
            }
            passed += STEP;
        }
    }

    /// Waits for something outside of the history.
    pub fn wait_until(
        &mut self,
        what: &str,
        limit: Duration,
        mut happened: impl FnMut() -> bool,
    ) -> Result<()> {
        let start = Instant::now();
        while !happened() {
            if start.elapsed() > limit {
                return Err(self.failure(what, &format!("not seen within {} s", limit.as_secs())));
            }
            self.pump(Duration::from_millis(50))?;
        }
        Ok(())
    }

    pub fn wait_phase(&mut self, from: Mark, phase: Phase, limit: Duration) -> Result<()> {
        self.wait(from, &format!("for phase {phase}"), limit, |seen| {
            (*seen == Seen::Phase(phase)).then_some(())
        })
    }

    pub fn wait_daemon(
        &mut self,
        from: Mark,
        event: &str,
        limit: Duration,
    ) -> Result<daemon::Event> {
        let what = format!("for the daemon's event {event}");
        self.wait(from, &what, limit, |seen| match seen {
            Seen::Daemon(found) if found.name == event => Some(found.clone()),
            _ => None,
        })
    }

    pub fn wait_console(&mut self, from: Mark, text: &str, limit: Duration) -> Result<String> {
        let what = format!("for a console line with {text:?}");
        self.wait(from, &what, limit, |seen| match seen {
            Seen::Console(line) if line.contains(text) => Some(line.clone()),
            _ => None,
        })
    }

    /// Whether the person at the terminal asked to stop.
    pub fn has_quit(&self) -> bool {
        self.quit
    }

    /// Takes in what happens within `time`, or the first thing that does.
    pub fn pump(&mut self, time: Duration) -> Result<()> {
        match self.events.recv_timeout(time) {
            Ok(happening) => self.take(happening)?,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        while let Ok(happening) = self.events.try_recv() {
            self.take(happening)?;
        }
        if self.sampled.elapsed() >= SAMPLING {
            self.sample()?;
            self.look_for_daemon()?;
        }
        while let Ok(command) = self.commands.try_recv() {
            self.obey(command)?;
        }
        if self.quit {
            return Err(Failure::new("running", "stopped from the terminal"));
        }
        Ok(())
    }

    /// Takes in what an emulator that was killed had still said, so that it is
    /// not taken for the words of the next one.
    fn take_rest(&mut self, number: u32) -> Result<()> {
        // Its console is closed with it; this is a net only.
        while let Ok(happening) = self.events.recv_timeout(ENDING) {
            if matches!(happening, Happening::Console(ConsoleEvent::End(ended)) if ended == number)
            {
                break;
            }
            self.take(happening)?;
        }
        Ok(())
    }

    fn take(&mut self, happening: Happening) -> Result<()> {
        match happening {
            Happening::Console(ConsoleEvent::Line(line)) => {
                writeln!(self.console, "{line}").doing(|| "writing the console's log".into())?;
                self.report(Report::Console(line.clone()));
                let phase = Phase::announced(&line);
                self.see(Seen::Console(line));
                if let Some(phase) = phase {
                    self.phase = Some(phase);
                    self.report(Report::Phase(phase));
                    self.see(Seen::Phase(phase));
                }
            }
            Happening::Console(ConsoleEvent::End(number)) => self.ended(number)?,
            Happening::Daemon(DaemonEvent::Event(event)) => {
                self.report(Report::Daemon(event.describe()));
                self.see(Seen::Daemon(event));
            }
            Happening::Daemon(DaemonEvent::Said(text)) => {
                self.report(Report::Daemon(text.clone()));
                self.see(Seen::DaemonSaid(text));
            }
        }
        Ok(())
    }

    /// Notices a daemon that ended without being told to.
    fn look_for_daemon(&mut self) -> Result<()> {
        let Some(how) = self.daemon.as_mut().and_then(Daemon::ended) else {
            return Ok(());
        };
        self.daemon = None;
        // Its last words are still under way from the threads that read them.
        while let Ok(happening) = self.events.recv_timeout(Duration::from_millis(200)) {
            self.take(happening)?;
        }
        self.note(format!("the daemon ended with {how}"));
        self.see(Seen::DaemonEnded(how));
        Ok(())
    }

    /// The emulator has ended: by the board's wish to restart it is started
    /// again on the same flash images, as a reset would.
    fn ended(&mut self, number: u32) -> Result<()> {
        // An emulator that was switched off tells its end too, later.
        let current = self.machine.as_ref().map(|machine| machine.number);
        if current != Some(number) {
            return Ok(());
        }
        let Some(machine) = self.machine.take() else {
            return Ok(());
        };
        let exit = machine.ended();
        self.report(Report::Power(false));
        self.see(Seen::Exit(exit.clone()));
        if exit == Exit::Reset {
            self.power_on()?;
        }
        Ok(())
    }

    fn obey(&mut self, command: Command) -> Result<()> {
        match command {
            Command::Button if self.machine.is_some() => {
                if let Err(failure) = self.press_button() {
                    self.note(failure.to_string());
                }
                Ok(())
            }
            Command::Identify if self.daemon.is_some() => {
                if let Err(failure) = self.identify(!self.identified) {
                    self.note(failure.to_string());
                }
                Ok(())
            }
            Command::PowerCycle => {
                self.power_off()?;
                self.power_on()
            }
            Command::Button | Command::Identify => {
                self.note("There is nothing switched on to do this with.");
                Ok(())
            }
            Command::Quit => {
                self.quit = true;
                Ok(())
            }
        }
    }

    /// Reads the LEDs. An emulator that is just ending has none.
    fn sample(&mut self) -> Result<()> {
        self.sampled = Instant::now();
        let scratch = self.scratch();
        let Some(machine) = self.machine.as_mut() else {
            return Ok(());
        };
        let Ok(Some(snapshot)) = self.panel.read(&mut machine.qmp, &scratch) else {
            return Ok(());
        };
        self.trace.merge(&snapshot);
        if self.lamps != Some(snapshot.lamps) {
            self.lamps = Some(snapshot.lamps);
            self.report(Report::Lamps(snapshot.lamps));
        }
        Ok(())
    }

    fn scratch(&self) -> PathBuf {
        self.directory.join("memory.bin")
    }

    fn see(&mut self, seen: Seen) {
        self.history.push(seen);
    }

    fn daemon_failure(&self, what: &str, how: &str) -> Failure {
        let mut said = self.history.iter().rev().filter_map(|seen| match seen {
            Seen::DaemonSaid(text) => Some(text.trim()),
            _ => None,
        });
        let last = said.next().map_or_else(
            || "it gave no reason".to_owned(),
            |last| match said.next() {
                Some(before) => format!("it said: {before} {last}"),
                None => format!("it said: {last}"),
            },
        );
        let found = format!("the daemon ended by itself with {how}; {last}");
        Failure::new(format!("waiting {what}"), found)
    }

    fn failure(&self, what: &str, found: &str) -> Failure {
        let phase = match self.phase {
            Some(phase) => format!("the board's last phase was {phase}"),
            None => "the board has announced no phase".to_owned(),
        };
        Failure::new(format!("waiting {what}"), format!("{found}; {phase}"))
    }
}
