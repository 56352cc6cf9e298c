// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Holds the conversation with the daemon, which no process can look into.
//!
//! ```text
//!   provisioning_driver          supervisor
//!      | SessionPort, SessionClient   | SessionObserver
//!    +------------------------------------+
//!    |               Session              |   <- this file
//!    +------------------------------------+
//!      | hil::rng::Rng, time::Alarm   |  CommitStore, CommitClient
//!     rng mux, alarm mux         config_store, key_store
//! ```
//! What is said in which order is `provisioning_session::device`'s; here it is
//! given randomness, time and flash. Calls into the session only note what is
//! asked; the work is done in deferred calls, one slice of the computation in
//! each, so that interrupts are served in between, and processes after some.
//!
//! Whatever ends a conversation, its keys are overwritten before the observer
//! is told.

use core::cell::Cell;

use kernel::ErrorCode;
use kernel::debug;
use kernel::deferred_call::{DeferredCall, DeferredCallClient};
use kernel::hil::rng::Rng;
use kernel::hil::time::{Alarm, AlarmClient};
use kernel::utilities::cells::{MapCell, OptionalCell};
use provisioning_session::conversation::Randomness;
use provisioning_session::device::{DeviceSession, Progress, StorageFailed};
use provisioning_session::secret::Secret;
use provisioning_storage::slot::NONCE_LEN;
use provisioning_storage::tasks::Fault;
use provisioning_wire::limits::MAX_FRAME_LEN;
use provisioning_wire::{AlertCode, Field, Frame, Refusal};
use zeroize::{Zeroize, zeroize_stack};

use super::pace::Pace;
use super::port::{Phase, SessionClient, SessionObserver, SessionPort, Status};
use crate::interfaces::{CommitClient, CommitStore};
use crate::key_store::KeyStore;

/// Random bytes of a session: those of the conversation, then the nonce under
/// which its configuration is stored.
pub(super) const SEED_LEN: usize = Randomness::LEN + NONCE_LEN;

/// How much of the kernel's stack is overwritten after each conversation, in
/// bytes: what its deepest computation uses below the deferred call, within 300
/// bytes, so that a stack which held the conversation holds this as well. It was
/// measured on the emulated board (docs/Performance.md, "The kernel's stack").
const USED_STACK: usize = 10_240;

/// What the board says about itself in HELLO.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Name of the board; at most 32 bytes are sent.
    pub board: &'static str,
    /// Name and version of the firmware; at most 32 bytes are sent.
    pub firmware: &'static str,
    /// Failed attempts after which the board locks, at most 254; `None` when
    /// it never does.
    pub attempt_limit: Option<u8>,
}

/// Where the session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// None was begun, or the last one was closed.
    None,
    /// Randomness is collected; ends when all bytes are there.
    Seeding { filled: usize },
    /// The conversation is under way; its own verdict or `close` ends it.
    Talking,
    /// No randomness came; the next deferred call ends this.
    Unseeded,
    /// The conversation is over and the observer knows; `open` or `close` ends
    /// this.
    Ended { alert: Option<AlertCode> },
    /// The connection is gone; ends when the flash has finished what was begun
    /// and the observer is told. `talking`: a conversation is still to be cut
    /// off. `reopen`: another session was begun meanwhile.
    Closing { talking: bool, reopen: bool },
}

/// What the flash does for the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InFlight {
    Nothing,
    /// The raised attempt count is written.
    Counting,
    /// The attempt count is cleared.
    Clearing,
    /// The configuration is written.
    Committing,
}

/// The session with the daemon.
pub struct Session<'a, R: Rng<'a>, A: Alarm<'a>> {
    pub(super) rng: &'a R,
    pub(super) key_store: &'a KeyStore,
    pub(super) store: &'a dyn CommitStore,
    pub(super) about: About,
    pub(super) state: Cell<State>,
    /// Whether a person pressed the button for what goes on.
    pub(super) button: Cell<bool>,
    in_flight: Cell<InFlight>,
    pace: Pace<'a, A>,
    pub(super) seed: MapCell<Secret<SEED_LEN>>,
    pub(super) conversation: MapCell<DeviceSession>,
    /// A received frame until the next deferred call, and its length in bytes.
    pub(super) inbound: MapCell<[u8; MAX_FRAME_LEN]>,
    pub(super) inbound_len: Cell<usize>,
    phase: Cell<Option<Phase>>,
    /// A conversation is over, and what it left on the stack is still there.
    left_on_stack: Cell<bool>,
    /// What the client was told last.
    told: Cell<Status>,
    pub(super) deferred_call: DeferredCall,
    client: OptionalCell<&'a dyn SessionClient>,
    observer: OptionalCell<&'a dyn SessionObserver>,
}

impl<'a, R: Rng<'a>, A: Alarm<'a>> Session<'a, R, A> {
    /// A session that is not begun. It must be made the client of `rng` and
    /// `alarm` and the commit client of `store`; nobody else may use `rng` and
    /// `alarm`.
    pub fn new(
        rng: &'a R,
        alarm: &'a A,
        key_store: &'a KeyStore,
        store: &'a dyn CommitStore,
        about: About,
    ) -> Self {
        Self {
            rng,
            key_store,
            store,
            about,
            state: Cell::new(State::None),
            button: Cell::new(false),
            in_flight: Cell::new(InFlight::Nothing),
            pace: Pace::new(alarm),
            seed: MapCell::new(Secret::zeroed()),
            conversation: MapCell::new(DeviceSession::new()),
            inbound: MapCell::new([0; MAX_FRAME_LEN]),
            inbound_len: Cell::new(0),
            phase: Cell::new(None),
            left_on_stack: Cell::new(false),
            told: Cell::new(Status::None),
            deferred_call: DeferredCall::new(),
            client: OptionalCell::empty(),
            observer: OptionalCell::empty(),
        }
    }

    /// Sets who is told that the status changed.
    pub fn set_client(&self, client: &'a dyn SessionClient) {
        self.client.set(client);
    }

    /// Sets who is told how provisioning goes.
    pub fn set_observer(&self, observer: &'a dyn SessionObserver) {
        self.observer.set(observer);
    }

    /// Hands in a frame that came, or does one slice of what is due.
    pub(super) fn step(&self) {
        let Some(progress) = self.conversation.map(|conversation| {
            self.deliver(conversation);
            conversation.advance()
        }) else {
            return;
        };
        if !matches!(progress, Progress::Working(_)) {
            self.pace.stop();
        }
        match progress {
            Progress::Working(_) => {
                self.enter(Phase::Agreeing);
                if self.pace.goes_on() {
                    self.deferred_call.set();
                }
            }
            // Between the steps of the agreement it is still under way.
            Progress::Idle | Progress::Send => {
                if self.phase.get() == Some(Phase::ComputingKeys) {
                    self.enter(Phase::Waiting);
                }
            }
            Progress::CountAttempt => self.count_attempt(),
            Progress::ClearAttempts => self.clear_attempts(),
            Progress::Store => self.commit(),
            Progress::Refused(_) | Progress::Acknowledged => self.end(None),
            Progress::Failed(failure) => self.end(Some(failure.code())),
            // It is begun before this state is entered.
            Progress::NotBegun => self.end(Some(AlertCode::Internal)),
        }
    }

    fn deliver(&self, conversation: &mut DeviceSession) {
        let length = self.inbound_len.take();
        if length == 0 {
            return;
        }
        self.inbound.map(|inbound| {
            let frame = inbound
                .get(..length)
                .and_then(|bytes| Frame::parse(bytes).ok());
            match frame {
                // What it makes of a bad frame is in its next progress.
                Some(frame) => drop(conversation.receive(&frame)),
                None => conversation.abort(AlertCode::Malformed),
            }
        });
    }

    fn count_attempt(&self) {
        if self.in_flight.get() != InFlight::Nothing {
            return;
        }
        let attempts = self.store.attempts().saturating_add(1);
        match self.store.record_attempts(attempts) {
            Ok(()) => self.in_flight.set(InFlight::Counting),
            Err(_) => self.flash_failed(),
        }
    }

    fn clear_attempts(&self) {
        if self.in_flight.get() != InFlight::Nothing {
            return;
        }
        match self.store.record_attempts(0) {
            Ok(()) => self.in_flight.set(InFlight::Clearing),
            Err(_) => self.flash_failed(),
        }
    }

    fn commit(&self) {
        if self.in_flight.get() != InFlight::Nothing {
            return;
        }
        self.enter(Phase::Storing);
        let begun = self
            .conversation
            .map(|conversation| {
                let stored = conversation.stored_config()?;
                self.key_store.stage(&stored).ok()?;
                self.store.commit(stored.config.serial, self.nonce()?).ok()
            })
            .flatten();
        match begun {
            Some(()) => self.in_flight.set(InFlight::Committing),
            None => {
                self.key_store.unstage();
                self.answer(|conversation| conversation.stored(Err(StorageFailed)));
            }
        }
    }

    fn nonce(&self) -> Option<[u8; NONCE_LEN]> {
        self.seed
            .map(|seed| seed.expose_secret().last_chunk().copied())
            .flatten()
    }

    /// An attempt that is not counted may not go on, and one that stays counted
    /// though the code was right would lock the owner out in time.
    fn flash_failed(&self) {
        debug!("provisioning: the flash fails, so attempts cannot be counted");
        self.answer(|conversation| conversation.abort(AlertCode::Internal));
        self.observer.map(|observer| observer.storage_failed());
    }

    /// Tells the conversation what it waited for, and goes on later.
    fn answer(&self, tell: impl FnOnce(&mut DeviceSession)) {
        self.conversation.map(tell);
        self.deferred_call.set();
    }

    fn enter(&self, phase: Phase) {
        if self.phase.replace(Some(phase)) != Some(phase) {
            self.observer.map(|observer| observer.phase(phase));
        }
    }

    /// The session is over, and the last frame is with the process.
    pub(super) fn end(&self, alert: Option<AlertCode>) {
        let talking = self.state.replace(State::Ended { alert }) == State::Talking;
        self.wind_up(talking);
        self.observer.map(|observer| observer.ended(alert));
    }

    /// Overwrites all that the session holds, and tells the observer what came
    /// out of the conversation, if there was one.
    fn wind_up(&self, talking: bool) {
        let outcome = self
            .conversation
            .map(|conversation| {
                // An end that was reached before stays what it is.
                conversation.abort(AlertCode::Closing);
                conversation.sent();
                conversation.advance()
            })
            .filter(|_| talking);
        self.seed.map(|seed| seed.expose_secret_mut().zeroize());
        self.inbound.map(|inbound| inbound.zeroize());
        self.inbound_len.set(0);
        self.pace.stop();
        self.phase.set(None);
        self.left_on_stack.set(true);
        match outcome {
            Some(Progress::Refused(refusal)) => self.refused(refusal),
            Some(Progress::Acknowledged) => {
                self.observer.map(|observer| observer.acknowledged());
            }
            _ => {}
        }
    }

    fn refused(&self, refusal: Refusal) {
        self.observer.map(|observer| {
            if refusal.field == Field::Storage {
                observer.storage_failed();
            } else {
                observer.refused(refusal);
            }
        });
    }

    fn finish_closing(&self, talking: bool, reopen: bool) {
        self.wind_up(talking);
        if self.in_flight.get() != InFlight::Nothing {
            // Its completion comes back here.
            self.state.set(State::Closing {
                talking: false,
                reopen,
            });
            return;
        }
        // The observer may close once more, which takes `reopen` back.
        self.state.set(State::Closing {
            talking: false,
            reopen,
        });
        self.observer.map(|observer| observer.ended(None));
        match self.state.replace(State::None) {
            State::Closing { reopen: true, .. } if self.reopen().is_err() => {
                self.end(Some(AlertCode::Internal));
            }
            _ => {}
        }
    }

    fn reopen(&self) -> Result<(), ErrorCode> {
        self.seed()?;
        self.enter(Phase::ComputingKeys);
        Ok(())
    }

    /// Never inlined: its frame, and those of all that it calls, must be gone
    /// when the stack is overwritten.
    #[inline(never)]
    fn serve(&self) {
        match self.state.get() {
            State::None | State::Ended { .. } => {}
            State::Seeding { filled } => {
                self.enter(Phase::ComputingKeys);
                if filled == SEED_LEN {
                    self.begin();
                }
            }
            State::Unseeded => self.end(Some(AlertCode::Internal)),
            State::Talking => self.step(),
            State::Closing { talking, reopen } => self.finish_closing(talking, reopen),
        }
        self.tell_client();
    }

    fn tell_client(&self) {
        let status = self.status();
        if self.told.replace(status) != status {
            self.client.map(|client| client.changed());
        }
    }
}

impl<'a, R: Rng<'a>, A: Alarm<'a>> CommitClient for Session<'a, R, A> {
    fn attempts_recorded(&self, result: Result<(), Fault>) {
        match (self.in_flight.replace(InFlight::Nothing), result) {
            (InFlight::Counting, Ok(())) => self.answer(DeviceSession::attempt_counted),
            (InFlight::Clearing, Ok(())) => self.answer(DeviceSession::attempts_cleared),
            (InFlight::Counting | InFlight::Clearing, Err(_)) => self.flash_failed(),
            (InFlight::Nothing | InFlight::Committing, _) => self.deferred_call.set(),
        }
    }

    fn committed(&self, result: Result<(), Fault>) {
        self.in_flight.set(InFlight::Nothing);
        let outcome = result.map_err(|_| StorageFailed);
        // Once a close is carried out, the conversation takes no notice.
        let told = matches!(
            self.state.get(),
            State::Talking | State::Closing { talking: true, .. }
        );
        self.answer(|conversation| conversation.stored(outcome));
        match outcome {
            Ok(()) => {
                // Whoever closed and opened again meanwhile was let in because the
                // board wanted a configuration. Now it has one.
                if let State::Closing { talking, .. } = self.state.get() {
                    self.state.set(State::Closing {
                        talking,
                        reopen: false,
                    });
                }
                self.observer.map(|observer| observer.committed());
            }
            // Nobody is left to send the receipt that says so.
            Err(StorageFailed) if !told => {
                self.observer.map(|observer| observer.storage_failed());
            }
            Err(StorageFailed) => {}
        }
    }
}

impl<'a, R: Rng<'a>, A: Alarm<'a>> DeferredCallClient for Session<'a, R, A> {
    fn handle_deferred_call(&self) {
        self.serve();
        // States move their keys by value, and a moved value stays where it was.
        if self.left_on_stack.take() {
            zeroize_stack::<USED_STACK>();
        }
    }

    fn register(&'static self) {
        self.deferred_call.register(self);
    }
}

impl<'a, R: Rng<'a>, A: Alarm<'a>> AlarmClient for Session<'a, R, A> {
    fn alarm(&self) {
        self.deferred_call.set();
    }
}
