// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! The corpus of the fuzzer, as it is and with bytes changed.

use std::path::Path;

use provisioner::mdns::places;

const ROUNDS: u32 = 20_000;

fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/mdns");
    let mut answers: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    answers.sort();
    answers
}

fn found(answer: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    places(answer, "myCi40", 49_300, |place| {
        assert!(place.address.is_unicast());
        assert_ne!(place.port, 0);
        found.push(place.to_string());
    });
    found
}

#[test]
fn each_answer_names_what_it_is_named_after() {
    for (name, answer) in corpus() {
        let expected: &[&str] = match name.as_str() {
            "host" => &["[fe80::1]:49300", "192.0.2.7:49300"],
            "service" => &["[fe80::1]:5000"],
            "compressed" | "more_records_than_bytes" | "with_question" => &["[fe80::1]:49300"],
            "length_beyond_the_end"
            | "multicast_address"
            | "pointer_to_itself"
            | "pointers_to_each_other"
            | "port_0"
            | "query" => &[],
            other => panic!("{other}: what does it name?"),
        };
        assert_eq!(found(&answer), expected, "{name}");
    }
}

#[test]
fn no_changed_byte_is_a_panic_or_makes_places_up() {
    // Marsaglia, "Xorshift RNGs" (2003), the 32-bit generator.
    let mut state = 0x2545_f491u32;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as usize % below
    };
    let corpus = corpus();
    for _ in 0..ROUNDS {
        let mut answer = corpus[random(corpus.len())].1.clone();
        for _ in 0..=random(4) {
            let at = random(answer.len());
            answer[at] = random(256) as u8;
        }
        answer.truncate(answer.len() - random(answer.len()) / 4);
        // Two addresses at most, each of the host's and of a service.
        assert!(found(&answer).len() <= 4, "{answer:x?}");
    }
}
