// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The kernel's memory after a conversation: no key of it is left.

use std::ops::Range;

use emulator::failure::{Failure, Result};
use emulator::memory::{PROVISIONER, find};
use emulator::phase::Phase;
use emulator::scenario::wait_provisioned;

use crate::secrets::Watched;
use crate::support::{Bench, LIMIT, require};

/// The kernel's stack, the lowest thing in RAM, then its data.
const KERNEL: Range<u64> = 0x8020_0000..PROVISIONER.start;

/// How much of the stack, from its end on, nothing may ever have touched, in bytes:
/// no guard lies behind it, and overwriting what a conversation used must not be
/// what fills it.
const UNTOUCHED: usize = 8_192;

/// What is looked for of a key: a piece of it would do for a search.
const PIECE: usize = 8;

/// A key as it may lie in memory, and how it does there.
fn forms(key: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let swapped = key
        .chunks_exact(4)
        .flat_map(|word| word.iter().rev().copied())
        .collect();
    let mut forms = vec![
        ("as it is", key.to_vec()),
        // SHA-256 reads and writes numbers in the other order.
        ("in words of the other order", swapped),
    ];
    if let Ok(key) = <[u8; 16]>::try_from(key) {
        forms.push(("as a round key of AES", bit_sliced(&key)));
    }
    forms
}

/// The first round key as AES without instructions of its own holds it: bit 0 of
/// all octets of two blocks, then bit 1, and so on. Both blocks are the key.
fn bit_sliced(key: &[u8; 16]) -> Vec<u8> {
    let word = |index: usize| {
        let octets = &key[4 * (index / 2)..][..4];
        u32::from_le_bytes([octets[0], octets[1], octets[2], octets[3]])
    };
    let mut words: [u32; 8] = std::array::from_fn(word);
    for (distance, mask) in [(1, 0x5555_5555_u32), (2, 0x3333_3333), (4, 0x0f0f_0f0f)] {
        for low in (0..8).filter(|index| index & distance == 0) {
            let high = low + distance;
            let swap = ((words[low] >> distance) ^ words[high]) & mask;
            words[high] ^= swap;
            words[low] ^= swap << distance;
        }
    }
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Where pieces of the key lie: one place for each form.
fn lies(memory: &[u8], key: &[u8]) -> Vec<(&'static str, usize)> {
    forms(key)
        .into_iter()
        .filter_map(|(name, form)| {
            let mut pieces = form.chunks_exact(PIECE);
            let place = pieces.find_map(|piece| find(memory, piece));
            place.map(|place| (name, place))
        })
        .collect()
}

pub fn no_session_key(bench: &mut Bench) -> Result<()> {
    let watched = Watched::begin(bench)?;
    bench.start_daemon()?;
    let first = bench.power_on()?;
    let rig = bench.rig();
    wait_provisioned(rig, first, LIMIT)?;
    rig.wait_phase(first, Phase::Tenant, LIMIT)?;
    let memory = rig.dump(KERNEL)?;
    rig.power_off()?;

    // The search finds what is there: the kernel keeps the identity key.
    let identity_key = bench.flash()?.factory()?.identity_key;
    require(
        !lies(&memory, &identity_key).is_empty(),
        "the dump is the kernel's memory",
        memory.len(),
    )?;
    // RAM is zero at first.
    let untouched = memory.iter().take_while(|octet| **octet == 0).count();
    require(
        untouched >= UNTOUCHED,
        "the kernel's stack has room left",
        untouched,
    )?;
    let secrets = watched.secrets(bench)?;
    let keys: Vec<_> = secrets
        .iter()
        .filter(|(name, _)| name.contains("session"))
        .collect();
    require(
        keys.len() >= 3,
        "the keys of the session are known",
        keys.len(),
    )?;
    let mut found = Vec::new();
    for (number, (_, key)) in keys.iter().enumerate() {
        for (form, place) in lies(&memory, key) {
            let place = KERNEL.start + place as u64;
            found.push(format!("key {number} of the log lies at {place:#x} {form}"));
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        "searching the kernel's memory for keys of the session",
        format!(
            "{}; {untouched} bytes of the stack were never used",
            found.join(", ")
        ),
    ))
}
