// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The device's session: one value around all the states.

use core::mem;

use provisioning_wire::{
    AlertCode, Config, DaemonPin, Frame, FrameType, Refusal, StoredConfig, ValidConfig,
};
use zeroize::Zeroize;

use super::states::{
    Agree, AwaitAck, AwaitConfig, AwaitConfirm, AwaitProof, AwaitReply, AwaitShare, Buffer,
    ClearAttempts, CountAttempt, DeviceSetup, HelloFacts, Judged, Rules, Sign, Store, Verify,
    start,
};
use crate::conversation::{Failure, alert_code};
use crate::engine::{PointMultiplication, SlicedMultiplication};

/// What is being computed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// The shared secret.
    Agreeing,
    /// The check of the daemon's proof.
    Verifying,
    /// The device's proof.
    Signing,
}

/// What the session wants next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress {
    /// A slice was done; call `advance` again when nothing else is urgent.
    Working(Phase),
    /// A frame of the daemon is due; hand it to `receive`.
    Idle,
    /// Send `outgoing()` whole, then call `sent()`.
    Send,
    /// Make the raised attempt count durable, then call `attempt_counted()`.
    /// When it cannot be made durable, call `abort(AlertCode::Internal)`.
    CountAttempt,
    /// Clear the attempt count, then call `attempts_cleared()`.
    ClearAttempts,
    /// Commit `stored_config()`, then call `stored(..)`.
    Store,
    /// The end: the configuration was refused, and the daemon was told.
    Refused(Refusal),
    /// The end: the configuration is committed, and the daemon knows.
    Acknowledged,
    /// The end: anything else.
    Failed(Failure),
}

/// The configuration could not be committed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StorageFailed;

/// How a conversation ended.
#[derive(Clone, Copy)]
enum End {
    Acknowledged,
    Refused(Refusal),
    Failed(Failure),
}

#[expect(
    clippy::large_enum_variant,
    reason = "there is no heap, and the smaller states come one after the other"
)]
enum State<M> {
    AwaitReply(AwaitReply),
    AwaitShare(AwaitShare),
    CountAttempt(CountAttempt<M>),
    Agree(Agree<M>),
    AwaitConfirm(AwaitConfirm),
    ClearAttempts(ClearAttempts),
    AwaitProof(AwaitProof),
    Verify(Verify<M>),
    Sign(Sign<M>),
    AwaitConfig(AwaitConfig),
    Store(Store),
    AwaitAck(AwaitAck),
    /// Nothing secret is left.
    Ended(End),
    /// Between two states: what the last one left behind is overwritten. A
    /// move leaves the moved value's octets where they were.
    Scrubbed([u8; SCRUB_LEN]),
}

/// As large as the largest state, with room for the alignment in front of it.
const SCRUB_LEN: usize = {
    let sizes = [
        size_of::<AwaitReply>(),
        size_of::<AwaitShare>(),
        size_of::<Agree<SlicedMultiplication>>(),
        size_of::<AwaitConfirm>(),
        size_of::<AwaitProof>(),
        size_of::<Verify<SlicedMultiplication>>(),
        size_of::<Sign<SlicedMultiplication>>(),
        size_of::<AwaitConfig>(),
        size_of::<Store>(),
        size_of::<AwaitAck>(),
    ];
    let mut largest = 0;
    let mut index = 0;
    while index < sizes.len() {
        if sizes[index] > largest {
            largest = sizes[index];
        }
        index += 1;
    }
    largest + 8
};

/// A conversation of the device with a daemon.
///
/// ```text
/// loop {
///     match session.advance() {
///         Working(_) => come back by a deferred call
///         Idle => wait for a frame, session.receive(&frame)
///         Send => send session.outgoing(), session.sent()
///         ...
///     }
/// }
/// ```
/// A frame may be handed in only while [`DeviceSession::wants_frame`] holds;
/// until then it waits with the caller. IDENTIFY and KEEP ALIVE are the
/// caller's business and are ignored here at any time.
pub struct DeviceSession<M = SlicedMultiplication> {
    rules: Rules,
    outgoing: Buffer,
    state: State<M>,
}

const _: () = assert!(
    size_of::<DeviceSession>() <= 4096,
    "the session shares a microcontroller's RAM"
);

impl<M: PointMultiplication> DeviceSession<M> {
    /// Starts a conversation; HELLO is the first frame to be sent.
    ///
    /// # Errors
    /// [`AlertCode::Internal`]: randomness that reduces to zero.
    pub fn start(setup: DeviceSetup, facts: &HelloFacts<'_>) -> Result<Self, AlertCode> {
        let mut outgoing = Buffer::new();
        let (rules, state) = start(setup, facts, &mut outgoing)?;
        Ok(Self {
            rules,
            outgoing,
            state: State::AwaitReply(state),
        })
    }

    /// Does at most one slice of work and tells what is wanted next. What is
    /// wanted stays wanted until it is answered; an end stays the end.
    pub fn advance(&mut self) -> Progress {
        if self.outgoing.is_pending() {
            return Progress::Send;
        }
        match &mut self.state {
            State::CountAttempt(_) => Progress::CountAttempt,
            State::ClearAttempts(_) => Progress::ClearAttempts,
            State::Store(_) => Progress::Store,
            State::Agree(agree) => {
                if agree.advance() {
                    self.step(|state, _, buffer| match state {
                        State::Agree(agree) => agree.finish(buffer).map(State::AwaitConfirm),
                        _ => Err(AlertCode::Internal),
                    });
                }
                Progress::Working(Phase::Agreeing)
            }
            State::Verify(verify) => {
                if let Some(outcome) = verify.advance() {
                    self.step(|state, _, _| match (state, outcome) {
                        (State::Verify(verify), Ok(())) => verify.verified().map(State::Sign),
                        (_, Err(code)) => Err(code),
                        _ => Err(AlertCode::Internal),
                    });
                }
                Progress::Working(Phase::Verifying)
            }
            State::Sign(sign) => {
                if let Some(outcome) = sign.advance() {
                    self.step(|state, _, buffer| match (state, outcome) {
                        (State::Sign(sign), Ok(proof)) => {
                            sign.signed(&proof, buffer).map(State::AwaitConfig)
                        }
                        (_, Err(code)) => Err(code),
                        _ => Err(AlertCode::Internal),
                    });
                }
                Progress::Working(Phase::Signing)
            }
            State::Ended(End::Acknowledged) => Progress::Acknowledged,
            State::Ended(End::Refused(refusal)) => Progress::Refused(*refusal),
            State::Ended(End::Failed(failure)) => Progress::Failed(*failure),
            State::AwaitReply(_)
            | State::AwaitShare(_)
            | State::AwaitConfirm(_)
            | State::AwaitProof(_)
            | State::AwaitConfig(_)
            | State::AwaitAck(_)
            | State::Scrubbed(_) => Progress::Idle,
        }
    }

    /// Whether a frame of the key agreement may be handed to `receive` now.
    pub fn wants_frame(&self) -> bool {
        !self.outgoing.is_pending()
            && matches!(
                self.state,
                State::AwaitReply(_)
                    | State::AwaitShare(_)
                    | State::AwaitConfirm(_)
                    | State::AwaitProof(_)
                    | State::AwaitConfig(_)
                    | State::AwaitAck(_)
            )
    }

    /// Takes a frame of the daemon.
    ///
    /// # Errors
    /// The alert that the session ended with; the ALERT frame is then the next
    /// thing to be sent. A frame after the end is ignored.
    pub fn receive(&mut self, frame: &Frame<'_>) -> Result<(), AlertCode> {
        match frame.kind() {
            FrameType::IdentifyOn | FrameType::IdentifyOff | FrameType::KeepAlive => return Ok(()),
            _ if matches!(self.state, State::Ended(_)) => return Ok(()),
            FrameType::Alert => {
                self.end(End::Failed(Failure::Theirs(alert_code(frame))));
                return Ok(());
            }
            _ => {}
        }
        if !self.wants_frame() {
            self.abort(AlertCode::Protocol);
            return Err(AlertCode::Protocol);
        }
        self.step(|state, rules, buffer| {
            let payload = frame.payload();
            match (state, frame.kind()) {
                (State::AwaitReply(state), FrameType::HelloReply) => {
                    state.reply(frame, rules).map(State::AwaitShare)
                }
                (State::AwaitShare(state), FrameType::ShareP) => {
                    state.share(payload, rules).map(State::CountAttempt)
                }
                (State::AwaitConfirm(state), FrameType::ConfirmP) => {
                    state.confirm(payload).map(State::ClearAttempts)
                }
                (State::AwaitProof(state), FrameType::Sealed) => {
                    let next = state.proof(payload, buffer).map(State::Verify);
                    buffer.clear();
                    next
                }
                (State::AwaitConfig(state), FrameType::Sealed) => {
                    Ok(match state.config(payload, rules, buffer)? {
                        Judged::Valid(store) => State::Store(store),
                        Judged::Refused(refusal) => State::Ended(End::Refused(refusal)),
                    })
                }
                (State::AwaitAck(state), FrameType::Sealed) => {
                    state.acknowledged(payload, buffer)?;
                    buffer.clear();
                    Ok(State::Ended(End::Acknowledged))
                }
                _ => Err(AlertCode::Protocol),
            }
        });
        match self.state {
            State::Ended(End::Failed(Failure::Ours(code))) => Err(code),
            _ => Ok(()),
        }
    }

    /// The frame to be sent after [`Progress::Send`], header and all; empty
    /// when there is none.
    pub fn outgoing(&self) -> &[u8] {
        self.outgoing.bytes()
    }

    /// The frame was handed to the network, or will never be.
    pub fn sent(&mut self) {
        if self.outgoing.is_pending() {
            self.outgoing.clear();
        }
    }

    /// The raised attempt count is durable.
    pub fn attempt_counted(&mut self) {
        if matches!(self.state, State::CountAttempt(_)) {
            self.step(|state, _, _| match state {
                State::CountAttempt(state) => Ok(State::Agree(state.counted())),
                _ => Err(AlertCode::Internal),
            });
        }
    }

    /// The attempt count was cleared, as well as could be.
    pub fn attempts_cleared(&mut self) {
        if matches!(self.state, State::ClearAttempts(_)) {
            self.step(|state, _, _| match state {
                State::ClearAttempts(state) => Ok(State::AwaitProof(state.cleared())),
                _ => Err(AlertCode::Internal),
            });
        }
    }

    /// What is to be committed during [`Progress::Store`]: the valid
    /// configuration and the daemon that proved itself.
    pub fn stored_config(&self) -> Option<StoredConfig<'_>> {
        let State::Store(store) = &self.state else {
            return None;
        };
        let config: ValidConfig<'_> = Config::parse(store.record(&self.outgoing))
            .ok()?
            .validate()
            .ok()?;
        Some(StoredConfig {
            config,
            daemon: *store.daemon(),
        })
    }

    /// The daemon that proved itself, during [`Progress::Store`].
    pub fn daemon(&self) -> Option<&DaemonPin> {
        match &self.state {
            State::Store(store) => Some(store.daemon()),
            _ => None,
        }
    }

    /// How the commit went.
    pub fn stored(&mut self, outcome: Result<(), StorageFailed>) {
        if matches!(self.state, State::Store(_)) {
            self.step(|state, _, buffer| match (state, outcome) {
                (State::Store(store), Ok(())) => store.stored(buffer).map(State::AwaitAck),
                (State::Store(store), Err(StorageFailed)) => store
                    .not_stored(buffer)
                    .map(|refusal| State::Ended(End::Refused(refusal))),
                _ => Err(AlertCode::Internal),
            });
        }
    }

    /// Ends the conversation for a reason of the caller: a timeout, a closed
    /// connection, a failed flash. ALERT is then the next thing to be sent.
    pub fn abort(&mut self, code: AlertCode) {
        if !matches!(self.state, State::Ended(_)) {
            self.end(End::Failed(Failure::Ours(code)));
            self.outgoing.alert(code);
        }
    }

    /// Leaves the state for the one that `transition` gives, or ends.
    fn step(
        &mut self,
        transition: impl FnOnce(State<M>, &Rules, &mut Buffer) -> Result<State<M>, AlertCode>,
    ) {
        let state = self.take();
        match transition(state, &self.rules, &mut self.outgoing) {
            Ok(next) => self.state = next,
            Err(code) => self.abort(code),
        }
    }

    /// Takes the state out and overwrites the place where it was.
    fn take(&mut self) -> State<M> {
        let state = mem::replace(&mut self.state, State::Scrubbed([0; SCRUB_LEN]));
        if let State::Scrubbed(octets) = &mut self.state {
            octets.zeroize();
        }
        state
    }

    fn end(&mut self, end: End) {
        drop(self.take());
        self.outgoing.clear();
        self.state = State::Ended(end);
    }
}
