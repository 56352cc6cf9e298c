// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Takes the board from power-on to running tenants.
//!
//! ```text
//!    provisioning_driver     session     launcher
//!             | LinkObserver    | SessionObserver
//!          +---------------------------------+
//!          |            Supervisor           |   <- this file
//!          +---------------------------------+
//!     Indicate |  Window |  Store |  Launch |  Restart
//! ```
//! What follows what is `provisioning_flow::boot`'s; here it is carried out.
//! The parts are traits of a few methods, so that a host can play them.

use core::cell::Cell;

use kernel::debug;
use kernel::hil::time::{Alarm, AlarmClient};
use provisioning_flow::boot::{Action, Boot, Event};
use provisioning_flow::indication::Indication;
use provisioning_storage::tasks::{Fault, Verdict};
use provisioning_wire::Refusal;

use crate::config_store::StoreClient;
use crate::launcher::LauncherClient;
use crate::reset_button::ResetButtonClient;
use crate::session::{Phase, SessionObserver, SessionPort};
use crate::time::Clock;

/// How long the last words have to leave the console before the restart, in
/// milliseconds: some hundred bytes at 115,200 bits per second.
const LAST_WORDS_MS: u64 = 50;

/// The LEDs.
pub trait Indicate {
    /// Shows this from now on.
    fn show(&self, indication: Indication);
    /// Leaves the LEDs to the tenants.
    fn release(&self);
}

/// The button.
pub trait Window {
    /// Begins to watch it.
    fn open(&self);
    /// Stops; answers whether it was down all the time.
    fn close(&self) -> bool;
}

/// The configuration region. Each answers whether a callback will come.
pub trait Store {
    /// Looks for a configuration.
    fn load(&self) -> Result<(), kernel::ErrorCode>;
    /// Erases it.
    fn wipe(&self) -> Result<(), kernel::ErrorCode>;
}

/// The applications.
pub trait Launch {
    /// Stops the tenants and starts the provisioner.
    fn run_provisioner(&self);
    /// Stops the provisioner and starts the tenants.
    fn run_tenants(&self);
    /// Stops all.
    fn stop_all(&self);
}

/// Restarts the board. The kernel has no interface for it, each chip has its
/// own way.
pub trait Restart {
    /// Does not have to return.
    fn restart(&self);
}

/// Is told when the board turns from unprovisioned to provisioned or back.
pub trait ProvisionedObserver {
    /// Tenants may ask for their configuration, or no longer.
    fn provisioned(&self, provisioned: bool);
}

/// What the provisioner process says about its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Looking for the daemon.
    Looking,
    /// Connecting to it.
    Connecting,
    /// Connected.
    Connected,
}

/// Is told by the provisioner process, through its driver.
pub trait LinkObserver {
    /// The connection is in another phase.
    fn link(&self, link: Link);
    /// The daemon asks to be shown this device, or no longer.
    fn identify(&self, on: bool);
    /// Whether the board is waiting for a configuration.
    fn wants_configuration(&self) -> bool;
    /// Whether the board holds a configuration that is in force.
    fn is_provisioned(&self) -> bool;
}

/// What the supervisor drives.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// The LEDs.
    pub indicator: &'a dyn Indicate,
    /// The button.
    pub window: &'a dyn Window,
    /// The configuration region.
    pub store: &'a dyn Store,
    /// The applications.
    pub launcher: &'a dyn Launch,
    /// The way to restart.
    pub restart: &'a dyn Restart,
    /// The tenants' driver.
    pub tenants: &'a dyn ProvisionedObserver,
    /// The session with the daemon.
    pub session: &'a dyn SessionPort,
}

/// The boot flow of the board.
pub struct Supervisor<'a, A: Alarm<'a>> {
    clock: Clock<'a, A>,
    /// Length of the boot window, in milliseconds.
    window_ms: u64,
    parts: Parts<'a>,
    boot: Cell<Boot>,
    link: Cell<Link>,
    identified: Cell<bool>,
    /// What the session is doing, when that is what the LEDs show.
    session: Cell<Option<Phase>>,
    reported: Cell<&'static str>,
    restart_at: Cell<Option<u64>>,
}

impl<'a, A: Alarm<'a>> Supervisor<'a, A> {
    /// Takes an alarm of its own. `window_ms` is the length of the boot window
    /// in milliseconds; `provisioning_flow::boot::DEFAULT_WINDOW_MS` is usual.
    pub fn new(alarm: &'a A, window_ms: u64, parts: Parts<'a>) -> Self {
        Self {
            clock: Clock::new(alarm),
            window_ms,
            parts,
            boot: Cell::new(Boot::new()),
            link: Cell::new(Link::Looking),
            identified: Cell::new(false),
            session: Cell::new(None),
            reported: Cell::new(""),
            restart_at: Cell::new(None),
        }
    }

    fn step(&self, event: Event) {
        let mut boot = self.boot.get();
        let before = boot;
        let action = boot.step(self.clock.now(), self.window_ms, event);
        self.boot.set(boot);
        if before != boot || action != Action::None {
            self.act(action);
        }
        let next = self.restart_at.get().or(self.boot.get().poll_at());
        self.clock.wake_at(next);
    }

    fn act(&self, action: Action) {
        match action {
            Action::None => {}
            Action::OpenWindow => self.parts.window.open(),
            Action::Wipe => {
                self.parts.window.close();
                if self.parts.store.wipe().is_err() {
                    debug!("provisioning: the flash is busy, the configuration is not wiped");
                    self.step(Event::Faulted);
                    return;
                }
            }
            Action::Provision => {
                self.link.set(Link::Looking);
                self.parts.tenants.provisioned(false);
                self.parts.launcher.run_provisioner();
            }
            Action::StartTenants => {
                if self.parts.window.close() {
                    debug!("provisioning: the button was down all the time and was not obeyed");
                }
                // The provisioner is stopped and cannot close it any more.
                self.parts.session.close();
                self.parts.tenants.provisioned(true);
                self.parts.launcher.run_tenants();
            }
            // The provisioner goes on meanwhile: it may have a receipt to send
            // that says why.
            Action::ShowFailure => {}
            Action::Restart => {
                self.restart();
                return;
            }
        }
        self.show();
    }

    /// Stops everything, then restarts once the console had time to say so.
    fn restart(&self) {
        let now = self.clock.now();
        match self.restart_at.get() {
            None => {
                self.parts.launcher.stop_all();
                self.report("restarting");
                self.restart_at.set(Some(now.saturating_add(LAST_WORDS_MS)));
            }
            Some(at) if now >= at => self.parts.restart.restart(),
            Some(_) => {}
        }
    }

    /// Makes LEDs and console say where the board stands.
    fn show(&self) {
        let (phase, indication) = match self.boot.get() {
            Boot::Checking => ("checking", Indication::Dark),
            Boot::Window { .. } => ("boot-window", Indication::BootWindow),
            Boot::Wiping => ("wiping", Indication::Agreeing),
            Boot::Provisioning => self.provisioning(),
            Boot::Stored { .. } => ("stored", Indication::Agreeing),
            Boot::Failed { .. } => ("failed", Indication::Failed),
            Boot::Tenant => {
                self.report("tenant");
                self.parts.indicator.release();
                return;
            }
        };
        self.report(phase);
        self.parts.indicator.show(indication);
    }

    fn provisioning(&self) -> (&'static str, Indication) {
        match (self.session.get(), self.link.get()) {
            (Some(Phase::ComputingKeys), _) => ("computing-keys", Indication::ComputingKeys),
            (Some(Phase::Agreeing), _) => ("agreeing", Indication::Agreeing),
            (Some(Phase::Storing), _) => ("storing", Indication::Agreeing),
            (Some(Phase::Waiting) | None, Link::Looking) => ("looking", Indication::Looking),
            (Some(Phase::Waiting) | None, Link::Connecting) => ("connecting", Indication::Looking),
            (Some(Phase::Waiting) | None, Link::Connected) => (
                "connected",
                Indication::Connected {
                    identified: self.identified.get(),
                },
            ),
        }
    }

    fn report(&self, phase: &'static str) {
        if self.reported.replace(phase) != phase {
            debug!("provisioning: phase {}", phase);
        }
    }
}

impl<'a, A: Alarm<'a>> LauncherClient for Supervisor<'a, A> {
    fn loaded(&self) {
        if self.parts.store.load().is_err() {
            debug!("provisioning: the flash is busy, the configuration cannot be read");
            self.step(Event::Faulted);
        }
    }
}

impl<'a, A: Alarm<'a>> StoreClient for Supervisor<'a, A> {
    fn loaded(&self, minted: bool, verdict: Verdict) {
        match verdict {
            _ if !minted => {}
            Verdict::Erased => debug!("provisioning: no configuration is stored"),
            Verdict::Corrupt => {
                debug!("provisioning: the stored configuration is damaged and is not used")
            }
            Verdict::RolledBack => {
                debug!("provisioning: the stored configuration is older than one before, refused")
            }
            Verdict::Valid { fell_back: true } => {
                debug!("provisioning: the newer configuration is damaged, using the one before")
            }
            Verdict::Valid { fell_back: false } => debug!("provisioning: configuration found"),
        }
        self.step(match (minted, verdict) {
            (false, _) => Event::Faulted,
            (true, Verdict::Valid { .. }) => Event::Found,
            (true, Verdict::Erased | Verdict::Corrupt | Verdict::RolledBack) => Event::NotFound,
        });
    }

    fn wiped(&self, result: Result<(), Fault>) {
        match result {
            Ok(()) => {
                debug!("provisioning: configuration wiped");
                self.step(Event::Wiped);
            }
            Err(fault) => {
                debug!("provisioning: wiping failed: {:?}", fault);
                self.step(Event::Faulted);
            }
        }
    }
}

impl<'a, A: Alarm<'a>> ResetButtonClient for Supervisor<'a, A> {
    fn pressed(&self) {
        debug!("provisioning: button pressed");
        self.step(Event::Pressed);
    }
}

impl<'a, A: Alarm<'a>> SessionObserver for Supervisor<'a, A> {
    fn phase(&self, phase: Phase) {
        self.session.set(Some(phase));
        if self.boot.get() == Boot::Provisioning {
            self.show();
        }
    }

    fn committed(&self) {
        debug!("provisioning: configuration stored");
        self.step(Event::Committed);
    }

    fn acknowledged(&self) {
        debug!("provisioning: the daemon has the receipt");
        self.step(Event::Acknowledged);
    }

    fn refused(&self, refusal: Refusal) {
        debug!("provisioning: configuration refused: {}", refusal);
        self.step(Event::Faulted);
    }

    fn storage_failed(&self) {
        debug!("provisioning: the configuration could not be stored");
        self.step(Event::Faulted);
    }

    fn ended(&self) {
        self.session.set(None);
        self.step(Event::SessionEnded);
        if self.boot.get() == Boot::Provisioning {
            self.show();
        }
    }
}

impl<'a, A: Alarm<'a>> LinkObserver for Supervisor<'a, A> {
    fn link(&self, link: Link) {
        self.link.set(link);
        if link != Link::Connected {
            self.identified.set(false);
        }
        if self.boot.get() == Boot::Provisioning {
            self.show();
        }
    }

    fn identify(&self, on: bool) {
        self.identified
            .set(on && self.link.get() == Link::Connected);
        if self.boot.get() == Boot::Provisioning {
            self.show();
        }
    }

    fn wants_configuration(&self) -> bool {
        self.boot.get() == Boot::Provisioning
    }

    fn is_provisioned(&self) -> bool {
        match self.boot.get() {
            Boot::Window { .. } | Boot::Stored { .. } | Boot::Tenant => true,
            Boot::Checking | Boot::Wiping | Boot::Provisioning | Boot::Failed { .. } => false,
        }
    }
}

impl<'a, A: Alarm<'a>> AlarmClient for Supervisor<'a, A> {
    fn alarm(&self) {
        self.step(Event::Tick);
    }
}

#[cfg(test)]
mod tests;
