// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The daemon's session: one value around all the states.

use core::mem;

use provisioning_wire::limits::MAX_FRAME_LEN;
use provisioning_wire::{AlertCode, Config, Frame, FrameType, Hello, Receipt, Refusal};

#[cfg(feature = "key-log")]
use super::key_log::SessionSecrets;
use super::states::{
    AwaitHello, AwaitProof, AwaitReceipt, AwaitShare, Buffer, DaemonSetup, NeedConfig, NeedSecret,
};
use crate::conversation::{Failure, Outgoing, alert_code};
use crate::spake2plus::ProverSecret;

/// What the session wants next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress {
    /// A frame of the device is due; hand it to `receive`.
    Idle,
    /// Send `outgoing()` whole (one or two frames), then call `sent()`.
    Send,
    /// Look the device of `hello()` up, then call `provide(..)`, or
    /// `abort(AlertCode::UnknownDevice)`.
    NeedSecret,
    /// The device proved itself: call `send_config(..)`.
    NeedConfig,
    /// The end: the device committed the configuration.
    Stored {
        /// SHA-256 of the CONFIG record.
        digest: [u8; 32],
    },
    /// The end: the device refused the configuration.
    Refused {
        /// What it says is at fault.
        refusal: Refusal,
        /// The lowest serial number that it says it takes.
        least_serial: Option<u32>,
    },
    /// The end: anything else.
    Failed(Failure),
}

/// How a conversation ended.
#[derive(Clone, Copy)]
enum End {
    /// The device answered the configuration.
    Answered(Receipt),
    Failed(Failure),
}

enum State {
    AwaitHello(AwaitHello),
    NeedSecret(NeedSecret),
    AwaitShare(AwaitShare),
    AwaitProof(AwaitProof),
    NeedConfig(NeedConfig),
    AwaitReceipt(AwaitReceipt),
    Ended(End),
}

/// A conversation of the daemon with a device.
///
/// Frames are handed in as they come; a frame that is not due ends the
/// conversation. IDENTIFY and KEEP ALIVE are the caller's business and are
/// ignored here at any time.
pub struct DaemonSession {
    /// The HELLO frame, once it was accepted.
    hello: Outgoing<MAX_FRAME_LEN>,
    outgoing: Buffer,
    state: State,
    #[cfg(feature = "key-log")]
    secrets: Option<SessionSecrets>,
}

impl DaemonSession {
    /// Waits for a device's HELLO.
    ///
    /// # Errors
    /// [`AlertCode::Internal`]: HELLO REPLY does not fit a frame, which none
    /// of these fields makes it do.
    pub fn start(setup: DaemonSetup<'_>) -> Result<Self, AlertCode> {
        Ok(Self {
            hello: Outgoing::new(),
            outgoing: Buffer::new(),
            state: State::AwaitHello(AwaitHello::start(setup)?),
            #[cfg(feature = "key-log")]
            secrets: None,
        })
    }

    /// Tells what is wanted next. What is wanted stays wanted until it is
    /// answered; an end stays the end.
    pub fn advance(&mut self) -> Progress {
        if self.outgoing.is_pending() {
            return Progress::Send;
        }
        match &self.state {
            State::NeedSecret(_) => Progress::NeedSecret,
            State::NeedConfig(_) => Progress::NeedConfig,
            State::AwaitHello(_)
            | State::AwaitShare(_)
            | State::AwaitProof(_)
            | State::AwaitReceipt(_) => Progress::Idle,
            State::Ended(End::Answered(Receipt::Stored { digest })) => {
                Progress::Stored { digest: *digest }
            }
            State::Ended(End::Answered(Receipt::Refused {
                refusal,
                least_serial,
            })) => Progress::Refused {
                refusal: *refusal,
                least_serial: *least_serial,
            },
            State::Ended(End::Failed(failure)) => Progress::Failed(*failure),
        }
    }

    /// Takes a frame of the device.
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
        if self.outgoing.is_pending() {
            // The answer to what was not sent yet cannot be one.
            self.abort(AlertCode::Protocol);
            return Err(AlertCode::Protocol);
        }
        let payload = frame.payload();
        self.step(|state, session| match (state, frame.kind()) {
            (State::AwaitHello(state), FrameType::Hello) => {
                let next = state.hello(frame)?;
                session.hello.append(frame.as_bytes())?;
                Ok(State::NeedSecret(next))
            }
            (State::AwaitShare(state), FrameType::ShareV) => {
                let next = state.share(payload, &mut session.outgoing)?;
                #[cfg(feature = "key-log")]
                {
                    session.secrets = Some(next.secrets.clone());
                }
                Ok(State::AwaitProof(next))
            }
            (State::AwaitProof(state), FrameType::Sealed) => {
                let next = state.proof(payload, &mut session.outgoing)?;
                session.outgoing.clear();
                Ok(State::NeedConfig(next))
            }
            (State::AwaitReceipt(state), FrameType::Sealed) => {
                let receipt = state.receipt(payload, &mut session.outgoing)?;
                Ok(State::Ended(End::Answered(receipt)))
            }
            _ => Err(AlertCode::Protocol),
        })
    }

    /// What the device said about itself; `None` before HELLO was accepted.
    /// Its board and firmware are not authenticated before
    /// [`Progress::NeedConfig`].
    pub fn hello(&self) -> Option<Hello<'_>> {
        let frame = Frame::parse(self.hello.bytes()).ok()?;
        Hello::parse(frame.payload()).ok()
    }

    /// Answers [`Progress::NeedSecret`]; at any other time it does nothing.
    ///
    /// # Errors
    /// The alert that the session ended with.
    pub fn provide(&mut self, secret: ProverSecret) -> Result<(), AlertCode> {
        if !matches!(self.state, State::NeedSecret(_)) {
            return Ok(());
        }
        self.step(|state, session| match state {
            State::NeedSecret(state) => state
                .provide(secret, &mut session.outgoing)
                .map(State::AwaitShare),
            _ => Err(AlertCode::Internal),
        })
    }

    /// Answers [`Progress::NeedConfig`]; at any other time it does nothing.
    ///
    /// # Errors
    /// The alert that the session ended with: [`AlertCode::Internal`] for a
    /// configuration that no frame holds.
    pub fn send_config(&mut self, config: &Config<'_>) -> Result<(), AlertCode> {
        if !matches!(self.state, State::NeedConfig(_)) {
            return Ok(());
        }
        self.step(|state, session| match state {
            State::NeedConfig(state) => state
                .send(config, &mut session.outgoing)
                .map(State::AwaitReceipt),
            _ => Err(AlertCode::Internal),
        })
    }

    /// The frames to be sent after [`Progress::Send`]; empty when there is
    /// nothing.
    pub fn outgoing(&self) -> &[u8] {
        self.outgoing.bytes()
    }

    /// The frames were handed to the network, or will never be.
    pub fn sent(&mut self) {
        if self.outgoing.is_pending() {
            self.outgoing.clear();
        }
    }

    /// Ends the conversation for a reason of the caller. ALERT is then the
    /// next thing to be sent.
    pub fn abort(&mut self, code: AlertCode) {
        if !matches!(self.state, State::Ended(_)) {
            self.fail(code);
        }
    }

    /// The secrets, from the accepted SHARE V on.
    #[cfg(feature = "key-log")]
    pub fn secrets(&self) -> Option<&SessionSecrets> {
        self.secrets.as_ref()
    }

    /// Leaves the state for the one that `transition` gives, or ends.
    fn step(
        &mut self,
        transition: impl FnOnce(State, &mut Self) -> Result<State, AlertCode>,
    ) -> Result<(), AlertCode> {
        // Stands for the state while a transition runs; no transition keeps it.
        let between = State::Ended(End::Failed(Failure::Ours(AlertCode::Internal)));
        let state = mem::replace(&mut self.state, between);
        match transition(state, self) {
            Ok(next) => {
                self.state = next;
                Ok(())
            }
            Err(code) => {
                self.fail(code);
                Err(code)
            }
        }
    }

    fn fail(&mut self, code: AlertCode) {
        self.end(End::Failed(Failure::Ours(code)));
        self.outgoing.alert(code);
    }

    fn end(&mut self, end: End) {
        self.outgoing.clear();
        self.state = State::Ended(end);
    }
}
