// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The device's side of a whole conversation, replayed from the vectors.

use core::fmt;

use provisioning_session::conversation::Randomness;
use provisioning_session::device::{DeviceSession, DeviceSetup, HelloFacts, Phase, Progress};
use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_session::spake2plus::{RECORD_LEN, VerifierRecord};
use provisioning_wire::limits::{ID_LEN, MAX_FRAME_LEN, POINT_LEN, SALT_LEN};
use provisioning_wire::{Frame, HelloFlags, KdfParameters, Text};

use crate::machine::{Machine, line};
use crate::meter::{Meter, Verdict};
use crate::vectors::{CONVERSATION, array, read};

/// What the device sends, in order.
const SENDS: [&str; 4] = ["hello", "share_v", "proof_device", "receipt"];
/// What it receives, in order.
const RECEIVES: [&str; 6] = [
    "hello_reply",
    "share_p",
    "confirm_p",
    "proof_daemon",
    "sealed_config",
    "receipt_ack",
];

/// Instructions by what they were spent on.
#[derive(Default)]
struct Costs {
    setup: u32,
    agree: u32,
    verify: u32,
    sign: u32,
    frames: u32,
    longest: u32,
}

impl Costs {
    fn total(&self) -> u32 {
        self.setup + self.agree + self.verify + self.sign + self.frames
    }
}

/// Replays the conversation, checks every frame and prints what it cost.
///
/// # Errors
/// The machine's console fails.
pub fn report<M: Machine>(machine: &mut M, meter: &Meter, verdict: &mut Verdict) -> fmt::Result {
    let mut costs = Costs::default();
    let replayed = replay(machine, meter, &mut costs);
    verdict.check(
        machine,
        replayed.is_some(),
        format_args!("conversation_vectors"),
    )?;
    line(machine, "conversation", costs.total(), "instructions")?;
    line(machine, "conversation_setup", costs.setup, "instructions")?;
    line(machine, "conversation_agree", costs.agree, "instructions")?;
    line(machine, "conversation_verify", costs.verify, "instructions")?;
    line(machine, "conversation_sign", costs.sign, "instructions")?;
    line(machine, "conversation_frames", costs.frames, "instructions")?;
    line(
        machine,
        "conversation_longest_slice",
        costs.longest,
        "instructions",
    )
}

/// `None`: the device said something else than the vectors.
fn replay<M: Machine>(machine: &M, meter: &Meter, costs: &mut Costs) -> Option<()> {
    let mut session = DeviceSession::new();
    let parts = Parts::read()?;
    let (count, begun) = meter.count(machine, || parts.begin(&mut session));
    begun?;
    costs.setup = count;
    costs.longest = count;
    let (mut sends, mut receives) = (SENDS.iter(), RECEIVES.iter());
    let mut buffer = [0; MAX_FRAME_LEN];
    loop {
        let (count, progress) = meter.count(machine, || session.advance());
        costs.longest = costs.longest.max(count);
        *match progress {
            Progress::Working(Phase::Agreeing) => &mut costs.agree,
            Progress::Working(Phase::Verifying) => &mut costs.verify,
            Progress::Working(Phase::Signing) => &mut costs.sign,
            _ => &mut costs.frames,
        } += count;
        let (count, went_on) = match progress {
            Progress::Working(_) => continue,
            Progress::Send => {
                let expected = read(CONVERSATION, sends.next()?, &mut buffer)?;
                if session.outgoing() != expected {
                    return None;
                }
                meter.count(machine, || {
                    session.sent();
                    Some(())
                })
            }
            Progress::Idle => {
                let bytes = read(CONVERSATION, receives.next()?, &mut buffer)?;
                meter.count(machine, || {
                    let frame = Frame::parse(bytes).ok()?;
                    session.receive(&frame).ok()
                })
            }
            Progress::CountAttempt => meter.count(machine, || {
                session.attempt_counted();
                Some(())
            }),
            Progress::ClearAttempts => meter.count(machine, || {
                session.attempts_cleared();
                Some(())
            }),
            Progress::Store => meter.count(machine, || {
                session.stored_config()?;
                session.stored(Ok(()));
                Some(())
            }),
            Progress::Acknowledged => {
                return (sends.next().is_none() && receives.next().is_none()).then_some(());
            }
            Progress::NotBegun | Progress::Refused(_) | Progress::Failed(_) => return None,
        };
        went_on?;
        costs.frames += count;
        costs.longest = costs.longest.max(count);
    }
}

/// The device of the vectors.
struct Parts {
    secret: [u8; 32],
    public: [u8; POINT_LEN],
    record: [u8; RECORD_LEN],
    randomness: [u8; Randomness::LEN],
    device_id: [u8; ID_LEN],
    salt: [u8; SALT_LEN],
}

impl Parts {
    fn read() -> Option<Self> {
        Some(Self {
            secret: array(CONVERSATION, "device_secret")?,
            public: array(CONVERSATION, "device_key")?,
            record: array(CONVERSATION, "record")?,
            randomness: array(CONVERSATION, "device_random")?,
            device_id: array(CONVERSATION, "device_id")?,
            salt: array(CONVERSATION, "salt")?,
        })
    }

    /// Begins the conversation; the record is decoded as it is out of flash.
    fn begin(mut self, session: &mut DeviceSession) -> Option<()> {
        let secret = Secret::take(&mut self.secret);
        let setup = DeviceSetup {
            identity: IdentityKey::from_parts(&secret, &self.public).ok()?,
            record: VerifierRecord::from_bytes(&self.record).ok()?,
            pinned: None,
            least_serial: 0,
            randomness: Randomness::take(&mut self.randomness),
        };
        let facts = HelloFacts {
            device_id: self.device_id,
            salt: self.salt,
            kdf: KdfParameters {
                kdf: 1,
                memory_kib: 64,
                passes: 3,
                lanes: 1,
            },
            board: Text::new("vector board").ok()?,
            firmware: Text::new("vector firmware 1.0").ok()?,
            flags: HelloFlags(HelloFlags::FRESH),
            attempts_left: 5,
        };
        session.begin(setup, &facts).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::tests::Fake;

    #[test]
    fn the_device_says_what_the_vectors_say() {
        let machine = Fake::default();
        let meter = Meter::new(&machine);
        assert_eq!(replay(&machine, &meter, &mut Costs::default()), Some(()));
    }
}
