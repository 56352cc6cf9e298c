// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! One conversation with one device, without I/O: frames and finished work in,
//! bytes to send and work to do out.

mod ending;

use std::mem;
use std::sync::Arc;

use provisioning_session::conversation::{Failure as SessionFailure, Randomness};
use provisioning_session::daemon::{DaemonSession, DaemonSetup, Progress};
use provisioning_wire::limits::{ATTEMPTS_UNLIMITED, MAX_FRAME_LEN, POINT_LEN};
use provisioning_wire::{
    AlertCode, Config, Field, Frame, FrameType, Reason, Refusal, Text, emit_frame,
};

use crate::event::{Event, Sink};
use crate::id::DeviceId;
use crate::issuer::{Issued, Issuer};
use crate::keys::{Derived, KeyError, Keys};
use crate::random;
use crate::reasons;
use crate::registry::{Phase, Registration};
use crate::state::State;
use crate::work::{self, Work, Working};

/// What all conversations share.
pub struct Context {
    /// Name of the daemon, for people at the device.
    pub display_name: String,
    /// Identity and memory.
    pub state: Arc<State>,
    /// Setup codes.
    pub keys: Keys,
    /// Configurations.
    pub issuer: Issuer,
    /// Who is told what happens.
    pub events: Box<dyn Sink>,
    /// Where session keys are written, for captures.
    #[cfg(feature = "key-log")]
    pub key_log: Option<std::path::PathBuf>,
}

/// What comes next.
pub enum Step {
    /// A frame of the device.
    Wait,
    /// This, whose outcome goes to [`Conversation::done`].
    Work(Working),
    /// Send what is queued, then close.
    Close,
}

/// A conversation.
pub struct Conversation {
    context: Arc<Context>,
    registration: Registration,
    peer: String,
    session: DaemonSession,
    device: Option<(DeviceId, [u8; POINT_LEN])>,
    derived: Option<Arc<Derived>>,
    phase: Phase,
    issued: Option<Arc<Issued>>,
    queue: Vec<u8>,
    waiting: Waiting,
    ended: bool,
}

/// What was handed out as work and is not done yet.
enum Waiting {
    Nothing,
    Secret,
    Config,
    /// The acknowledgement is held until what it acknowledges is noted.
    Note {
        acknowledgement: Vec<u8>,
    },
    /// The refusal is told when it is noted.
    NoteRefusal {
        refusal: Refusal,
        least_serial: Option<u32>,
    },
}

impl Conversation {
    /// Waits for HELLO.
    pub fn new(
        context: Arc<Context>,
        registration: Registration,
        peer: String,
    ) -> Result<Self, AlertCode> {
        let session = DaemonSession::start(DaemonSetup {
            identity: context.state.identity().clone(),
            daemon_id: *context.state.daemon_id(),
            display_name: Text::truncated(&context.display_name),
            randomness: Randomness::take(
                random::secret::<{ Randomness::LEN }>().expose_secret_mut(),
            ),
        })?;
        Ok(Conversation {
            context,
            registration,
            peer,
            session,
            device: None,
            derived: None,
            phase: Phase::Connected,
            issued: None,
            queue: Vec::new(),
            waiting: Waiting::Nothing,
            ended: false,
        })
    }

    /// Where it is.
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// The device, once it was said.
    pub fn device(&self) -> Option<DeviceId> {
        self.device.map(|(device, _)| device)
    }

    /// Whether a receipt is being noted: whatever becomes of the connection,
    /// this is to be waited for.
    pub const fn is_noting(&self) -> bool {
        matches!(
            self.waiting,
            Waiting::Note { .. } | Waiting::NoteRefusal { .. }
        )
    }

    /// Bytes to be sent now.
    pub fn take_queue(&mut self) -> Vec<u8> {
        mem::take(&mut self.queue)
    }

    /// Takes a frame; [`step`](Self::step) tells what comes of it.
    pub fn receive(&mut self, frame: &Frame<'_>) {
        let before = self.session.advance();
        match (self.session.receive(frame), before, frame.kind()) {
            (Ok(()), Progress::Idle, FrameType::Hello) => self.hello(),
            (Ok(()), Progress::Idle, FrameType::ShareV) => self.confirmed(),
            (Err(AlertCode::ConfirmationFailed), ..) => self.unconfirmed(),
            // An alert that the session ends with comes out of `step`.
            _ => (),
        }
    }

    /// Does what the session wants until something else is to happen first.
    pub fn step(&mut self) -> Step {
        if self.ended {
            return Step::Close;
        }
        loop {
            match self.session.advance() {
                Progress::Idle => return Step::Wait,
                Progress::Send => {
                    self.queue.extend_from_slice(self.session.outgoing());
                    self.session.sent();
                }
                Progress::NeedSecret
                | Progress::NeedConfig
                | Progress::Stored { .. }
                | Progress::Refused { .. }
                    if !matches!(self.waiting, Waiting::Nothing) =>
                {
                    return Step::Wait;
                }
                Progress::NeedSecret => return self.look_up(),
                Progress::NeedConfig => return self.issue(),
                Progress::Stored { .. } => return self.note(),
                Progress::Refused {
                    refusal,
                    least_serial,
                } => return self.note_refusal(refusal, least_serial),
                Progress::Failed(failure) => {
                    let (found, next) = match failure {
                        SessionFailure::Ours(code) => reasons::ours(code),
                        SessionFailure::Theirs(code) => reasons::theirs(code),
                    };
                    self.failed(&found, next);
                    return Step::Close;
                }
            }
        }
    }

    /// Takes the outcome of work; [`step`](Self::step) tells what comes next.
    pub fn done(&mut self, work: Work) {
        let waiting = mem::replace(&mut self.waiting, Waiting::Nothing);
        match work {
            Work::Secret(Ok(derived)) => {
                if self.session.provide(derived.secret().clone()).is_ok() {
                    self.derived = Some(derived);
                    self.set_phase(Phase::Agreeing);
                    if let Some(device) = self.device() {
                        self.tell(Event::Agreeing { device });
                    }
                }
            }
            Work::Secret(Err(KeyError::UnknownDevice)) => self.end(
                AlertCode::UnknownDevice,
                "add the device to the inventory of the daemon",
                "no setup code known for this device; add its line, as `provisiond mint` \
                 wrote it, to the inventory (it is read again by itself)",
            ),
            Work::Secret(Err(KeyError::Parameters)) => {
                self.session.abort(AlertCode::ParametersOutOfBounds);
            }
            Work::Secret(Err(KeyError::Failed(reason))) => {
                self.end(AlertCode::Internal, "", &reason);
            }
            Work::Issued(Ok(issued)) => self.send(issued),
            Work::Issued(Err(failure)) => {
                self.end(AlertCode::Internal, "", &failure.to_string());
            }
            Work::Noted(Ok(())) => match waiting {
                Waiting::NoteRefusal {
                    refusal,
                    least_serial,
                } => self.refused(&refusal, least_serial),
                Waiting::Note { acknowledgement } => {
                    self.queue.extend(acknowledgement);
                    self.provisioned();
                }
                Waiting::Nothing | Waiting::Secret | Waiting::Config => (),
            },
            Work::Noted(Err(failure)) => {
                self.tell(Event::Trouble {
                    reason: failure.to_string(),
                });
                match waiting {
                    // What stays in the file is only too much there. A serial
                    // that was not raised is refused once more.
                    Waiting::NoteRefusal { refusal, .. } => self.refused(&refusal, None),
                    _ => self.not_noted(),
                }
            }
        }
    }

    /// Bytes came that are no frame.
    pub fn malformed(&mut self) {
        self.session.abort(AlertCode::Malformed);
    }

    /// The device was silent, or slow, for too long.
    pub fn timed_out(&mut self) {
        self.session.abort(AlertCode::Timeout);
    }

    /// The daemon stops.
    pub fn closing(&mut self) {
        self.end(AlertCode::Closing, "", "the daemon stops");
    }

    /// Its place is needed for others.
    pub fn displaced(&mut self) {
        self.end(
            AlertCode::Busy,
            "",
            "too many connections; dropped, as it had not shown that it knows a setup code",
        );
    }

    /// The connection broke or was closed.
    pub fn lost(&mut self, found: &str) {
        if !self.ended {
            let found = format!("the connection ended while {}: {found}", self.phase);
            self.failed(&found, "the device will try again");
        }
    }

    /// Queues a KEEP ALIVE.
    pub fn keep_alive(&mut self) {
        self.queue_frame(FrameType::KeepAlive);
    }

    /// Queues IDENTIFY ON or OFF.
    pub fn identify(&mut self, on: bool) {
        let Some(device) = self.device() else {
            return;
        };
        self.queue_frame(if on {
            FrameType::IdentifyOn
        } else {
            FrameType::IdentifyOff
        });
        self.registration.update(|shown| shown.identifying = on);
        self.tell(Event::Identify { device, on });
    }

    fn hello(&mut self) {
        let Some(hello) = self.session.hello() else {
            return;
        };
        let device = DeviceId(hello.device_id);
        self.device = Some((device, hello.identity_key));
        let attempts_left = hello.attempts_left;
        let board = hello.board.as_str().to_owned();
        let firmware = hello.firmware.as_str().to_owned();
        let event = Event::Hello {
            device,
            peer: self.peer.clone(),
            board: board.clone(),
            firmware: firmware.clone(),
            fresh: hello.flags.is_fresh(),
            button: hello.flags.is_button(),
            attempts_left: (attempts_left != ATTEMPTS_UNLIMITED).then_some(attempts_left),
        };
        self.registration.update(|shown| {
            shown.device = Some(device);
            shown.board = board;
            shown.firmware = firmware;
        });
        self.set_phase(Phase::DerivingKeys);
        self.tell(event);
    }

    fn look_up(&mut self) -> Step {
        let (Some(hello), Some((device, key))) = (self.session.hello(), self.device) else {
            self.session.abort(AlertCode::Internal);
            return self.step();
        };
        let pinned = self.context.state.device(&device);
        let pinned = pinned.and_then(|record| record.identity_key);
        if pinned.is_some_and(|pinned| pinned != key) {
            self.end(
                AlertCode::BadProof,
                "another identity key than the one proved before",
                "its identity key is not the one that this device proved before, so this is \
                 another device or a copy; if it was minted anew under its old id, remove its \
                 file from the devices folder of the state directory while the daemon is stopped",
            );
            return Step::Close;
        }
        let (salt, parameters) = (hello.salt, hello.kdf);
        self.waiting = Waiting::Secret;
        let context = self.context.clone();
        Step::Work(Box::pin(async move {
            Work::Secret(context.keys.secret(device, salt, parameters).await)
        }))
    }

    fn confirmed(&mut self) {
        self.set_phase(Phase::Proving);
        if let Some(device) = self.device() {
            if let Some(derived) = self.derived.take() {
                self.context.keys.confirmed(device, derived);
            }
            self.tell(Event::Confirmed { device });
            #[cfg(feature = "key-log")]
            self.log_keys(device);
        }
    }

    fn unconfirmed(&mut self) {
        if let Some(device) = self.device() {
            self.tell(Event::Unconfirmed {
                device,
                peer: self.peer.clone(),
                times: self.context.keys.wrong(device),
            });
        }
    }

    fn issue(&mut self) -> Step {
        let Some((device, key)) = self.device else {
            self.session.abort(AlertCode::Internal);
            return self.step();
        };
        self.waiting = Waiting::Config;
        let context = self.context.clone();
        Step::Work(work::blocking(
            move || context.issuer.issue(&device, &key),
            Work::Issued,
        ))
    }

    fn send(&mut self, issued: Issued) {
        let sent = Config::parse(&issued.record)
            .map_err(AlertCode::from)
            .and_then(|config| self.session.send_config(&config));
        if let Err(code) = sent {
            self.session.abort(code);
            return;
        }
        // From here on the device may hold it, whatever else happens.
        self.set_phase(Phase::Sending);
        if let Some(device) = self.device() {
            self.tell(Event::Sending {
                device,
                serial: issued.serial,
            });
        }
        self.issued = Some(Arc::new(issued));
    }

    /// Notes the device's confirmation, and only then acknowledges it, so that
    /// what was acknowledged is never forgotten.
    fn note(&mut self) -> Step {
        let (Some((device, key)), Some(issued)) = (self.device, self.issued.clone()) else {
            self.ended = true;
            return Step::Close;
        };
        self.waiting = Waiting::Note {
            acknowledgement: self.take_queue(),
        };
        let context = self.context.clone();
        Step::Work(work::blocking(
            move || context.issuer.confirm(&device, &key, &issued),
            Work::Noted,
        ))
    }

    /// Notes that the device holds what it held before. A device that could not
    /// store it may be wrong about that, so that nothing is decided then.
    fn note_refusal(&mut self, refusal: Refusal, least_serial: Option<u32>) -> Step {
        let (Some((device, _)), Some(issued)) = (self.device, self.issued.clone()) else {
            self.ended = true;
            return Step::Close;
        };
        if refusal.field == Field::Storage {
            self.refused(&refusal, None);
            return Step::Close;
        }
        let least_serial = least_serial.filter(|_| refusal.reason == Reason::Older);
        self.waiting = Waiting::NoteRefusal {
            refusal,
            least_serial,
        };
        let context = self.context.clone();
        Step::Work(work::blocking(
            move || context.issuer.refused(&device, &issued, least_serial),
            Work::Noted,
        ))
    }

    fn queue_frame(&mut self, kind: FrameType) {
        let mut frame = [0; MAX_FRAME_LEN];
        // An empty frame always fits.
        if let Ok(length) = emit_frame(kind, &[], &mut frame) {
            self.queue.extend_from_slice(&frame[..length]);
        }
    }

    fn set_phase(&mut self, phase: Phase) {
        self.phase = phase;
        self.registration.update(|shown| shown.phase = phase);
    }

    fn tell(&self, event: Event) {
        self.context.events.emit(&event);
    }

    #[cfg(feature = "key-log")]
    fn log_keys(&self, device: DeviceId) {
        use crate::id::secret_hex;
        let (Some(path), Some(secrets)) = (&self.context.key_log, self.session.secrets()) else {
            return;
        };
        let shared = secret_hex(&secrets.shared);
        let [daemon, seal] =
            [&secrets.seal_daemon, &secrets.seal_device].map(|key| secret_hex(key));
        let header = "device_id,k_shared,seal_daemon,seal_device";
        let row = [&*device.to_string(), &shared, &daemon, &seal];
        if let Err(error) = crate::files::append_csv(path, header, &row) {
            self.tell(Event::Trouble {
                reason: format!("writing the key log: {error}"),
            });
        }
    }
}
