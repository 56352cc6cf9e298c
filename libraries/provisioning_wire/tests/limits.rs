// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Every limit at one below, at, and one above.

use proptest::prelude::*;
use provisioning_wire::limits::*;
use provisioning_wire::{
    Alert, AlertCode, Config, DaemonPin, Field, FrameDecoder, FrameType, Grant, GrantFields,
    GrantOperations, Grants, Hello, HelloFlags, HelloReply, KdfParameters, Malformed, Network, Psk,
    Reason, Refusal, Server, StoredConfig, Text, TooLong, emit_frame,
};

/// Owner of a configuration whose fields a test changes one by one.
#[derive(Clone)]
struct Owned {
    security_mode: u8,
    psk: Vec<u8>,
    identity: String,
    bootstrap_uri: String,
    default_route: String,
    dns_server: String,
    endpoint_name: String,
    grants: Vec<Grant>,
}

impl Owned {
    fn small() -> Self {
        Owned {
            security_mode: 0,
            psk: vec![1],
            identity: "i".into(),
            bootstrap_uri: "u".into(),
            default_route: "r".into(),
            dns_server: String::new(),
            endpoint_name: "e".into(),
            grants: Vec::new(),
        }
    }

    fn largest() -> Self {
        Owned {
            security_mode: 0,
            psk: vec![0xff; MAX_PSK_LEN],
            identity: "i".repeat(MAX_IDENTITY_LEN),
            bootstrap_uri: "u".repeat(MAX_BOOTSTRAP_URI_LEN),
            default_route: "r".repeat(MAX_DEFAULT_ROUTE_LEN),
            dns_server: "d".repeat(MAX_DNS_SERVER_LEN),
            endpoint_name: "e".repeat(MAX_ENDPOINT_NAME_LEN),
            grants: grants(MAX_GRANTS),
        }
    }

    fn config(&self) -> Config<'_> {
        Config {
            serial: u32::MAX,
            server: Server {
                security_mode: self.security_mode,
                psk: Psk::new(&self.psk),
                identity: &self.identity,
                bootstrap_uri: &self.bootstrap_uri,
            },
            network: Network {
                default_route: &self.default_route,
                dns_server: &self.dns_server,
                endpoint_name: &self.endpoint_name,
            },
            grants: Grants::new(&self.grants),
        }
    }

    /// The judgement on the configuration as the device sees it.
    fn judge(&self) -> Result<(), Refusal> {
        let mut buffer = [0; 2_048];
        let length = self.config().emit(&mut buffer).unwrap();
        let parsed = Config::parse(&buffer[..length]).unwrap();
        let judgement = parsed.validate().map(drop);
        assert_eq!(judgement, self.config().validate().map(drop));
        judgement
    }
}

fn grants(count: usize) -> Vec<Grant> {
    (0..count)
        .map(|index| Grant {
            application: u32::MAX - index as u32,
            fields: GrantFields(GrantFields::ALL),
            operations: GrantOperations(GrantOperations::ALL),
        })
        .collect()
}

fn refused(field: Field, reason: Reason) -> Result<(), Refusal> {
    Err(Refusal { field, reason })
}

type SetLength = fn(&mut Owned, usize);

/// Every field with a length, its limit, and whether it may be empty.
const FIELDS: [(Field, usize, bool, SetLength); 7] = [
    (Field::Psk, MAX_PSK_LEN, false, |c, n| c.psk = vec![7; n]),
    (Field::Identity, MAX_IDENTITY_LEN, false, |c, n| {
        c.identity = "x".repeat(n);
    }),
    (Field::BootstrapUri, MAX_BOOTSTRAP_URI_LEN, false, |c, n| {
        c.bootstrap_uri = "x".repeat(n);
    }),
    (Field::DefaultRoute, MAX_DEFAULT_ROUTE_LEN, false, |c, n| {
        c.default_route = "x".repeat(n);
    }),
    (Field::DnsServer, MAX_DNS_SERVER_LEN, true, |c, n| {
        c.dns_server = "x".repeat(n);
    }),
    (Field::EndpointName, MAX_ENDPOINT_NAME_LEN, false, |c, n| {
        c.endpoint_name = "x".repeat(n);
    }),
    (Field::Grants, MAX_GRANTS, true, |c, n| c.grants = grants(n)),
];

#[test]
fn configuration_fields_are_judged_at_their_limits() {
    for (field, limit, may_be_empty, set_length) in FIELDS {
        let judge = |length| {
            let mut config = Owned::small();
            set_length(&mut config, length);
            config.judge()
        };
        assert_eq!(judge(limit - 1), Ok(()), "{field}");
        assert_eq!(judge(limit), Ok(()), "{field}");
        assert_eq!(judge(limit + 1), refused(field, Reason::TooLong), "{field}");
        let empty = if may_be_empty {
            Ok(())
        } else {
            refused(field, Reason::Empty)
        };
        assert_eq!(judge(0), empty, "{field}");
        assert_eq!(judge(1), Ok(()), "{field}");
    }
}

#[test]
fn limits_count_bytes_not_characters() {
    let mut config = Owned::small();
    config.endpoint_name = "é".repeat(MAX_ENDPOINT_NAME_LEN / 2);
    assert_eq!(config.judge(), Ok(()));
    config.endpoint_name.push('x');
    let too_long = refused(Field::EndpointName, Reason::TooLong);
    assert_eq!(config.judge(), too_long);
}

#[test]
fn security_modes_are_psk_and_none_only() {
    for mode in 0..=u8::MAX {
        let mut config = Owned::small();
        config.security_mode = mode;
        let expected = match mode {
            0 | 3 => Ok(()),
            _ => refused(Field::SecurityMode, Reason::NotValid),
        };
        assert_eq!(config.judge(), expected, "{mode}");
    }
}

#[test]
fn without_security_the_credential_may_be_missing() {
    let mut config = Owned::small();
    config.psk.clear();
    config.identity.clear();
    assert_eq!(config.judge(), refused(Field::Psk, Reason::Empty));
    config.security_mode = 3;
    assert_eq!(config.judge(), Ok(()));
}

#[test]
fn the_first_field_at_fault_is_named() {
    let mut config = Owned::small();
    config.default_route.clear();
    config.endpoint_name.clear();
    config.bootstrap_uri.clear();
    assert_eq!(config.judge(), refused(Field::BootstrapUri, Reason::Empty));
}

#[test]
fn grants_to_nobody_twice_or_of_unknown_things_are_refused() {
    let not_valid = refused(Field::Grants, Reason::NotValid);
    let judge = |change: fn(&mut Vec<Grant>)| {
        let mut config = Owned::small();
        config.grants = grants(3);
        change(&mut config.grants);
        config.judge()
    };
    assert_eq!(judge(|_| ()), Ok(()));
    assert_eq!(judge(|grants| grants[1].application = 0), not_valid);
    assert_eq!(judge(|grants| grants[2] = grants[0]), not_valid);
    assert_eq!(judge(|grants| grants[0].fields.0 |= 1 << 6), not_valid);
    assert_eq!(judge(|grants| grants[0].operations.0 |= 1 << 2), not_valid);
}

#[test]
fn the_largest_configuration_has_the_computed_length() {
    // Whatever numbers are in it, even those that no device takes.
    let mut largest = Owned::largest();
    largest.security_mode = u8::MAX;
    for grant in &mut largest.grants {
        grant.fields.0 = u32::MAX;
        grant.operations.0 = u32::MAX;
    }
    assert_eq!(largest.config().buffer_len(), Config::MAX_LEN);

    let largest = Owned::largest();
    assert_eq!(largest.judge(), Ok(()));
    let stored = StoredConfig {
        config: largest.config().validate().unwrap(),
        daemon: DaemonPin {
            daemon_id: [1; ID_LEN],
            identity_key: [4; POINT_LEN],
        },
    };
    let mut buffer = [0; StoredConfig::MAX_LEN];
    let length = stored.emit(&mut buffer).unwrap();
    let parsed = StoredConfig::parse(&buffer[..length]).unwrap();
    assert_eq!(parsed.config.network.endpoint_name, largest.endpoint_name);
}

#[test]
fn the_largest_hello_and_reply_have_the_computed_length() {
    let hello = Hello {
        versions: [255; MAX_VERSIONS].into_iter().collect(),
        suites: [255; MAX_SUITES].into_iter().collect(),
        device_id: [1; ID_LEN],
        salt: [2; SALT_LEN],
        kdf: KdfParameters {
            kdf: 255,
            memory_kib: u32::MAX,
            passes: u32::MAX,
            lanes: u32::MAX,
        },
        identity_key: [4; POINT_LEN],
        board: Text::new("12345678901234567890123456789012").unwrap(),
        firmware: Text::new("12345678901234567890123456789012").unwrap(),
        flags: HelloFlags(255),
        attempts_left: 255,
    };
    assert_eq!(hello.buffer_len(), Hello::MAX_LEN);
    let name = "n".repeat(MAX_DISPLAY_NAME_LEN);
    let reply = HelloReply {
        version: 255,
        suite: 255,
        daemon_id: [1; ID_LEN],
        identity_key: [4; POINT_LEN],
        display_name: Text::new(&name).unwrap(),
    };
    assert_eq!(reply.buffer_len(), HelloReply::MAX_LEN);
}

#[test]
fn alert_text_is_cut_between_characters() {
    let text = "ä".repeat(40);
    assert_eq!(Text::<64>::new(&text), Err(TooLong));
    let cut = Text::<64>::truncated(&text);
    assert_eq!(cut.as_str(), "ä".repeat(32));
    assert_eq!(Text::<63>::truncated(&text).as_str(), "ä".repeat(31));
    let alert = Alert {
        code: AlertCode::Internal,
        text: cut,
    };
    assert_eq!(alert.buffer_len(), Alert::MAX_LEN);
}

#[test]
fn alert_codes_survive_the_wire() {
    let mut named = 0;
    for byte in 0..=u8::MAX {
        let code = AlertCode::from_wire(byte);
        assert_eq!(code.to_wire(), byte);
        named += u32::from(!matches!(code, AlertCode::Other(_)));
        let parsed = Alert::parse(&[byte]).map(|alert| alert.code);
        // 0 is no code.
        assert_eq!(parsed, if byte == 0 { Err(Malformed) } else { Ok(code) });
    }
    assert_eq!(named, 16);
}

#[test]
fn frames_hold_at_most_1024_bytes() {
    let payload = [0; MAX_PAYLOAD_LEN + 1];
    let mut buffer = [0; MAX_FRAME_LEN + 1];
    for length in [MAX_PAYLOAD_LEN - 1, MAX_PAYLOAD_LEN] {
        let emitted = emit_frame(FrameType::Sealed, &payload[..length], &mut buffer);
        assert_eq!(emitted, Ok(length + FRAME_HEADER_LEN));
        let mut decoder = FrameDecoder::new();
        let (_, frame) = decoder.feed(&buffer[..length + 3]).unwrap();
        assert_eq!(frame.unwrap().payload().len(), length);
    }
    assert!(emit_frame(FrameType::Sealed, &payload, &mut buffer).is_err());
    let mut decoder = FrameDecoder::new();
    assert_eq!(decoder.feed(&[0x28, 0x04, 0x01]), Err(Malformed));
    // Broken for good, until told that the stream is a new one.
    assert_eq!(decoder.feed(&[3, 0, 0]), Err(Malformed));
    decoder.reset();
    assert!(decoder.feed(&[3, 0, 0]).unwrap().1.is_some());
}

#[test]
fn kdf_parameters_are_bounded() {
    let check = |memory_kib, passes, lanes| {
        let kdf = KDF_ARGON2ID;
        let parameters = KdfParameters {
            kdf,
            memory_kib,
            passes,
            lanes,
        };
        parameters.check_bounds().is_ok()
    };
    for (memory, passes, lanes, ok) in [
        (7, 1, 1, false),
        (8, 1, 1, true),
        (9, 1, 1, true),
        (15, 1, 2, false),
        (16, 1, 2, true),
        (65_535, 1, 1, true),
        (65_536, 1, 1, true),
        (65_537, 1, 1, false),
        (32, 0, 1, false),
        (32, 15, 1, true),
        (32, 16, 1, true),
        (32, 17, 1, false),
        (32, 1, 0, false),
        (32, 1, 3, true),
        (32, 1, 4, true),
        (64, 1, 5, false),
        (65_536, 4, 1, true),
        (65_536, 5, 1, false),
        (16_384, 16, 1, true),
        (16_385, 16, 1, false),
        (u32::MAX, u32::MAX, u32::MAX, false),
    ] {
        assert_eq!(
            check(memory, passes, lanes),
            ok,
            "{memory} {passes} {lanes}"
        );
    }
    let other_kdf = KdfParameters {
        kdf: 2,
        memory_kib: 32_768,
        passes: 3,
        lanes: 1,
    };
    assert!(other_kdf.check_bounds().is_err());
}

#[test]
fn a_psk_is_not_printed() {
    let mut config = Owned::small();
    config.psk = b"sesame-sesame".to_vec();
    let printed = format!("{:?}", config.config());
    assert!(printed.contains("Psk(..)"), "{printed}");
    assert!(!printed.contains("sesame"), "{printed}");
    assert!(!printed.contains("115"), "{printed}");
}

proptest! {
    #[test]
    fn any_configuration_survives_the_wire(
        serial: u32,
        security_mode: u8,
        psk in proptest::collection::vec(any::<u8>(), 0..80),
        texts in proptest::array::uniform5("\\PC{0,40}"),
        grants in proptest::collection::vec((any::<u32>(), any::<u32>(), any::<u32>()), 0..12),
    ) {
        let grants: Vec<Grant> = grants
            .into_iter()
            .map(|(application, fields, operations)| Grant {
                application,
                fields: GrantFields(fields),
                operations: GrantOperations(operations),
            })
            .collect();
        let [identity, bootstrap_uri, default_route, dns_server, endpoint_name] = texts;
        let owned = Owned {
            security_mode, psk, identity, bootstrap_uri, default_route, dns_server,
            endpoint_name, grants,
        };
        let config = Config { serial, ..owned.config() };
        let mut buffer = [0; 2_048];
        let length = config.emit(&mut buffer).unwrap();
        prop_assert_eq!(length, config.buffer_len());
        let parsed = Config::parse(&buffer[..length]).unwrap();
        prop_assert_eq!(parsed.serial, serial);
        prop_assert!(parsed.grants.iter().eq(owned.grants.iter().copied()));
        let mut again = [0; 2_048];
        let length_again = parsed.emit(&mut again).unwrap();
        prop_assert_eq!(&again[..length_again], &buffer[..length]);
        // Cut anywhere, it is no configuration any more.
        for cut in 0..length {
            prop_assert!(Config::parse(&buffer[..cut]).is_err());
        }
    }
}
