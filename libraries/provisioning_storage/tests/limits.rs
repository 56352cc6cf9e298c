// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Lengths at n - 1, n and n + 1.

mod support;

use provisioning_storage::layout::PAGE_LEN;
use provisioning_storage::slot::{HEADER_LEN, MAX_SEALED_LEN, NONCE_LEN, TAG_LEN};
use provisioning_storage::tasks::{Commit, Fault};
use support::{Config, Device, Random};

/// Stores a configuration of `sealed_len` bytes and says what became of it.
fn stored(sealed_len: usize) -> Result<(), Fault> {
    let mut device = Device::new(1);
    device.boot();
    let config = Config::random(1, sealed_len - TAG_LEN, &mut Random(1));
    let result = device.store(&config).unwrap();
    let seen = device.boot();
    assert_eq!(seen, result.is_ok().then_some(config));
    result
}

#[test]
fn the_longest_sealed_content() {
    assert_eq!(HEADER_LEN + MAX_SEALED_LEN, PAGE_LEN);
    assert_eq!(stored(MAX_SEALED_LEN - 1), Ok(()));
    assert_eq!(stored(MAX_SEALED_LEN), Ok(()));
    assert_eq!(stored(MAX_SEALED_LEN + 1), Err(Fault::Refused));
}

#[test]
fn the_shortest_sealed_content() {
    assert_eq!(stored(TAG_LEN + 1), Ok(()));
    assert_eq!(stored(TAG_LEN), Ok(()));
    let mut device = Device::new(1);
    device.boot();
    let before = device.flash.operations;
    for len in [TAG_LEN - 1, 0] {
        let mut task = Commit::new(1, [1; NONCE_LEN], len as u16);
        assert_eq!(device.run(&mut task, None), Ok(Err(Fault::Refused)));
    }
    let mut task = Commit::new(1, [1; NONCE_LEN], u16::MAX);
    assert_eq!(device.run(&mut task, None), Ok(Err(Fault::Refused)));
    assert_eq!(
        device.flash.operations, before,
        "refused before anything is written"
    );
}

#[test]
fn serial_numbers_at_their_ends() {
    for serials in [[0, 0, 1], [u32::MAX - 1, u32::MAX, u32::MAX]] {
        let mut device = Device::new(1);
        device.boot();
        for serial in serials {
            let config = Config::random(serial, 20, &mut device.random.clone());
            assert_eq!(device.store(&config), Ok(Ok(())), "{serial}");
            assert_eq!(device.boot(), Some(config));
        }
    }
}
