// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! What the single operations cost.

use core::fmt;

use p256::ProjectivePoint;
use provisioning_session::config_seal::ConfigSeal;
use provisioning_session::device::DeviceSession;
use provisioning_session::engine::{
    PointMultiplication, SecretScalar, Signing, SlicedMultiplication, Verification, encode_point,
};
use provisioning_session::sealed::{PLAINTEXT_AT, RecordKeys};
use provisioning_storage::slot::{self, SlotHeader, SlotPage};
use provisioning_wire::limits::{FRAME_HEADER_LEN, MAX_FRAME_LEN, MAX_RECORD_LEN};

use crate::generator::octets;
use crate::machine::{Machine, line};
use crate::meter::{Meter, Slices};
use crate::tags::agreed;

/// Octets of the configuration that is sealed for storage: the longest record
/// that a frame carries.
const CONFIG_LEN: usize = MAX_RECORD_LEN;

/// Prints the total, the mean and the longest slice of a run.
fn sliced<M: Machine>(machine: &mut M, name: &str, slices: &Slices) -> fmt::Result {
    let count = slices.slices() as u32;
    writeln!(machine, "{name} {} instructions", slices.total())?;
    writeln!(machine, "{name}_slices {count} slices")?;
    let mean = slices.total() / count.max(1);
    writeln!(machine, "{name}_mean_slice {mean} instructions")?;
    let longest = slices.longest();
    writeln!(machine, "{name}_longest_slice {longest} instructions")
}

/// Measures and prints each operation.
///
/// # Errors
/// The machine's console fails.
///
/// # Panics
/// An operation refuses what it was made for; the image then fails.
pub fn report<M: Machine>(machine: &mut M, meter: &Meter) -> fmt::Result {
    let secret = SecretScalar::reduce(&octets::<48>("figure", 0)).expect("not zero");
    multiplication(machine, meter, &secret)?;
    signatures(machine, meter, &secret)?;
    records(machine, meter)?;
    storage(machine, meter)?;
    let session = size_of::<DeviceSession>() as u32;
    line(machine, "session_ram", session, "bytes")
}

fn multiplication<M: Machine>(
    machine: &mut M,
    meter: &Meter,
    secret: &SecretScalar,
) -> fmt::Result {
    let mut slices = Slices::default();
    let mut multiplier = SlicedMultiplication::new();
    let (start, ()) = meter.count(machine, || {
        multiplier.start(secret, &ProjectivePoint::GENERATOR);
    });
    let product = loop {
        let (count, product) = meter.count(machine, || multiplier.advance());
        slices.add(count);
        if let Some(product) = product {
            break product;
        }
    };
    sliced(machine, "multiplication", &slices)?;
    line(machine, "multiplication_start", start, "instructions")?;
    let (count, octets) = meter.count(machine, || encode_point(product.expose_secret()));
    octets.expect("no identity");
    line(machine, "encode_point", count, "instructions")
}

fn signatures<M: Machine>(machine: &mut M, meter: &Meter, secret: &SecretScalar) -> fmt::Result {
    let digest = octets("digest", 0);
    let hedge: [u8; 32] = octets("hedge", 0);
    let mut multiplier = SlicedMultiplication::new();

    let mut slices = Slices::default();
    let (nonce, signing) = meter.count(machine, || {
        Signing::start(&mut multiplier, secret, &digest, &hedge)
    });
    line(machine, "rfc6979_nonce", nonce, "instructions")?;
    slices.add(nonce);
    let mut signing = signing.expect("a nonce");
    let signature = loop {
        let (count, done) = meter.count(machine, || signing.advance(&mut multiplier));
        slices.add(count);
        if let Some(outcome) = done {
            break outcome.expect("a signature");
        }
    };
    sliced(machine, "ecdsa_sign", &slices)?;

    let product = SlicedMultiplication::run(secret, &ProjectivePoint::GENERATOR);
    let public = encode_point(product.expose_secret()).expect("no identity");
    let mut slices = Slices::default();
    let (count, verification) = meter.count(machine, || {
        Verification::start(&public, &digest, &signature)
    });
    slices.add(count);
    let mut verification = verification.expect("a good key");
    loop {
        let (count, done) = meter.count(machine, || verification.advance(&mut multiplier));
        slices.add(count);
        if let Some(outcome) = done {
            outcome.expect("a good signature");
            break;
        }
    }
    sliced(machine, "ecdsa_verify", &slices)
}

fn records<M: Machine>(machine: &mut M, meter: &Meter) -> fmt::Result {
    let (device, daemon) = agreed(0);
    let (count, keys) = meter.count(machine, || RecordKeys::derive(&device));
    line(machine, "record_key_schedule", count, "instructions")?;
    let (_, mut opener) = keys.into_device();
    let (mut sealer, _) = RecordKeys::derive(&daemon).into_daemon();
    let mut frame = [0x61; MAX_FRAME_LEN];
    let (count, sealed) = meter.count(machine, || sealer.seal(&mut frame, MAX_RECORD_LEN));
    assert_eq!(sealed, Ok(MAX_FRAME_LEN));
    line(machine, "record_seal_1024", count, "instructions")?;
    let payload = &mut frame[FRAME_HEADER_LEN..];
    let (count, opened) = meter.count(machine, || opener.open(payload).map(|text| text.len()));
    assert_eq!(opened, Ok(MAX_RECORD_LEN));
    assert_eq!(frame[PLAINTEXT_AT], 0x61);
    line(machine, "record_open_1024", count, "instructions")
}

/// A commit and a load as the device does them: the slot's header is written
/// or read as well, and is authenticated.
fn storage<M: Machine>(machine: &mut M, meter: &Meter) -> fmt::Result {
    let root: [u8; 32] = octets("root", 0);
    let (count, seal) = meter.count(machine, || ConfigSeal::derive(&root, &octets("id", 0)));
    line(machine, "config_key_schedule", count, "instructions")?;
    let mut page = [0xff; slot::HEADER_LEN + CONFIG_LEN + slot::TAG_LEN];
    let header = SlotHeader {
        sequence: 1,
        serial: 7,
        nonce: octets("nonce", 0),
        sealed_len: (CONFIG_LEN + slot::TAG_LEN) as u16,
    };
    let (count, sealed) = meter.count(machine, || {
        header.emit(&mut page)?;
        let (associated, content) = slot::split(&mut page, &header)?;
        let (text, tag) = content.split_last_chunk_mut::<{ slot::TAG_LEN }>()?;
        *tag = seal.seal(&header.nonce, associated, text).ok()?;
        Some(())
    });
    sealed.expect("sealed");
    line(machine, "config_seal", count, "instructions")?;
    let (count, opened) = meter.count(machine, || {
        let SlotPage::Candidate(header) = SlotHeader::parse(&page) else {
            return None;
        };
        let (associated, content) = slot::split(&mut page, &header)?;
        let (text, tag) = content.split_last_chunk_mut::<{ slot::TAG_LEN }>()?;
        seal.open(&header.nonce, associated, text, tag).ok()
    });
    opened.expect("opened");
    line(machine, "config_open", count, "instructions")
}
