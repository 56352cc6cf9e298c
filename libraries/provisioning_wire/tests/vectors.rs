// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Golden vectors: exact bytes of every message, and bytes to be refused.

mod support;

use provisioning_wire::{
    Alert, AlertCode, Config, ConfirmP, DaemonPin, Field, Frame, FrameDecoder, FrameType, Grant,
    GrantFields, GrantOperations, Grants, Hello, HelloFlags, HelloReply, KdfParameters, Malformed,
    Network, Proof, Psk, Reason, Receipt, ReceiptAck, RecordKind, Refusal, Sealed, Server, ShareP,
    ShareV, StoredConfig, Text, emit_frame, emit_frame_with,
};
use support::{Vector, Verdict, bad, find};

fn hello_vectors() -> Vec<Vector> {
    support::read(include_str!("vectors/hello.txt"))
}

fn reply_vectors() -> Vec<Vector> {
    support::read(include_str!("vectors/hello_reply.txt"))
}

fn records() -> Vec<Vector> {
    support::read(include_str!("vectors/records.txt"))
}

fn frames() -> Vec<Vector> {
    support::read(include_str!("vectors/frames.txt"))
}

fn point(fill: u8) -> [u8; 65] {
    let mut point = [fill; 65];
    point[0] = 0x04;
    point
}

fn hello() -> Hello<'static> {
    Hello {
        versions: [2, 3].into_iter().collect(),
        suites: [1].into_iter().collect(),
        device_id: [0xd1; 16],
        salt: [0x5a; 16],
        kdf: KdfParameters {
            kdf: 1,
            memory_kib: 32_768,
            passes: 3,
            lanes: 1,
        },
        identity_key: point(0xa1),
        board: Text::new("qemu_rv32").unwrap(),
        firmware: Text::new("0.1").unwrap(),
        flags: HelloFlags(HelloFlags::FRESH | HelloFlags::BUTTON),
        attempts_left: 255,
    }
}

fn reply() -> HelloReply<'static> {
    HelloReply {
        version: 2,
        suite: 1,
        daemon_id: [0xda; 16],
        identity_key: point(0xb2),
        display_name: Text::new("Ci40").unwrap(),
    }
}

const GRANTS: [Grant; 2] = [
    Grant {
        application: 0x0001_0101,
        fields: GrantFields(GrantFields::ENDPOINT_NAME | GrantFields::BOOTSTRAP_URI),
        operations: GrantOperations(GrantOperations::TLS_PSK),
    },
    Grant {
        application: 0x0001_0102,
        fields: GrantFields(GrantFields::ALL),
        operations: GrantOperations(0),
    },
];

fn config() -> Config<'static> {
    Config {
        serial: 65_536,
        server: Server {
            security_mode: 0,
            psk: Psk::new(&[0x6b; 16]),
            identity: "sensor1",
            bootstrap_uri: "coaps://leshan.test:5684",
        },
        network: Network {
            default_route: "fe80",
            dns_server: "",
            endpoint_name: "urn:ep-1",
        },
        grants: Grants::new(&GRANTS),
    }
}

fn assert_same_config(left: &Config<'_>, right: &Config<'_>) {
    assert_eq!(left.serial, right.serial);
    assert_eq!(left.server.security_mode, right.server.security_mode);
    assert_eq!(
        left.server.psk.expose_secret(),
        right.server.psk.expose_secret()
    );
    assert_eq!(left.server.identity, right.server.identity);
    assert_eq!(left.server.bootstrap_uri, right.server.bootstrap_uri);
    assert_eq!(left.network.default_route, right.network.default_route);
    assert_eq!(left.network.dns_server, right.network.dns_server);
    assert_eq!(left.network.endpoint_name, right.network.endpoint_name);
    assert_eq!(left.grants.len(), right.grants.len());
    assert!(left.grants.iter().eq(right.grants.iter()));
}

/// The emitted bytes, after checking `buffer_len` and one byte too few.
macro_rules! emitted {
    ($value:expr) => {{
        let mut buffer = [0; 1_100];
        let length = $value.emit(&mut buffer).unwrap();
        assert_eq!(length, $value.buffer_len());
        assert!($value.emit(&mut vec![0; length - 1]).is_err());
        assert_eq!($value.emit(&mut vec![0; length]), Ok(length));
        buffer[..length].to_vec()
    }};
}

#[test]
fn hello_is_the_pinned_bytes() {
    let vectors = hello_vectors();
    let bytes = find(&vectors, Verdict::Good, "hello");
    assert_eq!(Hello::parse(bytes), Ok(hello()));
    assert_eq!(emitted!(hello()), bytes);
}

#[test]
fn hello_skips_keys_from_128_on() {
    let vectors = hello_vectors();
    let bytes = find(&vectors, Verdict::Skip, "hello with a key from 128 on");
    assert_eq!(Hello::parse(bytes), Ok(hello()));
}

#[test]
fn bad_hellos_are_refused() {
    for vector in bad(&hello_vectors(), "") {
        assert_eq!(
            Hello::parse(&vector.bytes),
            Err(Malformed),
            "{}",
            vector.name
        );
    }
}

#[test]
fn hello_reply_is_the_pinned_bytes() {
    let vectors = reply_vectors();
    let bytes = find(&vectors, Verdict::Good, "reply");
    assert_eq!(HelloReply::parse(bytes), Ok(reply()));
    assert_eq!(emitted!(reply()), bytes);
}

#[test]
fn hello_reply_skips_keys_from_128_on() {
    let vectors = reply_vectors();
    let bytes = find(&vectors, Verdict::Skip, "reply with two keys from 128 on");
    assert_eq!(HelloReply::parse(bytes), Ok(reply()));
}

#[test]
fn bad_hello_replies_are_refused() {
    for vector in bad(&reply_vectors(), "") {
        let parsed = HelloReply::parse(&vector.bytes);
        assert_eq!(parsed, Err(Malformed), "{}", vector.name);
    }
}

#[test]
fn proof_is_the_pinned_bytes() {
    let vectors = records();
    let bytes = find(&vectors, Verdict::Good, "proof");
    let proof = Proof {
        signature: [0xc3; 64],
    };
    assert_eq!(RecordKind::peek(bytes), Ok(RecordKind::Proof));
    assert_eq!(Proof::parse(bytes), Ok(proof));
    assert_eq!(emitted!(proof), bytes);
}

#[test]
fn config_is_the_pinned_bytes() {
    let vectors = records();
    let bytes = find(&vectors, Verdict::Good, "config");
    assert_eq!(RecordKind::peek(bytes), Ok(RecordKind::Config));
    let parsed = Config::parse(bytes).unwrap();
    assert_same_config(&parsed, &config());
    assert_eq!(emitted!(config()), bytes);
    // What was parsed is emitted from its encoded grants.
    assert_eq!(emitted!(parsed), bytes);
}

#[test]
fn config_skips_keys_from_128_on_in_every_map() {
    let vectors = records();
    let name = "config with keys from 128 on in every map";
    let parsed = Config::parse(find(&vectors, Verdict::Skip, name)).unwrap();
    assert_same_config(&parsed, &config());
    let good = find(&vectors, Verdict::Good, "config");
    assert_eq!(emitted!(parsed), good);
}

#[test]
fn receipts_are_the_pinned_bytes() {
    let vectors = records();
    let stored = Receipt::Stored { digest: [0xd5; 32] };
    let refused = Receipt::Refused {
        refusal: Refusal {
            field: Field::EndpointName,
            reason: Reason::Empty,
        },
        least_serial: None,
    };
    for (name, receipt) in [("receipt stored", stored), ("receipt refused", refused)] {
        let bytes = find(&vectors, Verdict::Good, name);
        assert_eq!(RecordKind::peek(bytes), Ok(RecordKind::Receipt));
        assert_eq!(Receipt::parse(bytes), Ok(receipt));
        assert_eq!(emitted!(receipt), bytes);
    }
    // A daemon that does not know the serial number skips it.
    let older = Receipt::Refused {
        refusal: Refusal {
            field: Field::Serial,
            reason: Reason::Older,
        },
        least_serial: Some(7),
    };
    let name = "receipt refused as older with more keys";
    let more = find(&vectors, Verdict::Skip, name);
    assert_eq!(Receipt::parse(more), Ok(older));
    let bytes = find(&vectors, Verdict::Good, "receipt refused as older");
    assert_eq!(Receipt::parse(bytes), Ok(older));
    assert_eq!(emitted!(older), bytes);
    let bytes = find(&vectors, Verdict::Good, "receipt ack");
    assert_eq!(RecordKind::peek(bytes), Ok(RecordKind::ReceiptAck));
    assert_eq!(ReceiptAck::parse(bytes), Ok(ReceiptAck));
    assert_eq!(emitted!(ReceiptAck), bytes);
}

#[test]
fn stored_configuration_is_the_pinned_bytes() {
    let vectors = records();
    let bytes = find(&vectors, Verdict::Good, "stored");
    let config = Config {
        serial: 7,
        server: Server {
            security_mode: 3,
            psk: Psk::new(&[]),
            identity: "",
            bootstrap_uri: "coap:",
        },
        network: Network {
            default_route: "r",
            dns_server: "d",
            endpoint_name: "e",
        },
        grants: Grants::new(&[]),
    };
    let daemon = DaemonPin {
        daemon_id: [0xda; 16],
        identity_key: point(0xb2),
    };
    let parsed = StoredConfig::parse(bytes).unwrap();
    assert_same_config(&parsed.config, &config);
    assert_eq!(parsed.daemon, daemon);
    let stored = StoredConfig {
        config: config.validate().unwrap(),
        daemon,
    };
    assert_eq!(emitted!(stored), bytes);
}

#[test]
fn bad_records_are_refused() {
    let vectors = records();
    for vector in bad(&vectors, "proof") {
        assert_eq!(
            Proof::parse(&vector.bytes),
            Err(Malformed),
            "{}",
            vector.name
        );
    }
    for vector in bad(&vectors, "config") {
        assert!(Config::parse(&vector.bytes).is_err(), "{}", vector.name);
    }
    for vector in bad(&vectors, "receipt ack") {
        let parsed = ReceiptAck::parse(&vector.bytes);
        assert_eq!(parsed, Err(Malformed), "{}", vector.name);
    }
    for vector in bad(&vectors, "receipt") {
        let parsed = Receipt::parse(&vector.bytes);
        assert_eq!(parsed, Err(Malformed), "{}", vector.name);
    }
    for vector in bad(&vectors, "stored") {
        assert!(
            StoredConfig::parse(&vector.bytes).is_err(),
            "{}",
            vector.name
        );
    }
}

#[test]
fn a_record_of_one_kind_is_no_other() {
    for vector in records().iter().filter(|v| v.verdict == Verdict::Good) {
        let accepted = [
            Proof::parse(&vector.bytes).is_ok(),
            Config::parse(&vector.bytes).is_ok(),
            Receipt::parse(&vector.bytes).is_ok(),
            ReceiptAck::parse(&vector.bytes).is_ok(),
            StoredConfig::parse(&vector.bytes).is_ok(),
        ];
        let count = accepted.iter().filter(|accepted| **accepted).count();
        assert_eq!(count, 1, "{}", vector.name);
    }
}

#[test]
fn frames_are_the_pinned_bytes() {
    let vectors = frames();
    let good = |name| find(&vectors, Verdict::Good, name);
    let mut buffer = [0; 128];

    for (name, kind) in [
        ("identify on", FrameType::IdentifyOn),
        ("identify off", FrameType::IdentifyOff),
        ("keep alive", FrameType::KeepAlive),
    ] {
        let length = emit_frame(kind, &[], &mut buffer).unwrap();
        assert_eq!(&buffer[..length], good(name));
    }

    let share_p = ShareP { x: point(0x77) };
    let length = emit_frame_with(FrameType::ShareP, &mut buffer, |b| share_p.emit(b)).unwrap();
    assert_eq!(&buffer[..length], good("share P"));
    let frame = Frame::parse(&buffer[..length]).unwrap();
    assert_eq!(ShareP::parse(frame.payload()), Ok(share_p));

    let share_v = ShareV {
        y: point(0x88),
        confirm: [0x99; 32],
    };
    let length = emit_frame_with(FrameType::ShareV, &mut buffer, |b| share_v.emit(b)).unwrap();
    assert_eq!(&buffer[..length], good("share V"));
    let frame = Frame::parse(&buffer[..length]).unwrap();
    assert_eq!(ShareV::parse(frame.payload()), Ok(share_v));

    let confirm = ConfirmP {
        confirm: [0x99; 32],
    };
    let length = emit_frame_with(FrameType::ConfirmP, &mut buffer, |b| confirm.emit(b)).unwrap();
    assert_eq!(&buffer[..length], good("confirm P"));
    let frame = Frame::parse(&buffer[..length]).unwrap();
    assert_eq!(ConfirmP::parse(frame.payload()), Ok(confirm));

    let sealed = Sealed {
        sequence: 0x0102_0304,
        ciphertext: &[0xaa, 0xbb, 0xcc],
        tag: [0xee; 16],
    };
    let length = emit_frame_with(FrameType::Sealed, &mut buffer, |b| sealed.emit(b)).unwrap();
    assert_eq!(&buffer[..length], good("sealed"));
    let frame = Frame::parse(&buffer[..length]).unwrap();
    assert_eq!(frame.header(), [0x28, 0, 23]);
    assert_eq!(Sealed::parse(frame.payload()), Ok(sealed));

    for (name, code, text) in [
        ("alert", AlertCode::ConfirmationFailed, "wrong"),
        ("alert without text", AlertCode::Timeout, ""),
    ] {
        let text = Text::new(text).unwrap();
        let alert = Alert { code, text };
        let length = emit_frame(FrameType::Alert, &emitted!(alert), &mut buffer).unwrap();
        assert_eq!(&buffer[..length], good(name));
        let frame = Frame::parse(&buffer[..length]).unwrap();
        assert_eq!(Alert::parse(frame.payload()), Ok(alert));
    }
}

#[test]
fn bad_frames_are_refused_whole_and_by_the_byte() {
    for vector in bad(&frames(), "") {
        assert_eq!(
            Frame::parse(&vector.bytes),
            Err(Malformed),
            "{}",
            vector.name
        );
        let refused = refused_at(&vector.bytes);
        assert_eq!(refused, Some(2), "{}", vector.name);
    }
}

/// Index of the byte at which a decoder refuses the stream.
fn refused_at(bytes: &[u8]) -> Option<usize> {
    let mut decoder = FrameDecoder::new();
    bytes
        .iter()
        .position(|byte| decoder.feed(std::slice::from_ref(byte)).is_err())
}
