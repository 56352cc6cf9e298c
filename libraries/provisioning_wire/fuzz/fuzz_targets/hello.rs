// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! HELLO and HELLO REPLY: what parses must survive emitting.

#![no_main]

use libfuzzer_sys::fuzz_target;
use provisioning_wire::{Hello, HelloReply};

fuzz_target!(|data: &[u8]| {
    if let Ok(hello) = Hello::parse(data) {
        let mut buffer = [0; Hello::MAX_LEN];
        let length = hello.emit(&mut buffer).unwrap();
        assert_eq!(length, hello.buffer_len());
        assert_eq!(Hello::parse(&buffer[..length]), Ok(hello));
    }
    if let Ok(reply) = HelloReply::parse(data) {
        let mut buffer = [0; HelloReply::MAX_LEN];
        let length = reply.emit(&mut buffer).unwrap();
        assert_eq!(length, reply.buffer_len());
        assert_eq!(HelloReply::parse(&buffer[..length]), Ok(reply));
    }
});
