// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Records and the stored form: what is judged valid must fit its buffers.

#![no_main]

use libfuzzer_sys::fuzz_target;
use provisioning_wire::{Config, Proof, Receipt, ReceiptAck, RecordKind, StoredConfig};

fuzz_target!(|data: &[u8]| {
    let accepted = [
        Proof::parse(data).is_ok(),
        Config::parse(data).is_ok(),
        Receipt::parse(data).is_ok(),
        ReceiptAck::parse(data).is_ok(),
    ];
    let accepted = accepted.into_iter().filter(|accepted| *accepted).count();
    assert!(accepted <= 1);
    assert!(accepted == 0 || RecordKind::peek(data).is_ok());

    if let Ok(config) = Config::parse(data)
        && let Ok(valid) = config.validate()
    {
        let mut buffer = [0; Config::MAX_LEN];
        let length = valid.emit(&mut buffer).unwrap();
        let again = Config::parse(&buffer[..length]).unwrap();
        assert!(again.validate().is_ok());
        assert!(again.grants.iter().eq(config.grants.iter()));
    }
    if let Ok(stored) = StoredConfig::parse(data) {
        let mut buffer = [0; StoredConfig::MAX_LEN];
        let length = stored.emit(&mut buffer).unwrap();
        assert!(StoredConfig::parse(&buffer[..length]).is_ok());
    }
});
