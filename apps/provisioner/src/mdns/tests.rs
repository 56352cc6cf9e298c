// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Queries and answers, byte by byte.

extern crate std;

use std::vec::Vec;

use super::*;

const HOST: &str = "myCi40";

fn name(labels: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in labels {
        bytes.push(label.len() as u8);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

fn record(name: &[u8], type_: u16, class: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = name.to_vec();
    bytes.extend_from_slice(&type_.to_be_bytes());
    bytes.extend_from_slice(&class.to_be_bytes());
    bytes.extend_from_slice(&120u32.to_be_bytes());
    bytes.extend_from_slice(&(data.len() as u16).to_be_bytes());
    bytes.extend_from_slice(data);
    bytes
}

fn answer(answers: &[Vec<u8>], additional: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = [0, 0, 0x84, 0, 0, 0].to_vec();
    bytes.extend_from_slice(&(answers.len() as u16).to_be_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes.extend_from_slice(&(additional.len() as u16).to_be_bytes());
    bytes.extend(answers.concat());
    bytes.extend(additional.concat());
    bytes
}

fn srv(port: u16, target: &[u8]) -> Vec<u8> {
    let mut data = [0; 4].to_vec();
    data.extend_from_slice(&port.to_be_bytes());
    data.extend_from_slice(target);
    record(
        &name(&["bench", "_provision", "_tcp", "local"]),
        33,
        0x8001,
        &data,
    )
}

const LINK_LOCAL: [u8; 16] = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

fn found(answer: &[u8]) -> Vec<Place> {
    let mut places_found = Vec::new();
    places(answer, HOST, 49_300, |place| places_found.push(place));
    places_found
}

fn at(port: u16) -> Place {
    Place {
        address: IpAddress::Ipv6(Ipv6Address::from(LINK_LOCAL)),
        port,
    }
}

#[test]
fn the_query_asks_for_service_and_host() {
    let mut buffer = [0; MAX_QUERY_LEN];
    let len = query(HOST, &mut buffer).unwrap();
    let mut expected = [0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0].to_vec();
    expected.extend(name(&["_provision", "_tcp", "local"]));
    expected.extend([0, 12, 0, 1]);
    expected.extend(name(&["myCi40", "local"]));
    expected.extend([0, 28, 0, 1]);
    expected.extend(name(&["myCi40", "local"]));
    expected.extend([0, 1, 0, 1]);
    assert_eq!(buffer[..len], expected[..]);
}

#[test]
fn a_host_name_that_is_no_label_is_not_asked_for() {
    let mut buffer = [0; MAX_QUERY_LEN];
    let long = "x".repeat(64);
    for host in ["", long.as_str()] {
        assert_eq!(query(host, &mut buffer), None);
    }
}

#[test]
fn a_service_is_found_with_its_port() {
    let target = name(&["bench-host", "local"]);
    let bytes = answer(
        &[srv(5000, &target)],
        &[record(&target, 28, 0x8001, &LINK_LOCAL)],
    );
    assert_eq!(found(&bytes), [at(5000)]);
}

#[test]
fn a_host_is_found_with_the_usual_port() {
    let bytes = answer(
        &[record(&name(&["MYCI40", "local"]), 28, 0x8001, &LINK_LOCAL)],
        &[],
    );
    assert_eq!(found(&bytes), [at(49_300)]);
}

#[test]
fn an_ipv4_address_is_found_as_well() {
    let bytes = answer(
        &[record(&name(&["myCi40", "local"]), 1, 1, &[192, 0, 2, 7])],
        &[],
    );
    assert_eq!(
        found(&bytes),
        [Place {
            address: IpAddress::v4(192, 0, 2, 7),
            port: 49_300
        }]
    );
}

#[test]
fn compressed_names_are_followed() {
    // The host's name stands at offset 12; the second record points to it.
    let host = name(&["myCi40", "local"]);
    let bytes = answer(
        &[
            record(&host, 16, 1, b"\0"),
            record(&[0xc0, 12], 28, 0x8001, &LINK_LOCAL),
        ],
        &[],
    );
    assert_eq!(found(&bytes), [at(49_300)]);
}

#[test]
fn other_names_other_services_and_queries_are_passed_over() {
    let target = name(&["bench-host", "local"]);
    let mut other_service = srv(5000, &target);
    other_service[7] = b'X';
    let stranger = record(&target, 28, 1, &LINK_LOCAL);
    assert_eq!(found(&answer(&[other_service], &[stranger])), []);
    let mut query = answer(
        &[record(&name(&["myCi40", "local"]), 28, 1, &LINK_LOCAL)],
        &[],
    );
    query[2] = 0;
    assert_eq!(found(&query), []);
}

#[test]
fn a_pointer_to_itself_ends_the_parsing() {
    let bytes = answer(&[record(&[0xc0, 12], 28, 1, &LINK_LOCAL)], &[]);
    assert_eq!(found(&bytes), []);
}

#[test]
fn no_cut_and_no_flipped_bit_is_a_panic() {
    let target = name(&["bench-host", "local"]);
    let bytes = answer(
        &[srv(5000, &target)],
        &[record(&target, 28, 0x8001, &LINK_LOCAL)],
    );
    for len in 0..bytes.len() {
        assert!(found(&bytes[..len]).is_empty());
    }
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(found(&changed).len() <= 2);
    }
}
