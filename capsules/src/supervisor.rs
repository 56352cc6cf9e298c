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
use provisioning_flow::boot::{
    Action, Boot, Event, LONGEST_BACK_OFF_MS, STORING_MS, Wipe, back_off,
};
use provisioning_flow::button::Gesture;
use provisioning_flow::indication::Indication;
use provisioning_storage::tasks::{Fault, Verdict};
use provisioning_wire::{AlertCode, Refusal};

use crate::interfaces::{
    Attempts, Indicate, Launch, LauncherClient, Link, LinkObserver, ProvisionedObserver,
    ResetButtonClient, Restart, Store, StoreClient, Unusable, Window,
};
use crate::session::{Phase, SessionObserver, SessionPort};
use crate::time::Clock;

/// How long the last words have to leave the console before the restart, in
/// milliseconds: some hundred bytes at 115,200 bits per second.
const LAST_WORDS_MS: u64 = 50;

/// How often the supervisor looks whether the provisioner still runs and the
/// flash still answers, in milliseconds. Nobody tells it that a process has
/// stopped for good, or that a callback will never come.
const LOOK_MS: u64 = 1_000;

/// How long flash or device root may be busy at each look before that is a
/// failure, in milliseconds. The longest that is asked of them is a commit: a
/// handful of erases, each of which takes a slow NOR flash some seconds.
const ANSWER_MS: u64 = 30_000;

// Tenants do not start on a flash that has been given time to store.
const _: () = assert!(ANSWER_MS + 2 * LOOK_MS < STORING_MS);

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
    /// Since when the region was found busy at each look.
    busy_since: Cell<Option<u64>>,
    /// When a provisioner that has stopped is started again.
    revive_at: Cell<Option<u64>>,
    /// How often it was, since the board began to look for a configuration.
    revived: Cell<u32>,
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
            busy_since: Cell::new(None),
            revive_at: Cell::new(None),
            revived: Cell::new(0),
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
        self.sleep();
    }

    /// Until something is due, or to be looked after.
    fn sleep(&self) {
        let due = self.restart_at.get().or(self.boot.get().poll_at());
        let look = self
            .waits_for_others()
            .then(|| self.clock.now().saturating_add(LOOK_MS));
        self.clock.wake_at(due.into_iter().chain(look).min());
    }

    fn act(&self, action: Action) {
        match action {
            Action::None => {}
            Action::OpenWindow => self.parts.window.open(),
            Action::Wipe(wipe) => {
                if !self.wipe(wipe) {
                    return;
                }
            }
            Action::Provision => {
                self.provision();
                // A board that is not configured may be locked.
                self.parts.window.open();
            }
            Action::ProvisionAnew => {
                debug!("provisioning: the configuration stays until there is another one");
                self.parts.window.close();
                self.parts.session.button_pressed();
                self.provision();
            }
            Action::StartTenants => {
                if self.parts.window.close() {
                    debug!("provisioning: the button was down all the time and was not obeyed");
                }
                // The provisioner is stopped and cannot close it any more.
                self.parts.session.close();
                self.parts.tenants.provisioned(true);
                self.parts.launcher.run_tenants();
                // When it cannot be written, the next failure waits longer.
                if self.parts.store.restarts() > 0 {
                    let _ = self.parts.store.record_restarts(0);
                }
            }
            // The provisioner goes on meanwhile: it may have a receipt to send
            // that says why.
            Action::ShowFailure => self.count_restart(),
            Action::Restart => {
                self.restart();
                return;
            }
        }
        self.show();
    }

    /// Answers false when it failed at once.
    fn wipe(&self, wipe: Wipe) -> bool {
        self.parts.window.close();
        let attempts = match wipe {
            Wipe::Leftovers => {
                debug!("provisioning: erasing what is left of it");
                Attempts::Keep
            }
            Wipe::Configuration => Attempts::Keep,
            Wipe::Everything => Attempts::Forgive,
        };
        if wipe != Wipe::Leftovers {
            self.parts.session.button_pressed();
        }
        self.parts.launcher.stop_all();
        self.parts.session.close();
        self.parts.tenants.provisioned(false);
        let begun = self.parts.store.wipe(attempts).is_ok();
        if !begun {
            debug!("provisioning: the configuration cannot be wiped now");
            self.faulted();
        }
        begun
    }

    fn provision(&self) {
        self.link.set(Link::Looking);
        self.revived.set(0);
        self.parts.tenants.provisioned(false);
        self.parts.launcher.run_provisioner();
    }

    /// Starts a provisioner again that has stopped, each time later: nobody may
    /// be near who could switch the board off and on.
    fn look_after_provisioner(&self) {
        if !self.is_provisioning() || !self.parts.launcher.provisioner_stopped() {
            self.revive_at.set(None);
            return;
        }
        let now = self.clock.now();
        match self.revive_at.get() {
            None => {
                let wait = back_off(self.revived.get());
                debug!(
                    "provisioning: the provisioner has stopped, and is started again in {} s",
                    wait / 1_000
                );
                self.revive_at.set(Some(now.saturating_add(wait)));
                // Its connection has gone with it.
                self.parts.session.close();
                self.link.set(Link::Looking);
                self.show();
            }
            Some(at) if now >= at => {
                self.revive_at.set(None);
                self.revived.set(self.revived.get().saturating_add(1));
                self.parts.launcher.run_provisioner();
            }
            Some(_) => {}
        }
    }

    /// Takes a flash or a device root that does not answer for one that fails.
    fn look_after_store(&self) {
        if !self.waits_for_others() || !self.parts.store.is_busy() {
            self.busy_since.set(None);
            return;
        }
        let now = self.clock.now();
        let since = self.busy_since.get().unwrap_or(now);
        self.busy_since.set(Some(since));
        if now.saturating_sub(since) >= ANSWER_MS {
            debug!(
                "provisioning: flash or device root have not answered for {} s",
                ANSWER_MS / 1_000
            );
            self.faulted();
        }
    }

    fn faulted(&self) {
        let restarts = self.parts.store.restarts();
        self.step(Event::Faulted { restarts });
    }

    fn count_restart(&self) {
        let before = self.parts.store.restarts();
        let count = before.saturating_add(1);
        debug!(
            "provisioning: restart {} in a row, in {} s",
            count,
            back_off(before) / 1_000
        );
        if self.parts.store.record_restarts(count).is_err() {
            self.uncounted();
        }
    }

    fn uncounted(&self) {
        debug!(
            "provisioning: restarts cannot be counted, so this one comes in {} s",
            LONGEST_BACK_OFF_MS / 1_000
        );
        self.step(Event::Uncounted);
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
            Boot::Pressed => ("button", Indication::Button),
            Boot::Wiping => ("wiping", Indication::Agreeing),
            Boot::Provisioning | Boot::ProvisioningAnew { .. } => self.provisioning(),
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

    fn is_provisioning(&self) -> bool {
        matches!(
            self.boot.get(),
            Boot::Provisioning | Boot::ProvisioningAnew { .. }
        )
    }

    /// Whether it is for the flash or for the provisioner to go on.
    fn waits_for_others(&self) -> bool {
        self.is_provisioning() || matches!(self.boot.get(), Boot::Checking | Boot::Wiping)
    }

    fn report(&self, phase: &'static str) {
        if self.reported.replace(phase) != phase {
            debug!("provisioning: phase {}", phase);
        }
    }
}

/// Says on the console what was found in the region.
fn tell(found: Result<Verdict, Unusable>) {
    match found {
        Err(Unusable::NotMinted) => {
            debug!("provisioning: no factory data; mint this board with `provisiond mint`")
        }
        Err(Unusable::FactoryDamaged) => debug!(
            "provisioning: factory data is damaged; mint this board again with `provisiond mint`"
        ),
        Err(Unusable::NoKey(error)) => debug!(
            "provisioning: the device root made no key ({:?}); what is stored stays, unopened",
            error
        ),
        Ok(Verdict::Erased) => debug!("provisioning: no configuration is stored"),
        Ok(Verdict::Corrupt) => {
            debug!("provisioning: the stored configuration is damaged and is not used")
        }
        Ok(Verdict::RolledBack) => {
            debug!("provisioning: the stored configuration is older than one before, refused")
        }
        Ok(Verdict::Valid { fell_back: true }) => {
            debug!("provisioning: a configuration was not stored whole, using the one before")
        }
        Ok(Verdict::Valid { fell_back: false }) => debug!("provisioning: configuration found"),
    }
}

impl<'a, A: Alarm<'a>> LauncherClient for Supervisor<'a, A> {
    fn loaded(&self) {
        if self.parts.store.load().is_err() {
            debug!("provisioning: the flash is busy, the configuration cannot be read");
            self.faulted();
        } else {
            self.sleep();
        }
    }
}

impl<'a, A: Alarm<'a>> StoreClient for Supervisor<'a, A> {
    fn loaded(&self, found: Result<Verdict, Unusable>) {
        tell(found);
        match found {
            Err(_) => self.faulted(),
            Ok(Verdict::Valid { .. }) => self.step(Event::Found),
            Ok(Verdict::RolledBack) => self.step(Event::Leftovers),
            // What is corrupt may only have been misread: it is kept until
            // another configuration takes its place.
            Ok(Verdict::Erased | Verdict::Corrupt) => self.step(Event::NotFound),
        }
    }

    fn wiped(&self, result: Result<(), Fault>) {
        match result {
            Ok(()) => {
                debug!("provisioning: configuration wiped");
                self.step(Event::Wiped);
            }
            Err(fault) => {
                debug!("provisioning: wiping failed: {:?}", fault);
                self.faulted();
            }
        }
    }

    fn restarts_recorded(&self, result: Result<(), Fault>) {
        if result.is_err() && matches!(self.boot.get(), Boot::Failed { .. }) {
            self.uncounted();
        }
    }
}

impl<'a, A: Alarm<'a>> ResetButtonClient for Supervisor<'a, A> {
    fn down(&self) {
        debug!("provisioning: button pressed");
        self.step(Event::ButtonDown);
    }

    fn made(&self, gesture: Gesture) {
        debug!(
            "provisioning: button {}",
            match gesture {
                Gesture::Press => "pressed once",
                Gesture::Double => "pressed twice",
                Gesture::Hold => "held",
            }
        );
        self.step(Event::Made(gesture));
    }
}

impl<'a, A: Alarm<'a>> SessionObserver for Supervisor<'a, A> {
    fn phase(&self, phase: Phase) {
        self.session.set(Some(phase));
        if phase == Phase::Storing {
            self.step(Event::Storing);
        }
        if self.is_provisioning() {
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
        self.faulted();
    }

    fn storage_failed(&self) {
        debug!("provisioning: the flash failed, nothing new is stored");
        self.faulted();
    }

    fn ended(&self, alert: Option<AlertCode>) {
        if let Some(alert) = alert {
            debug!("provisioning: the session failed: {}", alert);
        }
        self.session.set(None);
        self.step(Event::SessionEnded);
        if self.is_provisioning() {
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
        if self.is_provisioning() {
            self.show();
        }
    }

    fn identify(&self, on: bool) {
        self.identified
            .set(on && self.link.get() == Link::Connected);
        if self.is_provisioning() {
            self.show();
        }
    }

    fn wants_configuration(&self) -> bool {
        self.is_provisioning()
    }

    fn is_provisioned(&self) -> bool {
        match self.boot.get() {
            Boot::Window { .. }
            | Boot::Pressed
            | Boot::ProvisioningAnew { .. }
            | Boot::Stored { .. }
            | Boot::Tenant => true,
            Boot::Checking | Boot::Wiping | Boot::Provisioning | Boot::Failed { .. } => false,
        }
    }
}

impl<'a, A: Alarm<'a>> AlarmClient for Supervisor<'a, A> {
    fn alarm(&self) {
        self.look_after_provisioner();
        self.look_after_store();
        self.step(Event::Tick);
    }
}

#[cfg(test)]
mod tests;
