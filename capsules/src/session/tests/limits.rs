// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! Every field of the configuration at its limits, from the daemon's end of a
//! conversation to the flash of a board that was switched off and on again.

use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use provisioning_session::daemon::Progress as DaemonProgress;
use provisioning_wire::limits::{
    MAX_BOOTSTRAP_URI_LEN, MAX_DEFAULT_ROUTE_LEN, MAX_DNS_SERVER_LEN, MAX_ENDPOINT_NAME_LEN,
    MAX_GRANTS, MAX_IDENTITY_LEN, MAX_PSK_LEN,
};
use provisioning_wire::{
    Config, Field, Grant, GrantFields, GrantOperations, Grants, Network, Psk, Reason, Refusal,
    Server,
};

use super::{Board, Told};
use crate::test::{Daemon, Pages, minted, on_a_board};

/// A configuration whose fields are changed one by one.
#[derive(Clone, Debug, PartialEq)]
struct Fields {
    security_mode: u8,
    psk: Vec<u8>,
    identity: String,
    bootstrap_uri: String,
    default_route: String,
    dns_server: String,
    endpoint_name: String,
    grants: usize,
}

impl Fields {
    /// All as long as they may be, or as short.
    fn new(lengths: impl Fn(&Limit) -> usize) -> Self {
        let mut fields = Self {
            security_mode: 0,
            psk: Vec::new(),
            identity: String::new(),
            bootstrap_uri: String::new(),
            default_route: String::new(),
            dns_server: String::new(),
            endpoint_name: String::new(),
            grants: 0,
        };
        for limit in &LIMITS {
            (limit.set)(&mut fields, lengths(limit));
        }
        fields
    }

    fn grants(&self) -> Vec<Grant> {
        (1..=self.grants as u32)
            .map(|application| Grant {
                application,
                fields: GrantFields(GrantFields::ALL),
                operations: GrantOperations(GrantOperations::ALL),
            })
            .collect()
    }

    fn config<'a>(&'a self, grants: &'a [Grant]) -> Config<'a> {
        Config {
            serial: 7,
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
            grants: Grants::new(grants),
        }
    }

    fn of(config: &Config<'_>) -> Self {
        Self {
            security_mode: config.server.security_mode,
            psk: config.server.psk.expose_secret().into(),
            identity: config.server.identity.to_string(),
            bootstrap_uri: config.server.bootstrap_uri.to_string(),
            default_route: config.network.default_route.to_string(),
            dns_server: config.network.dns_server.to_string(),
            endpoint_name: config.network.endpoint_name.to_string(),
            grants: config.grants.len(),
        }
    }
}

struct Limit {
    field: Field,
    shortest: usize,
    longest: usize,
    set: fn(&mut Fields, usize),
}

/// The limits of docs/reference/Protocol.md.
const LIMITS: [Limit; 7] = [
    Limit {
        field: Field::Psk,
        shortest: 1,
        longest: MAX_PSK_LEN,
        set: |fields, len| fields.psk = vec![0xa5; len],
    },
    Limit {
        field: Field::Identity,
        shortest: 1,
        longest: MAX_IDENTITY_LEN,
        set: |fields, len| fields.identity = "i".repeat(len),
    },
    Limit {
        field: Field::BootstrapUri,
        shortest: 1,
        longest: MAX_BOOTSTRAP_URI_LEN,
        set: |fields, len| fields.bootstrap_uri = "u".repeat(len),
    },
    Limit {
        field: Field::DefaultRoute,
        shortest: 1,
        longest: MAX_DEFAULT_ROUTE_LEN,
        set: |fields, len| fields.default_route = "r".repeat(len),
    },
    Limit {
        field: Field::DnsServer,
        shortest: 0,
        longest: MAX_DNS_SERVER_LEN,
        set: |fields, len| fields.dns_server = "d".repeat(len),
    },
    Limit {
        field: Field::EndpointName,
        shortest: 1,
        longest: MAX_ENDPOINT_NAME_LEN,
        set: |fields, len| fields.endpoint_name = "e".repeat(len),
    },
    Limit {
        field: Field::Grants,
        shortest: 0,
        longest: MAX_GRANTS,
        set: |fields, len| fields.grants = len,
    },
];

/// What became of a configuration.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// It is in force after a restart.
    Stored(Fields),
    /// The daemon and the supervisor were told so, and nothing was written.
    Refused(Refusal),
}

/// Provisions a new board with these.
fn provision(fields: &Fields) -> Outcome {
    let talked: Result<Pages, Refusal> = on_a_board(|| {
        let board = Board::new(minted());
        let mut daemon = Daemon::new(true);
        board.open();
        let grants = fields.grants();
        board.talk_of(&mut daemon, &fields.config(&grants), |_| true);
        match daemon.progress() {
            DaemonProgress::Stored { .. } => {
                assert_eq!(
                    board.outcome(),
                    [Told::Committed, Told::Acknowledged, Told::Ended]
                );
                Ok(board.flash.content())
            }
            DaemonProgress::Refused { refusal, .. } => {
                assert_eq!(board.outcome(), [Told::Refused(refusal), Told::Ended]);
                // The journal counted the attempt; both slots are as they were.
                let erased = |page: &[u8]| page.iter().all(|byte| *byte == 0xff);
                assert!(board.flash.content()[1..=2].iter().all(|page| erased(page)));
                Err(refusal)
            }
            other => panic!("{other:?}"),
        }
    });
    match talked {
        Err(refusal) => Outcome::Refused(refusal),
        Ok(pages) => on_a_board(|| {
            let board = Board::new(pages);
            let stored = board
                .key_store
                .with_configuration(|stored| Fields::of(stored.config.config()));
            Outcome::Stored(stored.expect("nothing is in force"))
        }),
    }
}

fn refused(field: Field, reason: Reason) -> Outcome {
    Outcome::Refused(Refusal { field, reason })
}

#[test]
fn fields_at_and_just_within_their_limits_are_stored() {
    for within in [0, 1] {
        for fields in [
            Fields::new(|limit| limit.longest - within),
            Fields::new(|limit| limit.shortest + within),
        ] {
            assert_eq!(provision(&fields), Outcome::Stored(fields));
        }
    }
}

#[test]
fn a_field_past_its_limit_is_refused_by_its_name() {
    for limit in &LIMITS {
        let mut fields = Fields::new(|limit| limit.shortest);
        (limit.set)(&mut fields, limit.longest + 1);
        assert_eq!(provision(&fields), refused(limit.field, Reason::TooLong));
        if limit.shortest > 0 {
            (limit.set)(&mut fields, limit.shortest - 1);
            assert_eq!(provision(&fields), refused(limit.field, Reason::Empty));
        }
    }
}

#[test]
fn security_modes_other_than_psk_and_none_are_refused() {
    for (mode, taken) in [(0, true), (1, false), (2, false), (3, true), (4, false)] {
        let fields = Fields {
            security_mode: mode,
            ..Fields::new(|limit| limit.shortest)
        };
        let expected = match taken {
            true => Outcome::Stored(fields.clone()),
            false => refused(Field::SecurityMode, Reason::NotValid),
        };
        assert_eq!(provision(&fields), expected, "mode {mode}");
    }
}

#[test]
fn without_security_there_may_be_no_credential() {
    let mut fields = Fields::new(|limit| limit.shortest);
    fields.security_mode = 3;
    fields.psk.clear();
    fields.identity.clear();
    assert_eq!(provision(&fields), Outcome::Stored(fields));
}
