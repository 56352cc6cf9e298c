// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A bench: a daemon without a network, and devices that run the real
//! device-side session.

pub mod device;
pub mod link;

use std::fs;
use std::sync::{Arc, Mutex};

use provisiond::connection;
use provisiond::conversation::Context;
use provisiond::credentials::Generated;
use provisiond::event::{Event, Sink};
use provisiond::inventory::Inventory;
use provisiond::issuer::{Clock, Issuer};
use provisiond::keys::Keys;
use provisiond::mint::Minted;
use provisiond::registry::Registry;
use provisiond::settings::Settings;
use provisiond::state::State;
use provisioning_wire::{
    Grant, GrantFields, GrantOperations, KdfParameters, SecurityMode, limits::KDF_ARGON2ID,
};
use tempfile::TempDir;
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;

/// Cheap parameters: the tests are not about the work factor.
pub const PARAMETERS: KdfParameters = KdfParameters {
    kdf: KDF_ARGON2ID,
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

/// Time by which serials start.
pub const NOW: u64 = 1_000;

/// What was told, in order.
#[derive(Clone, Default)]
pub struct Recorded(Arc<Mutex<Vec<Event>>>);

impl Sink for Recorded {
    fn emit(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

impl Recorded {
    pub fn all(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    /// Forgets what was told so far.
    #[allow(dead_code, reason = "the fuzzer uses it")]
    pub fn forget(&self) {
        self.0.lock().unwrap().clear();
    }

    /// The events' names, as JSON has them.
    pub fn names(&self) -> Vec<String> {
        let name = |event: &Event| {
            let json = serde_json::to_value(event).unwrap();
            json["event"].as_str().unwrap().to_owned()
        };
        self.all().iter().map(name).collect()
    }

    /// The reason of the one failure.
    pub fn failure(&self) -> String {
        let mut reasons = self.all().into_iter().filter_map(|event| match event {
            Event::Failed { reason, .. } => Some(reason),
            _ => None,
        });
        let reason = reasons.next().expect("a failure");
        assert_eq!(reasons.next(), None, "told once");
        reason
    }
}

pub struct Bench {
    pub directory: TempDir,
    pub context: Arc<Context>,
    pub registry: Arc<Registry>,
    pub events: Recorded,
}

pub fn settings() -> Settings {
    Settings {
        security_mode: SecurityMode::Psk,
        bootstrap_uri: "coaps://leshan.test:5684".into(),
        default_route: "fe80::1".into(),
        dns_server: String::new(),
        endpoint: "ep-{i}-{n}".parse().unwrap(),
        grants: vec![Grant {
            application: 0x0001_0101,
            fields: GrantFields(GrantFields::ENDPOINT_NAME),
            operations: GrantOperations(GrantOperations::TLS_PSK),
        }],
        allow_invalid: false,
    }
}

impl Bench {
    pub fn new() -> Self {
        Self::with(settings())
    }

    pub fn with(settings: Settings) -> Self {
        Self::at(settings, || NOW)
    }

    /// One whose clock is another.
    pub fn at(settings: Settings, clock: Clock) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let codes = directory.path().join("codes.csv");
        fs::write(&codes, "").unwrap();
        let state = Arc::new(State::open(&directory.path().join("state")).unwrap());
        let credentials = Box::new(Generated::new("id-{id}"));
        let events = Recorded::default();
        let context = Arc::new(Context {
            display_name: "bench".into(),
            issuer: Issuer::new(settings, credentials, state.clone(), clock).unwrap(),
            state,
            keys: Keys::new(Arc::new(Inventory::open(&codes).unwrap())),
            events: Box::new(events.clone()),
            #[cfg(feature = "key-log")]
            key_log: None,
        });
        Bench {
            directory,
            context,
            registry: Arc::new(Registry::default()),
            events,
        }
    }

    /// A new device, in the inventory.
    pub fn mint(&self) -> Minted {
        let minted = Minted::new(&PARAMETERS).unwrap();
        minted.write(self.directory.path(), None).unwrap();
        minted
    }

    /// The device's end of a connection that the daemon serves.
    pub fn connect(&self) -> (DuplexStream, JoinHandle<()>) {
        let (ours, theirs) = tokio::io::duplex(4_096);
        let peer = "test".to_owned();
        let (registration, commands) = self.registry.enter(peer.clone(), None).unwrap();
        let context = self.context.clone();
        let serving = connection::serve(theirs, peer, registration, commands, context);
        (ours, tokio::spawn(serving))
    }

    /// Everything that people and programs were told.
    pub fn told(&self) -> String {
        let line = |event: &Event| format!("{event}\n{}\n", serde_json::json!(event));
        self.events.all().iter().map(line).collect()
    }
}
