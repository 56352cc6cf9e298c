// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Two real ends and the wire between them.
#![allow(dead_code, reason = "each test file uses a part of this")]

pub mod vectors;

use std::collections::VecDeque;

use provisioning_session::conversation::{Failure, Randomness};
use provisioning_session::daemon::{self, DaemonSession, DaemonSetup};
use provisioning_session::device::{self, DeviceSession, DeviceSetup, HelloFacts, StorageFailed};
use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_session::spake2plus::{ProverSecret, VerifierRecord};
use provisioning_wire::{
    AlertCode, Config, DaemonPin, Frame, Grant, GrantFields, GrantOperations, Grants, HelloFlags,
    KdfParameters, Network, Psk, Refusal, Server, Text,
};
use vectors::Vectors;

pub fn conversation() -> Vectors {
    Vectors::parse(include_str!("../vectors/conversation.txt"))
}

/// Which end a frame comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Device,
    Daemon,
}

/// The device of the vectors, to be changed by a test.
pub struct Device {
    pub secret: [u8; 32],
    pub public: [u8; 65],
    pub record: [u8; 227],
    pub pinned: Option<DaemonPin>,
    pub least_serial: u32,
    pub flags: u8,
    pub attempts_left: u8,
    pub kdf: KdfParameters,
    pub storage_fails: bool,
    pub random: [u8; Randomness::LEN],
}

impl Device {
    pub fn new(vectors: &Vectors) -> Self {
        Self {
            secret: vectors.array("device_secret"),
            public: vectors.array("device_key"),
            record: vectors.array("record"),
            pinned: None,
            least_serial: 0,
            flags: HelloFlags::FRESH,
            attempts_left: 5,
            kdf: KdfParameters {
                kdf: 1,
                memory_kib: 64,
                passes: 3,
                lanes: 1,
            },
            storage_fails: false,
            random: vectors.array("device_random"),
        }
    }

    pub fn session(&self, vectors: &Vectors) -> Box<DeviceSession> {
        let mut session = Box::new(DeviceSession::new());
        assert_eq!(session.advance(), device::Progress::NotBegun);
        self.begin(vectors, &mut session).unwrap();
        session
    }

    pub fn begin(&self, vectors: &Vectors, session: &mut DeviceSession) -> Result<(), AlertCode> {
        let setup = DeviceSetup {
            identity: IdentityKey::from_parts(&Secret::copied(&self.secret), &self.public).unwrap(),
            record: VerifierRecord::from_bytes(&self.record).unwrap(),
            pinned: self.pinned,
            least_serial: self.least_serial,
            randomness: Randomness::take(&mut self.random.clone()),
        };
        let facts = HelloFacts {
            device_id: vectors.array("device_id"),
            salt: vectors.array("salt"),
            kdf: self.kdf,
            board: Text::new("vector board").unwrap(),
            firmware: Text::new("vector firmware 1.0").unwrap(),
            flags: HelloFlags(self.flags),
            attempts_left: self.attempts_left,
        };
        session.begin(setup, &facts)
    }
}

/// The daemon of the vectors, to be changed by a test.
pub struct Daemon {
    pub secret: [u8; 32],
    pub public: [u8; 65],
    pub w0: [u8; 32],
    pub w1: [u8; 32],
    pub config: Vec<u8>,
    pub random: [u8; Randomness::LEN],
}

impl Daemon {
    pub fn new(vectors: &Vectors) -> Self {
        Self {
            secret: vectors.array("daemon_secret"),
            public: vectors.array("daemon_key"),
            w0: vectors.array("w0"),
            w1: vectors.array("w1"),
            config: vectors.get("config").to_vec(),
            random: vectors.array("daemon_random"),
        }
    }

    pub fn session(&self, vectors: &Vectors) -> DaemonSession {
        DaemonSession::start(DaemonSetup {
            identity: IdentityKey::from_parts(&Secret::copied(&self.secret), &self.public).unwrap(),
            daemon_id: vectors.array("daemon_id"),
            display_name: Text::new("vector daemon").unwrap(),
            randomness: Randomness::take(&mut self.random.clone()),
        })
        .unwrap()
    }

    pub fn prover_secret(&self) -> ProverSecret {
        ProverSecret::from_scalars(&Secret::copied(&self.w0), &Secret::copied(&self.w1)).unwrap()
    }
}

/// The vectors' configuration.
pub fn config() -> Config<'static> {
    const GRANTS: &[Grant] = &[Grant {
        application: 0x1_0101,
        fields: GrantFields(GrantFields::ALL),
        operations: GrantOperations(GrantOperations::TLS_PSK),
    }];
    const PSK: &[u8; 32] = b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\
        \x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f";
    Config {
        serial: 7,
        server: Server {
            security_mode: 0,
            psk: Psk::new(PSK),
            identity: "vector identity",
            bootstrap_uri: "coaps://bootstrap.example:5684",
        },
        network: Network {
            default_route: "fe80::1",
            dns_server: "2001:db8::53",
            endpoint_name: "urn:dev:vector",
        },
        grants: Grants::new(GRANTS),
    }
}

pub fn emit(config: &Config<'_>) -> Vec<u8> {
    let mut record = vec![0; 1004];
    let length = config.emit(&mut record).unwrap();
    record.truncate(length);
    record
}

/// What the device asked of its surroundings, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Counted,
    Cleared,
    /// The PSK that was to be stored.
    Stored(Vec<u8>),
}

/// How a conversation went. `None`: this end still waits.
#[derive(Debug)]
pub struct Outcome {
    pub device: Option<device::Progress>,
    pub daemon: Option<daemon::Progress>,
    pub events: Vec<Event>,
    pub frames: Vec<(From, Vec<u8>)>,
}

impl Outcome {
    pub fn device_failure(&self) -> Option<Failure> {
        match self.device {
            Some(device::Progress::Failed(failure)) => Some(failure),
            _ => None,
        }
    }

    pub fn daemon_failure(&self) -> Option<Failure> {
        match self.daemon {
            Some(daemon::Progress::Failed(failure)) => Some(failure),
            _ => None,
        }
    }

    pub fn refusals(&self) -> (Option<Refusal>, Option<Refusal>) {
        let device = match self.device {
            Some(device::Progress::Refused(refusal)) => Some(refusal),
            _ => None,
        };
        let daemon = match self.daemon {
            Some(daemon::Progress::Refused { refusal, .. }) => Some(refusal),
            _ => None,
        };
        (device, daemon)
    }

    pub fn succeeded(&self) -> bool {
        self.device == Some(device::Progress::Acknowledged)
            && matches!(self.daemon, Some(daemon::Progress::Stored { .. }))
    }
}

/// Cuts what was sent into frames.
pub fn frames(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let length = 3 + usize::from(u16::from_be_bytes([bytes[1], bytes[2]]));
        let (frame, rest) = bytes.split_at(length);
        frames.push(frame.to_vec());
        bytes = rest;
    }
    frames
}

/// Lets both ends talk until neither moves. `tap` sees each frame, with its
/// number in the conversation, and gives the frames that arrive instead.
pub fn run(
    device: &Device,
    daemon: &Daemon,
    mut tap: impl FnMut(From, usize, Vec<u8>) -> Vec<Vec<u8>>,
) -> Outcome {
    let vectors = conversation();
    let mut device_end = device.session(&vectors);
    let mut daemon_end = daemon.session(&vectors);
    let mut to_daemon: VecDeque<Vec<u8>> = VecDeque::new();
    let mut to_device: VecDeque<Vec<u8>> = VecDeque::new();
    let mut outcome = Outcome {
        device: None,
        daemon: None,
        events: Vec::new(),
        frames: Vec::new(),
    };
    loop {
        let mut moved = true;
        match device_end.advance() {
            device::Progress::Working(_) => {}
            device::Progress::Idle => match to_device.pop_front() {
                Some(bytes) => hand(&bytes, |frame| match frame {
                    Some(frame) => drop(device_end.receive(frame)),
                    None => device_end.abort(AlertCode::Malformed),
                }),
                None => moved = false,
            },
            device::Progress::Send => {
                for frame in frames(device_end.outgoing()) {
                    let number = outcome.frames.len();
                    outcome.frames.push((From::Device, frame.clone()));
                    to_daemon.extend(tap(From::Device, number, frame));
                }
                device_end.sent();
            }
            device::Progress::CountAttempt => {
                outcome.events.push(Event::Counted);
                device_end.attempt_counted();
            }
            device::Progress::ClearAttempts => {
                outcome.events.push(Event::Cleared);
                device_end.attempts_cleared();
            }
            device::Progress::Store => {
                let stored = device_end.stored_config().unwrap();
                assert_eq!(stored.daemon.identity_key, daemon.public);
                let psk = stored.config.server.psk.expose_secret().to_vec();
                if device.storage_fails {
                    device_end.stored(Err(StorageFailed));
                } else {
                    outcome.events.push(Event::Stored(psk));
                    device_end.stored(Ok(()));
                }
            }
            end => {
                outcome.device = Some(end);
                // What arrives after the end changes nothing.
                match to_device.pop_front() {
                    Some(bytes) => hand(&bytes, |frame| {
                        if let Some(frame) = frame {
                            assert_eq!(device_end.receive(frame), Ok(()));
                        }
                    }),
                    None => moved = false,
                }
            }
        }
        match daemon_end.advance() {
            daemon::Progress::Idle => match to_daemon.pop_front() {
                Some(bytes) => hand(&bytes, |frame| match frame {
                    Some(frame) => drop(daemon_end.receive(frame)),
                    None => daemon_end.abort(AlertCode::Malformed),
                }),
                None if !moved => break,
                None => {}
            },
            daemon::Progress::Send => {
                for frame in frames(daemon_end.outgoing()) {
                    let number = outcome.frames.len();
                    outcome.frames.push((From::Daemon, frame.clone()));
                    to_device.extend(tap(From::Daemon, number, frame));
                }
                daemon_end.sent();
            }
            // A frame that comes while the daemon looks the device up.
            daemon::Progress::NeedSecret if !to_daemon.is_empty() => {
                let bytes = to_daemon.pop_front().unwrap();
                hand(&bytes, |frame| match frame {
                    Some(frame) => drop(daemon_end.receive(frame)),
                    None => daemon_end.abort(AlertCode::Malformed),
                });
            }
            daemon::Progress::NeedSecret => {
                daemon_end.provide(daemon.prover_secret()).unwrap();
            }
            daemon::Progress::NeedConfig => {
                let config = Config::parse(&daemon.config).unwrap();
                daemon_end.send_config(&config).unwrap();
            }
            end => {
                outcome.daemon = Some(end);
                to_daemon.clear();
                if !moved {
                    break;
                }
            }
        }
    }
    outcome
}

/// Gives the frame that `bytes` are, if they are one.
fn hand(bytes: &[u8], take: impl FnOnce(Option<&Frame<'_>>)) {
    take(Frame::parse(bytes).ok().as_ref());
}

/// A tap that changes nothing.
pub fn untouched(_: From, _: usize, frame: Vec<u8>) -> Vec<Vec<u8>> {
    vec![frame]
}
