// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The real daemon, which tells its session keys to the test.

use std::sync::LazyLock;

use provisioning_session::conversation::Randomness;
use provisioning_session::daemon::{DaemonSession, DaemonSetup, Progress};
use provisioning_session::engine::POINT_LEN;
use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_session::spake2plus::ProverSecret;
use provisioning_wire::{Config, Frame, FrameType, Text};

use crate::fakes;
use crate::fakes::factory::{DEVICE_ID, KDF, SALT, setup_code};

/// The daemon's identity: its key pair, computed once.
static IDENTITY: LazyLock<[u8; POINT_LEN]> = LazyLock::new(|| {
    if cfg!(miri) {
        return fakes::factory::identity_public();
    }
    *IdentityKey::from_secret(&SECRET).unwrap().public()
});
const SECRET: Secret<32> = Secret::copied(&[0x33; 32]);

/// What the setup code gives, and what another device's id gives.
static RIGHT: LazyLock<ProverSecret> = LazyLock::new(|| derive(&DEVICE_ID));
static WRONG: LazyLock<ProverSecret> = LazyLock::new(|| derive(&[9; 16]));

fn derive(id: &[u8; 16]) -> ProverSecret {
    ProverSecret::derive(&setup_code(), &SALT, &KDF, id).unwrap()
}

/// Frames of all types that a daemon sends, with nothing right in them.
fn made_up() -> Vec<Vec<u8>> {
    [
        FrameType::HelloReply,
        FrameType::ShareP,
        FrameType::ConfirmP,
        FrameType::Sealed,
        FrameType::Alert,
    ]
    .map(|kind| {
        let mut frame = vec![kind.to_wire(), 0, 65];
        frame.resize(3 + 65, 4);
        frame
    })
    .into()
}

/// A daemon's end of one conversation.
pub struct Daemon {
    session: DaemonSession,
    knows_code: bool,
}

impl Daemon {
    pub fn new(knows_code: bool, random: u8) -> Self {
        // A fuzzer meets few daemons, each of them often: the key agreement is
        // computed once for each.
        let random = if cfg!(fuzzing) { random & 3 } else { random };
        let setup = DaemonSetup {
            identity: IdentityKey::from_parts(&SECRET, &IDENTITY).unwrap(),
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
        if cfg!(miri) {
            return made_up();
        }
        let mut frames = Vec::new();
        match Frame::parse(bytes) {
            // A failure is in the next progress.
            Ok(frame) => drop(self.session.receive(&frame)),
            Err(_) => return frames,
        }
        loop {
            match self.session.advance() {
                Progress::NeedSecret => {
                    let secret = if self.knows_code { &RIGHT } else { &WRONG };
                    // As above.
                    let _ = self.session.provide((*secret).clone());
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
