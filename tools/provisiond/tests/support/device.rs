// Licensed under the Apache License, Version 2.0 or the MIT License.
// SPDX-License-Identifier: Apache-2.0 OR MIT
// Copyright Tock Provisioning Contributors 2026.

//! A device played by the real device-side session.

use provisiond::mint::Minted;
use provisiond::random;
use provisioning_session::conversation::Randomness;
use provisioning_session::device::{
    DeviceSession, DeviceSetup, HelloFacts, Progress, StorageFailed,
};
use provisioning_session::identity::IdentityKey;
use provisioning_session::secret::Secret;
use provisioning_session::spake2plus::{RECORD_LEN, VerifierRecord};
use provisioning_storage::factory::{FactoryData, FactoryPage};
use provisioning_wire::{
    AlertCode, DaemonPin, FrameDecoder, FrameType, HelloFlags, KdfParameters, Refusal, Text,
    emit_frame,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

/// What a device has at the end of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub serial: u32,
    pub psk: Vec<u8>,
    pub identity: String,
    pub bootstrap_uri: String,
    pub default_route: String,
    pub endpoint_name: String,
    pub grants: usize,
    pub daemon: DaemonPin,
}

/// How a conversation ended for the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Acknowledged(Box<Stored>),
    Refused(Refusal),
    Ours(AlertCode),
    Theirs(AlertCode),
    /// The connection ended first.
    Closed,
}

/// What a test makes of a device.
pub struct Device {
    pub factory: FactoryData,
    pub pinned: Option<DaemonPin>,
    pub least_serial: u32,
    /// Hands the stream back at this step instead of going on.
    pub stop_at: Option<Stop>,
    /// The flash takes no configuration.
    pub storage_fails: bool,
    /// The last configuration that came, stored or not.
    pub given: Option<Box<Stored>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// HELLO was sent.
    Hello,
    /// The attempt would be counted.
    CountAttempt,
    /// The configuration would be committed.
    Store,
    /// The receipt was sent.
    Receipt,
}

impl Device {
    pub fn new(minted: &Minted) -> Self {
        let FactoryPage::Valid(factory) = FactoryData::parse(&minted.page) else {
            panic!("a minted page is valid");
        };
        Device {
            factory,
            pinned: None,
            least_serial: 0,
            stop_at: None,
            storage_fails: false,
            given: None,
        }
    }

    fn session(&self) -> DeviceSession {
        let factory = &self.factory;
        let mut record = [0; RECORD_LEN];
        let parts: [&[u8]; 4] = [&factory.w0, &factory.w0_m, &factory.w0_n, &factory.l];
        record.copy_from_slice(&parts.concat());
        let identity = Secret::copied(&factory.identity_key);
        let setup = DeviceSetup {
            identity: IdentityKey::from_parts(&identity, &factory.identity_public).unwrap(),
            record: VerifierRecord::from_bytes(&record).unwrap(),
            pinned: self.pinned,
            least_serial: self.least_serial,
            randomness: Randomness::take(
                random::secret::<{ Randomness::LEN }>().expose_secret_mut(),
            ),
        };
        let facts = HelloFacts {
            device_id: factory.device_id,
            salt: factory.salt,
            kdf: KdfParameters {
                kdf: factory.kdf.algorithm as u8,
                memory_kib: factory.kdf.memory_kib,
                passes: factory.kdf.passes,
                lanes: factory.kdf.lanes,
            },
            board: Text::new("bench").unwrap(),
            firmware: Text::new("1").unwrap(),
            flags: HelloFlags(HelloFlags::FRESH),
            attempts_left: 255,
        };
        let mut session = DeviceSession::new();
        session.begin(setup, &facts).unwrap();
        session
    }

    /// Speaks until the end, or until [`Device::stop_at`] (then `None`).
    pub async fn converse(&mut self, stream: &mut DuplexStream) -> Option<End> {
        let mut session = self.session();
        let mut decoder = FrameDecoder::new();
        let mut buffer = [0; 512];
        let mut heard = Vec::new();
        let mut sent = 0;
        loop {
            match session.advance() {
                Progress::NotBegun => unreachable!("it was begun"),
                Progress::Working(_) => tokio::task::yield_now().await,
                Progress::Send => {
                    // A daemon that is gone shows at the next read.
                    let _ = stream.write_all(session.outgoing()).await;
                    session.sent();
                    sent += 1;
                    let at = match sent {
                        1 => Stop::Hello,
                        4 => Stop::Receipt,
                        _ => continue,
                    };
                    if self.stop_at == Some(at) {
                        return None;
                    }
                }
                Progress::CountAttempt if self.stop_at == Some(Stop::CountAttempt) => return None,
                Progress::CountAttempt => session.attempt_counted(),
                Progress::ClearAttempts => session.attempts_cleared(),
                Progress::Store => {
                    let config = session.stored_config().unwrap();
                    self.given = Some(Box::new(Stored {
                        serial: config.config.serial,
                        psk: config.config.server.psk.expose_secret().to_vec(),
                        identity: config.config.server.identity.into(),
                        bootstrap_uri: config.config.server.bootstrap_uri.into(),
                        default_route: config.config.network.default_route.into(),
                        endpoint_name: config.config.network.endpoint_name.into(),
                        grants: config.config.grants.len(),
                        daemon: config.daemon,
                    }));
                    if self.stop_at == Some(Stop::Store) {
                        return None;
                    }
                    session.stored(match self.storage_fails {
                        true => Err(StorageFailed),
                        false => Ok(()),
                    });
                }
                Progress::Acknowledged => {
                    return Some(End::Acknowledged(self.given.clone().unwrap()));
                }
                Progress::Refused(refusal) => return Some(End::Refused(refusal)),
                Progress::Failed(provisioning_session::conversation::Failure::Ours(code)) => {
                    return Some(End::Ours(code));
                }
                Progress::Failed(provisioning_session::conversation::Failure::Theirs(code)) => {
                    return Some(End::Theirs(code));
                }
                Progress::Idle => {
                    if heard.is_empty() {
                        match stream.read(&mut buffer).await {
                            Ok(0) | Err(_) => return Some(End::Closed),
                            Ok(length) => heard.extend_from_slice(&buffer[..length]),
                        }
                    }
                    let (taken, frame) = decoder.feed(&heard).expect("good frames");
                    match frame.map(|frame| (frame.kind(), frame)) {
                        None => (),
                        Some((FrameType::KeepAlive, _)) => {
                            let mut pong = [0; 3];
                            emit_frame(FrameType::KeepAlive, &[], &mut pong).unwrap();
                            // A daemon that is gone shows at the next read.
                            let _ = stream.write_all(&pong).await;
                        }
                        Some((_, frame)) => {
                            assert!(session.wants_frame());
                            // The end, if it is one, comes out of `advance`.
                            let _ = session.receive(&frame);
                        }
                    }
                    heard.drain(..taken);
                }
            }
        }
    }
}
