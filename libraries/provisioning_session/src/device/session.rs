// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The device's session: one value around all the states.

use core::mem;

use provisioning_wire::{AlertCode, Config, Frame, FrameType, Refusal, StoredConfig, ValidConfig};
use zeroize::Zeroize;

use super::states::{
    Agree, AwaitAck, AwaitConfig, AwaitConfirm, AwaitProof, AwaitReply, AwaitShare, Buffer,
    ClearAttempts, CountAttempt, DeviceSetup, HelloFacts, Judged, Prover, Rules, Sign, Store,
    Verify, start,
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
    /// No conversation was begun.
    NotBegun,
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

enum State {
    NotBegun,
    AwaitReply(AwaitReply),
    AwaitShare(AwaitShare),
    CountAttempt(CountAttempt),
    Agree(Agree),
    AwaitConfirm(AwaitConfirm),
    ClearAttempts(ClearAttempts),
    AwaitProof(AwaitProof),
    Verify(Verify),
    /// The daemon's proof is right. The signature's nonce, which is a slice's
    /// work, ends this.
    Verified(Verify),
    Sign(Sign),
    AwaitConfig(AwaitConfig),
    Store(Store),
    AwaitAck(AwaitAck),
    /// A transition runs.
    Between,
    /// Nothing secret is left. A move leaves the moved value's octets where
    /// they were and takes stale octets of the stack along as padding, so the
    /// whole place is overwritten where it lies.
    Ended {
        end: End,
        scrubbed: [u8; SCRUB_LEN],
    },
}

impl State {
    const fn ended(end: End) -> Self {
        Self::Ended {
            end,
            scrubbed: [0; SCRUB_LEN],
        }
    }
}

/// As large as the largest state, with room for the alignment in front of it.
const SCRUB_LEN: usize = {
    let sizes = [
        size_of::<AwaitReply>(),
        size_of::<AwaitShare>(),
        size_of::<Agree>(),
        size_of::<AwaitConfirm>(),
        size_of::<AwaitProof>(),
        size_of::<Verify>(),
        size_of::<Sign>(),
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

/// What the states work with. It stays where it is while they change.
struct Surroundings<M> {
    rules: Rules,
    prover: Prover,
    outgoing: Buffer,
    multiplier: M,
}

/// The device's conversations with daemons, one after the other.
///
/// ```text
/// session.begin(setup, &facts)
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
///
/// The value is made once, by a constant function, and stays where it is:
/// secrets are overwritten in that place, at each end and on drop, and no large
/// value crosses the stack.
pub struct DeviceSession<M: PointMultiplication = SlicedMultiplication> {
    around: Surroundings<M>,
    state: State,
}

const _: () = assert!(
    size_of::<DeviceSession>() <= 4096,
    "the session shares a microcontroller's RAM"
);

impl DeviceSession {
    /// A session on the multiplication in software.
    pub const fn new() -> Self {
        Self::with_multiplier(SlicedMultiplication::new())
    }
}

impl Default for DeviceSession {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: PointMultiplication> DeviceSession<M> {
    /// A session on another multiplication, such as an accelerator's.
    pub const fn with_multiplier(multiplier: M) -> Self {
        Self {
            around: Surroundings {
                rules: Rules::none(),
                prover: Prover::none(),
                outgoing: Buffer::new(),
                multiplier,
            },
            state: State::NotBegun,
        }
    }

    /// Begins a conversation, and ends what was under way without a word;
    /// HELLO is the first frame to be sent.
    ///
    /// # Errors
    /// [`AlertCode::Internal`]: randomness that reduces to zero. Nothing was
    /// begun.
    #[inline(never)]
    pub fn begin(&mut self, setup: DeviceSetup, facts: &HelloFacts<'_>) -> Result<(), AlertCode> {
        self.end(End::Failed(Failure::Ours(AlertCode::Closing)));
        let started = start(setup, facts, &mut self.around.outgoing);
        let (rules, prover, state) = started.inspect_err(|_| self.around.outgoing.clear())?;
        self.around.rules = rules;
        self.around.prover = prover;
        self.state = State::AwaitReply(state);
        Ok(())
    }

    /// Does at most one slice of work and tells what is wanted next. What is
    /// wanted stays wanted until it is answered; an end stays the end.
    pub fn advance(&mut self) -> Progress {
        if self.around.outgoing.is_pending() {
            return Progress::Send;
        }
        let multiplier = &mut self.around.multiplier;
        match &mut self.state {
            State::NotBegun => Progress::NotBegun,
            State::CountAttempt(_) => Progress::CountAttempt,
            State::ClearAttempts(_) => Progress::ClearAttempts,
            State::Store(_) => Progress::Store,
            State::Agree(agree) => {
                if agree.advance(multiplier) {
                    self.step(|state, around| match state {
                        State::Agree(agree) => {
                            agree.finish(&mut around.outgoing).map(State::AwaitConfirm)
                        }
                        _ => Err(AlertCode::Internal),
                    });
                }
                Progress::Working(Phase::Agreeing)
            }
            State::Verify(verify) => {
                match verify.advance(multiplier) {
                    None => {}
                    Some(Err(code)) => self.abort(code),
                    Some(Ok(())) => self.step(|state, _| match state {
                        State::Verify(verify) => Ok(State::Verified(verify)),
                        _ => Err(AlertCode::Internal),
                    }),
                }
                Progress::Working(Phase::Verifying)
            }
            State::Verified(_) => {
                self.step(|state, around| match state {
                    State::Verified(verify) => verify
                        .verified(&mut around.multiplier, &around.prover)
                        .map(State::Sign),
                    _ => Err(AlertCode::Internal),
                });
                Progress::Working(Phase::Signing)
            }
            State::Sign(sign) => {
                match sign.advance(multiplier) {
                    None => {}
                    Some(Err(code)) => self.abort(code),
                    Some(Ok(proof)) => self.step(|state, around| match state {
                        State::Sign(sign) => {
                            around.prover.zeroize();
                            sign.signed(&proof, &mut around.outgoing)
                                .map(State::AwaitConfig)
                        }
                        _ => Err(AlertCode::Internal),
                    }),
                }
                Progress::Working(Phase::Signing)
            }
            State::Ended { end, .. } => match *end {
                End::Acknowledged => Progress::Acknowledged,
                End::Refused(refusal) => Progress::Refused(refusal),
                End::Failed(failure) => Progress::Failed(failure),
            },
            State::AwaitReply(_)
            | State::AwaitShare(_)
            | State::AwaitConfirm(_)
            | State::AwaitProof(_)
            | State::AwaitConfig(_)
            | State::AwaitAck(_)
            | State::Between => Progress::Idle,
        }
    }

    /// Whether a frame of the key agreement may be handed to `receive` now.
    pub fn wants_frame(&self) -> bool {
        !self.around.outgoing.is_pending()
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
            _ if self.is_over() => return Ok(()),
            FrameType::Alert => {
                self.end(End::Failed(Failure::Theirs(alert_code(frame))));
                return Ok(());
            }
            _ => {}
        }
        if self.wants_frame() {
            self.dispatch(frame);
        } else {
            self.abort(AlertCode::Protocol);
        }
        match self.state {
            State::Ended {
                end: End::Failed(Failure::Ours(code)),
                ..
            } => Err(code),
            _ => Ok(()),
        }
    }

    /// Gives a frame to the state that it is due in.
    fn dispatch(&mut self, frame: &Frame<'_>) {
        let payload = frame.payload();
        match (&self.state, frame.kind()) {
            (State::AwaitReply(_), FrameType::HelloReply) => {
                self.step(|state, around| match state {
                    State::AwaitReply(state) => {
                        state.reply(frame, &around.rules).map(State::AwaitShare)
                    }
                    _ => Err(AlertCode::Internal),
                });
            }
            (State::AwaitShare(_), FrameType::ShareP) => {
                self.step(|state, around| match state {
                    State::AwaitShare(state) => {
                        state.share(payload, &around.rules).map(State::CountAttempt)
                    }
                    _ => Err(AlertCode::Internal),
                });
            }
            (State::AwaitConfirm(_), FrameType::ConfirmP) => {
                self.step(|state, _| match state {
                    State::AwaitConfirm(state) => state.confirm(payload).map(State::ClearAttempts),
                    _ => Err(AlertCode::Internal),
                });
            }
            (State::AwaitProof(_), FrameType::Sealed) => {
                self.step(|state, around| match state {
                    State::AwaitProof(state) => {
                        let next = state.proof(payload, &mut around.outgoing)?;
                        around.outgoing.clear();
                        Ok(State::Verify(next))
                    }
                    _ => Err(AlertCode::Internal),
                });
            }
            (State::AwaitConfig(_), FrameType::Sealed) => {
                self.step(|state, around| match state {
                    State::AwaitConfig(state) => {
                        let judged = state.config(payload, &around.rules, &mut around.outgoing)?;
                        Ok(match judged {
                            Judged::Valid(store) => State::Store(store),
                            Judged::Refused(refusal) => State::ended(End::Refused(refusal)),
                        })
                    }
                    _ => Err(AlertCode::Internal),
                });
            }
            (State::AwaitAck(_), FrameType::Sealed) => {
                self.step(|state, around| match state {
                    State::AwaitAck(state) => {
                        state.acknowledged(payload, &mut around.outgoing)?;
                        around.outgoing.clear();
                        Ok(State::ended(End::Acknowledged))
                    }
                    _ => Err(AlertCode::Internal),
                });
            }
            _ => self.abort(AlertCode::Protocol),
        }
    }

    /// The frame to be sent after [`Progress::Send`], header and all; empty
    /// when there is none.
    pub fn outgoing(&self) -> &[u8] {
        self.around.outgoing.bytes()
    }

    /// The frame was handed to the network, or will never be.
    pub fn sent(&mut self) {
        if self.around.outgoing.is_pending() {
            self.around.outgoing.clear();
        }
    }

    /// The raised attempt count is durable.
    pub fn attempt_counted(&mut self) {
        if matches!(self.state, State::CountAttempt(_)) {
            self.step(|state, _| match state {
                State::CountAttempt(state) => Ok(State::Agree(state.counted())),
                _ => Err(AlertCode::Internal),
            });
        }
    }

    /// The attempt count was cleared, as well as could be.
    pub fn attempts_cleared(&mut self) {
        if matches!(self.state, State::ClearAttempts(_)) {
            self.step(|state, _| match state {
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
        let config: ValidConfig<'_> = Config::parse(store.record(&self.around.outgoing))
            .ok()?
            .validate()
            .ok()?;
        Some(StoredConfig {
            config,
            daemon: *store.daemon(),
        })
    }

    /// How the commit went.
    pub fn stored(&mut self, outcome: Result<(), StorageFailed>) {
        if matches!(self.state, State::Store(_)) {
            self.step(|state, around| match (state, outcome) {
                (State::Store(store), Ok(())) => {
                    store.stored(&mut around.outgoing).map(State::AwaitAck)
                }
                (State::Store(store), Err(StorageFailed)) => store
                    .not_stored(&mut around.outgoing)
                    .map(|refusal| State::ended(End::Refused(refusal))),
                _ => Err(AlertCode::Internal),
            });
        }
    }

    /// Ends the conversation for a reason of the caller: a timeout, a closed
    /// connection, a failed flash. ALERT is then the next thing to be sent.
    pub fn abort(&mut self, code: AlertCode) {
        if !self.is_over() {
            self.end(End::Failed(Failure::Ours(code)));
            self.around.outgoing.alert(code);
        }
    }

    const fn is_over(&self) -> bool {
        matches!(self.state, State::NotBegun | State::Ended { .. })
    }

    /// Leaves the state for the one that `transition` gives, or ends.
    ///
    /// Never inlined: a transition moves two states over the stack, and the
    /// frames of all of them together would not fit a kernel's.
    #[inline(never)]
    fn step(
        &mut self,
        transition: impl FnOnce(State, &mut Surroundings<M>) -> Result<State, AlertCode>,
    ) {
        let state = mem::replace(&mut self.state, State::Between);
        match transition(state, &mut self.around) {
            Ok(next) => self.enter(next),
            Err(code) => self.abort(code),
        }
    }

    /// Ends without a word to the other side.
    #[inline(never)]
    fn end(&mut self, end: End) {
        self.around.outgoing.clear();
        self.enter(State::ended(end));
    }

    /// Puts `state` in place; when it is the end, only zeros stay around it.
    fn enter(&mut self, state: State) {
        self.state = state;
        if let State::Ended { scrubbed, .. } = &mut self.state {
            scrubbed.zeroize();
            self.around.prover.zeroize();
            self.around.multiplier.zeroize();
        }
    }
}

impl<M: PointMultiplication> Drop for DeviceSession<M> {
    fn drop(&mut self) {
        self.end(End::Failed(Failure::Ours(AlertCode::Closing)));
    }
}
