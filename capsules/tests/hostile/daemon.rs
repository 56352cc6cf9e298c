// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The real daemon, which tells its session keys to the test.

use provisioning_session::conversation::Randomness;
use provisioning_session::daemon::{DaemonSession, DaemonSetup, Progress};
use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_session::spake2plus::ProverSecret;
use provisioning_wire::{Config, Frame, Text};

use crate::fakes::factory::{DEVICE_ID, KDF, SALT, setup_code};

/// A daemon's end of one conversation.
pub struct Daemon {
    session: DaemonSession,
    knows_code: bool,
}

impl Daemon {
    pub fn new(knows_code: bool, random: u8) -> Self {
        let setup = DaemonSetup {
            identity: IdentityKey::from_secret(&Secret::copied(&[0x33; 32])).unwrap(),
            daemon_id: *b"daemon in a test",
            display_name: Text::new("test").unwrap(),
            randomness: Randomness::take(&mut [random | 1; Randomness::LEN]),
        };
        Self {
            session: DaemonSession::start(setup).unwrap(),
            knows_code,
        }
    }

    /// Takes what the device says and answers with the daemon's frames. What is
    /// no frame ends the conversation, as it does on a network.
    pub fn exchange(&mut self, bytes: &[u8], config: &Config<'_>) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        match Frame::parse(bytes) {
            // A failure is in the next progress.
            Ok(frame) => drop(self.session.receive(&frame)),
            Err(_) => return frames,
        }
        loop {
            match self.session.advance() {
                Progress::NeedSecret => {
                    let id = if self.knows_code { DEVICE_ID } else { [9; 16] };
                    let secret = ProverSecret::derive(&setup_code(), &SALT, &KDF, &id).unwrap();
                    // As above.
                    let _ = self.session.provide(secret);
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

    /// The keys of the conversation, once there are any.
    pub fn keys(&self) -> Vec<(&'static str, Vec<u8>)> {
        self.session.secrets().map_or_else(Vec::new, |secrets| {
            vec![
                ("K_shared", secrets.shared.to_vec()),
                ("the daemon's sealing key", secrets.seal_daemon.to_vec()),
                ("the device's sealing key", secrets.seal_device.to_vec()),
            ]
        })
    }
}
