// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Key agreement, confirmation and sealed records over many secrets.
//!
//! Whether a tag is right is public: the device goes on or sends an alert. So
//! right and wrong ones are compared among themselves, wherever a wrong one
//! differs; the comparison itself is the same for both.

use core::fmt;
use core::hint::black_box;

use provisioning_session::engine::SlicedMultiplication;
use provisioning_session::sealed::{OVERHEAD, RecordKeys};
use provisioning_session::secret::Secret;
use provisioning_session::spake2plus::{
    Agreement, Confirming, Identities, Prover, ProverSecret, SharedKey, Verifier, VerifierRecord,
};
use provisioning_wire::limits::{CONFIRM_LEN, FRAME_HEADER_LEN};
use subtle::ConstantTimeEq;

use crate::constant_time::SECRETS;
use crate::generator::octets;
use crate::machine::{Machine, line};
use crate::meter::{Meter, Series, Slices, Verdict};

const IDENTITIES: Identities<'static> = Identities {
    context: b"bench",
    prover: b"daemon",
    verifier: b"device",
};

/// Octets of the record that is sealed and opened.
const TEXT_LEN: usize = 64;

/// A setup code's secret and what is minted of it.
fn minted(index: usize) -> (ProverSecret, VerifierRecord) {
    let hash = Secret::take(&mut octets("setup code", index));
    let secret = ProverSecret::from_hash(&hash).expect("not zero");
    let record = secret.verifier_record();
    (secret, record)
}

fn prover(secret: ProverSecret, index: usize) -> Prover {
    let randomness = Secret::take(&mut octets("prover", index));
    Prover::start(secret, &randomness, &IDENTITIES).expect("not zero")
}

fn verifier(record: VerifierRecord, index: usize) -> Verifier {
    let randomness = Secret::take(&mut octets("verifier", index));
    Verifier::new(record, &randomness).expect("not zero")
}

/// Both ends' shared key of a whole key agreement: the device's, the daemon's.
pub(crate) fn agreed(index: usize) -> (SharedKey, SharedKey) {
    let (secret, record) = minted(index);
    let prover = prover(secret, index);
    let mut multiplier = SlicedMultiplication::new();
    let mut agreement = verifier(record, index)
        .receive(prover.share_p(), &IDENTITIES)
        .expect("a good share");
    while !agreement.advance(&mut multiplier) {}
    let confirming = agreement.finish().expect("all slices ran");
    let (confirm_p, daemon) = prover
        .receive(confirming.share_v())
        .and_then(|prover| prover.finish(confirming.confirm_v()))
        .expect("a good share");
    let device = confirming.finish(&confirm_p).expect("confirmed");
    (device, daemon)
}

/// The octets with one bit flipped, another one for each `index`.
fn damage<const N: usize>(octets: &[u8; N], index: usize) -> [u8; N] {
    let mut damaged = *octets;
    damaged[index % N] ^= 1 << (index % 8);
    damaged
}

struct Agreements {
    receive: Series,
    agreement: Series,
    slices: Slices,
    multiplier: SlicedMultiplication,
}

impl Agreements {
    /// Counts the verifier's part up to its share.
    fn run<M: Machine>(
        &mut self,
        machine: &M,
        meter: &Meter,
        verifier: Verifier,
        share_p: &[u8; 65],
    ) -> Confirming {
        let multiplier = &mut self.multiplier;
        let (count, agreement) = meter.count(machine, || verifier.receive(share_p, &IDENTITIES));
        self.receive.add(count);
        let mut agreement: Agreement = agreement.expect("a good share");
        self.slices.begin();
        loop {
            let (count, done) = meter.count(machine, || agreement.advance(multiplier));
            self.slices.add(count);
            if done {
                break;
            }
        }
        self.agreement.add(self.slices.total());
        agreement.finish().expect("all slices ran")
    }
}

/// Counts each piece of work over [`SECRETS`] secrets.
///
/// # Errors
/// The machine's console fails.
///
/// # Panics
/// An operation refuses what it was made for; the image then fails.
pub fn report<M: Machine>(machine: &mut M, meter: &Meter, verdict: &mut Verdict) -> fmt::Result {
    let mut agreements = Agreements {
        receive: Series::new("agreement_receive"),
        agreement: Series::new("agreement"),
        slices: Slices::default(),
        multiplier: SlicedMultiplication::new(),
    };
    let mut right = Series::new("confirmation_right");
    let mut wrong = Series::new("confirmation_wrong");
    let mut records = Records::new();
    for index in 0..SECRETS {
        let (secret, record) = minted(index);
        let prover = prover(secret, index);
        let share_p = *prover.share_p();

        let first = verifier(record.clone(), index);
        let confirming = agreements.run(machine, meter, first, &share_p);
        let (confirm_p, daemon) = prover
            .receive(confirming.share_v())
            .and_then(|prover| prover.finish(confirming.confirm_v()))
            .expect("a good share");
        let (count, device) = meter.count(machine, || confirming.finish(&confirm_p));
        right.add(count);
        let device = device.expect("confirmed");

        // The same once more, since a wrong tag ends a run.
        let second = verifier(record, index);
        let confirming = agreements.run(machine, meter, second, &share_p);
        let bad = damage::<CONFIRM_LEN>(&confirm_p, index);
        let (count, refused) = meter.count(machine, || confirming.finish(&bad));
        wrong.add(count);
        assert!(refused.is_err(), "a wrong tag was taken");

        records.run(machine, meter, index, &device, &daemon);
    }
    agreements.receive.report(machine, verdict)?;
    agreements.agreement.report(machine, verdict)?;
    agreements.slices.explain(machine, "agreement")?;
    right.report(machine, verdict)?;
    wrong.report(machine, verdict)?;
    comparison(machine, meter, verdict)?;
    for series in records.series() {
        series.report(machine, verdict)?;
    }
    let longest = agreements.slices.longest();
    line(machine, "agreement_longest_slice", longest, "instructions")
}

/// The comparison of tags alone: right ones and wrong ones.
fn comparison<M: Machine>(machine: &mut M, meter: &Meter, verdict: &mut Verdict) -> fmt::Result {
    let mut series = Series::new("tag_comparison");
    for index in 0..SECRETS {
        let tag: [u8; CONFIRM_LEN] = octets("tag", index);
        let expected = Secret::copied(&tag);
        for received in [tag, damage(&tag, index), octets("other tag", index)] {
            let received = Secret::copied(&received);
            let (count, equal) = meter.count(machine, || black_box(&expected).ct_eq(&received));
            series.add(count);
            assert_eq!(
                bool::from(equal),
                expected.expose_secret() == received.expose_secret()
            );
        }
    }
    series.report(machine, verdict)
}

/// Deriving the record keys, sealing, and opening right and wrong records.
struct Records {
    derive: Series,
    seal: Series,
    open_wrong: Series,
    open_right: Series,
}

impl Records {
    const fn new() -> Self {
        Self {
            derive: Series::new("record_keys"),
            seal: Series::new("record_seal"),
            open_wrong: Series::new("record_open_wrong"),
            open_right: Series::new("record_open_right"),
        }
    }

    const fn series(&self) -> [&Series; 4] {
        [&self.derive, &self.seal, &self.open_wrong, &self.open_right]
    }

    fn run<M: Machine>(
        &mut self,
        machine: &M,
        meter: &Meter,
        index: usize,
        device: &SharedKey,
        daemon: &SharedKey,
    ) {
        let (count, keys) = meter.count(machine, || RecordKeys::derive(device));
        self.derive.add(count);
        let (_, mut opener) = keys.into_device();
        let (mut sealer, _) = RecordKeys::derive(daemon).into_daemon();

        let mut frame: [u8; TEXT_LEN + OVERHEAD] = octets("text", index);
        let (count, sealed) = meter.count(machine, || sealer.seal(&mut frame, TEXT_LEN));
        self.seal.add(count);
        assert_eq!(sealed, Ok(frame.len()));

        // Damage to the tag or to the text, never to the sequence number,
        // which is public and is compared first.
        let sealed: &[u8; TEXT_LEN + 16] = frame.last_chunk().expect("text and tag");
        let mut bad = frame;
        let place = bad.len() - sealed.len();
        bad[place..].copy_from_slice(&damage(sealed, 16 + 5 * index));
        let (count, opened) = meter.count(machine, || {
            opener
                .open(&mut bad[FRAME_HEADER_LEN..])
                .map(|text| text.len())
        });
        self.open_wrong.add(count);
        assert!(opened.is_err(), "a wrong tag was taken");

        let (count, opened) = meter.count(machine, || {
            opener
                .open(&mut frame[FRAME_HEADER_LEN..])
                .map(|text| text.len())
        });
        self.open_right.add(count);
        assert_eq!(opened, Ok(TEXT_LEN));
    }
}
