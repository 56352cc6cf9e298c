// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! RFC 9383's vector, both of our roles, and an independent prover.

use provisioning_wire::limits::CONFIRM_LEN;
use rand_core::{TryCryptoRng, TryRng};

use super::schedule::{Keys, M, N, Transcript, expand};
use super::*;
use crate::engine::{POINT_LEN, SecretScalar, SlicedMultiplication, decode_point};
use crate::secret::Secret;
use crate::vectors::Vectors;

fn vectors() -> Vectors {
    Vectors::parse(include_str!("../../tests/vectors/rfc9383_p256_sha256.txt"))
}

fn identities(vectors: &Vectors) -> Identities<'_> {
    Identities {
        context: vectors.get("context"),
        prover: vectors.get("prover_id"),
        verifier: vectors.get("verifier_id"),
    }
}

fn secret(vectors: &Vectors) -> ProverSecret {
    ProverSecret::from_scalars(
        &Secret::copied(&vectors.array("w0")),
        &Secret::copied(&vectors.array("w1")),
    )
    .unwrap()
}

fn scalar(vectors: &Vectors, label: &str) -> SecretScalar {
    SecretScalar::from_bytes(&vectors.array(label)).unwrap()
}

fn confirming(vectors: &Vectors, share_p: &[u8; POINT_LEN]) -> Result<Confirming, Error> {
    let record = secret(vectors).verifier_record();
    let mut multiplier = SlicedMultiplication::new();
    let mut agreement: Agreement = Verifier::with_scalar(record, scalar(vectors, "y"))
        .receive(share_p, &identities(vectors))?;
    while !agreement.advance(&mut multiplier) {}
    agreement.finish()
}

fn prover(vectors: &Vectors) -> Prover {
    Prover::with_scalar(secret(vectors), scalar(vectors, "x"), &identities(vectors)).unwrap()
}

/// K_shared of the vector, for the tests of what is built on it.
pub(crate) fn shared_key() -> SharedKey {
    let vectors = vectors();
    confirming(&vectors, &vectors.array("share_p"))
        .unwrap()
        .finish(&vectors.array("confirm_p"))
        .unwrap()
}

#[test]
fn m_and_n_are_on_the_curve() {
    assert!(decode_point(&M).is_ok());
    assert!(decode_point(&N).is_ok());
}

#[test]
fn the_record_is_that_of_the_rfc() {
    let vectors = vectors();
    let bytes = secret(&vectors).verifier_record().to_bytes().unwrap();
    let bytes = bytes.expose_secret();
    assert_eq!(&bytes[..32], vectors.get("w0"));
    assert_eq!(&bytes[32 + 2 * POINT_LEN..], vectors.get("l"));
    let again = VerifierRecord::from_bytes(bytes).unwrap();
    assert_eq!(again.to_bytes().unwrap().expose_secret(), bytes);
}

#[test]
fn a_record_with_a_bad_part_is_refused() {
    let vectors = vectors();
    let good = secret(&vectors).verifier_record().to_bytes().unwrap();
    for (range, error) in [
        (0..32, Error::BadScalar),
        (32..97, Error::BadPoint),
        (97..162, Error::BadPoint),
        (162..227, Error::BadPoint),
    ] {
        let mut bad = *good.expose_secret();
        bad[range].fill(0);
        assert_eq!(VerifierRecord::from_bytes(&bad).err(), Some(error));
    }
}

#[test]
fn the_verifier_gives_every_value_of_the_rfc() {
    let vectors = vectors();
    let confirming = confirming(&vectors, &vectors.array("share_p")).unwrap();
    assert_eq!(confirming.share_v().as_slice(), vectors.get("share_v"));
    assert_eq!(confirming.confirm_v().as_slice(), vectors.get("confirm_v"));
    let key = confirming.finish(&vectors.array("confirm_p")).unwrap();
    assert_eq!(key.expose_secret().as_slice(), vectors.get("k_shared"));
}

#[test]
fn the_prover_gives_every_value_of_the_rfc() {
    let vectors = vectors();
    let prover = prover(&vectors);
    assert_eq!(prover.share_p().as_slice(), vectors.get("share_p"));
    let (confirm_p, key) = prover
        .receive(&vectors.array("share_v"))
        .unwrap()
        .finish(&vectors.array("confirm_v"))
        .unwrap();
    assert_eq!(confirm_p.as_slice(), vectors.get("confirm_p"));
    assert_eq!(key.expose_secret().as_slice(), vectors.get("k_shared"));
}

#[test]
fn the_key_schedule_gives_every_value_of_the_rfc() {
    use sha2::{Digest, Sha256};
    let vectors = vectors();
    let mut transcript = Transcript::new(&identities(&vectors));
    for part in ["share_p", "share_v", "z", "v"] {
        transcript.append(vectors.get(part));
    }
    let main = transcript.finish(&scalar(&vectors, "w0"));
    assert_eq!(main.expose_secret().as_slice(), vectors.get("k_main"));
    assert_eq!(
        Sha256::digest(vectors.get("tt")).as_slice(),
        vectors.get("k_main")
    );
    let keys: Secret<64> = expand(&main, b"ConfirmationKeys");
    assert_eq!(&keys.expose_secret()[..32], vectors.get("k_confirm_p"));
    assert_eq!(&keys.expose_secret()[32..], vectors.get("k_confirm_v"));
    let keys = Keys::derive(&main, &vectors.array("share_p"), &vectors.array("share_v"));
    assert_eq!(keys.confirm_p().as_slice(), vectors.get("confirm_p"));
    assert_eq!(keys.confirm_v().as_slice(), vectors.get("confirm_v"));
}

#[test]
fn the_verifier_does_exactly_three_multiplications() {
    let vectors = vectors();
    let mut multiplier = SlicedMultiplication::new();
    let mut agreement: Agreement =
        Verifier::with_scalar(secret(&vectors).verifier_record(), scalar(&vectors, "y"))
            .receive(&vectors.array("share_p"), &identities(&vectors))
            .unwrap();
    let mut slices = 1;
    while !agreement.advance(&mut multiplier) {
        slices += 1;
    }
    // Unmasking X is the first. Each product takes 327 slices and one more to
    // become affine; the key schedule is the last.
    assert_eq!(slices, 1 + 3 * (327 + 1) + 1);
}

#[test]
fn an_unfinished_agreement_gives_nothing() {
    let vectors = vectors();
    let mut multiplier = SlicedMultiplication::new();
    let mut agreement: Agreement =
        Verifier::with_scalar(secret(&vectors).verifier_record(), scalar(&vectors, "y"))
            .receive(&vectors.array("share_p"), &identities(&vectors))
            .unwrap();
    assert!(!agreement.advance(&mut multiplier));
    assert_eq!(agreement.finish().err(), Some(Error::Unfinished));
}

#[test]
fn bad_shares_are_refused_by_both() {
    let vectors = vectors();
    let record = secret(&vectors).verifier_record().to_bytes().unwrap();
    let w0_m: [u8; POINT_LEN] = record.expose_secret()[32..97].try_into().unwrap();
    let w0_n: [u8; POINT_LEN] = record.expose_secret()[97..162].try_into().unwrap();
    assert_eq!(confirming(&vectors, &w0_m).err(), Some(Error::BadPoint));
    assert_eq!(prover(&vectors).receive(&w0_n).err(), Some(Error::BadPoint));
    // Its own mask stops the verifier in the first slice, but not before: the
    // answer would tell of w0 without a count.
    let verifier = Verifier::with_scalar(secret(&vectors).verifier_record(), scalar(&vectors, "y"));
    let mut multiplier = SlicedMultiplication::new();
    let mut agreement = verifier.receive(&w0_m, &identities(&vectors)).unwrap();
    assert!(agreement.advance(&mut multiplier));
    assert_eq!(agreement.finish().err(), Some(Error::BadPoint));
    for position in 0..POINT_LEN {
        let mut share = vectors.array::<POINT_LEN>("share_p");
        share[position] ^= 1;
        assert_eq!(confirming(&vectors, &share).err(), Some(Error::BadPoint));
        assert_eq!(
            prover(&vectors).receive(&share).err(),
            Some(Error::BadPoint)
        );
    }
}

#[test]
fn every_changed_bit_of_a_confirmation_is_refused() {
    let vectors = vectors();
    for bit in 0..8 * CONFIRM_LEN {
        let flip = |label| {
            let mut confirmation: [u8; CONFIRM_LEN] = vectors.array(label);
            confirmation[bit / 8] ^= 1 << (bit % 8);
            confirmation
        };
        let ours = prover(&vectors).receive(&vectors.array("share_v")).unwrap();
        assert_eq!(
            ours.finish(&flip("confirm_v")).err(),
            Some(Error::ConfirmationFailed)
        );
    }
    for bit in [0, 127, 255] {
        let mut confirmation: [u8; CONFIRM_LEN] = vectors.array("confirm_p");
        confirmation[bit / 8] ^= 1 << (bit % 8);
        let ours = confirming(&vectors, &vectors.array("share_p")).unwrap();
        assert_eq!(
            ours.finish(&confirmation).err(),
            Some(Error::ConfirmationFailed)
        );
    }
}

/// Gives the same octets again and again.
struct Fixed(u8);

impl TryRng for Fixed {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(u32::from_ne_bytes([self.0; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from_ne_bytes([self.0; 8]))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        out.fill(self.0);
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}

#[test]
fn an_independent_prover_agrees_with_our_verifier() {
    use spake2plus::{ConfirmV, Context, P256Sha256, Prover, ProverSecret as Theirs, ShareV};
    for seed in 1..20u8 {
        let mut hash = [0; ProverSecret::HASH_LEN];
        for (index, octet) in hash.iter_mut().enumerate() {
            *octet = (index as u8).wrapping_mul(seed).wrapping_add(seed);
        }
        let theirs = Theirs::<P256Sha256>::from_pbkdf_output(&hash).unwrap();
        let ours = ProverSecret::from_hash(&Secret::copied(&hash)).unwrap();
        let context = Context {
            context: b"independent",
            prover_id: &[seed; 16],
            verifier_id: &[0x5a; 16],
        };
        let (prover, share_p) = Prover::start(&theirs, &context, &mut Fixed(seed));
        let mut multiplier = SlicedMultiplication::new();
        let mut agreement: Agreement =
            Verifier::new(ours.verifier_record(), &Secret::copied(&[seed ^ 0xff; 48]))
                .unwrap()
                .receive(
                    share_p.as_bytes(),
                    &Identities {
                        context: context.context,
                        prover: context.prover_id,
                        verifier: context.verifier_id,
                    },
                )
                .unwrap();
        while !agreement.advance(&mut multiplier) {}
        let ours = agreement.finish().unwrap();
        let (confirm_p, their_key) = prover
            .receive(&ShareV::from_bytes(ours.share_v()).unwrap())
            .unwrap()
            .finish(&ConfirmV::from_bytes(ours.confirm_v()).unwrap())
            .unwrap();
        let our_key = ours.finish(confirm_p.as_bytes()).unwrap();
        assert_eq!(our_key.expose_secret(), their_key.as_bytes());
    }
}
