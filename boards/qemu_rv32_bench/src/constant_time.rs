// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Key generation, multiplication and signing over many secrets.

use core::fmt;

use p256::elliptic_curve::ff::PrimeField;
use p256::elliptic_curve::ops::Double;
use p256::{ProjectivePoint, Scalar};
use provisioning_session::engine::{
    PointMultiplication, SecretScalar, Signing, SlicedMultiplication, encode_point,
};

use crate::generator::octets;
use crate::machine::Machine;
use crate::meter::{Meter, Series, Slices, Verdict};

/// Secrets of each series.
pub const SECRETS: usize = 64;

/// Counts each piece of work over [`SECRETS`] secrets.
///
/// # Errors
/// The machine's console fails.
///
/// # Panics
/// An operation refuses what it was made for; the image then fails.
pub fn report<M: Machine>(machine: &mut M, meter: &Meter, verdict: &mut Verdict) -> fmt::Result {
    key_generation(machine, meter, verdict)?;
    special_scalars(machine, meter, verdict)?;
    signing(machine, meter, verdict)
}

/// An ephemeral key pair as the device makes it: the randomness is reduced, the
/// generator multiplied, the product encoded.
fn key_generation<M: Machine>(
    machine: &mut M,
    meter: &Meter,
    verdict: &mut Verdict,
) -> fmt::Result {
    let mut series = Series::new("key_generation");
    for index in 0..SECRETS {
        let randomness: [u8; 48] = octets("key generation", index);
        let (count, key) = meter.count(machine, || {
            let secret = SecretScalar::reduce(&randomness).ok()?;
            let public = SlicedMultiplication::run(&secret, &ProjectivePoint::GENERATOR);
            encode_point(public.expose_secret()).ok()
        });
        key.expect("a key pair");
        series.add(count);
    }
    series.report(machine, verdict)
}

/// Scalars that random ones do not come near: next to zero, next to the
/// order, of one bit, of equal digits.
fn special_scalars<M: Machine>(
    machine: &mut M,
    meter: &Meter,
    verdict: &mut Verdict,
) -> fmt::Result {
    let mut series = Series::new("multiplication_special");
    let mut slices = Slices::default();
    let mut multiplier = SlicedMultiplication::new();
    let point = ProjectivePoint::GENERATOR.double();
    let mut run = |scalar: Scalar| {
        let scalar = SecretScalar::new(scalar);
        slices.begin();
        let (count, ()) = meter.count(machine, || multiplier.start(&scalar, &point));
        slices.add(count);
        loop {
            let (count, product) = meter.count(machine, || multiplier.advance());
            slices.add(count);
            if product.is_some() {
                break;
            }
        }
        series.add(slices.total());
    };
    for small in [1u64, 2, 7, 8, 15, 16, u64::MAX] {
        run(Scalar::from(small));
        run(-Scalar::from(small));
    }
    for bit in [64, 127, 128, 192, 251, 255] {
        let mut bytes = [0; 32];
        bytes[31 - bit / 8] = 1 << (bit % 8);
        run(Scalar::from_repr(bytes.into()).expect("below the order"));
    }
    for nibble in 1..15 {
        run(Scalar::from_repr([nibble * 0x11; 32].into()).expect("below the order"));
    }
    series.report(machine, verdict)?;
    slices.explain(machine, "multiplication_special")
}

/// Signatures with random keys over random digests, hedged as the device
/// hedges them.
fn signing<M: Machine>(machine: &mut M, meter: &Meter, verdict: &mut Verdict) -> fmt::Result {
    let mut series = Series::new("signing");
    let mut slices = Slices::default();
    let mut multiplier = SlicedMultiplication::new();
    for index in 0..SECRETS {
        let key = SecretScalar::reduce(&octets::<48>("signing key", index)).expect("not zero");
        let digest = octets("signed", index);
        let hedge: [u8; 32] = octets("signing hedge", index);
        slices.begin();
        let (count, signing) = meter.count(machine, || {
            Signing::start(&mut multiplier, &key, &digest, &hedge)
        });
        slices.add(count);
        let mut signing = signing.expect("a nonce");
        loop {
            let (count, done) = meter.count(machine, || signing.advance(&mut multiplier));
            slices.add(count);
            if let Some(outcome) = done {
                outcome.expect("a signature");
                break;
            }
        }
        series.add(slices.total());
    }
    series.report(machine, verdict)?;
    slices.explain(machine, "signing")
}
