// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The real daemon's end of the conversation.

use std::vec::Vec;

use provisioning_session::conversation::Randomness;
use provisioning_session::daemon::{DaemonSession, DaemonSetup, Progress};
use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_session::spake2plus::ProverSecret;
use provisioning_wire::{AlertCode, Config, Frame, Text};

use super::factory::{DEVICE_ID, KDF, SALT, setup_code};

/// A daemon that knows the setup code, or another one.
pub struct Daemon {
    session: DaemonSession,
    knows_code: bool,
}

impl Daemon {
    pub fn new(knows_code: bool) -> Self {
        Self::with_identity(knows_code, 0x33)
    }

    /// One that knows the setup code, but has another identity.
    pub fn another() -> Self {
        Self::with_identity(true, 0x34)
    }

    fn with_identity(knows_code: bool, key: u8) -> Self {
        let setup = DaemonSetup {
            identity: IdentityKey::from_secret(&Secret::copied(&[key; 32])).unwrap(),
            daemon_id: *b"daemon in a test",
            display_name: Text::new("test").unwrap(),
            randomness: Randomness::take(&mut [0x44; Randomness::LEN]),
        };
        Self {
            session: DaemonSession::start(setup).unwrap(),
            knows_code,
        }
    }

    /// Takes a frame of the device and answers with those of the daemon, after
    /// giving it `config` when that is due.
    pub fn exchange(&mut self, frame: &[u8], config: &Config<'_>) -> Vec<Vec<u8>> {
        // A failure is in the next progress.
        let _ = self.session.receive(&Frame::parse(frame).unwrap());
        let mut frames = Vec::new();
        loop {
            match self.session.advance() {
                Progress::NeedSecret => {
                    let id = if self.knows_code { DEVICE_ID } else { [9; 16] };
                    let secret = ProverSecret::derive(&setup_code(), &SALT, &KDF, &id).unwrap();
                    self.session.provide(secret).unwrap();
                }
                Progress::NeedConfig => self.session.send_config(config).unwrap(),
                Progress::Send => {
                    let mut rest = self.session.outgoing();
                    while !rest.is_empty() {
                        let length = 3 + usize::from(u16::from_be_bytes([rest[1], rest[2]]));
                        let (frame, next) = rest.split_at(length);
                        frames.push(frame.to_vec());
                        rest = next;
                    }
                    self.session.sent();
                }
                _ => return frames,
            }
        }
    }

    /// How the conversation ended for the daemon.
    pub fn progress(&mut self) -> Progress {
        self.session.advance()
    }

    /// The alert that ended it.
    pub fn alert(&mut self) -> Option<AlertCode> {
        match self.session.advance() {
            Progress::Failed(failure) => Some(failure.code()),
            _ => None,
        }
    }
}
