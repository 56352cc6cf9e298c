// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Whatever comes as an answer, a place that it names can be connected to.

#![no_main]

use libfuzzer_sys::fuzz_target;
use provisioner::mdns::places;

const HOST: &str = "myCi40";

fuzz_target!(|answer: &[u8]| {
    let mut count = 0;
    places(answer, HOST, 49_300, |place| {
        assert!(place.address.is_unicast());
        assert_ne!(place.port, 0);
        // Text for a person.
        assert!(place.to_string().len() <= 64);
        count += 1;
    });
    // Each record of an address, with each of a service, and once for the host.
    let most = answer.len() / 11 + 1;
    assert!(count <= most * most);
});
