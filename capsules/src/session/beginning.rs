// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a session begins with: randomness, secrets, and what HELLO says.

use kernel::ErrorCode;
use kernel::hil::rng::{self, Continue, Rng};
use kernel::hil::time::Alarm;
use provisioning_session::conversation::Randomness;
use provisioning_session::device::{DeviceSetup, HelloFacts};
use provisioning_wire::{AlertCode, HelloFlags, KdfParameters, Text};

use super::capsule::{SEED_LEN, Session, State};
use crate::key_store::SessionSecrets;

/// `attempts left` of a board that never locks (Protocol.md, "HELLO").
const NEVER_LOCKS: u8 = 255;

impl<'a, R: Rng<'a>, A: Alarm<'a>> Session<'a, R, A> {
    /// Asks for the randomness of a new session.
    pub(super) fn seed(&self) -> Result<(), ErrorCode> {
        self.state.set(State::Seeding { filled: 0 });
        self.rng.get().inspect_err(|_| self.state.set(State::None))
    }

    /// All randomness is there: HELLO can be made.
    pub(super) fn begin(&self) {
        let made = self
            .key_store
            .session_secrets()
            .ok_or(AlertCode::Internal)
            .and_then(|secrets| self.converse(secrets));
        match made {
            Ok(()) => {
                self.state.set(State::Talking);
                self.step();
            }
            Err(alert) => self.end(Some(alert)),
        }
    }

    fn converse(&self, secrets: SessionSecrets) -> Result<(), AlertCode> {
        let randomness = self
            .seed
            .map(|seed| {
                let octets = seed.expose_secret_mut().first_chunk_mut();
                octets.map(Randomness::take)
            })
            .flatten()
            .ok_or(AlertCode::Internal)?;
        let facts = HelloFacts {
            device_id: secrets.device_id,
            salt: secrets.salt,
            kdf: KdfParameters {
                kdf: u8::try_from(secrets.kdf.algorithm).map_err(|_| AlertCode::Internal)?,
                memory_kib: secrets.kdf.memory_kib,
                passes: secrets.kdf.passes,
                lanes: secrets.kdf.lanes,
            },
            board: Text::truncated(self.about.board),
            firmware: Text::truncated(self.about.firmware),
            flags: self.flags(),
            attempts_left: self.attempts_left(),
        };
        let setup = DeviceSetup {
            identity: secrets.identity,
            record: secrets.record,
            pinned: self.key_store.with_configuration(|stored| stored.daemon),
            least_serial: self.store.lowest_serial(),
            randomness,
        };
        self.conversation
            .map(|conversation| conversation.begin(setup, &facts))
            .unwrap_or(Err(AlertCode::Internal))
    }

    fn flags(&self) -> HelloFlags {
        let mut flags = 0;
        if !self.store.holds_configuration() {
            flags |= HelloFlags::FRESH;
        }
        if self.button.get() {
            flags |= HelloFlags::BUTTON;
        }
        HelloFlags(flags)
    }

    fn attempts_left(&self) -> u8 {
        self.about.attempt_limit.map_or(NEVER_LOCKS, |limit| {
            let attempts = u8::try_from(self.store.attempts()).unwrap_or(u8::MAX);
            limit.min(NEVER_LOCKS - 1).saturating_sub(attempts)
        })
    }
}

impl<'a, R: Rng<'a>, A: Alarm<'a>> rng::Client for Session<'a, R, A> {
    fn randomness_available(
        &self,
        randomness: &mut dyn Iterator<Item = u32>,
        error: Result<(), ErrorCode>,
    ) -> Continue {
        let State::Seeding { mut filled } = self.state.get() else {
            return Continue::Done;
        };
        if error.is_err() {
            self.state.set(State::Unseeded);
            self.deferred_call.set();
            return Continue::Done;
        }
        self.seed.map(|seed| {
            let seed = seed.expose_secret_mut();
            while let Some(rest) = seed.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                let Some(word) = randomness.next() else {
                    break;
                };
                for (place, byte) in rest.iter_mut().zip(word.to_ne_bytes()) {
                    *place = byte;
                    filled += 1;
                }
            }
        });
        self.state.set(State::Seeding { filled });
        if filled < SEED_LEN {
            return Continue::More;
        }
        self.deferred_call.set();
        Continue::Done
    }
}
