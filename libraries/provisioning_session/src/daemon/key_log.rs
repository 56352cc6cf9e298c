// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What a test learns of a session, with the feature `key-log` only.

use core::fmt;

use crate::sealed::RecordKeys;
use crate::spake2plus::SharedKey;
use crate::transcript::{OpeningDigest, Transcript};

/// The secrets of a session, for tests and captures.
#[derive(Clone)]
pub struct SessionSecrets {
    /// The context of the key agreement.
    pub context: [u8; 52],
    /// K_shared.
    pub shared: [u8; 32],
    /// What the daemon seals with.
    pub seal_daemon: [u8; 16],
    /// What the device seals with.
    pub seal_device: [u8; 16],
    /// What the proofs sign.
    pub transcript: [u8; 32],
}

/// Says that they are there, and nothing more.
impl fmt::Debug for SessionSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSecrets(..)")
    }
}

impl SessionSecrets {
    pub(super) fn new(
        opening: &OpeningDigest,
        shared: &SharedKey,
        keys: &RecordKeys,
        transcript: &Transcript,
    ) -> Self {
        let (seal_daemon, seal_device) = keys.expose_secrets();
        Self {
            context: opening.context(),
            shared: *shared.expose_secret(),
            seal_daemon: *seal_daemon,
            seal_device: *seal_device,
            transcript: *transcript.as_bytes(),
        }
    }
}
